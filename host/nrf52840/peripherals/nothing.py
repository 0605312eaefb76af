"""Two pages behind the last PWM's neighbours where the chip has no peripheral, and where a store does nothing.

mbed OS 6.17's USB driver stores past its array of endpoints there at each bus reset (USBPhyHw::_reset), and its images run on silicon.
"""

from __future__ import annotations

from plumbline.host.nrf52840.peripherals.peripheral import Peripheral


class Nothing(Peripheral):
    """Takes what is stored, and is zero."""

    name = "(nothing)"

    def read(self, offset: int) -> int:
        return 0

    def write(self, offset: int, value: int) -> None:
        """Without effect."""
