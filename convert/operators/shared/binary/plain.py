"""Operators of several operands that take values as they are, whatever real numbers they stand for: reference, C and registration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.binary.code import CONSTANTS, NAMES, constants, elementwise, walked
from plumbline.convert.operators.shared.binary.operands import BROADCAST, Together, Values, alike, operands, walk
from plumbline.convert.operators.step import Step


@dataclass(frozen=True)
class Plain(Together):
    """`function` of one element of each operand."""

    function: Callable[..., Values]
    """Of arrays that broadcast; its answer has the result's type."""

    def answer(self, *sources: Values) -> Values:
        """Answer values (N, elements) of each run-time operand with values (N, elements)."""
        results = self.function(*self.lined_up(sources))
        return results.reshape(len(results), -1)


def plain(operator: Operator, function: Callable[..., Values], types: tuple[str, ...], result: str = "", count: int = 2) -> Plain:
    """Check an operator whose operands have one type.

    Args:
        operator: from the graph.
        function: see Plain.
        types: of which all operands must have one and the same.
        result: the result's type, where it is not the operands'.
        count: how many operands it has.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: they are of another type, or all constants.
    """
    tensors = operands(operator, count)
    alike(operator, tensors, types, result)
    return Plain(**walk(operator, tensors), function=function)


def registration(
    name: str, check: Callable[..., Plain], word: str, expression: str, accepts: str = BROADCAST, names: Sequence[str] = NAMES, **traits: Any
) -> Registration:
    """Register an operator.

    Args:
        name: of the operator.
        check: its own.
        word: what it makes of its operands, for the comment in C.
        expression: in C, the operands in braces by their names, e.g. "{first} > {second}".
        accepts: see Registration.
        names: of the operands.
        traits: further fields of Registration.
    """
    compiled = partial(compile_plain, check, word, expression, names)
    known = CONSTANTS if len(names) == 2 else (*CONSTANTS, *names)
    return Registration(name, check, compiled, accepts, constants=known if len(names) > 1 else (), **traits)


def compile_plain(check: Callable[[Operator], Plain], word: str, expression: str, names: Sequence[str], operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template; raises what its check raises."""
    layer = check(operator)
    facts = walked(operator.title, name, layer, names)
    body = f"output[{facts['at']}] = {expression.format(**dict(zip(names, facts['elements'], strict=True)))};"
    return elementwise(facts, name, layer, word, [body], constants(name, layer, names))
