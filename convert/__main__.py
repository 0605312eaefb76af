"""`python -m convert NAME --build DIR`."""

from __future__ import annotations

import argparse
from pathlib import Path

from common.cli import run
from convert.pipeline import convert
from training import recipe


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m convert", description="Convert a trained recipe to int8 and to C sources.")
    parser.add_argument("name", help="a recipe: " + ", ".join(recipe.names()))
    parser.add_argument("--build", type=Path, default=Path("build"), metavar="DIR", help="default: %(default)s")
    parser.add_argument("--per-channel-dense", action="store_true", help="one weight scale per output of a Dense layer; not every board can run it")
    parser.add_argument("--quiet", action="store_true", help="no report")
    arguments = parser.parse_args()
    found = recipe.find(arguments.name)
    convert(found, arguments.build / found.name, (lambda line: None) if arguments.quiet else print, arguments.per_channel_dense)
    return 0


if __name__ == "__main__":
    run(main)
