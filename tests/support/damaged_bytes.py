"""A file that somebody damaged: one byte changed, or its end cut off."""

from __future__ import annotations

import random
from collections.abc import Iterator


def damaged(raw: bytes, count: int) -> Iterator[bytes]:
    """`count` damaged forms of `raw`, always the same: every third is cut off somewhere, the others have one byte changed."""
    choose = random.Random(1)
    for number in range(count):
        changed = bytearray(raw)
        if number % 3:
            changed[choose.randrange(len(raw))] ^= choose.randrange(1, 256)
        else:
            del changed[choose.randrange(len(raw)) :]
        yield bytes(changed)
