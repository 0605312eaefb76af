"""What the blocks of registers in the processor's own address space have in common."""

from __future__ import annotations


class SystemSpace:
    """A block of registers inside of the processor. Offsets are those from its page."""

    name = ""
    """As Arm calls it, for messages."""
    parts: frozenset[int] = frozenset()
    """Registers whose bytes can be written one at a time."""

    def read(self, offset: int) -> int | None:
        """A whole word; None where there is no register."""
        raise NotImplementedError

    def write(self, offset: int, value: int) -> bool:
        """Whether there is such a register, and what is written has the effect that it has on the chip."""
        raise NotImplementedError

    def reset(self) -> None:
        raise NotImplementedError
