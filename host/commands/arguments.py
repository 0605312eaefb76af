"""The arguments that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from host.paths import ENVS


def add_board(parser: argparse.ArgumentParser) -> None:
    """Add `--port` to what `add_firmware` adds: a firmware and where it runs."""
    add_firmware(parser, list(ENVS))
    parser.add_argument("--port", help="a serial port or any pyserial URL; without it the virtual board, or the Nano that is connected")


def add_firmware(parser: argparse.ArgumentParser, envs: Sequence[str]) -> None:
    """Add `name`, `--env` (one of `envs`, by default the first) and `--build`."""
    parser.add_argument("name", nargs="?", default="linear", help="the recipe (default: linear)")
    parser.add_argument("--env", choices=envs, default=envs[0], help=f"the firmware environment (default: {envs[0]})")
    parser.add_argument("--build", type=Path, default=Path("build"), help="the build folder (default: build)")
