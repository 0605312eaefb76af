"""GATHER_ND: parts of a tensor by indices along its first axes."""

from plumbline.convert.operators.gather_nd.reference import check_gather_nd, counted
from plumbline.convert.operators.shared.rows.code import row_lookup

GATHER_ND = row_lookup(
    "GATHER_ND",
    check_gather_nd,
    "INT32 indices along up to 5 axes, constants or at run time: a place beyond the table is its first or last",
    options_number=83,
    types=("INT8", "INT32"),
    version=4,
    indices=counted,
)
