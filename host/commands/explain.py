"""`python -m plumbline.host explain NAME`: which layers of an int8 model its error comes from, worst first, and what to do about each."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from plumbline.common.cli import add_output
from plumbline.common.errors import ArtefactsDisagree
from plumbline.common.explanation import FILE, Explanation
from plumbline.common.files import sha256_of
from plumbline.common.folder_names import asked_as
from plumbline.host.reports.layer_table import columns, headline, shown
from plumbline.host.reports.terminal import Terminal

_WIDTH = 80


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("explain", help="which layers the error of the int8 model comes from")
    parser.add_argument("name", nargs="?", default="linear", help="the recipe (default: linear)")
    parser.add_argument("--build", type=Path, default=Path("build"), help="the build folder (default: build)")
    parser.add_argument("--refused", action="store_true", help="show the last conversion even if it was refused, so that no model was written")
    add_output(parser, "and the summary instead of a table", f"{FILE} instead of a table")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print what the conversion measured.

    Raises:
        ArtefactsDisagree: no conversion has measured this model.
    """
    folder = given.build / given.name
    model = folder / "model.tflite"
    written = sha256_of(model) if model.is_file() else ""
    found = Explanation.load(folder / FILE, None if given.refused else written)
    if found is None:
        raise ArtefactsDisagree(f"{folder / FILE} is missing, or of another model.", f"`make convert {asked_as(given.name)}` measures the layers.")
    if given.json:
        sys.stdout.write(found.to_json())
    elif given.quiet:
        print(headline(found))
    else:
        show(found, folder / FILE)
    return 0


def show(found: Explanation, path: Path) -> None:
    """Print the summary, what to do, and the table."""
    terminal = Terminal()
    terminal.say(escape(headline(found)))
    for each in found.alarming:
        terminal.say(f"[bold red]-[/] {escape(each.sentence)}")
    rows = shown(found)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    for column in columns(found):
        table.add_column(column.short, justify="right" if column.meaning else "left", no_wrap=True, max_width=column.widest)
    for each in rows:
        cells = [escape(column.of(each)) for column in columns(found)]
        table.add_row(*cells, style="red" if each.alarming else "")
    terminal.width = max(terminal.width, _WIDTH)
    terminal.print(table)
    for column in columns(found)[2:]:
        terminal.print(f"[bold]{escape(column.short)}[/] {escape(column.meaning)}", style="dim")
    if len(rows) < len(found.layers):
        terminal.print(f"{len(found.layers) - len(rows)} more layers: {escape(str(path))}")
