"""LOGISTIC and TANH of int16 as C."""

from __future__ import annotations

import numpy as np

from plumbline.common.quantization import formula
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.fixed_point import INT16, INT32_MAX
from plumbline.convert.operators.shared.sigmoid_lines.lines import LOGISTIC, TANH
from plumbline.convert.operators.shared.sigmoid_lines.reference import SigmoidLines
from plumbline.convert.operators.step import Step

TEMPLATE = "sigmoid_lines.c.j2"
LINES = {
    "logistic_s16": Constant("plumbline_logistic_lines", LOGISTIC.astype(np.int32), "sigmoid((index - 256) / 24) of 2^-25, and half a 2^-15"),
    "tanh_s16": Constant("plumbline_tanh_lines", TANH.astype(np.int32), "tanh((index - 256) / 48) of 2^-23, and half a 2^-15"),
}
"""By the function that looks it up; one for all layers: their constants' names begin otherwise."""

MIDDLES = {"logistic_s16": 2**17, "tanh_s16": 2**16}
"""The place of 0, by the same function."""


def sigmoid_lines_step(path: str, name: str, layer: SigmoidLines, meaning: str) -> Step:
    """The facts of the template; `path` and `meaning`, the real output in terms of the real `input`, are for the comment above it."""
    facts = {
        "path": path,
        "elements": layer.elements,
        "meaning": meaning,
        "input": formula(layer.input),
        "output": formula(layer.output),
        "helper": f"plumbline_{layer.helper}",
        "place": place(layer),
    }
    return Step(name, TEMPLATE, (layer.helper,), (LINES[layer.helper],), facts, in_place=(0,))


def place(layer: SigmoidLines) -> str:
    """The C expression of a code's place from the table's beginning on; what is added comes before the shift where that stays within an int32."""
    middle, half = MIDDLES[layer.helper], (1 << layer.right) >> 1
    if layer.right and -INT16[0] * layer.factor + half + (middle << layer.right) <= INT32_MAX:
        return f"((int32_t)input[i] * {layer.factor} + {half + (middle << layer.right)}) >> {layer.right}"
    scaled = f"(((int32_t)input[i] * {layer.factor} + {half}) >> {layer.right})" if layer.right else f"(int32_t)input[i] * {layer.factor}"
    return f"{scaled} + {middle}"
