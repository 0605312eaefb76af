"""GATHER: parts of a tensor along an axis, in the order of indices."""

from plumbline.convert.operators.gather.reference import GatherOptions, check_gather, counted
from plumbline.convert.operators.shared.rows.code import row_lookup

GATHER = row_lookup(
    "GATHER",
    check_gather,
    "INT32 indices, constants or at run time: one beyond the table finds its first or last row; any axis and batches",
    options=GatherOptions,
    options_number=23,
    types=("INT8", "INT32"),
    version=5,
    indices=counted,
)
