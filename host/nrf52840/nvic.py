"""The nested vectored interrupt controller: what pends, what is enabled, what is active, and which exception comes next.

Armv7-M Architecture Reference Manual, B1.5 and B3.4.
"""

from __future__ import annotations

RESET, NMI, HARD_FAULT, MEM_MANAGE, BUS_FAULT, USAGE_FAULT, SVCALL, PENDSV, SYSTICK = 1, 2, 3, 4, 5, 6, 11, 14, 15
FIRST_IRQ = 16
IRQS = 48
"""Of the nRF52840, numbers 0 to 47."""
THREAD = 256
"""The execution priority of code outside of any exception, below each that can be set."""
PRIORITY_BITS = 0xE0
"""The nRF52840 has three bits of priority."""
_SYSTEM = (1 << FIRST_IRQ) - 1


class Nvic:
    """Pending, enabled and active exceptions by their numbers: 2 is NMI, 16 the first interrupt."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.pending = 0
        """One bit for each exception."""
        self.enabled = 0
        self.lines = 0
        """Interrupts that their peripheral asks for right now."""
        self.active: list[int] = []
        """The exceptions that were entered and not left, the innermost last."""
        self.priority = [0] * (FIRST_IRQ + IRQS)
        self.priority[RESET], self.priority[NMI], self.priority[HARD_FAULT] = -3, -2, -1
        self.group_bits = 0xFF
        """Which bits of a priority decide about preemption; the others about the order alone."""

    def line(self, irq: int, on: bool) -> None:
        """A peripheral raises or drops its request, which is a level: while it is up the interrupt pends again after its handler."""
        bit = 1 << FIRST_IRQ + irq
        if not on:
            self.lines &= ~bit
        elif not self.lines & bit:
            self.lines |= bit
            self.pending |= bit

    def set_pending(self, exceptions: int) -> None:
        self.pending |= exceptions

    def clear_pending(self, exceptions: int) -> None:
        """Clear some bits; an interrupt whose line is up and which is not active pends again at once."""
        self.pending &= ~exceptions
        active = sum(1 << number for number in set(self.active))
        self.pending |= self.lines & exceptions & ~active

    def set_group(self, prigroup: int) -> None:
        """AIRCR.PRIGROUP, 0 to 7: the bits above bit `prigroup` are the group."""
        self.group_bits = -1 << prigroup + 1 & 0xFF

    def group(self, priority: int) -> int:
        """The part of a priority that decides about preemption."""
        return priority & self.group_bits if priority >= 0 else priority

    def waking(self) -> int:
        """What pends and is enabled, masked or not: it ends WFI."""
        return self.pending & (self.enabled | _SYSTEM)

    def next_pending(self) -> int | None:
        """Of what pends and is enabled that of the highest priority, of equals the lowest number."""
        candidates = self.waking()
        best = None
        while candidates:
            number = (candidates & -candidates).bit_length() - 1
            candidates &= candidates - 1
            if best is None or self.priority[number] < self.priority[best]:
                best = number
        return best

    def active_priority(self) -> int:
        """The execution priority without the masks: that of the highest active exception."""
        return min((self.group(self.priority[number]) for number in self.active), default=THREAD)

    def execution_priority(self, primask: int, faultmask: int, basepri: int) -> int:
        """B1.5.4: what an exception has to be more urgent than."""
        priority = self.active_priority()
        if basepri & PRIORITY_BITS:
            priority = min(priority, self.group(basepri & PRIORITY_BITS))
        if primask & 1:
            priority = min(priority, 0)
        return min(priority, -1) if faultmask & 1 else priority

    def preempting(self, priority: int) -> int | None:
        """The exception to enter at this execution priority, if any."""
        number = self.next_pending()
        return number if number is not None and self.group(self.priority[number]) < priority else None

    def activate(self, number: int) -> None:
        self.pending &= ~(1 << number)
        self.active.append(number)

    def deactivate(self, number: int) -> None:
        self.active.remove(number)
        if number >= FIRST_IRQ and self.lines >> number & 1:
            self.pending |= 1 << number
