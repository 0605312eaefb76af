"""The reference of the command line, made from the commands themselves: what each does, how it is typed, and its options."""

from __future__ import annotations

import click

from plumbline import cli
from tools.markdown import table


def commands() -> str:
    """A chapter for each group of commands, a section for each command."""
    context = click.Context(cli.command, info_name=cli.NAME)
    return "\n".join(f"## {title}\n\n" + "\n".join(section(name, context) for name in names) for title, names in cli.GROUPS.items())


def section(name: str, context: click.Context) -> str:
    """One command, with those below it where it has some."""
    command = cli.command.get_command(context, name)
    assert command is not None
    return described(command, click.Context(command, info_name=name, parent=context))


def described(command: click.Command, context: click.Context) -> str:
    """What its help says, as Markdown."""
    said = "\n\n".join(" ".join(part.split()) for part in (command.help or "").split("\n\n"))
    usage = " ".join(command.get_usage(context).split()).removeprefix("Usage: ")
    typed = "\n".join(f"    {line}" for line in (usage, *getattr(command, "examples", ())))
    records = [each.get_help_record(context) for each in command.get_params(context)]
    rows = [(f"`{option}`", text.strip()) for option, text in filter(None, records) if option.startswith("-")]
    parts = [f"### {context.command_path}", said, typed, table(("option", "what it does"), rows)]
    if isinstance(command, click.Group):
        below = ((name, command.get_command(context, name)) for name in command.list_commands(context))
        parts += [described(each, click.Context(each, info_name=name, parent=context)) for name, each in below if each is not None]
    return "\n\n".join(parts)
