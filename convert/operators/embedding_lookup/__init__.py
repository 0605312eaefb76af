"""EMBEDDING_LOOKUP: rows of a table by their numbers."""

from plumbline.convert.operators.embedding_lookup.reference import check_embedding_lookup, counted
from plumbline.convert.operators.registration import LACKS
from plumbline.convert.operators.shared.rows.code import row_lookup

EMBEDDING_LOOKUP = row_lookup(
    "EMBEDDING_LOOKUP",
    check_embedding_lookup,
    "an INT8 table and output; INT32 numbers, constants or at run time: one beyond the table finds its first or last row",
    types=("INT8", "INT32"),
    version=4,
    indices=counted,
    elsewhere={"chirale": LACKS},
)
