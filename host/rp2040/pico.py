"""The emulated chip with an image in its flash, from its boot ROM on, and bytes to and from its UART0.

rp2040py has the processor with the cycles that Arm gives for a Cortex-M0+, and no faults: an instruction that is none ends the run here.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path

from elftools.elf.elffile import ELFFile
from rp2040py.device.bootrom import BOOTROM_B1
from rp2040py.execute_batch import execute_batch
from rp2040py.peripherals.uart import RPUART, UARTDR, IUARTDMAChannels
from rp2040py.rp2040 import RP2040
from rp2040py.simulator import Simulator
from rp2040py.utils.logging import ConsoleLogger, LogLevel

FLASH = 0x10000000
"""Where the processor sees it."""
UART0, UART0_PLACE, UART0_IRQ = "UART0", 0x40034, 20
SLICE_NS = 100_000
"""A processor that has nothing to do passes so much of its time before it is noticed: between two alarms rp2040py skips all of it."""


class Fault(Exception):
    """The program cannot go on; the message says where it is."""


class _Line(RPUART):
    """A UART whose receiver is filled again as the program empties it: 32 bytes are less than a frame."""

    def __init__(self, of: RP2040, dreq: IUARTDMAChannels) -> None:
        super().__init__(of, UART0, UART0_IRQ, dreq)
        self.waiting: deque[int] = deque()

    def fill(self) -> None:
        while self.waiting and self.enabled and not self.rx_fifo.full:
            self.feed_byte(self.waiting.popleft())

    def read_uint32(self, offset: int) -> int:
        value = super().read_uint32(offset)
        if offset == UARTDR:
            self.fill()
        return value


class Pico:
    """A chip that has just been powered.

    Args:
        image: an ELF file, whose parts lie in the flash.

    Raises:
        OSError, elftools.common.exceptions.ELFError: it cannot be read, or is no ELF file.
    """

    def __init__(self, image: Path) -> None:
        self._chip = RP2040()
        self._chip.logger = ConsoleLogger(LogLevel.ERROR, False)
        self._chip.load_bootrom(BOOTROM_B1)
        with image.open("rb") as file:
            for part in ELFFile(file).iter_segments("PT_LOAD"):
                start = part["p_paddr"] - FLASH
                self._chip.flash[start : start + part["p_filesz"]] = part.data()
        self._line = _Line(self._chip, self._chip.uart[0].dreq)
        self._chip.uart[0] = self._line
        self._chip.peripherals[UART0_PLACE] = self._line
        self.sent = bytearray()
        """By the program, and not taken by anybody yet."""
        self._line.on_byte = self.sent.append
        self._simulator = Simulator(rp2040=self._chip)
        self._slice = self._simulator.clock.create_alarm(self._end_of_slice)
        self._fault = ""
        self._chip.on_break = self._broke

    def _broke(self, code: int) -> None:
        self._fault = f"an undefined instruction (number {code}) at 0x{self._chip.core.pc - 2:08x}"
        self._simulator.stopped = True

    def _end_of_slice(self) -> None:
        if self._chip.core.waiting:
            self._simulator.stopped = True
        else:
            self._slice.schedule(SLICE_NS)

    @property
    def idle(self) -> bool:
        """Whether the processor sleeps and no byte waits for it."""
        return bool(self._chip.core.waiting) and not self._line.waiting and self._line.rx_fifo.empty

    def receive(self, data: bytes) -> None:
        """Bytes from the host, taken as fast as the program reads them."""
        self._line.waiting.extend(data)
        self._line.fill()

    def run(self) -> None:
        """Go on for some milliseconds, or until there is nothing to do.

        Raises:
            Fault: the program met an instruction that is none.
        """
        self._line.fill()
        self._simulator.stopped = False
        self._slice.schedule(SLICE_NS)
        execute_batch(self._simulator, 1)
        self._slice.cancel()
        if self._fault:
            raise Fault(self._fault)

    def sleep(self, seconds: float) -> None:
        """The time that has passed while it was idle; an alarm in it wakes the processor."""
        self._simulator.clock.tick(seconds * 1e9)
