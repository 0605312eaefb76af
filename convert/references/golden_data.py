"""references.npz: what the board must answer, code by code and x by x."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.arrays import npz_bytes
from plumbline.common.dataset import Declared
from plumbline.common.wire import NANO
from plumbline.convert.graph import Graph
from plumbline.convert.importers.keras.quantize import Converted
from plumbline.convert.operators import named
from plumbline.convert.references import litert, reference_interpreter, tflm
from plumbline.convert.references.codes import code_of, round_half_away
from plumbline.convert.references.promises import PARAMETERS

SWEEP = 301
"""Points of the sweep, both ends of the domain included; a number that puts them between codes rather than on them."""

Codes = NDArray[np.int8]


@dataclass(frozen=True)
class Points:
    """The x a verification asks for, in units of 1e-9: `samples` sample points, then the sweep."""

    x_nano: NDArray[np.int64]
    samples: int

    def inputs(self, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """The same x as inputs (M, *shape) of the float model."""
        return np.asarray(self.x_nano / NANO, np.float32).reshape(-1, *shape)


def nano(x: float) -> int:
    """A decimal number in units of 1e-9, as a person wrote it: 12.7 is 12700000000, not the double nearest to it."""
    return round_half_away(Fraction(str(x)) * NANO)


def points(recipe: Declared) -> Points:
    """Sample points and sweep of a recipe with a domain; none without."""
    if recipe.domain is None:
        return Points(np.empty(0, np.int64), 0)
    return swept(recipe.domain, recipe.points)


def swept(domain: tuple[float, float], samples: Sequence[float]) -> Points:
    """Sample points, then SWEEP points from one end of the domain to the other."""
    low, high = (nano(x) for x in domain)
    sweep = [low + (high - low) * i // (SWEEP - 1) for i in range(SWEEP)]
    return Points(np.array([*map(nano, samples), *sweep], np.int64), len(samples))


@dataclass(frozen=True)
class References:
    """The content of references.npz, and who computed the expected codes.

    Besides what every verification needs there is information: `litert`, and `tflm_float_product`, what TFLM libraries from before autumn 2026
    (the Arduino library among them) answer; see `multipliers` in operators/shared/weighted. Either is missing where it cannot be computed.
    """

    arrays: dict[str, NDArray[Any]]
    oracle: str
    arena_used: int | None
    """Bytes of arena in use by the wheel; None without it."""

    @property
    def held(self) -> NDArray[np.bool_]:
        """(N,): whether each input is held against the float model: what was chosen beside real data is not, see `choose`."""
        kinds = self.arrays.get("kinds")
        return np.ones(len(self.arrays["codes"]), bool) if kinds is None else np.asarray(kinds == "")

    def as_npz(self) -> bytes:
        """The file, with the same bytes for the same content whenever it is written."""
        return npz_bytes(self.arrays)


def references(converted: Converted, graph: Graph, at: Points, held_back: bool = False, targets: NDArray[Any] | None = None) -> References:
    """Ask every implementation for its answers.

    The samples of real data are the test split where something is `held_back`, else the points, else those that were quantized on. Of each
    there are its row in `codes`, `sample_rows` (S,), itself, `sample_inputs` (S, inputs), and what the float model answers to it,
    `float_samples` (S, outputs); with `targets` of the given samples (N, ...) also its `targets` (S, ...).

    Raises:
        ModelRefused: TensorFlow Lite Micro or LiteRT cannot load the model.
        UnsupportedOperator: the wheel is absent, and the integer model lacks an operator.
    """
    expected, oracle, used = expect(converted.tflite, graph, converted.codes)
    arrays: dict[str, NDArray[Any]] = {
        "codes": converted.codes,
        "tflm": expected,
        "float_codes": converted.float_codes,
        "x_nano": at.x_nano,
        "samples": np.array(at.samples, np.int64),
        "float_x": converted.float_x,
        PARAMETERS: np.array(converted.parameters, np.int64),
    }
    if converted.kinds.any():
        arrays["kinds"] = converted.kinds
    if len(at.x_nano) and not held_back:
        arrays |= {"sample_rows": rows_of(at, graph), "sample_inputs": at.inputs((1,)), "float_samples": converted.float_x}
    else:
        arrays |= {name: getattr(converted, name) for name in ("sample_rows", "sample_inputs", "float_samples")}
        arrays |= {} if targets is None else {"targets": targets[converted.chosen]}
    if all(named(operator.name) for operator in graph.operators):
        arrays["tflm_float_product"] = reference_interpreter.run(graph, converted.codes, float_product=True)
    if litert.available():
        arrays["litert"] = litert.run(converted.tflite, graph, converted.codes)
    return References(arrays, oracle, used)


def rows_of(at: Points, graph: Graph) -> NDArray[np.int64]:
    """The row of each x (M,) among the 256 codes of a model whose input is one int8."""
    return np.array([code_of(Fraction(int(x), NANO), graph.input.quantized) + 128 for x in at.x_nano], np.int64)


def expect(raw: bytes, graph: Graph, codes: Codes) -> tuple[Codes, str, int | None]:
    """TFLM's answers, who gave them, and the arena in use where the wheel did."""
    if tflm.available():
        interpreter = tflm.Interpreter(raw, graph)
        return interpreter.run(codes), tflm.name(), interpreter.arena_used()
    return reference_interpreter.run(graph, codes), reference_interpreter.NAME, None
