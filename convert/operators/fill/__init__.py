"""FILL: one value in every place of a tensor."""

from plumbline.convert.operators.fill.reference import TYPES, check_fill
from plumbline.convert.operators.shared.data_movement.code import data_movement

FILL = data_movement("FILL", check_fill, "filled", "a constant shape", types=TYPES, version=1, options_number=68, moves_codes=True)
