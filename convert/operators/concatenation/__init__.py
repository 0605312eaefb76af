"""CONCATENATION: tensors one behind the other along an axis."""

from plumbline.convert.operators.concatenation.reference import ConcatenationOptions, check_concatenation
from plumbline.convert.operators.shared.data_movement.code import data_movement

CONCATENATION = data_movement(
    "CONCATENATION",
    check_concatenation,
    "joined",
    "up to 10 inputs, constants among them; no fused activation",
    options=ConcatenationOptions,
    options_number=10,
)
