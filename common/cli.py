"""What every command shares: the options of what it shows, and how it ends: in an exit code, and one message with its hint for a known error."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from common.errors import Interrupted, PlumblineError
from common.progress import Output, choose


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


def run(main: Callable[[], int]) -> NoReturn:
    """Call `main` and exit the process with what it returns, or with the code of the PlumblineError it raises."""
    try:
        code = main()
        sys.stdout.flush()
    except PlumblineError as error:
        report(error)
        code = error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        code = Interrupted.exit_code
    except BrokenPipeError:  # whoever read our output has left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at its end
        code = 128 + 13  # what a shell reports for SIGPIPE
    sys.exit(code)


def report(error: PlumblineError) -> None:
    """Print what happened and what to do about it on standard error."""
    print(f"error: {error.message}", file=sys.stderr)
    if error.hint:
        print(f"hint:  {error.hint}", file=sys.stderr)
