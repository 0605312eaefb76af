"""Facts that operators of several operands print: their arguments, and the loops over the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from plumbline.common.quantization import formula
from plumbline.convert.model.graph import C_TYPES
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.fixed_point import ENDS, Multiplier
from plumbline.convert.operators.shared.binary.operands import Operand, Together, Values
from plumbline.convert.operators.shared.binary.reference import Binary
from plumbline.convert.operators.shared.broadcast import Loop
from plumbline.convert.operators.step import Step

VARIABLES = "ijklmnpq"
"""One per loop: a tensor has up to 8 dimensions."""

CONSTANTS = ("operand",)
NAMES = ("first", "second")
"""The operands as arguments of the C function."""
TEMPLATE = "elementwise.c.j2"
SCALED = {"INT8": "scaled_code", "INT16": "scaled_code_s16"}
"""The C function that makes codes of a type of scaled numbers."""


def constants(name: str, layer: Together, names: Sequence[str] = NAMES) -> tuple[Constant, ...]:
    """The values of the operands that are constants; `name` is the C identifier of the layer, `names` those of its operands."""
    arrays = zip(array_names(name, layer, names), layer.operands, strict=True)
    return tuple(constant(array, operand, operand.constant) for array, operand in arrays if operand.constant is not None)


def constant(array: str, operand: Operand, values: Values) -> Constant:
    real = f"codes of the constant operand, real value {formula(operand.quantization)}" if operand.quantization else "values of the constant operand"
    return Constant(array, values.astype(np.uint8) if values.dtype == bool else values, real)


def array_names(name: str, layer: Together, names: Sequence[str]) -> list[str]:
    """What each operand is called in C: by its argument, or as the constant of the layer that it is."""
    single = sum(operand.constant is not None for operand in layer.operands) == 1
    known = [f"{name}_operand" if single else f"{name}_{each}" for each in names]
    return [each if operand.constant is None else array for each, array, operand in zip(names, known, layer.operands, strict=True)]


def walked(path: str, name: str, layer: Together, names: Sequence[str] = NAMES) -> dict[str, Any]:
    """Facts for the comment above a layer, its arguments, its loops, and where the element of each operand and of the result stands."""
    walk = list(zip(VARIABLES, layer.loops, strict=False))
    arrays = array_names(name, layer, names)
    reals = [*zip(names, (operand.quantization for operand in layer.operands), strict=True), ("output", layer.result)]
    width = max(map(len, (*names, "output")))
    return {
        "path": path,
        "shapes": listed([shown(operand.shape) for operand in layer.operands]),
        "shape": "" if all(operand.shape == layer.shape for operand in layer.operands) else shown(layer.shape),
        "reals": [f"real {each.ljust(width)} = {formula(quantization)}" for each, quantization in reals if quantization],
        "arguments": [(C_TYPES[operand.type], each) for each, operand in zip(names, layer.operands, strict=True) if operand.constant is None],
        "result": C_TYPES[layer.type],
        "walk": walk,
        "elements": [f"{array}[{index(walk, side)}]" for side, array in enumerate(arrays)],
        "at": " + ".join(times(variable, loop.output_stride) for variable, loop in walk),
    }


def described(path: str, name: str, layer: Binary) -> dict[str, Any]:
    """The same of a layer that clips codes, and how it reads each operand, zero point taken off: as an int32, which an int need not be."""
    facts = walked(path, name, layer)
    if layer.activation != "NONE":
        facts["reals"][-1] += f", clipped by {layer.activation}"
    elements = zip(facts["elements"], layer.operands, strict=True)
    return facts | {
        "zero_point": layer.output.zero_point,
        "below": layer.lowest if layer.lowest > least(layer) else None,
        "above": layer.highest if layer.highest < ENDS[layer.type][1] else None,
        "distances": (bare := [f"(int32_t){element}{minus(operand.zero_point)}" for element, operand in elements]),
        "values": [f"({each})" if operand.zero_point else each for each, operand in zip(bare, layer.operands, strict=True)],
    }


def least(layer: Binary) -> int:
    """What `coded` lets no code be below: the type's lowest, or 0 where int16 codes end there."""
    return 0 if layer.type == "INT16" and layer.lowest == 0 else ENDS[layer.type][0]


def coded(value: str, multiplier: Multiplier, layer: Binary) -> str:
    """The C expression of a code: a value times a multiplier, the output's zero point added, and kept within the type, see `least`."""
    last = least(layer) if layer.type == "INT16" else layer.output.zero_point
    return f"plumbline_{SCALED[layer.type]}({factors(value, multiplier)}, {last})"


def elementwise(
    facts: Mapping[str, Any],
    name: str,
    layer: Together,
    word: str,
    body: Sequence[str],
    known: tuple[Constant, ...],
    notes: Sequence[str] = (),
    called: Sequence[str] = (),
) -> Step:
    """The step of an operator that needs a few statements for each element.

    Args:
        facts: see `walked`.
        name: the C identifier of the layer.
        layer: the checked operator.
        word: what it makes of its operands, for the comment above it.
        body: statements, of which the last sets `output[{at}]`.
        known: its constants.
        notes: further lines of the comment.
        called: the C functions that the statements call.
    """
    return Step(name, TEMPLATE, tuple(called), known, {**facts, "word": word, "body": body, "notes": notes}, layer.in_place)


def index(walk: list[tuple[str, Loop]], side: int) -> str:
    """Where an operand's element stands."""
    return " + ".join(times(variable, loop.strides[side]) for variable, loop in walk if loop.strides[side]) or "0"


def times(variable: str, stride: int) -> str:
    return variable if stride == 1 else f"{variable} * {stride}"


def minus(value: int) -> str:
    """` - 3`, ` + 3`, or nothing."""
    return "" if value == 0 else f" - {value}" if value > 0 else f" + {-value}"


def scaled(value: str, multiplier: Multiplier) -> str:
    """The C expression of a value times a multiplier."""
    return f"plumbline_scaled_fast({factors(value, multiplier)})"


def factors(value: str, multiplier: Multiplier) -> str:
    """The arguments of functions that multiply.

    A left shift is a multiplication of the value, which the kernel has seen to stay within LARGEST_SCALED.
    """
    shifted = f"{value} * {1 << multiplier.left_shift}" if multiplier.left_shift else value
    return f"{shifted}, {multiplier.mantissa}, {multiplier.right_shift}"


def shown(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "one number"


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
