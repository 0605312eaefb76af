"""A moment on the monotonic clock by which something has to be done: every wait in the host has one."""

from __future__ import annotations

import time


class Deadline:
    """Counts down from its creation.

    Args:
        seconds: how long from now; 0 or less has expired already.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left, never negative: fit for any timeout argument."""
        return max(0.0, self._end - time.monotonic())

    @property
    def expired(self) -> bool:
        return self.left == 0.0

    def within(self, seconds: float) -> Deadline:
        """The earlier of this deadline and one `seconds` from now."""
        return Deadline(min(seconds, self.left))
