"""SPLIT_V: a tensor in parts of any sizes along an axis."""

from plumbline.convert.operators.shared.data_movement.code import data_movement
from plumbline.convert.operators.split.reference import TYPES
from plumbline.convert.operators.split_v.reference import SplitVOptions, check_split_v

SPLIT_V = data_movement("SPLIT_V", check_split_v, "split", "a constant axis", options=SplitVOptions, options_number=79, types=TYPES, moves_codes=True)
