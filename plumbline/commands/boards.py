"""`plumbline boards`: the boards that a firmware can be built for, with their engines and environments."""

from __future__ import annotations

import json
from dataclasses import asdict

from rich import box
from rich.markup import escape
from rich.table import Table

from plumbline.commands.options import Given, define
from plumbline.common import boards
from plumbline.host.reports.terminal import Terminal


@define("plumbline boards", result="a list instead of a table")
def command(given: Given) -> int:
    """List the boards that a firmware can be built for: `--board` and `--engine` take the names, or `--env` for both."""
    envs = list(boards.environments().values())
    if given.json:
        print(json.dumps([asdict(env) for env in envs], indent=1))
        return 0
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("board", "engine", "env", "beside answering", "tested"):
        table.add_column(column, no_wrap=True)
    for env in envs:
        table.add_row(env.board.name, env.engine, env.name, env.extra, env.tested)
    terminal = Terminal()
    terminal.print(table)
    for board in boards.boards().values():
        terminal.say(f"[bold]{board.name}[/] {escape(board.title)}: {board.core}, {board.flash:,} B of flash, {board.ram:,} B of RAM")
    return 0
