"""LOGISTIC and TANH of int16 as C."""

from __future__ import annotations

import numpy as np

from plumbline.common.quantization import formula
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.shared.sigmoid_lines.reference import SigmoidLines
from plumbline.convert.operators.shared.sigmoid_table import TABLE
from plumbline.convert.operators.step import Step

TEMPLATE = "sigmoid_lines.c.j2"
SIGMOID = Constant("plumbline_sigmoid", TABLE.astype(np.uint16), "sigmoid(index / 24), of 2^-16")
"""One for all layers: their constants' names begin otherwise."""


def sigmoid_lines_step(path: str, name: str, layer: SigmoidLines, meaning: str) -> Step:
    """The facts of the template; `path` and `meaning`, the real output in terms of the real `input`, are for the comment above it."""
    facts = {
        "path": path,
        "elements": layer.elements,
        "meaning": meaning,
        "input": formula(layer.input),
        "output": formula(layer.output),
        "helper": f"plumbline_{layer.helper}",
        "place": f"(input[i] * {layer.factor} + {1 << (layer.right - 1)}) >> {layer.right}" if layer.right else f"input[i] * {layer.factor}",
    }
    return Step(name, TEMPLATE, (layer.helper,), (SIGMOID,), facts, in_place=(0,))
