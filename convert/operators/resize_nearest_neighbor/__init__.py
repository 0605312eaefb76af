"""RESIZE_NEAREST_NEIGHBOR: an image of another size, each pixel the nearest one."""

from plumbline.convert.operators.resize_nearest_neighbor.reference import (
    TYPES,
    ResizeNearestNeighborOptions,
    check_resize_nearest_neighbor,
)
from plumbline.convert.operators.shared.data_movement.code import data_movement

RESIZE_NEAREST_NEIGHBOR = data_movement(
    "RESIZE_NEAREST_NEIGHBOR",
    check_resize_nearest_neighbor,
    "resized",
    "a constant size; corners aligned or not, half pixel centers or not",
    options=ResizeNearestNeighborOptions,
    options_number=74,
    types=TYPES,
    version=4,
    moves_codes=True,
)
