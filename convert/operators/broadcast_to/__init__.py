"""BROADCAST_TO: a tensor repeated along its dimensions of one, and along new ones in front."""

from plumbline.convert.operators.broadcast_to.reference import check_broadcast_to
from plumbline.convert.operators.shared.data_movement.code import data_movement
from plumbline.convert.operators.shared.data_movement.reference import EVERY_TYPE

BROADCAST_TO = data_movement(
    "BROADCAST_TO",
    check_broadcast_to,
    "repeated",
    "up to 5 dimensions, a constant shape",
    options_number=104,
    types=EVERY_TYPE,
    version=3,
    moves_codes=True,
)
