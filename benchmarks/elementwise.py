"""Operators that answer each element by itself: instructions an element on the virtual board's Cortex-M4. `python -m benchmarks.elementwise`."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks import bare_metal
from plumbline.common.ending import run
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.model.graph import Graph, Operator, Quantization, Tensor
from plumbline.convert.operators.add.reference import AddOptions
from plumbline.convert.operators.div.reference import DivOptions
from plumbline.convert.operators.mul.reference import MulOptions
from plumbline.convert.operators.sub.reference import SubOptions

ELEMENTS = 1024
SCALES = {"INT8": (0.037, 0.021, 0.049), "INT16": (0.00037, 0.00021, 0.00049)}
"""Of two operands and a result."""
CURVES = (0.00037, 2.0**-15)
"""Of the input and the output of LOGISTIC and TANH."""
OPERATORS: tuple[tuple[str, str, object], ...] = (
    ("ADD", "INT8", AddOptions("NONE")),
    ("ADD", "INT8", AddOptions("RELU")),
    ("SUB", "INT8", SubOptions("NONE")),
    ("MUL", "INT8", MulOptions("NONE")),
    ("SQUARED_DIFFERENCE", "INT8", None),
    ("MAXIMUM", "INT8", None),
    ("DIV", "INT8", DivOptions("NONE")),
    ("ADD", "INT16", AddOptions("NONE")),
    ("ADD", "INT16", AddOptions("RELU")),
    ("SUB", "INT16", SubOptions("NONE")),
    ("MUL", "INT16", MulOptions("NONE")),
    ("SQUARED_DIFFERENCE", "INT16", None),
    ("LOGISTIC", "INT16", None),
    ("TANH", "INT16", None),
)


def one_operator(name: str, kind: str, options: object, scales: Sequence[float]) -> Graph:
    """A graph of one operator; the last scale is the result's."""
    zeros = (3, -4, 5) if kind == "INT8" else (0, 0, 0)
    places = enumerate(zip(scales, zeros, strict=False))
    tensors = [
        Tensor(at, f"tensor_{at}", kind, (1, ELEMENTS), Quantization((float(np.float32(scale)),), (zero,), 0), None) for at, (scale, zero) in places
    ]
    operator = Operator(name, 1, tuple(tensors[:-1]), (tensors[-1],), options)
    return Graph(tuple(tensors), (operator,), operator.inputs, operator.outputs)  # type: ignore[arg-type]


def scales_of(name: str, kind: str) -> Sequence[float]:
    """Scales that differ, but where the operator wants one."""
    if name in ("LOGISTIC", "TANH"):
        return CURVES
    if name == "MAXIMUM":
        return SCALES[kind][:1] * 3
    first, second, result = SCALES[kind]
    return first, second, {"MUL": 400 * first * second, "SQUARED_DIFFERENCE": 400 * first * first, "DIV": 0.1}.get(name, result)


def main() -> int:
    table = Table(title=f"{ELEMENTS} elements on the virtual board's Cortex-M4 (GCC -O2)")
    for column in ("operator", "type", "activation", "instructions an element", "code, B", "constants, B"):
        table.add_column(column, justify="right" if column.endswith(("B", "element")) else "left")
    for name, kind, options in OPERATORS:
        graph = one_operator(name, kind, options, scales_of(name, kind))
        compiled = compile_graph(graph, name.lower(), bytes(32))
        codes = np.random.default_rng(9).integers(-128, 128, (2, graph.input_bytes)).astype(np.int8)
        with tempfile.TemporaryDirectory() as folder:
            board = bare_metal.run(Path(folder), compiled, graph, codes)
        cells = (
            name,
            kind.lower(),
            getattr(options, "activation", ""),
            f"{board.instructions / ELEMENTS:.1f}",
            f"{board.code:,}",
            f"{compiled.constant_bytes:,}",
        )
        table.add_row(*cells)
    Console(width=120).print(table)
    return 0


if __name__ == "__main__":
    run(main)
