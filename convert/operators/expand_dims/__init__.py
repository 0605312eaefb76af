"""EXPAND_DIMS: the same values with one more dimension, of 1."""

from plumbline.convert.operators.expand_dims.reference import TYPES, check_expand_dims
from plumbline.convert.operators.shared.same_bytes.code import same_bytes

EXPAND_DIMS = same_bytes("EXPAND_DIMS", check_expand_dims, "a constant axis", types=TYPES, options_number=52)
