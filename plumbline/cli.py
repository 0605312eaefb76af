"""The command `plumbline`: which commands there are, in groups, and how what click finds wrong becomes one of our messages."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click
from click.shell_completion import shell_complete

from plumbline import __version__
from plumbline.common import child, usage
from plumbline.common.errors import UsageError
from plumbline.common.text import meant
from plumbline.pipeline.stages import StageFailed

NAME = "plumbline"
COMPLETE = "_PLUMBLINE_COMPLETE"
"""Environment variable: a shell asks for completion."""
GROUPS = {
    "Start": {
        "new": "write a commented start that works: a recipe, or a project",
    },
    "From a model to a board": {
        "train": "fit a recipe's model",
        "convert": "quantize a model to int8 and write its C sources",
        "build": "compile the firmware",
        "flash": "build for a connected board and upload",
        "verify": "prove that a board answers what the model says",
        "export": "write models as C for a firmware of your own",
    },
    "Look closer": {
        "explain": "which layers the error of the int8 model comes from, worst first",
        "profile": "what each operator costs on the board",
        "compare": "what changed between two verdicts, with limits that can fail a CI job",
        "summary": "one table of every verdict in the build folder",
    },
    "Boards": {
        "monitor": "type to a board and read what it says",
        "serve": "keep the virtual board on a pseudo-terminal for other programs",
        "ports": "list the serial ports and the boards among them",
        "boards": "list the boards that a firmware can be built for",
        "schema": "print the JSON Schema of verdict.json and the other files",
        "doctor": "check tools, permissions, ports and what may hold them",
    },
    "Learn": {
        "learn": "the lesson: from the first guess to the staircase on the chip",
        "descent": "gradient descent in the terminal, with a start and a learning rate of your own",
    },
}
COMMANDS = {name: text for group in GROUPS.values() for name, text in group.items()}
COMPLETION = """
TARGET is a recipe's name, a .tflite or .keras file, or the .py file of a recipe of your own; plumbline.toml in the current folder or one above may
name it instead. Results are written to build/.

Completion in bash: add  eval "$(_PLUMBLINE_COMPLETE=bash_source plumbline)"  to ~/.bashrc; zsh and fish: zsh_source, fish_source.
"""


class Plumbline(click.Group):
    """Imports a command when it is typed: none waits for what the others need."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = importlib.import_module(f"plumbline.commands.{cmd_name}").command
        return found

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise UsageError(f"There is no command {args[0]!r}.{meant(args[0], COMMANDS)}", f"`{NAME} --help` lists them.")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl(list(commands.items()))


@click.group(NAME, cls=Plumbline, epilog=COMPLETION)
@click.version_option(__version__, prog_name=NAME, message="%(prog)s %(version)s")
def command() -> None:
    """From a model to a microcontroller that provably computes it: train, convert, build, and verify the board bit for bit."""


def main() -> int:
    """Run the command that was typed.

    Raises:
        PlumblineError: whatever it raises, and UsageError for a command line that makes no sense.
    """
    if asking := os.environ.get(COMPLETE):
        return shell_complete(command, {}, NAME, COMPLETE, asking)
    child.make().watch()
    os.environ.setdefault(usage.TYPED, usage.typed())
    try:
        with command.make_context(NAME, sys.argv[1:] or ["--help"]) as context:
            code: Any = command.invoke(context)
            return int(code or 0)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.UsageError as error:
        typed = [NAME, *(word for word in sys.argv[1:2] if word in COMMANDS)]
        where = error.ctx.command_path if error.ctx else " ".join(typed)  # click's parser does not know its command
        raise UsageError(" ".join(error.format_message().split()), f"`{where} --help` shows what it takes.") from error
    except StageFailed as failed:
        return failed.ended.exit_code
