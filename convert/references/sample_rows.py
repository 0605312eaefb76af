"""The samples of real data that a board is asked: which of the given ones, and in which row of `codes` each stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbline.common.rows import from_reals
from plumbline.convert.model.graph import Graph

LARGEST_SET = 512
"""Inputs compared at most where they cannot all be tried."""
BYTES_COMPARED = 2**18
"""Of inputs and outputs that pass the line for one verification, about ten seconds on the virtual one."""
FEWEST = 8
"""Inputs compared however large they are."""


@dataclass(frozen=True)
class SampleRows:
    """S samples as a board is asked for them."""

    chosen: NDArray[np.int64]
    """(S,): their places among the given samples."""
    rows: NDArray[np.int64]
    """(S,): their rows in `codes`."""
    codes: NDArray[np.int8]
    """(N, input bytes): the rows they become; all 256 codes of a model whose only input is one int8, then N = 256."""


def most_inputs(graph: Graph) -> int:
    """How many inputs of this size pass the line in a time that a person waits for."""
    return max(FEWEST, min(LARGEST_SET, BYTES_COMPARED // (graph.input_bytes + graph.output_bytes)))


def sample_rows(graph: Graph, samples: NDArray[np.float32], most: int | None = None) -> SampleRows:
    """Choose at most `most` of the samples (N, input elements), evenly over their order; None takes all of them."""
    count = len(samples) if most is None else min(len(samples), most)
    chosen = np.linspace(0, len(samples) - 1, count).astype(np.int64) if count else np.empty(0, np.int64)
    codes = from_reals(samples[chosen], graph.inputs)
    if not graph.one_code:
        return SampleRows(chosen, np.arange(count, dtype=np.int64), codes)
    return SampleRows(chosen, codes.ravel().astype(np.int64) + 128, np.arange(-128, 128, dtype=np.int8).reshape(-1, 1))
