"""The command line of the host tools: `python -m host COMMAND`."""

from __future__ import annotations

import argparse

from common import cli
from host.commands import build, compare, doctor, explain, flash, monitor, ports, profile, serve, summary, verify

COMMANDS = (build, flash, verify, explain, profile, monitor, serve, doctor, ports, summary, compare)


def main() -> int:
    """Run the command that was typed."""
    parser = argparse.ArgumentParser(prog="python -m host", description="Talk to a board, real or virtual.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_parser(subparsers)
    arguments = parser.parse_args()
    cli.choose_output(arguments)
    return int(arguments.run(arguments))
