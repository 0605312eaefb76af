"""Whole numbers in a FlexBuffer (https://flatbuffers.dev/flexbuffers), which is how custom operators of TensorFlow Lite Micro have their options."""

from __future__ import annotations

from plumbline.convert.model.flatbuffer_view import damaged

MAP, VECTOR = 9, 10
"""Types of a root whose elements are found by their numbers; those of a map lie in the order of their keys."""
MOST = 64
"""Elements of one."""


def whole_numbers(raw: bytes) -> tuple[int, ...]:
    """The elements of a map or vector as signed numbers, as FlexbufferWrapper in TFLM's flatbuffer_utils.cc reads them.

    Raises:
        ModelRefused: the bytes are something else.
    """

    def read(at: int, width: int, signed: bool) -> int:
        if at < 0 or width not in (1, 2, 4, 8) or at + width > len(raw):
            raise damaged("the options of a custom operator are no FlexBuffer")
        return int.from_bytes(raw[at : at + width], "little", signed=signed)

    packed, root = read(len(raw) - 2, 1, False), read(len(raw) - 1, 1, False)
    at, width = len(raw) - 2 - root, 1 << (packed & 3)
    if packed >> 2 not in (MAP, VECTOR):
        raise damaged("the options of a custom operator are neither a map nor a vector")
    first = at - read(at, root, False)
    count = read(first - width, width, False)
    if count > MOST:
        raise damaged(f"the options of a custom operator are {count} numbers")
    return tuple(read(first + number * width, width, True) for number in range(count))
