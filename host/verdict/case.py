"""case.json: a wrong answer made small, for a program to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from plumbline.common.documents import Count, Sha256, Whole
from plumbline.host.verdict.comparison import Rule


@dataclass(frozen=True)
class CaseEnd:
    """An input or output of what answers wrong."""

    name: str
    type: str
    shape: tuple[Count, ...]
    scale: float | None
    """null where it is not quantized."""
    zero_point: Whole | None
    values: tuple[Whole, ...] | None
    """What it held: of an output what it had to be. A float32 is told by its bits. null where the case tells nothing of it."""
    came: tuple[Whole, ...] | None
    """What the engine gave; null of an input, and where the firmware does not tell."""


@dataclass(frozen=True)
class CaseOperator:
    """An operator of what answers wrong."""

    number: Count
    """In execution order, from 0."""
    name: str
    version: Count
    layer: str
    """Where in the model it comes from."""
    called: str
    """What a person calls it."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """See the fields."""

    schema: Literal[1] = 1
    """Version of this schema; raised when a field comes, goes or changes its meaning."""
    model: str
    model_sha256: Sha256
    engine: str
    board: str
    held_to: Rule
    """What answers have to be."""
    allowed: Count
    """By how much a code may differ here."""
    found: str
    """The answer of the verification that this began with."""
    repeats: bool
    """Whether the board gives the wrong answer again when it is asked again."""
    inferences: Count
    """Of which the input consists: 1 unless the answer depends on the inferences before; of a model with a state from its beginning on."""
    rows: tuple[tuple[Whole, ...], ...]
    """The smallest input, for each inference the bytes of all inputs in order, as int8."""
    elements: Count
    """Of the input that do not stand for 0."""
    smallest: bool
    """Whether none of them can be left out; false where the search was ended after `asked` inferences."""
    asked: Count
    answer: tuple[Whole, ...]
    """The board's answer to it, as numbers of all outputs in order."""
    expected: tuple[Whole, ...]
    layers_told: Count
    """How many layers the firmware tells; 0: none, and only the model as a whole can be judged."""
    operators: tuple[CaseOperator, ...]
    """Where the difference begins: one operator, or several where the firmware does not tell the layers between; empty where no part of the model is
    wrong by itself."""
    inputs: tuple[CaseEnd, ...]
    """Of these operators."""
    outputs: tuple[CaseEnd, ...]

    @property
    def shown(self) -> str:
        """For a person: what the smallest input is."""
        if self.elements == 0:
            return "an input that stands for 0 everywhere"
        return f"an input with {f'{self.elements} elements that do' if self.elements > 1 else 'one element that does'} not stand for 0"

    @property
    def where(self) -> str:
        """For a person, behind a verb: where the difference begins."""
        if not self.operators:
            return "in no layer that is wrong by itself"
        names = [f"{each.number} {each.name} ({each.called})" for each in self.operators]
        return f"in layer {names[0]}" if len(names) == 1 else f"in one of the layers {names[0]} to {names[-1]}"
