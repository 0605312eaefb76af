"""Which model of MLPerf Tiny a firmware answers as: asked for by name, in the environment variable MLPERF, which make hands on."""

from __future__ import annotations

import os

from plumbline.common.errors import UsageError
from plumbline.common.manifest import Manifest
from plumbline.common.text import meant

BENCHMARKS = ("kws", "vww", "ic", "ad")
"""By the names of the benchmark; what each is called and takes stands in firmware/lib/mlperf/benchmark.h."""
AUTOENCODER = "ad"


def benchmark() -> str | None:
    """The model that was asked for; None where the firmware shall answer by the model's own name.

    Raises:
        UsageError: there is no such model in the benchmark.
    """
    named = os.environ.get("MLPERF", "")
    if named and named not in BENCHMARKS:
        raise UsageError(
            f"MLPerf Tiny has no model {named!r}.{meant(named, BENCHMARKS)}", f"Give MLPERF= one of {', '.join(BENCHMARKS)}, or leave it out."
        )
    return named or None


def flags() -> tuple[str, ...]:
    """What such a firmware is compiled with besides its environment's own flags, as PlatformIO's configuration lists them. Raises as `benchmark`."""
    named = benchmark()
    return (f"-D PLUMBLINE_MLPERF_{named.upper()}",) if named else ()


def check_benchmark(manifest: Manifest) -> None:
    """See that a model can be what it is called.

    Raises:
        UsageError: the autoencoder has not as many outputs as inputs, so that there is no distance between them; or see `benchmark`.
    """
    if benchmark() == AUTOENCODER and manifest.input.bytes != manifest.output.bytes:
        raise UsageError(
            f"MLPerf Tiny's ad is an autoencoder; this model has {manifest.input.bytes} inputs and {manifest.output.bytes} outputs.",
            "Leave MLPERF= out, and the firmware answers by the model's own name.",
        )
