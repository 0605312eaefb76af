"""What an environment is built with, as far as it reaches the image: its flags and options, with what the user laid over them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformio.compat import MISSING
from platformio.project.config import ProjectConfig

from plumbline.common import boards, mlperf
from plumbline.common.board_description import PREFIX
from plumbline.common.paths import FIRMWARE
from plumbline.host.firmware import compiler

_ELSEWHERE = frozenset({"extends", "extra_scripts", "lib_deps", "monitor_speed", "platform", "test_framework", "upload_port"})
"""Options that hold paths of this machine or say nothing of the image; what a file of the project says in them is a source like any other."""
_PURPOSES = {"PLUMBLINE_PROFILE": "profiling", "PLUMBLINE_MLPERF": "MLPerf"}
"""Definitions that make another firmware of the same model, and what it is called."""


@dataclass(frozen=True)
class Settings:
    """See the fields."""

    environment: str
    flags: tuple[str, ...]
    """Of the compiler, beside those of the platform; what it must not get is `-u FLAG` here."""
    options: tuple[str, ...]
    """The rest, as `name = value`, sorted."""

    @property
    def purpose(self) -> str:
        """`profiling` or `MLPerf`, both joined by `and`, or empty for the ordinary firmware."""
        return " and ".join(_purposes(self.flags))

    @property
    def shown(self) -> str:
        """The flags for a person."""
        return " ".join(self.flags) or "none"


def settings_of(environment: str) -> Settings:
    """Of an environment as PlatformIO would build it now: platformio.ini, the boards, PLUMBLINE_CONFIG, MLPERF and PlatformIO's own variables
    together."""
    section = f"env:{environment}"
    config = _Project(str(FIRMWARE / "platformio.ini"))
    values = {name: _words(config.get(section, name)) for name in config.options(section) if not _elsewhere(name)}
    unwanted = values.pop("build_unflags", ())
    flags = _joined((*values.pop("build_flags", ()), *values.pop("build_src_flags", ()))) + tuple(f"-u {flag}" for flag in unwanted)
    board = boards.environment(environment).board
    if board.bare and compiler.zig(board.family):
        values["compiler"] = ("zig",)
    if "MLPerf" in _purposes(flags):
        flags += mlperf.flags()
    return Settings(environment, flags, tuple(sorted(f"{name} = {' '.join(words)}" for name, words in values.items())))


class _Project(ProjectConfig):  # type: ignore[misc]  # PlatformIO is not typed
    """Finds the files that platformio.ini names beside it: PlatformIO looks in the working directory, which is the project's while it builds."""

    def get(self, section: str, option: str, default: Any = MISSING) -> Any:
        value = super().get(section, option, default)
        return [str(FIRMWARE / Path(each).expanduser()) for each in value] if option == "extra_configs" else value


def _purposes(flags: tuple[str, ...]) -> list[str]:
    defined = {re.sub(r"^-D\s*|=.*", "", flag) for flag in flags}
    return [purpose for name, purpose in _PURPOSES.items() if name in defined]


def _elsewhere(name: str) -> bool:
    return name in _ELSEWHERE or name.startswith(PREFIX)


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, (list, tuple)) else (str(value),)


def _joined(flags: tuple[str, ...]) -> tuple[str, ...]:
    """One text a flag: `-D NAME` is one, whether or not they stand on one line."""
    words = iter(" ".join(flags).split())
    return tuple(f"{word} {next(words, '')}".strip() if word in ("-D", "-I", "-U", "-include") else word for word in words)
