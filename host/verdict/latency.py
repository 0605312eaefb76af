"""How long round trips took, as a histogram with steps of equal ratio: a line has a sharp fastest case and a long tail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from plumbline.common.documents import Amount, Count

BINS = 24


@dataclass(frozen=True)
class Histogram:
    """`counts[i]` round trips took from `edges_s[i]` to `edges_s[i + 1]` seconds; both empty where nothing was measured."""

    edges_s: tuple[Amount, ...] = ()
    """One more than there are counts; each is the same multiple of the one before."""
    counts: tuple[Count, ...] = ()


def histogram(latencies: Sequence[float]) -> Histogram:
    """Sort latencies in seconds, all above 0, into BINS classes from the shortest to the longest."""
    if not latencies:
        return Histogram()
    shortest, longest = min(latencies), max(latencies)
    longest = max(longest, shortest * 1.01)  # one value alone still gets a class of some width
    edges = np.geomspace(shortest, longest, BINS + 1)
    edges[0], edges[-1] = shortest, longest  # geomspace may round its ends inwards
    counts, _ = np.histogram(latencies, edges)
    return Histogram(tuple(edges.tolist()), tuple(counts.tolist()))
