"""Does the error bound hold, and is it close? Random linear models on random domains, each at every place where its error can be largest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plumbline.common.golden_data import DenseLayer
from tests.support.bound_chains import observed, proven, quantized, worst_places

LOOSEST = 1.5
"""Times the largest error that was observed, the most that a bound may be."""


@dataclass(frozen=True)
class Ratios:
    """Bound divided by the largest observed error, over all models."""

    count: int
    exceeded: int
    """Models with an error beyond their bound."""
    loose: int
    """Models whose bound is more than LOOSEST times what can be observed."""
    least: float
    most: float


def run(count: int, seed: int) -> Ratios:
    """So many models y = w x + b: w and b normal, the domain anywhere within +-20, a quarter of them with an output range that is too narrow."""
    rng = np.random.default_rng(seed)
    ratios = []
    for trial in range(count):
        a, b = sorted(rng.uniform(-20, 20, 2))
        domain = (float(a), float(max(b, a + 0.5)))
        chain = (DenseLayer(rng.normal(0, 3, (1, 1)).astype(np.float32), rng.normal(0, 5, 1).astype(np.float32), "linear"),)
        graph = quantized(rng, chain, domain, per_channel=False, squeeze=1.0 if trial % 4 else float(rng.uniform(0.5, 1)))
        worst = float(observed(graph, chain, worst_places(graph, domain)).max())
        ratios.append(proven(graph, chain, domain).total / worst)
    return Ratios(count, sum(each < 1 for each in ratios), sum(each > LOOSEST for each in ratios), min(ratios), max(ratios))
