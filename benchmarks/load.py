"""How much faster `plumbline.load` runs a model as generated C than by the reference interpreter, on this computer. `python -m benchmarks.load`.

Both answer the same random codes in one run, once one sample after the other, and once as a batch; the quickest of a few rounds counts.
A call of the compiled model costs Python some microseconds, which a batch pays once.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

import plumbline
from benchmarks.yardstick import FOLDER, TFLM
from plumbline.common.ending import run
from plumbline.common.paths import ROOT, recipe_names

SAMPLES, ALONE = 1000, 20
ROUNDS = 5


def microseconds(work: Callable[[], object], count: int) -> float:
    """Of each of so many samples, in the quickest round."""
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken) / count * 1e6


def measured(path: Path, name: str, folder: Path) -> list[str]:
    """A row of the table."""
    compiled, reference = plumbline.load(path, "compiled", cache=folder), plumbline.load(path, "reference")
    rng = np.random.default_rng(9)
    given = {end.name: rng.integers(-128, 128, (SAMPLES, *end.sample_shape)).astype(end.dtype) for end in compiled.inputs}
    alone = [{name: codes[number] for name, codes in given.items()} for number in range(ALONE)]
    few = {name: codes[: SAMPLES // 10] for name, codes in given.items()}
    np.testing.assert_equal(compiled.codes(few), reference.codes(few))

    def each(model: plumbline.Model) -> float:
        return microseconds(lambda: [model.codes(sample) for sample in alone], ALONE)

    one, other = each(reference), each(compiled)
    many, others = microseconds(lambda: reference.codes(few), SAMPLES // 10), microseconds(lambda: compiled.codes(given), SAMPLES)
    ratios = [f"{one / other:,.0f}", f"{many / others:,.0f}", f"{one / others:,.0f}"]
    return [name, f"{one:,.0f}", f"{many:,.1f}", f"{other:,.1f}", f"{others:,.2f}", *ratios]


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build"
    models = [(folder / name / "model.tflite", name) for name in recipe_names()]
    models += [(FOLDER / f"{name}.tflite", name) for name in TFLM]
    there = [(path, name) for path, name in models if path.is_file()]
    if not there:
        Console().print(f"plumbline.load was not measured: no recipe is converted in {folder}.")
        return 0
    table = Table(title="plumbline.load: microseconds a sample, and how many times as fast the generated C is")
    for column in ("model", "reference, alone", "in a batch", "compiled, alone", "in a batch", "alone", "batch by batch", "batch for alone"):
        table.add_column(column, justify="left" if column == "model" else "right")
    with tempfile.TemporaryDirectory() as cache:
        for path, name in there:
            table.add_row(*measured(path, name, Path(cache)))
    Console(width=140).print(table)
    return 0


if __name__ == "__main__":
    run(main)
