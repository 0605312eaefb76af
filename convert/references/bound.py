"""The proven bound on |board - float model| for a chain of Dense layers, and the roundings it is made of.

Notation: h(x) is the float model as real-valued mathematics. The board sees the code c of x, which stands for x'. Then

    |board(c) - h(x)| <= |h(x) - h(x')|          input rounding: slope * |x - x'|
                       + |h(x') - h_W(x')|       weight rounding: h_W has the weights that the int8 codes stand for
                       + |h_W(x') - h_WB(x')|    bias rounding: h_WB has the quantized biases as well
                       + |h_WB(x') - board(c)|   output rounding: every layer's result becomes an int8 code, clamped to its range
                       + evaluation              the reference itself computes in float32, the answer is rounded to 1e-9

Where the input is one int8, the middle three are taken exactly, as the largest over all codes of the domain, and the total is at most the
largest distance of any code's answer from what h does on the interval of x that become this code. Elsewhere each layer's roundings are bounded
for any input and carried through the layers after it: an error e becomes at most |W| e, since no activation steepens it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from plumbline.common.golden_data import DenseLayer
from plumbline.common.manifest import BoundSpec
from plumbline.common.quantization import code_of, dequantize, real_of
from plumbline.common.rows import range_of
from plumbline.common.wire import NANO
from plumbline.convert.model.graph import Graph
from plumbline.convert.operators.fully_connected.reference import FullyConnectedReference, check_fully_connected

Reals = NDArray[np.float64]

FLOAT32_UNIT = 2.0**-24
FLOAT64_SLACK = 1e-12
"""Relative: far above what float64 sums of these lengths lose. The bound itself is computed in float64."""

CLIPS = {"linear": (-np.inf, np.inf), "NONE": (-np.inf, np.inf), "relu": (0.0, np.inf), "RELU": (0.0, np.inf)}
CLIPS |= {"relu6": (0.0, 6.0), "RELU6": (0.0, 6.0), "RELU_N1_TO_1": (-1.0, 1.0)}
"""Every supported activation clips; by its name in Keras and in the flatbuffer."""


@dataclass(frozen=True)
class Layer:
    """One Dense layer: as trained (`weights`, `bias`), as the codes stand for it (`coded_weights`, `coded_bias`), and in integers."""

    weights: Reals
    bias: Reals
    coded_weights: Reals
    coded_bias: Reals
    clip: tuple[float, float]
    integers: FullyConnectedReference

    def real(self, values: Reals, weights: Reals, bias: Reals) -> Reals:
        """The layer as real-valued mathematics on values (N, inputs)."""
        return np.asarray(np.clip(values @ weights.T + bias, *self.clip), np.float64)


def bound(graph: Graph, chain: tuple[DenseLayer, ...], domain: tuple[float, float] | None) -> BoundSpec | None:
    """Bound the error of the int8 model `graph` against the float model `chain`.

    Args:
        graph: the flatbuffer.
        chain: the float model's layers.
        domain: lowest and highest x, for an input of one int8; without it inputs are bounded by what their codes can represent.

    Returns:
        None where the two do not match layer by layer: a model that is no chain of Dense.
    """
    layers = match(graph, chain)
    if not layers:
        return None
    if domain is not None and graph.input.elements == 1:
        return enumerated(graph, layers, domain)
    return propagated(graph, layers)


def match(graph: Graph, chain: tuple[DenseLayer, ...]) -> list[Layer]:
    """Pair each operator with its Dense layer; empty where that is not possible."""
    if len(chain) != len(graph.operators) or any(operator.name != "FULLY_CONNECTED" for operator in graph.operators):
        return []
    layers = []
    for operator, dense in zip(graph.operators, chain, strict=True):
        integers = check_fully_connected(operator)
        if integers.weights.shape != dense.weights.shape or CLIPS[integers.activation] != CLIPS[dense.activation] or integers.batches != 1:
            return []
        scales = np.array(integers.weight_scales)
        layers.append(
            Layer(
                dense.weights.astype(np.float64),
                dense.bias.astype(np.float64),
                integers.weights * scales.reshape(-1, 1),
                integers.bias * (integers.input.scale * scales),
                CLIPS[dense.activation],
                integers,
            )
        )
    return layers


def enumerated(graph: Graph, layers: list[Layer], domain: tuple[float, float]) -> BoundSpec:
    """For an input of one int8: every code that an x of the domain is rounded to is tried."""
    quantization = graph.input.quantized
    ends = [code_of(Fraction(x), quantization) for x in domain]
    codes = np.arange(ends[0], ends[1] + 1)
    points: Reals = dequantize(codes, quantization).reshape(-1, 1)
    # Half a step between codes; at an end of the domain that lies beyond the last code's half step, more.
    radius = max(quantization.scale / 2, *(float(abs(Fraction(x) - real_of(code, quantization))) for x, code in zip(domain, ends, strict=True)))
    answers: NDArray[np.int8] = codes.astype(np.int8).reshape(-1, 1)
    trained, weighted, coded = points, points, points
    for layer in layers:
        answers = layer.integers.answer(answers)
        trained = layer.real(trained, layer.weights, layer.bias)
        weighted = layer.real(weighted, layer.coded_weights, layer.bias)
        coded = layer.real(coded, layer.coded_weights, layer.coded_bias)
    board = dequantize(answers, graph.output.quantized)
    reached = np.max(np.abs(points)) + radius
    evaluated = evaluation(layers, np.array([reached]))
    # The x that become a code: half a step to both sides, but no farther than the domain, and all of it at its ends.
    low = np.maximum(points - quantization.scale / 2, domain[0])
    high = np.minimum(points + quantization.scale / 2, domain[1])
    low[0], high[-1] = domain[0], domain[1]
    bottom, top, slope = enclose(layers, low, high)
    terms = [slope * radius, *(float(np.max(np.abs(a - b))) for a, b in ((trained, weighted), (weighted, coded), (coded, board)))]
    together = float(np.maximum(board - bottom, top - board).max()) + evaluated
    return spec(terms, evaluated, slope, "largest over all input codes of the domain", together)


def enclose(layers: list[Layer], low: Reals, high: Reals) -> tuple[Reals, Reals, float]:
    """What the float model can answer on intervals [low, high] (N, 1) of x, and a bound on |dh/dx| over all of them.

    Each interval is carried through the layers; a unit that surely clips on it has slope 0, one that surely does not has slope 1, and one
    that may do either has both.

    Returns:
        Lowest and highest answer (N, outputs) for each interval, and the bound on the slope.
    """
    slope_low, slope_high = np.ones_like(low), np.ones_like(low)
    for layer in layers:
        rising, falling = np.maximum(layer.weights, 0).T, np.minimum(layer.weights, 0).T
        low, high = low @ rising + high @ falling + layer.bias, high @ rising + low @ falling + layer.bias
        slope_low, slope_high = slope_low @ rising + slope_high @ falling, slope_high @ rising + slope_low @ falling
        slack = FLOAT64_SLACK * (1 + np.abs(low) + np.abs(high))
        low, high = low - slack, high + slack
        bottom, top = layer.clip
        never, maybe = (high <= bottom) | (low >= top), (low < bottom) | (high > top)
        slope_low = np.where(never, 0, np.where(maybe, np.minimum(slope_low, 0), slope_low))
        slope_high = np.where(never, 0, np.where(maybe, np.maximum(slope_high, 0), slope_high))
        low, high = np.clip(low, bottom, top), np.clip(high, bottom, top)
    return low, high, float(np.maximum(np.abs(slope_low), np.abs(slope_high)).max())


def propagated(graph: Graph, layers: list[Layer]) -> BoundSpec:
    """For any input within what its codes represent: each layer's own roundings, carried through the layers after it."""
    quantization = graph.input.quantized
    ends: list[Reals] = [np.full(graph.input.elements, end) for end in range_of(graph.input)]
    low, high = ends
    size = np.maximum(np.abs(low), np.abs(high))  # of the board's values, per unit
    from_input: Reals = np.full(graph.input.elements, quantization.scale / 2)
    from_weights: Reals = np.zeros(graph.input.elements)
    from_biases, from_outputs = from_weights, from_weights
    slope: Reals = np.eye(graph.input.elements)
    for layer in layers:
        gain = np.abs(layer.weights)
        slope = gain @ slope
        own, low, high = own_rounding(layer, low, high)
        from_input = gain @ from_input
        from_weights = gain @ from_weights + np.abs(layer.weights - layer.coded_weights) @ size
        from_biases = gain @ from_biases + np.abs(layer.bias - layer.coded_bias)
        from_outputs = gain @ from_outputs + own
        size = np.maximum(np.abs(low), np.abs(high))
    terms = [float(each.max()) for each in (from_input, from_weights, from_biases, from_outputs)]
    start = np.full(graph.input.elements, max(abs(-128 - quantization.zero_point), abs(127 - quantization.zero_point)) * quantization.scale)
    return spec(terms, evaluation(layers, start), float(slope.sum(axis=1).max()), "each layer's rounding, carried through the layers after it")


def own_rounding(layer: Layer, low: Reals, high: Reals) -> tuple[Reals, Reals, Reals]:
    """|board's output - the layer's real-valued answer to the same coded input|, for inputs in [low, high] (inputs,), per output.

    Returns:
        The bound, and the lowest and highest value the board can output; each (outputs,).
    """
    rising, falling = np.maximum(layer.coded_weights, 0), np.minimum(layer.coded_weights, 0)
    bottom, top = rising @ low + falling @ high + layer.coded_bias, rising @ high + falling @ low + layer.coded_bias
    integers = layer.integers
    step, zero = integers.output.scale, integers.output.zero_point
    scales = np.array(integers.weight_scales)
    factors = integers.input.scale * scales / step
    approximate = np.array([m.mantissa * 2.0 ** (m.shift - 31) for m in integers.multipliers])
    reach = np.maximum(np.abs(bottom), np.abs(top))
    # In output steps: half for the second rounding, half a unit before the right shift for the first, the multiplier's own error. The code at
    # which an activation clips lies within half a step of its real value, so that clipping there adds nothing.
    first = np.array([0.5 * 2.0**-m.right_shift for m in integers.multipliers])
    rounding = step * (0.5 + first) + reach * np.abs(approximate / factors - 1)
    least, most = ((code - zero) * step for code in (integers.lowest, integers.highest))
    clipped = [np.clip(each, *layer.clip) for each in (bottom, top)]
    beyond = np.maximum(0, np.maximum(least - clipped[0], clipped[1] - most))  # what the codes cannot reach
    values = [np.clip(each, least, most) for each in (bottom - rounding, top + rounding)]
    return rounding + beyond, values[0], values[1]


def evaluation(layers: list[Layer], largest: Reals) -> float:
    """What the reference can lose by computing in float32: |x| is at most `largest` (inputs,).

    A sum of n products and a bias is off by at most (n + 2) u / (1 - (n + 2) u) of the sum of magnitudes, in any order of summation
    (Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition, section 3.1); u = 2^-24, and one more u for rounding the input.
    """
    error, size = largest * FLOAT32_UNIT, largest
    for layer in layers:
        n = layer.weights.shape[1] + 2
        sums = np.abs(layer.weights) @ (size + error) + np.abs(layer.bias)
        error = np.abs(layer.weights) @ error + sums * n * FLOAT32_UNIT / (1 - n * FLOAT32_UNIT)
        size = sums
    return float((error + FLOAT64_SLACK * size).max()) + 0.5 / NANO


def spec(terms: list[float], evaluated: float, slope: float, method: str, together: float = np.inf) -> BoundSpec:
    """`together` bounds the sum of all terms where their worst cases cannot meet."""
    total = min(sum(terms) + evaluated, together) * (1 + FLOAT64_SLACK)
    from_input, from_weights, from_biases, from_outputs = terms
    return BoundSpec(from_input, from_weights, from_biases, from_outputs, total, slope, evaluated, method)
