"""RESHAPE: the same values in another shape."""

from plumbline.convert.operators.reshape.reference import ReshapeOptions, check_reshape
from plumbline.convert.operators.shared.data_movement.reference import EVERY_TYPE
from plumbline.convert.operators.shared.same_bytes.code import same_bytes

RESHAPE = same_bytes("RESHAPE", check_reshape, "any type", types=EVERY_TYPE, options=ReshapeOptions, options_number=17, unread=1)
