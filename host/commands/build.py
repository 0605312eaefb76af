"""`python -m host build NAME`: compiles the firmware of a recipe for one environment."""

from __future__ import annotations

import argparse
from typing import Any

from host import firmware
from host.commands import arguments
from host.paths import ENVS


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("build", help="compile the firmware")
    arguments.add_firmware(parser, list(ENVS))
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Build and name the image."""
    print(firmware.build(given.build / given.name, given.env))
    return 0
