"""Gives PlatformIO the SCons that PyPI brought, in the form of the one package that it would fetch from its own registry."""

from __future__ import annotations

import json
from pathlib import Path

import SCons
from platformio.dependencies import get_core_dependencies

from plumbline.common.errors import SetupFailed
from plumbline.common.files import write_if_changed
from plumbline.common.paths import install_anew

_NAME = "tool-scons"
_START = "from SCons.Script import main\n\nmain()\n"


def provide(core: Path) -> None:
    """Put the package where PlatformIO looks for it, unless it is there.

    Args:
        core: PlatformIO's folder.

    Raises:
        SetupFailed: PlatformIO wants another version of SCons than the one installed.
        OSError: the folder cannot be written.
    """
    folder = core / "packages" / _NAME
    wanted = get_core_dependencies()[_NAME].strip("~")
    major, minor, patch = SCons.__version__.split(".")
    if wanted != f"4.{major}{int(minor):02d}{int(patch):02d}.0":
        raise SetupFailed(f"PlatformIO wants {_NAME} {wanted}, installed is SCons {SCons.__version__}.", install_anew("firmware"))
    spec = {"owner": "platformio", "id": None, "name": _NAME, "requirements": None, "uri": None}
    write_if_changed(folder / "package.json", json.dumps({"name": _NAME, "version": wanted, "description": "SCons from PyPI"}))
    write_if_changed(folder / "scons.py", _START)
    # PlatformIO takes the package for installed once this is there
    write_if_changed(folder / ".piopm", json.dumps({"type": "tool", "name": _NAME, "version": wanted, "spec": spec}))
