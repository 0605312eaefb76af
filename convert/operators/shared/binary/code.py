"""Facts that ADD, SUB and MUL print: their operands, and the loops over the result."""

from __future__ import annotations

from typing import Any

from plumbline.common.quantization import formula
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.fixed_point import Multiplier
from plumbline.convert.operators.shared.binary.reference import Binary
from plumbline.convert.operators.shared.broadcast import Loop

VARIABLES = "ijklmnpq"
"""One per loop: a tensor has up to 8 dimensions."""

CONSTANTS = ("operand",)
NAMES = ("first", "second")
"""The operands as arguments of the C function."""


def constants(name: str, layer: Binary) -> tuple[Constant, ...]:
    """The codes of the operand that is a constant, if one is; `name` is the C identifier of the layer."""
    known = [operand.constant for operand in layer.operands if operand.constant is not None]
    return tuple(Constant(f"{name}_operand", codes, f"codes of the constant operand, real value {real(layer)}") for codes in known)


def real(layer: Binary) -> str:
    return next(formula(operand.quantization) for operand in layer.operands if operand.constant is not None)


def described(path: str, name: str, layer: Binary) -> dict[str, Any]:
    """Facts for the comment above a layer, its arguments, its loops, and how it reads each operand, zero point taken off."""
    walk = list(zip(VARIABLES, layer.loops, strict=False))
    arrays = [NAMES[side] if operand.constant is None else f"{name}_operand" for side, operand in enumerate(layer.operands)]
    return {
        "path": path,
        "shapes": [shown(operand.shape) for operand in layer.operands],
        "shape": shown(layer.shape),
        "reals": [formula(operand.quantization) for operand in layer.operands],
        "output": formula(layer.output),
        "zero_point": layer.output.zero_point,
        "clips": layer.activation,
        "lowest": layer.lowest,
        "highest": layer.highest,
        "arguments": [array for array, operand in zip(arrays, layer.operands, strict=True) if operand.constant is None],
        "walk": walk,
        "values": [f"({arrays[side]}[{index(walk, side)}]{minus(layer.operands[side].zero_point)})" for side in (0, 1)],
        "at": " + ".join(times(variable, loop.output_stride) for variable, loop in walk),
    }


def index(walk: list[tuple[str, Loop]], side: int) -> str:
    """Where an operand's element stands."""
    return " + ".join(times(variable, loop.strides[side]) for variable, loop in walk if loop.strides[side]) or "0"


def times(variable: str, stride: int) -> str:
    return variable if stride == 1 else f"{variable} * {stride}"


def minus(value: int) -> str:
    """` - 3`, ` + 3`, or nothing."""
    return "" if value == 0 else f" - {value}" if value > 0 else f" + {-value}"


def scaled(value: str, multiplier: Multiplier) -> str:
    """The C expression of a value times a multiplier.

    A left shift is a multiplication of the value, which the kernel has seen to stay within LARGEST_SCALED.
    """
    shifted = f"{value} * {1 << multiplier.left_shift}" if multiplier.left_shift else value
    return f"plumbline_scaled({shifted}, {multiplier.mantissa}, {multiplier.right_shift})"


def shown(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "one number"
