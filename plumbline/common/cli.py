"""The options that every command shares: what it shows."""

from __future__ import annotations

import argparse
import os

from plumbline.common.progress import Output, choose


def add_output(parser: argparse.ArgumentParser, quiet: str, result: str) -> None:
    """Add `--quiet`, `--json` and `--verbose`.

    Args:
        parser: of the command.
        quiet: what is left of the output with `--quiet`.
        result: what `--json` prints on standard output.
    """
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--quiet", action="store_true", help=f"no progress, {quiet}")
    form.add_argument("--json", action="store_true", help=f"print {result}, and progress as JSON lines on standard error")
    parser.add_argument("--verbose", action="store_true", help="show what the programs and libraries below say")


def choose_output(given: argparse.Namespace) -> None:
    """Let the process show what the options of `add_output` ask for; a command without them shows everything it has."""
    options = {"quiet": False, "json": False, "verbose": False} | vars(given)
    choose(Output("none" if options["quiet"] else "json" if options["json"] else "shown", options["verbose"]))
    if options["verbose"]:
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "0"  # TensorFlow's own switch, which child processes see too
