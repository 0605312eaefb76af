"""TRANSPOSE: dimensions in another order."""

from plumbline.convert.operators.shared.data_movement.code import data_movement
from plumbline.convert.operators.transpose.reference import TYPES, check_transpose

TRANSPOSE = data_movement(
    "TRANSPOSE", check_transpose, "transposed", "1 to 5 dimensions in a constant order", options_number=26, types=TYPES, moves_codes=True
)
