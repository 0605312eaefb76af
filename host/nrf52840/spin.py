"""A thread that waits by asking: it yields, nobody else wants to run, it looks, and yields again. Time may pass faster then.

Arduino's `loop` under mbed OS is one: some hundred instructions and a supervisor call, for as long as no byte comes.
"""

from __future__ import annotations

TURNS = 4
"""After so many supervisor calls that are alike it counts as waiting."""
SPIN_TICKS = 6_400
"""What a turn of it takes then at the most: 100 us, a tenth of the millisecond in which USB and mbed OS's timer do something."""


class Spin:
    """Sees whether supervisor calls repeat themselves."""

    def __init__(self) -> None:
        self._last: tuple[int, ...] = ()
        self._turns = 0

    def waits(self, state: tuple[int, ...]) -> bool:
        """Take note of a supervisor call; whether it is one of a thread that waits.

        Args:
            state: the registers that it came with, and counts of what else happened. The registers that a call does not save are left out: where
                a thread counts its turns in one of those, its time passes faster too. What it executes stays the same.
        """
        self._turns = self._turns + 1 if state == self._last else 0
        self._last = state
        return self._turns >= TURNS
