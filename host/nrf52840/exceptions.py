"""Entry into and return from exceptions: frames with and without the FPU's registers, tail-chaining, faults and their escalation.

Armv7-M Architecture Reference Manual, B1.5.6 to B1.5.14.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from unicorn import arm_const as arm

from plumbline.host.nrf52840.nvic import BUS_FAULT, HARD_FAULT, NMI, SVCALL, USAGE_FAULT, Nvic
from plumbline.host.nrf52840.processor import Kind, Processor, Trap
from plumbline.host.nrf52840.system_control import SystemControl

_CORE = (arm.UC_ARM_REG_R0, arm.UC_ARM_REG_R1, arm.UC_ARM_REG_R2, arm.UC_ARM_REG_R3, arm.UC_ARM_REG_R12, arm.UC_ARM_REG_LR)
_FLOATS = (*range(arm.UC_ARM_REG_S0, arm.UC_ARM_REG_S0 + 16), arm.UC_ARM_REG_FPSCR)
_BASIC, _EXTENDED = 0x20, 0x68
"""Bytes of a frame without and with S0 to S15, FPSCR and a reserved word."""
_SPSEL, _FPCA = 2, 4
_THUMB, _ALIGNED, _FLAGS = 1 << 24, 1 << 9, 0xF80F_0000
_IPSR = 0x1FF
RETURNS = {0xFFFF_FFF1, 0xFFFF_FFF9, 0xFFFF_FFFD, 0xFFFF_FFE1, 0xFFFF_FFE9, 0xFFFF_FFED}
# Configurable fault status register
IBUSERR, PRECISERR, UNSTKERR, STKERR = 1 << 8, 1 << 9, 1 << 11, 1 << 12
UNDEFINSTR, INVSTATE, INVPC, NOCP = 1 << 16, 1 << 17, 1 << 18, 1 << 19


@dataclass(frozen=True)
class Fault:
    """A fault's exception, its bits in CFSR, and the address for BFAR."""

    number: int
    status: int
    address: int | None = None


_FAULTS = {
    Kind.UNDEFINED: Fault(USAGE_FAULT, UNDEFINSTR),
    Kind.INVALID_STATE: Fault(USAGE_FAULT, INVSTATE),
    Kind.NO_COPROCESSOR: Fault(USAGE_FAULT, NOCP),
    Kind.FETCH_BUS: Fault(BUS_FAULT, IBUSERR),
}


class Lockup(Exception):
    """A fault where no handler can take it: at the priority of HardFault or above."""


class Exceptions:
    """Moves the processor into handlers and back."""

    def __init__(self, processor: Processor, nvic: Nvic, control: SystemControl) -> None:
        self._processor, self._nvic, self._control = processor, nvic, control
        registers = processor.registers
        self._state = registers(*_CORE, arm.UC_ARM_REG_PC, arm.UC_ARM_REG_XPSR, arm.UC_ARM_REG_CONTROL, arm.UC_ARM_REG_SP)
        self._floats = registers(*_FLOATS)
        # APSR_NZCV comes after IPSR and EPSR: it has Unicorn's translator look at the mode again
        self._into = registers(
            *(arm.UC_ARM_REG_SP, arm.UC_ARM_REG_CONTROL, arm.UC_ARM_REG_IPSR, arm.UC_ARM_REG_CONTROL, arm.UC_ARM_REG_EPSR, arm.UC_ARM_REG_LR),
            *(arm.UC_ARM_REG_APSR_NZCV, arm.UC_ARM_REG_PC),
        )
        self._inside = registers(
            *(arm.UC_ARM_REG_SP, arm.UC_ARM_REG_CONTROL, arm.UC_ARM_REG_XPSR, arm.UC_ARM_REG_FAULTMASK, arm.UC_ARM_REG_MSP, arm.UC_ARM_REG_PSP)
        )
        # CONTROL before IPSR, for a thread without privilege, and after it, for the stack pointer; XPSR leaves out the bits of SIMD
        self._out_of = registers(
            *(arm.UC_ARM_REG_CONTROL, arm.UC_ARM_REG_IPSR, arm.UC_ARM_REG_CONTROL, arm.UC_ARM_REG_SP, *_CORE, arm.UC_ARM_REG_XPSR),
            *(arm.UC_ARM_REG_APSR_NZCVQG, arm.UC_ARM_REG_APSR_NZCV, arm.UC_ARM_REG_PC),
        )
        self._masks = registers(arm.UC_ARM_REG_PRIMASK, arm.UC_ARM_REG_FAULTMASK, arm.UC_ARM_REG_BASEPRI)
        self._faultmask = registers(arm.UC_ARM_REG_FAULTMASK)
        self.event = False
        """The event register, which WFE takes."""
        self.entered: list[int] = []
        """The registers that the last exception came with."""
        self.others = 0
        """How many exceptions other than supervisor calls there were."""

    def execution_priority(self) -> int:
        return self._nvic.execution_priority(*self._masks.read())

    def take(self) -> bool:
        """Enter what pends and may preempt; whether something did."""
        number = self._nvic.preempting(self.execution_priority()) if self._nvic.waking() else None
        if number is not None:
            self._enter(number)
        return number is not None

    def wakes(self) -> bool:
        """Something pends that would preempt but for PRIMASK: it ends WFI."""
        _, faultmask, basepri = self._masks.read()
        return self._nvic.preempting(self._nvic.execution_priority(0, faultmask, basepri)) is not None

    def held_back(self) -> bool:
        """Something pends that only a mask holds back: an instruction can release it."""
        return self._nvic.preempting(self._nvic.active_priority()) is not None

    def handle(self, trap: Trap) -> None:
        """What the processor stopped at, other than a wait.

        Raises:
            Lockup: it is a fault that no handler can take.
        """
        if trap.kind is Kind.RETURN:
            self._leave(trap.address)
        elif trap.kind is Kind.SVC:
            if self._nvic.group(self._nvic.priority[SVCALL]) < self.execution_priority():
                self._enter(SVCALL)
            else:
                self._hard_fault(self._control.FORCED)
        elif trap.kind is Kind.BREAKPOINT:
            self._control.debug_fault(2)
            self._hard_fault(self._control.DEBUG_EVENT)
        elif trap.kind is Kind.DATA_BUS:
            self.fault(Fault(BUS_FAULT, PRECISERR, trap.address))
        else:
            self.fault(_FAULTS[trap.kind])

    def fault(self, fault: Fault) -> None:
        """Enter the fault's handler, or HardFault where that is disabled or not urgent enough."""
        self._control.note_fault(fault.status, fault.address)
        if self._control.fault_enabled(fault.number) and self._nvic.group(self._nvic.priority[fault.number]) < self.execution_priority():
            self._enter(fault.number)
        else:
            self._hard_fault(self._control.FORCED)

    def _hard_fault(self, status: int) -> None:
        if self.execution_priority() <= self._nvic.priority[HARD_FAULT]:
            raise Lockup(self._control.describe_fault())
        self._control.note_hard_fault(status)
        self._enter(HARD_FAULT)

    def _enter(self, number: int) -> None:
        self.entered = self._state.read()
        self.others += number != SVCALL
        *core, pc, xpsr, control, sp = self.entered
        floating = bool(control & _FPCA) and self._control.stacks_floats()
        size = _EXTENDED if floating else _BASIC
        xpsr = xpsr & ~_ALIGNED | _THUMB
        below = sp - size
        if below & 4:
            below -= 4
            xpsr |= _ALIGNED
        frame = struct.pack("<8I", *core, pc & ~1, xpsr)
        if floating:
            frame += struct.pack("<18I", *self._floats.read(), 0)
        back = (0xFFFF_FFF1 if self._nvic.active else 0xFFFF_FFFD if control & _SPSEL else 0xFFFF_FFF9) & ~(0x10 if floating else 0)
        if not self._processor.write_ram(below & 0xFFFF_FFFF, frame):
            number = self._stacking_failed(number)
        self._begin(number, below & 0xFFFF_FFFF, control, back, xpsr)

    def _stacking_failed(self, number: int) -> int:
        """The fault that comes instead of `number`, which stays pending; the frame is lost."""
        if number in (NMI, HARD_FAULT):
            raise Lockup("the stack pointer of a fault is not in RAM")
        self._nvic.set_pending(1 << number)
        self._control.note_fault(STKERR, None)
        if (
            number > USAGE_FAULT
            and self._control.fault_enabled(BUS_FAULT)
            and self._nvic.group(self._nvic.priority[BUS_FAULT]) < self.execution_priority()
        ):
            return BUS_FAULT
        self._control.note_hard_fault(self._control.FORCED)
        return HARD_FAULT

    def _begin(self, number: int, sp: int, control: int, back: int, xpsr: int) -> None:
        """The handler's first instruction is next."""
        vector = self._processor.read(self._control.vector_table + 4 * number, 4)
        if vector is None:
            raise Lockup(f"the vector table at {self._control.vector_table:#010x} is neither in flash nor in RAM")
        self._nvic.activate(number)
        self.event = True
        control &= ~(_FPCA | _SPSEL)
        address = int.from_bytes(vector, "little")
        self._into.write(sp, control, number, control, _THUMB, back, xpsr & 0xF000_0000, address | 1)
        if not address & 1:
            self.fault(Fault(USAGE_FAULT, INVSTATE))

    def _leave(self, back: int) -> None:
        sp, control, xpsr, faultmask, main, process = self._inside.read()
        number = xpsr & _IPSR
        to_thread = bool(back & 8)
        if back not in RETURNS or to_thread != (len(self._nvic.active) == 1):
            self._nvic.deactivate(number)
            self.fault(Fault(USAGE_FAULT, INVPC))
            return
        if faultmask and number != NMI:
            self._faultmask.write(0)
        self._nvic.deactivate(number)
        self.event = True
        chained = self._nvic.preempting(self.execution_priority()) if self._nvic.waking() else None
        if chained is not None:  # the frame stays where it is
            self._begin(chained, sp, control, back, xpsr)
            return
        on_process = to_thread and bool(back & 4)
        sp, size = process if on_process else main, _BASIC if back & 0x10 else _EXTENDED
        frame = self._processor.read(sp, size)
        if frame is None:
            self.fault(Fault(BUS_FAULT, UNSTKERR))
            return
        words = struct.unpack(f"<{size // 4}I", frame)
        if size == _EXTENDED:
            self._floats.write(*words[8:25])
        *core, pc, xpsr = words[:8]
        sp += size + (4 if xpsr & _ALIGNED else 0)
        control = control & ~(_FPCA | _SPSEL) | (_SPSEL if on_process else 0) | (0 if back & 0x10 else _FPCA)
        number = xpsr & _IPSR
        self._out_of.write(control, number, control, sp & 0xFFFF_FFFF, *core, xpsr & ~_ALIGNED | _THUMB, xpsr & _FLAGS, xpsr & 0xF000_0000, pc | 1)
