"""The firmware's own libraries as they are given away: in one folder, found without an include path, with names that no firmware has already."""

from __future__ import annotations

import re

from plumbline.common.paths import FIRMWARE

LIBRARIES = ("bytes", "console", "engine", "identity", "inference", "layers", "link", "number", "sha256")
FOLDER = "plumbline/"
INTERFACE = {"serial_link_take": "plumbline_take", "console_greet": "plumbline_greet", "layers_told": "plumbline_layers_told"}
"""What a firmware calls, and how it is called there."""
OWN = ("engine.h",)
"""Headers whose functions the firmware defines: they keep their names."""
VARIABLES = ("model_inputs", "model_outputs")

_DECLARED = re.compile(r"^(?!typedef|#|//| )[\w *]*?\b(\w+)\(", re.MULTILINE)
_INCLUDED = re.compile(r'^#include [<"](\w+\.h)[>"]', re.MULTILINE)
_BENCHMARK = re.compile(r"^#ifdef PLUMBLINE_(?:MLPERF|PROFILE)\n(?:(?!#else|#endif).*\n)*?(?:#else\n((?:(?!#endif).*\n)*?))?#endif\n", re.MULTILINE)
"""What only Plumbline's own firmware can be built with."""


def library_files() -> dict[str, str]:
    """Every source and header, by its path in the package."""
    texts = {path.name: path.read_text("utf-8") for name in LIBRARIES for path in sorted((FIRMWARE / "lib" / name).glob("*.[ch]"))}
    names = {found for name, text in texts.items() if name.endswith(".h") and name not in OWN for found in _DECLARED.findall(text)}
    return {FOLDER + name: given_away(text, {*texts, "plumbline_model.h", "plumbline_wire.h", "board.h"}, names) for name, text in texts.items()}


def given_away(text: str, headers: set[str], names: set[str]) -> str:
    """A source with the names of the package.

    Args:
        text: of one of the firmware's libraries.
        headers: of the package, which lie beside it.
        names: of the functions in those headers.
    """
    text = _BENCHMARK.sub(lambda found: found[1] or "", text)
    text = _INCLUDED.sub(lambda found: f'#include "{found[1]}"' if found[1] in headers else found[0], text)
    return re.sub(rf"\b({'|'.join(sorted(names))})(?=\()|\b({'|'.join(VARIABLES)})\b", lambda found: renamed(found[0]), text)


def renamed(name: str) -> str:
    """Begins with `plumbline_`, as everything does that the package links."""
    return INTERFACE.get(name, f"plumbline_{name}")


def names_of_engine(text: str) -> str:
    """A source of an engine, which lies beside the folder of the others and reaches them by their path."""
    files = library_files()
    headers = {path.removeprefix(FOLDER) for path in files if path.endswith(".h")} | {"plumbline_model.h", "plumbline_wire.h", "board.h"}
    original = (path for name in LIBRARIES for path in (FIRMWARE / "lib" / name).glob("*.h") if path.name not in OWN)
    names = {found for path in original for found in _DECLARED.findall(path.read_text("utf-8"))}
    changed = given_away(text, headers, names)
    return _INCLUDED.sub(lambda found: f"#include <plumbline/{found[1]}>" if found[1] in headers else found[0], changed)
