"""One answer of a board held against the references, and one input that it has to refuse."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from plumbline.common.documents import Count, Whole
from plumbline.common.wire import NANO

Kind = Literal["sample", "sweep", "code"]
"""A sample point or a point of the sweep, both asked as real numbers; or a tensor of codes."""
Limit = Literal["bound", "tolerance"]
"""What errors are held against: a bound is proven, a tolerance is what the recipe declares or the quantization suggests."""


@dataclass(frozen=True)
class Rule:
    """What an answer has to be."""

    held_to: Literal["exact", "codes", "float"] = "exact"
    """The oracle's codes, bit for bit, and within the bound; codes that are near to them, whatever the bound; or near enough to the float model."""
    codes: Count = 0
    """Of "codes": by how much each may differ."""

    @property
    def told(self) -> str:
        """For a person: what the answers are held to."""
        if self.held_to == "float":
            return "the float model, within the tolerance"
        if self.held_to == "codes":
            return f"the oracle's codes, within {self.codes} code{'s' * (self.codes != 1)}"
        return "the oracle's codes, bit for bit"


EXACT = Rule()


@dataclass(frozen=True)
class Step:
    """One inference of a sequence, before whose first the model's state is put to its beginning."""

    sequence: Count
    """From 0."""
    number: Count
    """Within the sequence, from 0."""


@dataclass(frozen=True)
class Comparison:
    """One answer of the board held against both references. Tuples have one element for each output."""

    kind: Kind
    row: int
    """Its row in the references: of `x_nano`, or of `codes`."""
    x: float | None
    """The real input; None where the input is more than one number."""
    expected: tuple[int, ...]
    """The oracle's codes."""
    board: tuple[int, ...]
    """The board's codes."""
    expected_y: tuple[float, ...]
    """The numbers that the oracle's codes stand for."""
    board_y: tuple[float, ...]
    float_y: tuple[float, ...]
    bound: float
    """Largest |board - float| that is accepted here: the proven bound, or the tolerance where there is none."""
    exact: bool
    """The board's codes are the oracle's; for a real input its input code and the number it answers as well."""
    chosen: str = ""
    """What the input is where it was chosen to tell kernels apart, e.g. "ramp". Such answers must be exact and have no bound: no real input is like
    them, and the farther an input lies from all real ones, the farther int8 lies from float."""

    step: Step | None = None
    """Where in a sequence the answer was asked for, of a model with a state."""
    rule: Rule = EXACT
    """What the answer has to be."""
    sound: bool = True
    """Of a real input: the board rounded it to the right code, and the number it answers is the one of its output code."""

    @cached_property
    def errors(self) -> tuple[float, ...]:
        """|board - float| of each output; NaN when a reference is NaN."""
        return tuple(abs(board - reference) for board, reference in zip(self.board_y, self.float_y, strict=True))

    @cached_property
    def worst(self) -> int:
        """Index of the output with the largest error; NaN counts as larger than any number."""
        return max(range(len(self.errors)), key=lambda index: (math.isnan(self.errors[index]), self.errors[index]))

    @property
    def shown(self) -> int:
        """Index of the output that a reader has to see: the one whose codes differ most, else the one with the largest error."""
        apart = [abs(board - expected) for board, expected in zip(self.board, self.expected, strict=False)]
        return apart.index(max(apart)) if any(apart) else self.worst

    @property
    def error(self) -> float:
        """Largest |board - float| over the outputs."""
        return self.errors[self.worst]

    @property
    def within(self) -> bool:
        """The error is a number and at most the bound, or there is none."""
        return bool(self.chosen) or self.error <= self.bound

    @cached_property
    def apart(self) -> int | None:
        """The largest difference between the board's codes and the oracle's; None where one of them is missing."""
        if len(self.board) != len(self.expected) or not self.expected:
            return None
        return max(abs(board - expected) for board, expected in zip(self.board, self.expected, strict=True))

    @property
    def right(self) -> bool:
        """The codes are what the rule wants of them; held to the float model, any are."""
        if self.rule.held_to == "exact":
            return self.exact
        if not self.sound or self.apart is None:
            return False
        return self.rule.held_to == "float" or self.apart <= self.rule.codes

    @property
    def good(self) -> bool:
        return self.right and (self.within or self.rule.held_to == "codes")

    @property
    def outcome(self) -> str:
        """For a person: "exact", "right" (by a rule that allows more), "differs" (from the oracle's codes), or "too far" (from the float model)."""
        if self.good:
            return "exact" if self.exact else "right"
        return "too far" if self.right else "differs"

    @property
    def name(self) -> str:
        """For a person: which input it was."""
        if self.step is not None:
            return f"sequence {self.step.sequence}, step {self.step.number}" + (f" ({self.chosen})" if self.chosen else "")
        if self.kind == "code":
            if self.chosen:
                return f"chosen row {self.row} ({self.chosen})"
            return f"codes row {self.row}" if self.x is None else f"x = {self.x:.10g} (as a code)"
        return f"x = {self.x:.10g}"


@dataclass(frozen=True)
class Probe:
    """An x outside the domain, which the board has to refuse."""

    x_nano: Whole
    refused: bool = field(init=False)
    answer: float | None
    """None (null) when the board refused, as it must, else the number it gave."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "refused", self.answer is None)

    @property
    def x(self) -> float:
        return self.x_nano / NANO
