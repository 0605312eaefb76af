"""SPLIT: a tensor in equal parts along an axis."""

from plumbline.convert.operators.shared.data_movement.code import data_movement
from plumbline.convert.operators.split.reference import TYPES, SplitOptions, check_split

SPLIT = data_movement("SPLIT", check_split, "split", "a constant axis", types=TYPES, options=SplitOptions, options_number=35, moves_codes=True)
