"""`python -m tests.faults`: everything that tries to fool the verifier, as one table; `--short` takes less than a minute, `--only` a part."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from plumbline.common.errors import BoardUnready, VerdictFailed
from plumbline.common.paths import image_of
from tests.faults.experiments import FULL, FUZZ, SECTIONS, SHORT, Torture, run
from tests.faults.result import Result


def main() -> int:
    """Run, print, and end with 1 when anything was not caught.

    Raises:
        BoardUnready: the recipe is not built.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Try to fool the verifier.")
    parser.add_argument("--short", action="store_true", help="a little of everything")
    parser.add_argument("--build", type=Path, default=Path("build"), help="where build/linear lies")
    parser.add_argument("--only", nargs="+", choices=[*SECTIONS, FUZZ], default=[], help="some sections instead of all")
    parser.add_argument("--soak", type=float, metavar="SECONDS", help="ask the board for so long instead of the time it gets otherwise")
    parser.add_argument("--models", type=Path, nargs="+", default=[], metavar="FOLDER", help="of .tflite files, for the section `inputs`")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    folder, work = given.build.resolve() / "linear", given.build.resolve() / "torture"
    if given.only != ["inputs"] and not image_of(folder, "virtual").is_file():
        raise BoardUnready(f"{folder} holds no firmware for the virtual board.", "Build it first: `make firmware`, or use `make torture`.")
    work.mkdir(parents=True, exist_ok=True)
    results: list[Result] = []
    plan = SHORT if given.short else FULL
    it = Torture(folder, work, plan if given.soak is None else replace(plan, soak=given.soak), given.seed, tuple(given.models))
    stream = run(it, given.only)
    while (result := _quietly(stream)) is not None:
        results.append(result)
        print(_line(result), file=sys.stderr, flush=True)
    Console(width=None if sys.stdout.isatty() else 150).print(table(results))
    missed = [result.name for result in results if result.missed]
    if missed:
        tried = sum(not result.skipped for result in results)
        raise VerdictFailed(f"{len(missed)} of {tried} were not caught: {'; '.join(missed)}.", f"`--seed {given.seed}` repeats them.")
    return 0


def _quietly(stream: Iterator[Result]) -> Result | None:
    """The next result, or None. Hundreds of verifications begin in there, and none needs to say so."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):  # noqa: PTH123
        return next(stream, None)


def _line(result: Result) -> str:
    if result.skipped:
        return f"not run {result.group}: {result.name} ({result.skipped})"
    return f"{'caught' if result.good else 'MISSED'}  {result.group}: {result.name} ({result.caught:,} of {result.count:,}, {result.seconds:.1f} s)"


def table(results: list[Result]) -> Table:
    """Every result, group by group."""
    shown = Table(title="Torture")
    for name, justify in (
        ("fault or experiment", "left"),
        ("count", "right"),
        ("caught", "right"),
        ("seconds", "right"),
        ("what it came to", "left"),
    ):
        shown.add_column(name, justify=justify)  # type: ignore[arg-type]
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[result.group].append(result)
    for group in groups.values():
        for result in group:
            name = f"{result.group}: {result.name}"
            if result.skipped:
                shown.add_row(name, "not run", "", "", result.skipped)
                continue
            mark = " MISSED" if result.missed else ""
            shown.add_row(f"{name}{mark}", f"{result.count:,}", f"{result.caught:,}", f"{result.seconds:.1f}", result.note)
        shown.add_section()
    return shown
