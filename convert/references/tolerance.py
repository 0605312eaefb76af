"""The tolerance of a recipe: what its int8 model needs at least, what is taken where none is declared, and the refusal of one too tight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plumbline.common.dataset import Declared
from plumbline.common.errors import BadRecipe
from plumbline.common.golden_data import References
from plumbline.common.manifest import BoundSpec
from plumbline.common.numbers import above
from plumbline.common.rows import to_reals
from plumbline.convert.model.graph import Graph


@dataclass(frozen=True)
class Proposal:
    """A tolerance that the quantization itself suggests, in units of the output."""

    value: float
    reason: str
    """What it is made of, for a person."""
    least: float
    """Below this no board that computes exactly can pass: the proven bound, or the largest loss that was measured."""


def propose(graph: Graph, answers: References, proven: BoundSpec | None) -> Proposal:
    """The proven bound where there is one; else the largest |int8 - float| of all inputs compared with float and one step of the output more.

    The step is room for weights that another machine trains to other last bits.
    """
    if proven is not None:
        return Proposal(proven.total, "the proven bound", proven.total)
    held, step = ~answers.chosen, max(each.scale or 1.0 for each in graph.outputs)
    loss = float(np.abs(to_reals(answers.expected, graph.outputs).astype(np.float32) - answers.float_codes)[held].max())
    reason = f"the largest loss measured on {int(held.sum())} inputs, {loss:.4g}, and one output step, {step:.4g}"
    return Proposal(above(loss + float(step)), reason, loss)


def tolerance_of(recipe: Declared, proposal: Proposal) -> float:
    """What errors are held against: what the recipe declares, else what the quantization suggests.

    Raises:
        BadRecipe: the recipe declares less than its int8 model needs.
    """
    if recipe.tolerance is None:
        return proposal.value
    if not proposal.least <= recipe.tolerance:
        raise too_tight(recipe, proposal)
    return recipe.tolerance


def too_tight(recipe: Declared, proposal: Proposal) -> BadRecipe:
    """The error that names the recipe's number and the number it would need."""
    if proposal.least == proposal.value:
        what = f"its int8 model can only be proven to stay within {proposal.least:.6g}"
        better = "narrow the domain, so that codes lie closer together"
    else:
        what = f"its int8 model lies up to {proposal.least:.6g} from the float model on the inputs compared, before any board is asked"
        better = "calibrate on inputs that cover the data more closely"
    hint = f"Declare tolerance={above(proposal.value):g} or more, or none, which takes {proposal.reason}; or {better}."
    return recipe.bad(f"declares a tolerance of {recipe.tolerance:g}, but {what}", hint)


def line(recipe: Declared, proposal: Proposal, proven: BoundSpec | None) -> str:
    """The tolerance in the report of a conversion."""
    known = (
        f"|board - float| <= {proven.total:.6g}, proven"
        if proven is not None
        else f"a tolerance of {proposal.value:.4g} is proposed: {proposal.reason}"
    )
    if recipe.tolerance is None:
        return f"  {known}; the recipe declares no tolerance, so that this is taken"
    return f"  {known}; the recipe declares a tolerance of {recipe.tolerance:g}"
