"""A counter that runs with time: what TIMER and RTC count with. It holds no count, only since when and how fast."""

from __future__ import annotations


class Counter:
    """Counts up without end; whoever reads it cuts it to its width.

    Args:
        ticks, counts: so many ticks of the chip's time for so many counts.
    """

    def __init__(self, ticks: int, counts: int) -> None:
        self.running = False
        self._ticks, self._counts = ticks, counts
        self._value, self._since = 0, 0

    def set_speed(self, now: int, ticks: int, counts: int) -> None:
        """Go on from the present count at another speed."""
        self.set(now, self.value(now))
        self._ticks, self._counts = ticks, counts

    def value(self, now: int) -> int:
        return self._value + ((now - self._since) * self._counts // self._ticks if self.running else 0)

    def set(self, now: int, value: int) -> None:
        """Go on from another count."""
        self._value, self._since = value, now

    def start(self, now: int) -> None:
        if not self.running:
            self.running, self._since = True, now

    def stop(self, now: int) -> None:
        self.set(now, self.value(now))
        self.running = False

    def time_of(self, value: int) -> int | None:
        """When a count is reached, while it runs."""
        return self._since + -(-(value - self._value) * self._ticks // self._counts) if self.running else None


def next_match(seen: int, wanted: int, mask: int) -> int:
    """The first count after `seen` whose bits of `mask` are those of `wanted`."""
    return seen + ((wanted - seen - 1) & mask) + 1
