"""REVERSE_V2: the other way round along some axes."""

from plumbline.convert.operators.registration import LACKS
from plumbline.convert.operators.reverse_v2.reference import check_reverse_v2
from plumbline.convert.operators.shared.data_movement.code import data_movement
from plumbline.convert.operators.shared.data_movement.reference import EVERY_TYPE

REVERSE_V2 = data_movement(
    "REVERSE_V2",
    check_reverse_v2,
    "turned around",
    "up to 8 dimensions; constant axes, one after the other",
    options_number=81,
    types=EVERY_TYPE,
    version=3,
    moves_codes=True,
    elsewhere={"chirale": LACKS},
)
