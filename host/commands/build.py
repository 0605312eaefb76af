"""`python -m plumbline.host build NAME`: compiles the firmware of a recipe for one environment."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from plumbline.common import boards
from plumbline.common.cli import add_output
from plumbline.host.commands import arguments
from plumbline.host.firmware import firmware
from plumbline.host.firmware.elf_size import size_of


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("build", help="compile the firmware")
    arguments.add_firmware(parser, list(boards.environments()))
    add_output(parser, "and nothing else", "where the image is and its size")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Build and name the image."""
    image = firmware.build(given.build / given.name, given.env)
    if given.json:
        size = size_of(image)
        print(json.dumps({"image": str(image), "size": asdict(size) if size else None}))
    elif not given.quiet:
        print(image)
    return 0
