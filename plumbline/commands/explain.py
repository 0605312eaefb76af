"""`plumbline explain`: which layers of an int8 model its error comes from, worst first, and what to do about each."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich import box
from rich.markup import escape
from rich.table import Table

from plumbline.commands.options import BUILD, MODEL, STAGES, Given, define
from plumbline.common import usage
from plumbline.common.errors import ArtefactsDisagree, QualityMissed
from plumbline.common.explanation import FILE, Explanation
from plumbline.common.files import sha256_of
from plumbline.host.reports.layer_table import columns, headline, shown
from plumbline.host.reports.terminal import Terminal
from plumbline.pipeline.stages import StageFailed
from plumbline.pipeline.work import Work

_WIDTH = 80


@define(
    "plumbline explain digits",
    "plumbline explain model.keras --samples inputs.npy",
    takes=(MODEL, STAGES, BUILD),
    result=f"{FILE} instead of a table",
    quiet="and the summary instead of a table",
)
@click.option("--refused", is_flag=True, help="With --only: show the last conversion even if it was refused, so that no model was written.")
def command(given: Given, refused: bool) -> int:
    """Show which layers the error of the int8 model comes from, worst first, and what to do about each.

    The model is converted first, where something has changed. A conversion that is refused for what int8 loses is shown as well.
    """
    work = given.work()
    if not given.only:
        work.check()
        refused = _refused(work)
    model, path = work.folder / "model.tflite", work.folder / FILE
    written = sha256_of(model) if model.is_file() else ""
    found = Explanation.load(path, None if refused else written)
    if found is None:
        raise ArtefactsDisagree(f"{path} is missing, or of another model.", f"{usage.command('convert', work.name)} measures the layers.")
    if given.json:
        sys.stdout.write(found.to_json())
    elif given.quiet:
        print(headline(found))
    else:
        show(found, path)
    return 0


def _refused(work: Work) -> bool:
    """Convert, anew where nothing was measured; whether that was refused for what int8 loses."""
    if not (work.folder / FILE).is_file():
        work.forget_conversion()
    try:
        work.convert()
    except StageFailed as failed:
        if failed.ended.name != QualityMissed.__name__:
            raise
        return True
    return False


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
