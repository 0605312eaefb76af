"""The command line of the host tools: `python -m plumbline.host COMMAND`."""

from __future__ import annotations

import argparse
import importlib
import sys

from plumbline.common import cli

COMMANDS = ("build", "flash", "verify", "explain", "profile", "monitor", "serve", "doctor", "ports", "summary", "compare", "schema")


def main() -> int:
    """Run the command that was typed."""
    parser = argparse.ArgumentParser(prog="python -m plumbline.host", description="Talk to a board, real or virtual.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    typed = [name for name in sys.argv[1:2] if name in COMMANDS]
    for name in typed or COMMANDS:  # no command waits for what the others import
        importlib.import_module(f"plumbline.host.commands.{name}").add_parser(subparsers)
    arguments = parser.parse_args()
    cli.choose_output(arguments)
    return int(arguments.run(arguments))
