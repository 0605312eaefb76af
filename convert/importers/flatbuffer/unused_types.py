"""Calls unused tensors INT8 whose type TensorFlow Lite Micro does not take: it looks at the type of every tensor, though nothing reads these.

The flatbuffer is changed in place, a byte for each; everything else keeps its bytes.
"""

from __future__ import annotations

from plumbline.common.errors import ModelRefused
from plumbline.convert.importers.flatbuffer.parse import MOST, take_apart
from plumbline.convert.model.schema import TENSOR_TYPES

REFUSED = ("STRING", "VARIANT")
"""Beside all types that are younger than the reader's schema."""
INT8 = TENSOR_TYPES.index("INT8")


def called_int8(raw: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The model with unused tensors of types that TensorFlow Lite Micro takes.

    Args:
        raw: a .tflite file.

    Returns:
        The changed file, or the same bytes where nothing is to be changed; and the changed tensors, with their types: "labels (STRING)".

    Raises:
        ModelRefused: the file is damaged, or such a tensor shares its bytes with other parts.
    """
    parts = take_apart(raw)
    changed = bytearray(raw)
    names: list[str] = []
    for tensor, table in zip(parts.tensors, parts.subgraph.tables(0, MOST), strict=True):
        number = table.number(1, "B")
        kind = TENSOR_TYPES[number] if number < len(TENSOR_TYPES) else f"type {number}"
        place = table.place(1)
        if not tensor.used and place is not None and (kind in REFUSED or number >= len(TENSOR_TYPES)):
            names.append(f"{tensor.name} ({kind})")
            changed[place] = INT8
    if not names:
        return raw, ()
    found = take_apart(bytes(changed))
    if (found.tensors, found.operators, found.inputs, found.outputs) != (parts.tensors, parts.operators, parts.inputs, parts.outputs):
        raise ModelRefused(
            f"TensorFlow Lite Micro refuses the unused tensor {names[0]}, which shares its bytes with other parts of the file.",
            "Convert the model anew without it.",
        )
    return bytes(changed), tuple(names)
