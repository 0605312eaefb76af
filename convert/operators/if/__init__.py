"""IF: one of two graphs, by a truth value."""

from plumbline.convert.operators.shared.control.code import runs_graphs
from plumbline.convert.operators.shared.control.options import IfOptions
from plumbline.convert.operators.shared.control.reference import check_if

IF = runs_graphs(
    "IF",
    check_if,
    "branches of any operators without a memory, within branches and loops too; values of any type, float32 between a DEQUANTIZE and a QUANTIZE",
    types=("BOOL",),
    options=IfOptions,
    options_number=92,
)
