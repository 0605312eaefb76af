"""Which model of MLPerf Tiny a firmware answers as. It is asked for by name: --mlperf, which stages get as the environment variable MLPERF."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from plumbline.common import usage
from plumbline.common.errors import UsageError
from plumbline.common.text import meant

if TYPE_CHECKING:
    from plumbline.common.manifest import Manifest

BENCHMARKS = ("kws", "vww", "ic", "ad")
"""By the names of the benchmark; what each is called and takes stands in firmware/lib/mlperf/benchmark.h."""
AUTOENCODER, VARIABLE = "ad", "MLPERF"


def benchmark() -> str | None:
    """The model that was asked for; None where the firmware shall answer by the model's own name.

    Raises:
        UsageError: there is no such model in the benchmark.
    """
    named = os.environ.get(VARIABLE, "")
    if named and named not in BENCHMARKS:
        hint = f"Give {usage.option('mlperf')} one of {', '.join(BENCHMARKS)}, or leave it out."
        raise UsageError(f"MLPerf Tiny has no model {named!r}.{meant(named, BENCHMARKS)}", hint)
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
    if benchmark() == AUTOENCODER and manifest.input_bytes != manifest.output_bytes:
        raise UsageError(
            f"MLPerf Tiny's ad is an autoencoder; this model has {manifest.input_bytes} inputs and {manifest.output_bytes} outputs.",
            f"Leave {usage.option('mlperf')} out, and the firmware answers by the model's own name.",
        )
