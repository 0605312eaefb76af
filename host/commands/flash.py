"""`python -m plumbline.host flash NAME`: builds the firmware for a board, uploads it, and waits until the board is back."""

from __future__ import annotations

import argparse
import json
from typing import Any

from plumbline.common import boards
from plumbline.common.cli import add_output
from plumbline.common.folder_names import asked_as
from plumbline.host.commands import arguments
from plumbline.host.firmware import flash
from plumbline.host.firmware.settings import settings_of


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("flash", help="build for a board and upload")
    arguments.add_firmware(parser, [env.name for env in boards.environments().values() if not env.virtual])
    parser.add_argument("--port", type=arguments.port, help="the board's serial port (default: the one that is connected)")
    add_output(parser, "and nothing else", "the port that the board came back as")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Flash, and say how to verify."""
    device = flash.flash(given.build / given.name, given.env, given.port)
    if given.json:
        print(json.dumps({"port": device}))
    elif not given.quiet:
        named = f" ENV={given.env}" if settings_of(given.env).purpose else ""  # the ordinary firmware says itself what it is
        print(f"Flashed. Now prove it: make verify {asked_as(given.name)} PORT={device}{named}")
    return 0
