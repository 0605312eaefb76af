"""`python -m plumbline.training fit NAME --build DIR` and `python -m plumbline.training descent`."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import get_args

from plumbline.common.cli import add_output, choose_output
from plumbline.common.ending import say
from plumbline.training import recipe, show
from plumbline.training.descent import Schedule
from plumbline.training.fit import fit
from plumbline.training.trial import GUESS, HALF_LIFE, STEPS, Trial

MOST_STEPS = 100_000
FARTHEST = 1000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m plumbline.training", description="Train a recipe, or watch gradient descent at work.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("fit", help="train and write model.keras, training.json and loss.png to DIR/NAME")
    command.add_argument("name", help="a recipe: " + ", ".join(recipe.names()))
    add_build(command)
    add_output(command, "no report", "training.json instead of a report")
    command = commands.add_parser("descent", help="the lesson of `make learn` in the terminal, with a start and a learning rate of your own")
    command.add_argument("--w", type=real, default=GUESS[0], metavar="W", help="weight to start with, default: %(default)s")
    command.add_argument("--b", type=real, default=GUESS[1], metavar="B", help="bias to start with, default: %(default)s")
    command.add_argument("--rate", type=rate, default=0.1, help="learning rate, default: %(default)s")
    command.add_argument("--epochs", type=count, default=STEPS, help="steps to take, default: %(default)s")
    command.add_argument("--schedule", choices=get_args(Schedule), default="constant", help="of the learning rate, default: %(default)s")
    command.add_argument("--half-life", type=count, default=HALF_LIFE, metavar="N", help="steps after which it is half, default: %(default)s")
    add_build(command)
    arguments = parser.parse_args()
    choose_output(arguments)
    if arguments.command == "descent":
        mine = Trial("mine", arguments.rate, arguments.schedule)
        trained = arguments.build / "linear" / "training.json"
        start = (arguments.w, arguments.b)
        for line in show.lesson(recipe.find("linear"), mine, start, arguments.epochs, arguments.half_life, trained):
            say(line)
        return 0
    found = recipe.find(arguments.name)
    folder = arguments.build / found.name
    fit(found, folder, (lambda _: None) if arguments.quiet or arguments.json else say)
    if arguments.json:
        sys.stdout.write((folder / "training.json").read_text())
    return 0


def add_build(command: argparse.ArgumentParser) -> None:
    command.add_argument("--build", type=Path, default=Path("build"), metavar="DIR", help="default: %(default)s")


def real(text: str) -> float:
    """A start that the lesson's pictures can hold."""
    value = float(text)
    if not abs(value) <= FARTHEST:
        raise argparse.ArgumentTypeError(f"give a number from {-FARTHEST} to {FARTHEST}")
    return value


def rate(text: str) -> float:
    value = float(text)
    if not (value > 0 and math.isfinite(value)):
        raise argparse.ArgumentTypeError("a learning rate is above 0")
    return value


def count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= MOST_STEPS:
        raise argparse.ArgumentTypeError(f"give a number of steps from 1 to {MOST_STEPS}")
    return value
