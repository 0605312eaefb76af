"""Constants and facts of FULLY_CONNECTED, CONV_2D and DEPTHWISE_CONV_2D, which all end in requantized sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from plumbline.common.quantization import formula
from plumbline.convert.model.graph import C_TYPES
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.fixed_point import INT32_MAX
from plumbline.convert.operators.shared.weighted.reference import Integers, Weighted

CONSTANTS = ("weights", "bias", "multiplier", "shift", "output")


def constants(name: str, layer: Weighted, weights: Integers, order: str, folded: bool = True) -> tuple[Constant, ...]:
    """The arrays of a layer.

    Args:
        name: the C identifier of the layer.
        layer: its integers.
        weights: in the order in which the C code reads them.
        order: that order in words.
        folded: whether the input's zero point goes into the bias; else the C code subtracts it from every input.
    """
    bias = layer.folded_bias if folded else layer.bias
    factors = np.array([m.fifteen_bits << 16 if layer.once else m.mantissa for m in layer.multipliers])
    ends = np.array([layer.output.zero_point, layer.lowest, layer.highest])
    return (
        Constant(f"{name}_weights", weights.astype(np.int8), order),
        Constant(f"{name}_bias", np.asarray(bias, sum_type(layer)), "bias - input zero point * sum of the row's weights" if folded else "bias"),
        Constant(f"{name}_multiplier", factors.astype(np.int32), "of 2^-31, rounded to 15 bits" if layer.once else "of 2^-31"),
        Constant(f"{name}_shift", np.array([m.shift for m in layer.multipliers], np.int8), "left by so many bits, right where negative"),
        Constant(f"{name}_output", ends.astype(np.int8) if layer.type == "INT8" else ends.astype(np.int16), "zero point, lowest and highest code"),
    )


def sum_type(layer: Weighted) -> type[np.signedinteger[Any]]:
    """What holds every sum."""
    return np.int32 if layer.largest_sum <= INT32_MAX else np.int64


def helpers(layer: Weighted) -> tuple[str, ...]:
    """The C function that makes a code of a sum."""
    return ("requantize" if layer.type == "INT8" else "requantize_once" if layer.once else "requantize_s16",)


def described(path: str, layer: Weighted) -> dict[str, Any]:
    """Facts for the comment above a layer, and whether it has a multiplier per output."""
    low, high = ((code - layer.output.zero_point) * layer.output.scale for code in (layer.lowest, layer.highest))
    return {
        "path": path,
        "type": C_TYPES[layer.type],
        "sum_type": f"{sum_type(layer).__name__}_t",
        "requantize": helpers(layer)[0],
        "outputs": len(layer.weights),
        "per_channel": len(layer.multipliers) > 1,
        "clips": layer.activation,
        "input": formula(layer.input),
        "output": formula(layer.output),
        "weight": f"{shown(layer.weight_scales)} * code",
        "factor": shown(tuple(layer.input.scale * scale / layer.output.scale for scale in layer.weight_scales)),
        "range": (f"{low:.6g}", f"{high:.6g}"),
    }


def shown(values: tuple[float, ...]) -> str:
    """One number, or the range of several."""
    if len(values) == 1:
        return f"{values[0]:.9g}"
    return f"({min(values):.9g} to {max(values):.9g}, one per output)"
