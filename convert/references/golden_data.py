"""Makes the golden data: what the board must answer, code by code and x by x."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.dataset import Declared
from plumbline.common.errors import ModelRefused, UnsupportedOperator
from plumbline.common.golden_data import Codes, DenseLayer, References, Samples
from plumbline.common.quantization import code_of_nano, to_nano
from plumbline.common.wire import NANO
from plumbline.convert.model.graph import Graph
from plumbline.convert.model.keras_layers import Layers
from plumbline.convert.references import litert, reference_interpreter, tflm
from plumbline.convert.references.sequences import Starts

SWEEP = 301
"""Points of the sweep, both ends of the domain included; a number that puts them between codes rather than on them."""


@dataclass(frozen=True)
class Points:
    """The x a verification asks for, in units of 1e-9: `samples` sample points, then the sweep."""

    x_nano: NDArray[np.int64]
    samples: int

    def of_each(self, inputs: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """The same x for a model whose inputs are like these (N, ...): no x is told where there are several."""
        return [self.inputs(each.shape[1:]) for each in inputs]

    def inputs(self, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """The same x as inputs (M, *shape) of the float model."""
        return np.asarray(self.x_nano / NANO, np.float32).reshape(-1, *shape)


def points(recipe: Declared) -> Points:
    """Sample points and sweep of a recipe with a domain; none without."""
    if recipe.domain is None:
        return Points(np.empty(0, np.int64), 0)
    return swept(recipe.domain, recipe.points)


def swept(domain: tuple[float, float], samples: Sequence[float]) -> Points:
    """Sample points, then SWEEP points from one end of the domain to the other."""
    low, high = (to_nano(x) for x in domain)
    sweep = [low + (high - low) * i // (SWEEP - 1) for i in range(SWEEP)]
    return Points(np.array([*map(to_nano, samples), *sweep], np.int64), len(samples))


@dataclass(frozen=True)
class Converted:
    """The flatbuffer, and what the float model it was made of answers."""

    tflite: bytes
    codes: NDArray[np.int8]
    """(N, input bytes): rows of the samples, then the chosen ones, see `choose.Asked`."""
    kinds: NDArray[np.str_]
    """(N,): what each chosen input is; empty for a sample."""
    float_codes: NDArray[np.float32]
    """(N, outputs): the float model's answers for those codes' real values."""
    float_x: NDArray[np.float32]
    """(M, outputs): its answers for the points asked for."""
    chosen: NDArray[np.int64]
    """(S,): places of the samples that are asked, among the test inputs, or among the calibration's where there are none."""
    sample_rows: NDArray[np.int64]
    """(S,): their rows in `codes`."""
    sample_inputs: NDArray[np.float32]
    """(S, inputs): the samples themselves, before they become codes."""
    float_samples: NDArray[np.float32]
    """(S, outputs): the float model's answers for them."""
    chain: tuple[DenseLayer, ...]
    """The layers of a model that is a chain of Dense; empty for any other."""
    parameters: int
    """Numbers the float model holds, those that are not trained included."""
    float_tflite: bytes = b""
    """The float32 flatbuffer that it was quantized from; empty where TensorFlow does not show it."""
    starts: NDArray[np.bool_] | None = None
    """(N,): before which rows a model with a state is reset; None of another model."""
    layers: Layers | None = None
    """What a Keras model calls its layers; None of another float model."""


@dataclass(frozen=True)
class Golden:
    """The references of a conversion, and who computed their expected codes."""

    references: References
    oracle: str
    arena_used: int | None
    """Bytes of arena in use by the wheel; None without it."""


def golden_data(converted: Converted, graph: Graph, at: Points, held_back: bool = False, targets: Sequence[NDArray[Any] | None] = ()) -> Golden:
    """Ask every implementation for its answers.

    Args:
        converted: the int8 model, and what the float model answers.
        graph: read from it.
        at: the x to answer.
        held_back: whether the samples are a test split; else they are the x, and where there are none those that were quantized on.
        targets: for each output those of the given samples (N, ...), of which those are kept whose samples are asked; empty without any.

    Raises:
        ModelRefused: TensorFlow Lite Micro cannot load the model.
        UnsupportedOperator: the wheel is absent, and the integer model lacks an operator.
    """
    starts = converted.starts
    expected, oracle, used = expect(converted.tflite, graph, converted.codes, starts)
    own = samples_of(converted, targets)
    data = Samples(rows_of(at, graph), at.inputs((1,)), converted.float_x) if len(at.x_nano) and not held_back else own
    references = References(
        codes=converted.codes,
        expected=expected,
        float_codes=converted.float_codes,
        x_nano=at.x_nano,
        samples=at.samples,
        float_x=converted.float_x,
        data=data,
        litert=litert_answers(converted.tflite, graph, converted.codes, starts),
        kinds=converted.kinds if converted.kinds.any() else None,
        float_product=with_float_products(graph, converted.codes, starts),
        parameters=converted.parameters,
        starts=starts,
    )
    return Golden(references, oracle, used)


def litert_answers(raw: bytes, graph: Graph, codes: Codes, starts: Starts | None) -> Codes | None:
    """What LiteRT answers; None where it is not installed, or lacks what TensorFlow Lite Micro has, such as a QUANTIZE to int32."""
    try:
        return litert.run(raw, graph, codes, starts) if litert.available() else None
    except ModelRefused:
        return None


def with_float_products(graph: Graph, codes: Codes, starts: Starts | None) -> Codes | None:
    """What TensorFlow Lite Micro from before autumn 2026 answers; None where the integer model lacks an operator or a form of it."""
    try:
        return reference_interpreter.run(graph, codes, float_product=True, starts=starts)
    except (ModelRefused, UnsupportedOperator):
        return None


def samples_of(converted: Converted, targets: Sequence[NDArray[Any] | None]) -> Samples:
    """The samples that are asked, with the targets of each output. Where each sequence has one target, a sample is its last row, which answers all of
    it."""
    rows, inputs, floats = converted.sample_rows, converted.sample_inputs, converted.float_samples
    lengths = {len(each) for each in targets if each is not None}
    if converted.starts is None or not lengths:
        return Samples(rows, inputs, floats, tuple(None if each is None else each[converted.chosen] for each in targets))
    last = np.append(np.flatnonzero(converted.starts[: len(rows)])[1:], len(rows)) - 1
    if lengths != {len(last)}:
        return Samples(rows, inputs, floats, tuple(None if each is None else each[: len(rows)] for each in targets))
    return Samples(rows[last], inputs[last], floats[last], tuple(targets))


def rows_of(at: Points, graph: Graph) -> NDArray[np.int64]:
    """The row of each x (M,) among the 256 codes of a model whose input is one int8; none where there is no x."""
    if not len(at.x_nano):
        return np.empty(0, np.int64)
    return np.array([code_of_nano(int(x), graph.input.quantized) + 128 for x in at.x_nano], np.int64)


def expect(raw: bytes, graph: Graph, codes: Codes, starts: Starts | None = None) -> tuple[Codes, str, int | None]:
    """TFLM's answers, who gave them, and the arena in use where the wheel did; `starts` as in `References`."""
    if tflm.available():
        interpreter = tflm.Interpreter(raw, graph)
        return interpreter.run(codes, starts), tflm.name(), interpreter.arena_used()
    return reference_interpreter.run(graph, codes, starts=starts), reference_interpreter.NAME, None
