"""A product of two matrices as C: its constants, and what its template prints."""

from __future__ import annotations

from typing import Any

import numpy as np

from plumbline.common.quantization import formula
from plumbline.convert.model.graph import C_TYPES, Operator
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.shared.broadcast import loops
from plumbline.convert.operators.shared.matmul.reference import MatmulReference, Operand
from plumbline.convert.operators.step import Step

TEMPLATE = "matmul.c.j2"
CONSTANTS = ("first", "second", "bias", "output")


def compile_matmul(operator: Operator, name: str, layer: MatmulReference) -> Step:
    """Turn a product into constants and the facts of its template.

    A sum walks along lines that lie in one piece. Constants are turned here so that they do; what is computed at run time and lies the other way is
    turned in memory of the operator's own, one matrix at a time.
    """
    operands = (("first", layer.first), ("second", layer.second))
    ends = np.array([layer.output.zero_point, layer.lowest, layer.highest])
    wide = layer.type == "INT16"
    biased = bool(layer.bias.any())
    kind: type[np.signedinteger[Any]] = np.int8 if layer.type == "INT8" else np.int16
    held = [Constant(f"{name}_{word}", each.constant.astype(kind), "one line per sum") for word, each in operands if each.constant is not None]
    held += [Constant(f"{name}_bias", layer.bias.astype(np.int32), "bias")] if biased else []
    held.append(Constant(f"{name}_output", ends.astype(kind), "zero point, lowest and highest code"))
    copied = [each for _, each in operands if copies(each)]
    factor = layer.multiplier
    facts: dict[str, Any] = {
        "path": operator.title,
        "type": C_TYPES[layer.type],
        "loops": loops(layer.first.batches, layer.second.batches),
        "operands": [described(word, name, each) for word, each in operands],
        "rows": layer.first.lines,
        "columns": layer.second.lines,
        "depth": layer.first.depth,
        "biased": biased,
        "output": formula(layer.output),
        "factor": f"{layer.first.quantization.scale * layer.second.quantization.scale / layer.output.scale:.9g}",
        "multiplier": factor.fifteen_bits << 16 if wide else factor.mantissa,
        "shift": factor.shift,
        "requantize": "requantize_once" if wide else "requantize",
    }
    helpers = ("requantize_once",) if wide else ("requantize", "products_s8")
    scratch = sum(each.depth * each.lines for each in copied) * layer.first.tensor.dtype.itemsize
    return Step(name, TEMPLATE, helpers, tuple(held), facts, scratch_bytes=scratch)


def copies(operand: Operand) -> bool:
    """Whether its lines are put together at run time."""
    return operand.tensor.data is None and operand.turned and operand.depth > 1 and operand.lines > 1


def described(word: str, name: str, operand: Operand) -> dict[str, Any]:
    """What the template prints of an operand."""
    return {
        "word": word,
        "place": word if operand.tensor.data is None else f"{name}_{word}",
        "run_time": operand.tensor.data is None,
        "lines": operand.lines,
        "copied": copies(operand),
        "formula": formula(operand.quantization),
        "zero_point": operand.quantization.zero_point,
    }
