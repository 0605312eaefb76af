"""What comparisons print: codes themselves where these are in the order of their real numbers, else tables of those."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.binary.code import NAMES, constants, elementwise, minus, walked
from plumbline.convert.operators.shared.binary.operands import BROADCAST, Values
from plumbline.convert.operators.shared.binary.plain import Plain
from plumbline.convert.operators.shared.comparison.reference import COMPARE, Comparison, Integers
from plumbline.convert.operators.step import Step

CODES = np.arange(-128, 128, dtype=np.int64)
BOUNDS = np.arange(-129, 129, dtype=np.int64)
"""What codes may be compared with: also what all, or none of them, are above."""
ACCEPTS = f"{BROADCAST}; codes with scales below 1"


def registration(name: str, symbol: str, check: Callable[..., Comparison | Plain], types: tuple[str, ...], **traits: Any) -> Registration:
    """Register a comparison; `traits` are further fields of Registration."""
    compiled = partial(compile_comparison, symbol, check)
    return Registration(name, check, compiled, ACCEPTS, types, constants=("operand", *NAMES), **traits)


def compile_comparison(symbol: str, check: Callable[[Operator], Comparison | Plain], operator: Operator, name: str) -> Step:
    """Turn a comparison into the facts of its template.

    Args:
        symbol: in C.
        check: the operator's own.
        operator: from the graph.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see its check.
    """
    layer = check(operator)
    facts = walked(operator.title, name, layer)
    first, second = facts["elements"]
    known, notes = constants(name, layer), []
    if isinstance(layer, Comparison):
        first, second, known, note = of_codes(layer, name, first, second)
        notes = [f"Compared are {note}."]
    elif layer.operands[0].type == "BOOL":
        first, second = f"({first} != 0)", f"({second} != 0)"
    return elementwise(facts, name, layer, f"comparison ({symbol})", [f"output[{facts['at']}] = {first} {symbol} {second};"], known, notes)


def of_codes(layer: Comparison, name: str, first: str, second: str) -> tuple[str, str, tuple[Constant, ...], str]:
    """Both sides of a comparison of codes in C, its constants, and what is compared."""
    side = next((side for side, operand in enumerate(layer.operands) if operand.constant is not None), None)
    if side is not None:
        bounds = as_bounds(layer, side)
        if bounds is not None:
            known = Constant(f"{name}_operand", narrow(bounds), "the constant operand, brought to the codes of the other one")
            return first, second, (known,), "the other operand's codes"
    apart = layer.operands[1].zero_point - layer.operands[0].zero_point
    if side is None and in_order(layer, apart):
        return first, second + minus(apart), (), "codes, which are in the order of the real values"
    one = table(layer, name, 0)
    other = one if side is None and layer.operands[0].quantization == layer.operands[1].quantization else table(layer, name, 1)
    sides = [f"{one.name}[{first} + 128]" if side != 0 else first, f"{other.name}[{second} + 128]" if side != 1 else second]
    return sides[0], sides[1], (one,) if other is one else (one, other), "256 * the real values, rounded"


def table(layer: Comparison, name: str, side: int) -> Constant:
    """What the codes of one operand are compared by: of each code, or of each element of a constant."""
    held = layer.operands[side].constant
    if held is None:
        return Constant(f"{name}_{NAMES[side]}", narrow(layer.steps[side]), "256 * the real value of each code from -128 to 127")
    return Constant(f"{name}_operand", narrow(layer.steps[side][held.astype(np.int64) + 128]), "256 * the real values of the constant operand")


def as_bounds(layer: Comparison, side: int) -> Integers | None:
    """Numbers that the run-time operand's codes compare with as their real values do with those of the constant at `side`; None if there are none."""
    compare = COMPARE[layer.symbol]
    held = layer.operands[side].constant
    assert held is not None
    wanted, places = np.unique(layer.steps[side][held.astype(np.int64) + 128], return_inverse=True)
    if side == 1:
        truth, offered = compare(layer.steps[0], wanted[:, None]), compare(CODES, BOUNDS[:, None])
    else:
        truth, offered = compare(wanted[:, None], layer.steps[1]), compare(BOUNDS[:, None], CODES)
    fits = (truth[:, None] == offered[None]).all(axis=2)
    return BOUNDS[fits.argmax(axis=1)][places.ravel()] if fits.any(axis=1).all() else None


def in_order(layer: Comparison, apart: int) -> bool:
    """Whether codes, those of the first operand raised by `apart`, compare as their real values do."""
    compare = COMPARE[layer.symbol]
    first, second = layer.steps
    return bool(np.array_equal(compare(first[:, None], second), compare(CODES[:, None] + apart, CODES)))


def narrow(values: Integers) -> Values:
    """Whole numbers in as few bytes as hold them."""
    low, high = int(values.min()), int(values.max())
    return values.astype(next(kind for kind in (np.int8, np.int16, np.int32) if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max))
