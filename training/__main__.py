"""`python -m training fit NAME --build DIR`."""

from __future__ import annotations

import argparse
from pathlib import Path

from common.cli import run
from training import recipe
from training.fit import fit


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m training", description="Train a recipe.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("fit", help="train and write model.keras, training.json and loss.png to DIR/NAME")
    command.add_argument("name", help="a recipe: " + ", ".join(recipe.names()))
    command.add_argument("--build", type=Path, default=Path("build"), metavar="DIR", help="default: %(default)s")
    arguments = parser.parse_args()
    found = recipe.find(arguments.name)
    fit(found, arguments.build / found.name, print)
    return 0


if __name__ == "__main__":
    run(main)
