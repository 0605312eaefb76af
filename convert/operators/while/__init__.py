"""WHILE: a graph again and again, as long as another one says so."""

from plumbline.convert.operators.shared.control.code import runs_graphs
from plumbline.convert.operators.shared.control.options import WhileOptions
from plumbline.convert.operators.shared.control.reference import check_while

WHILE = runs_graphs(
    "WHILE",
    check_while,
    "variables of any type that keep their shape; condition and body of any operators without a memory; it has to end for all inputs that are tried",
    types=("INT8", "UINT8", "INT16", "INT32", "BOOL", "FLOAT32"),
    options=WhileOptions,
    options_number=93,
)
