"""DYNAMIC_UPDATE_SLICE: a tensor of which a part is replaced by another."""

from plumbline.convert.operators.dynamic_update_slice.reference import TYPES, check_dynamic_update_slice, counted
from plumbline.convert.operators.registration import LACKS
from plumbline.convert.operators.shared.data_movement.code import data_movement

DYNAMIC_UPDATE_SLICE = data_movement(
    "DYNAMIC_UPDATE_SLICE",
    check_dynamic_update_slice,
    "a part replaced",
    "1 to 6 dimensions; where the part begins is a constant or INT32 at run time, kept within the tensor as TensorFlow Lite Micro does",
    options_number=117,
    types=TYPES,
    version=4,
    indices=counted,
    elsewhere={"chirale": LACKS},
)
