"""UNPACK: the parts of a tensor along an axis."""

from plumbline.convert.operators.shared.data_movement.code import data_movement
from plumbline.convert.operators.unpack.reference import TYPES, UnpackOptions, check_unpack

UNPACK = data_movement("UNPACK", check_unpack, "taken apart", "any axis", types=TYPES, options=UnpackOptions, options_number=64, moves_codes=True)
