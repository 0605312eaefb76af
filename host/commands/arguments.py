"""The arguments that several commands share."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from plumbline.common import boards
from plumbline.common.errors import UnknownRecipe, UsageError


def add_board(parser: argparse.ArgumentParser) -> None:
    """Add `--port` to what `add_firmware` adds: a firmware and where it runs."""
    add_firmware(parser, list(boards.environments()))
    parser.add_argument("--port", type=port, help="a serial port, or socket://HOST:PORT; without it the virtual board, or the one that is connected")


def add_firmware(parser: argparse.ArgumentParser, envs: Sequence[str]) -> None:
    """Add `name`, `--env` (one of `envs`, by default the first) and `--build`."""
    parser.add_argument("name", nargs="?", type=_name, default="linear", help="a recipe, or a model's folder in the build folder (default: linear)")
    parser.add_argument("--env", choices=envs, default=envs[0], help=f"the firmware environment (default: {envs[0]})")
    parser.add_argument("--build", type=Path, default=Path("build"), help="the build folder (default: build)")


def _name(text: str) -> str:
    """The name of a folder in the build folder.

    Raises:
        UnknownRecipe: it would lead out of it.
    """
    if not re.fullmatch(r"\w[\w.-]*", text):
        raise UnknownRecipe(f"{text!r} is no name of a recipe or a model.", "Give the name of a folder in the build folder, for instance linear.")
    return text


def port(text: str) -> str:
    """The name of a port.

    Raises:
        UsageError: it is empty, as of a variable that is not set: the virtual board must not stand in for the one that was meant.
    """
    if not text:
        raise UsageError("--port is empty.", "Give a port like /dev/ttyACM0, or leave --port out for the virtual board.")
    return text
