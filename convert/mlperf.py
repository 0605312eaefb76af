"""What MLPerf Tiny's runner calls a model: it chooses its script and its samples by that (benchmark/runner in github.com/mlcommons/tiny)."""

from __future__ import annotations

from dataclasses import dataclass

BENCHMARKS = {"kws": False, "vww": True, "ic": True}
"""Models of the benchmark by the name of their file, and whether their samples are images of bytes. Of `ad` the runner wants the distance between
input and output, which is no output of the model."""


@dataclass(frozen=True)
class Benchmark:
    """A model as the runner sees it."""

    model: str
    unsigned: bool
    """Whether its samples are bytes from 0 to 255 for codes from -128 to 127."""


def named(name: str) -> Benchmark:
    """The benchmark of a model by the name of its folder in build/: `model_kws` is kws01; any other is called by its own name."""
    stem = name.removeprefix("model_")
    return Benchmark(f"{stem}01", BENCHMARKS[stem]) if stem in BENCHMARKS else Benchmark(name, False)
