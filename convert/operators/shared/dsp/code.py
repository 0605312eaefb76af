"""FULLY_CONNECTED, CONV_2D and DEPTHWISE_CONV_2D several sums at a time, with the DSP instructions of a Cortex-M4 or without: where that fits, and
how weights lie for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.fixed_point import INT8, Multiplier
from plumbline.convert.operators.shared.weighted.code import constants, described
from plumbline.convert.operators.shared.weighted.reference import Weighted

CONSTANTS = ("layer",)
LARGEST_SUM = 2**29
"""What a sum may reach: it is doubled before the multiplication, and rescale.c.j2 adds to what comes out of that."""
BLOCK = 8
"""Inputs of one output that are computed in one go."""


T = TypeVar("T", bound=Weighted)


def per_output(layer: T) -> T:
    """A factor for every output, and zeros for the weights of those that have the same code whatever the input is: a bias of four times that code
    and a factor of 1/4 say the same.

    Batch normalization leaves them behind: channels that never fire, with a scale so small that the bias fills 31 bits.
    """
    rows, count = layer.rows, len(layer.weights)
    multipliers = layer.multipliers if len(layer.multipliers) == count else layer.multipliers * count
    least, most = (np.where(rows > 0, low, high) for low, high in (INT8, INT8[::-1]))
    ends = [np.array([int(m.apply(at)) for m, at in zip(multipliers, extreme(layer, codes), strict=True)]) for codes in (least, most)]
    constant = ends[0] == ends[1]  # codes only grow with their sum
    weights, bias = layer.weights.copy(), layer.bias.copy()
    weights[constant], bias[constant] = 0, 4 * np.clip(ends[0], -256, 256)[constant]  # what is clipped is past every code anyway
    quarter = Multiplier.of(0.25)
    return replace(
        layer, weights=weights, bias=bias, multipliers=tuple(quarter if same else m for same, m in zip(constant, multipliers, strict=True))
    )


def extreme(layer: Weighted, codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sums (outputs,) of input codes that are chosen for each output (outputs, inputs)."""
    return np.asarray((layer.rows * codes).sum(axis=1) + layer.folded_bias, np.int64)


def rescales(layer: Weighted) -> bool:
    """Whether rescale.c.j2 gives the layer's codes: all factors are below 1/2, and no sum leaves +-2^29."""
    return all(m.shift < 0 for m in layer.multipliers) and layer.largest_sum <= LARGEST_SUM


def padded(count: int, multiple: int) -> int:
    return -(-count // multiple) * multiple


def interleaved(rows: NDArray[np.int64], together: int) -> NDArray[np.int64]:
    """Weights (outputs, inputs) as functions read them that compute some outputs `together`: four inputs of each in turn, zeros to fill up."""
    outputs, inputs = rows.shape
    filled = np.zeros((padded(outputs, together), padded(inputs, BLOCK)), np.int64)
    filled[:outputs, :inputs] = rows
    return filled.reshape(len(filled) // together, together, -1, 4).transpose(0, 2, 1, 3)


def layer_constants(name: str, layer: Weighted, weights: NDArray[np.int64], order: str) -> tuple[Constant, ...]:
    """As `weighted.constants`, the zero point folded into the bias and the weights aligned."""
    first, *others = constants(name, layer, weights, order)
    return Constant(first.name, first.values, first.comment, aligned=True), *others


def layer_facts(path: str, layer: Weighted, inputs: int) -> dict[str, Any]:
    """What the templates print of a layer: its description and the fields of plumbline_layer."""
    return {
        **described(path, layer),
        "zero_point": 0,
        "inputs_filled": inputs,
        "outputs_computed": len(layer.weights),
        "constant_outputs": int((~layer.rows.any(axis=1)).sum()),
        "clamped": (layer.lowest, layer.highest) != INT8,
    }


def helpers(facts: dict[str, Any], *names: str) -> tuple[str, ...]:
    """The helpers of a layer, with the one that its activation asks for."""
    return (*names, "clamp") if facts["clamped"] else names
