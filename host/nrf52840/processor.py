"""The Cortex-M4 as Unicorn runs it: registers, memory, an exact count of instructions, and what made it stop. It knows no interrupt and no time."""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from unicorn import arm_const as arm

from plumbline.host.nrf52840 import count as counting
from plumbline.host.nrf52840 import unicorn_c as unicorn

FLASH, FLASH_SIZE = 0x0000_0000, 0x10_0000
RAM, RAM_SIZE = 0x2000_0000, 0x4_0000
_INTR_PREFETCH, _INTR_SVC, _INTR_BKPT, _INTR_RETURN, _INTR_NO_COPROCESSOR, _INTR_STATE = 3, 2, 7, 8, 17, 18
_WFE, _YIELD = 0xBF20, 0xBF10
_WRITE_PROTECTED, _FETCHES = 22, (21, 24)
"""Kinds of access that Unicorn does not allow."""
_THUMB = 1 << 24

MmioRead = Callable[[int, int], int]
"""Address and size in bytes to value."""
MmioWrite = Callable[[int, int, int], None]
"""Address, size and value."""


class Kind(Enum):
    """Why the processor stopped other than at its limit or because it was asked to."""

    SVC = "SVC"
    RETURN = "exception return"
    BREAKPOINT = "BKPT"
    NO_COPROCESSOR = "coprocessor or FPU that is off"
    UNDEFINED = "undefined instruction"
    INVALID_STATE = "jump to an even address"
    DATA_BUS = "access to where nothing is"
    FETCH_BUS = "execution of where nothing is"
    WAIT_INTERRUPT = "WFI"
    WAIT_EVENT = "WFE"


@dataclass(frozen=True)
class Trap:
    """What the processor cannot go on from by itself. The program counter is that of the instruction, after an SVC and a wait of the next one."""

    kind: Kind
    address: int = 0
    """Of the access, or the EXC_RETURN value."""


class Processor:
    """Registers and memories of a Cortex-M4, and the run up to a number of instructions.

    Args:
        flash_write: called with the address, size and value of a store to flash; whether it is allowed. `flash_stored` tells of it once it is done.
    """

    def __init__(self, flash_write: Callable[[int, int, int], bool]) -> None:
        self.engine = unicorn.Engine()
        self._flash, self._ram = mmap.mmap(-1, FLASH_SIZE), mmap.mmap(-1, RAM_SIZE)
        self.flash, self.ram = memoryview(self._flash), memoryview(self._ram)
        self.flash[:] = b"\xff" * FLASH_SIZE
        self.state = counting.Count(at=counting.NOWHERE)
        self.state.flash, self.state.flash_size = self.engine.map_memory(FLASH, self.flash, unicorn.READ | unicorn.EXEC), FLASH_SIZE
        self.state.ram, self.state.ram_size = self.engine.map_memory(RAM, self.ram, unicorn.READ | unicorn.WRITE | unicorn.EXEC), RAM_SIZE
        self.state.emu_stop = ctypes.cast(self.engine.lib.uc_emu_stop, ctypes.c_void_p).value or 0
        self._flash_write = flash_write
        self._trap: Trap | None = None
        self._raised: BaseException | None = None
        self.engine.hook(unicorn.HOOK_CODE, counting.hook(self.state), ctypes.addressof(self.state))
        self.engine.hook(unicorn.HOOK_INTR, unicorn.INTR(self._on_interrupt))
        self.engine.hook(unicorn.HOOK_INSN_INVALID, unicorn.INVALID(self._on_invalid))
        self.engine.hook(unicorn.HOOK_MEM_UNMAPPED | unicorn.HOOK_MEM_PROT, unicorn.MEMORY(self._on_memory))
        self._pc = self.registers(arm.UC_ARM_REG_PC)

    def registers(self, *numbers: int) -> unicorn.Registers:
        """Registers to read and write together, by Unicorn's numbers (`UC_ARM_REG_*`)."""
        return unicorn.Registers(self.engine.handle, numbers)

    def map_registers(self, address: int, size: int, read: MmioRead, write: MmioWrite) -> None:
        """Have accesses to an area call functions. What these raise, `run` raises once the instruction is done."""

        def on_read(_engine: int, offset: int, count: int, _user: int) -> int:
            try:
                return read(address + offset, count)
            except BaseException as error:
                self._raise_later(error)
                return 0

        def on_write(_engine: int, offset: int, count: int, value: int, _user: int) -> None:
            try:
                write(address + offset, count, value)
            except BaseException as error:
                self._raise_later(error)

        self.engine.map_registers(address, size, unicorn.MMIO_READ(on_read), unicorn.MMIO_WRITE(on_write))

    def _raise_later(self, error: BaseException) -> None:
        """An exception cannot cross the library: the first one waits until it has returned."""
        self._raised = self._raised or error
        self.state.asked = 1

    @property
    def pc(self) -> int:
        """Of the next instruction; while one executes, `state.pc` is its address."""
        return self._pc.read()[0]

    @pc.setter
    def pc(self, value: int) -> None:
        self._pc.write(value | 1)

    def read(self, address: int, size: int) -> bytes | None:
        """Bytes of RAM or flash; None where there are none."""
        for start, memory in ((RAM, self.ram), (FLASH, self.flash)):
            if start <= address and address + size <= start + len(memory):
                return bytes(memory[address - start : address - start + size])
        return None

    def write_ram(self, address: int, data: bytes) -> bool:
        """Store into RAM other than by an instruction; whether there is RAM at all these addresses."""
        start = address - RAM
        if start < 0 or start + len(data) > RAM_SIZE:
            return False
        self.ram[start : start + len(data)] = data
        return True

    def write_flash(self, address: int, data: bytes) -> None:
        """Set bytes of the flash, as the flash controller and a programmer do; code in them is translated anew."""
        self.flash[address : address + len(data)] = data
        self.engine.forget_code(address, len(data))

    def ask(self) -> None:
        """Stop before the next instruction."""
        self.state.asked = 1

    def run(self, limit: int) -> Trap | None:
        """Execute until so many instructions began since power-on, until `ask`, or until a trap, which is returned.

        Raises:
            Exception: what a function for registers raised, after the instruction.
        """
        state = self.state
        state.limit, state.asked, state.why = limit, 0, 0
        self._trap = None
        status = self.engine.start(self.pc)
        if self._raised is not None:
            error, self._raised = self._raised, None
            raise error
        if self._trap is not None:
            return self._trap
        if status:
            raise RuntimeError(f"Unicorn: {self.engine.error_text(status)} at {self.pc:#010x}")
        if state.why == counting.WHY_NO_FPU:
            return Trap(Kind.NO_COPROCESSOR)
        return None if state.why else Trap(Kind.WAIT_INTERRUPT)

    def _on_interrupt(self, _engine: int, number: int, _user: int) -> None:
        kinds = {
            _INTR_SVC: Kind.SVC,
            _INTR_BKPT: Kind.BREAKPOINT,
            _INTR_NO_COPROCESSOR: Kind.NO_COPROCESSOR,
            _INTR_STATE: Kind.INVALID_STATE,
        }
        if number == _INTR_RETURN:
            self._trap = Trap(Kind.RETURN, self.pc | 1)
        elif number == _INTR_PREFETCH:  # an address of EXC_RETURN outside of a handler
            self._trap = Trap(Kind.FETCH_BUS, self.pc)
        elif number in kinds:
            self._trap = Trap(kinds[number])
        else:
            self._raise_later(RuntimeError(f"Unicorn: interrupt {number} at {self.state.pc:#010x}"))
        self.engine.stop()

    def _on_invalid(self, _engine: int, _user: int) -> bool:
        """Unicorn takes WFE and YIELD for invalid, with the program counter behind them."""
        before = self.read(self.state.pc, 2)
        word = int.from_bytes(before or b"", "little")
        if word == _YIELD:
            return True
        if word == _WFE:
            self._trap = Trap(Kind.WAIT_EVENT)
        elif self.pc != self.state.pc and before is not None and not self._thumb():
            self._trap = Trap(Kind.INVALID_STATE)
        else:
            self._trap = Trap(Kind.UNDEFINED)
        self.engine.stop()
        return True

    def _thumb(self) -> bool:
        return bool(self.registers(arm.UC_ARM_REG_XPSR).read()[0] & _THUMB)

    def _on_memory(self, _engine: int, kind: int, address: int, size: int, value: int, _user: int) -> bool:
        try:
            if kind == _WRITE_PROTECTED and self._flash_write(address, size, value & (1 << 8 * size) - 1):
                self.state.asked = 1
                return True
        except BaseException as error:
            self._raise_later(error)
        self._trap = Trap(Kind.FETCH_BUS if kind in _FETCHES else Kind.DATA_BUS, address & 0xFFFF_FFFF)
        return False
