"""Flash, RAM and instructions per inference of both engines on the virtual board, for the model of build/linear."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from plumbline.common.ending import run
from plumbline.common.errors import PlumblineError
from plumbline.common.paths import ROOT
from plumbline.host.devices.board import Board
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.firmware import firmware
from plumbline.host.firmware.elf_size import Size, size_of

RECIPE = ROOT / "build" / "linear"


@dataclass(frozen=True)
class Figures:
    """Instructions are the fewest and the most of all 256 codes."""

    size: Size
    arena: int
    """Bytes in use."""
    least: int
    most: int
    unit: str


def measure(env: str) -> Figures:
    """Build `env`, and run every input code on the virtual board."""
    image = firmware.build(RECIPE, env)
    size = size_of(image)
    assert size, f"{image} is no firmware"
    codes = np.arange(-128, 128, dtype=np.int8).reshape(-1, 1)
    with VirtualBoard(image) as virtual, Link(virtual.url) as link:
        board = Board(link)
        identity = board.hello()
        counts = [board.infer(code.reshape(1, 1), identity).counts[0] for code in codes]
    return Figures(size, identity.arena_used, min(counts), max(counts), identity.unit)


def main() -> int:
    table = Table(title="Both engines on the virtual board (Cortex-M4F, y = 2x - 1; the whole image, link, console and stacks included)")
    for column in ("environment", "flash, B", "static RAM, B", "arena in use, B", "per inference"):
        table.add_column(column, justify="left" if column == "environment" else "right")
    notes = []
    for env in ("virtual", "virtual_tflm"):
        try:
            figures = measure(env)
        except PlumblineError as error:
            notes.append(f"{env} was not measured: {error.message}")
            continue
        count = str(figures.least) if figures.least == figures.most else f"{figures.least}-{figures.most}"
        table.add_row(env, f"{figures.size.flash:,}", f"{figures.size.ram:,}", f"{figures.arena:,}", f"{count} {figures.unit}")
    Console().print(table, *notes, sep="\n")
    return 0


if __name__ == "__main__":
    run(main)
