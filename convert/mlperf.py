"""What MLPerf Tiny's runner calls a model: it chooses its script and its samples by that (benchmark/runner in github.com/mlcommons/tiny)."""

from __future__ import annotations

from dataclasses import dataclass

from plumbline.common.folder_names import stem_of
from plumbline.convert.graph import Graph

UNSIGNED = {"vww"}
AUTOENCODERS = {"ad"}
BENCHMARKS = {"kws", "ic"} | UNSIGNED | AUTOENCODERS
"""Models of the benchmark by the name of their file: those whose samples are images of bytes, those that are asked how far the output is from
the input, and all."""


@dataclass(frozen=True)
class Benchmark:
    """A model as the runner sees it."""

    model: str
    unsigned: bool = False
    """Whether its samples are bytes from 0 to 255 for codes from -128 to 127."""
    autoencoder: bool = False
    """Whether its samples are float32 numbers, and its result is their mean squared distance from the output."""


def named(name: str, graph: Graph) -> Benchmark:
    """The benchmark of a model by the name of its folder in build/: `model_kws` is kws01; any other is called by its own name.

    That a model's input and output are of one size makes no autoencoder of it, only the name does; one of that name whose sizes differ has no
    distance between them, and is called by its own name too.
    """
    stem = stem_of(name)
    autoencoder = stem in AUTOENCODERS
    if stem not in BENCHMARKS or (autoencoder and graph.input.elements != graph.output.elements):
        return Benchmark(name)
    return Benchmark(f"{stem}01", stem in UNSIGNED, autoencoder)
