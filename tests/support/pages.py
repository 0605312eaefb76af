"""README, its neighbours and the pages in docs/, and what is found in them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click

from plumbline import cli
from plumbline.common.paths import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def text(name: str) -> str:
    """Of a page, by its path in the checkout."""
    return (ROOT / name).read_text()


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def transcript(name: str, command: str) -> str:
    """What a page says that a command prints."""
    (said,) = re.findall(rf"^```console\n\$ {re.escape(command)}\n\.\.\.\n((?:.*\n)+?)```$", text(name), re.MULTILINE)
    return str(said)


def code(name: str, language: str) -> str:
    """The first example in a language."""
    return str(re.findall(rf"^```{language}\n(.*?)^```$", text(name), re.MULTILINE | re.DOTALL)[0])


def anchors(page: str) -> set[str]:
    """What `page.md#...` may name, as GitHub and MyST make it of the headings."""
    heads = re.findall(r"^#+ (.+)$", FENCED.sub("", page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def links(page: str) -> list[str]:
    return re.findall(r"\]\(([^)]+)\)", FENCED.sub("", page))


def typed(page: str) -> list[str]:
    """The command lines of a page, without what stands behind them as a comment: indented ones, and those in the text."""
    lines = re.findall(r"^    (\S.*)$", FENCED.sub("", page), re.MULTILINE)
    return [re.sub(r"\s+#\s.*$", "", line) for line in [*lines, *re.findall(r"`([^`\n]+)`", page)]]


def unknown_options(line: str) -> set[str]:
    """The options in what stands behind `plumbline` that its command has not; the command's name where there is none such."""
    name, *words = shlex.split(line)
    command = cli.command.get_command(click.Context(cli.command), name)
    if command is None:
        return {name}
    known = {text for each in command.get_params(click.Context(command)) for text in each.opts}
    return {option for word in words if (option := word.partition("=")[0]).startswith("--")} - known
