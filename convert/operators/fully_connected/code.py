"""FULLY_CONNECTED as C: its constants, and what its template prints."""

from __future__ import annotations

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.fully_connected.affine import Affine, affine_form
from plumbline.convert.operators.fully_connected.reference import FullyConnectedReference, check_any_fully_connected
from plumbline.convert.operators.shared.dsp import code as fast
from plumbline.convert.operators.shared.int16 import code as int16
from plumbline.convert.operators.shared.matmul.code import compile_matmul
from plumbline.convert.operators.shared.matmul.reference import MatmulReference
from plumbline.convert.operators.shared.weighted.code import constants, described, helpers
from plumbline.convert.operators.step import Step

TEMPLATE, FAST, AFFINE, WIDE = "fully_connected.c.j2", "fully_connected_fast.c.j2", "affine.c.j2", "fully_connected_s16.c.j2"
TOGETHER = 4
"""Outputs that one_row.c.j2 computes at once."""


def compile_fully_connected(operator: Operator, name: str) -> Step:
    """Turn an operator into constants and the facts of its template. Raises what `check_any_fully_connected` raises."""
    layer = check_any_fully_connected(operator)
    if isinstance(layer, MatmulReference):
        return compile_matmul(operator, name, layer)
    if found := affine_form(layer):
        return compile_affine(operator, name, layer, found)
    inputs = layer.weights.shape[1]
    order = f"one row of {inputs} per output"
    if int16.fits(layer):
        facts = {**int16.layer_facts(operator.title, layer), "inputs": inputs, "batches": layer.batches}
        return Step(name, WIDE, int16.HELPERS, int16.layer_constants(name, layer, order), facts)
    if layer.type == "INT8" and inputs >= fast.BLOCK:
        quick = fast.per_output(layer)
        if fast.rescales(quick):
            return compile_fast(operator, name, quick)
    facts = {**described(operator.title, layer), "inputs": inputs, "batches": layer.batches, "zero_point": 0}
    return Step(name, TEMPLATE, helpers(layer), constants(name, layer, layer.weights, order), facts)


def compile_fast(operator: Operator, name: str, layer: FullyConnectedReference) -> Step:
    """Four outputs at once, the inputs widened to int16 first."""
    inputs = layer.weights.shape[1]
    filled = fast.padded(inputs, fast.BLOCK)
    facts = {**fast.layer_facts(operator.title, layer, filled), "inputs": inputs, "batches": layer.batches}
    weights = fast.interleaved(layer.weights, TOGETHER)
    held = fast.layer_constants(name, layer, weights, f"{TOGETHER} outputs at a time, 4 inputs of each in turn")
    return Step(name, FAST, fast.helpers(facts, "widen_s8_s16", "one_row"), held, facts, scratch_bytes=filled * 2)


def compile_affine(operator: Operator, name: str, layer: FullyConnectedReference, found: Affine) -> Step:
    """One input: a line per output. The operator may run in place where it has one output too."""
    unit = f"of 2^-{found.shift} output codes" if found.shift else "output codes"
    held = (
        Constant(f"{name}_slope", found.slope.astype(np.int16), f"{unit} per input code"),
        Constant(f"{name}_offset", found.offset, unit),
    )
    facts = {
        **described(operator.title, layer),
        "batches": layer.batches,
        "zero_point": 0,
        "affine": True,
        "shift": found.shift,
    }
    return Step(name, AFFINE, ("code",), held, facts, in_place=(0,) if len(layer.weights) == 1 else ())
