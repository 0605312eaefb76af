"""CONCATENATION: tensors one behind the other along an axis."""

from plumbline.convert.operators.concatenation.reference import TYPES, ConcatenationOptions, check_concatenation
from plumbline.convert.operators.shared.data_movement.code import data_movement

CONCATENATION = data_movement(
    "CONCATENATION",
    check_concatenation,
    "joined",
    "up to 10 inputs of one scale and zero point, constants among them; no fused activation",
    options=ConcatenationOptions,
    options_number=10,
    types=TYPES,
)
