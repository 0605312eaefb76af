"""PACK: tensors along a new axis."""

from plumbline.convert.operators.pack.reference import TYPES, PackOptions, check_pack
from plumbline.convert.operators.shared.data_movement.code import data_movement

PACK = data_movement(
    "PACK", check_pack, "stacked", "constants among the inputs", types=TYPES, options=PackOptions, options_number=59, moves_codes=True
)
