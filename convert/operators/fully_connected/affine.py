"""FULLY_CONNECTED with one input: each output is a line, and often one multiplication and one shift give all of its 256 codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.operators.fixed_point import INT8
from plumbline.convert.operators.fully_connected.reference import FullyConnectedReference

STEEPEST = 2**15 - 1
LONGEST_SHIFT = 16
CODES = np.arange(INT8[0], INT8[1] + 1)


@dataclass(frozen=True)
class Affine:
    """output[o] = (slope[o] * input + offset[o]) >> shift, kept between -128 and 127; (outputs,) int32 arrays."""

    slope: NDArray[np.int32]
    offset: NDArray[np.int32]
    shift: int


def affine_form(layer: FullyConnectedReference) -> Affine | None:
    """The lines with the smallest shift that give the layer's code for every input code, or None.

    Every shift is tried, and for each output the slopes next to its real one: a slope fits where some offset puts all 256 values onto the right
    steps. What an activation cuts off beyond full codes, -128 to 127, no line can give.
    """
    if layer.type != "INT8" or layer.weights.shape[1] != 1 or (layer.lowest, layer.highest) != INT8:
        return None
    wanted = layer.codes((CODES[:, None] - layer.input.zero_point) * layer.weights[:, 0] + layer.bias).astype(np.int64)
    factors = [float(m.mantissa) * 2.0 ** (m.shift - 31) for m in layer.multipliers]
    reals = layer.weights[:, 0] * np.array(factors)
    for shift in range(LONGEST_SHIFT + 1):
        found = [slope_and_offset(wanted[:, o], float(real), shift) for o, real in enumerate(reals)]
        if all(found):
            pairs = np.array(found, np.int32)
            return Affine(pairs[:, 0], pairs[:, 1], shift)
    return None


def slope_and_offset(wanted: NDArray[np.int64], real: float, shift: int) -> tuple[int, int] | None:
    """A slope and an offset that give the wanted codes (256,) for input codes -128 to 127 at this shift."""
    centre = round(real * 2**shift)
    for slope in sorted(range(centre - 2, centre + 3), key=lambda each: abs(each - centre)):
        low = np.where(wanted > INT8[0], (wanted << shift) - slope * CODES, -(2**62)).max()
        high = np.where(wanted < INT8[1], ((wanted + 1) << shift) - 1 - slope * CODES, 2**62).min()
        offset = min(max(0, int(low)), int(high))
        if low <= high and abs(slope) <= STEEPEST and abs(offset) < 2**30:
            return slope, offset
    return None
