"""The registers of the system control space at 0xE000E000: NVIC, system control block, faults, and the MPU's, which have no effect.

Armv7-M Architecture Reference Manual, B3.2 to B3.5.
"""

from __future__ import annotations

from collections.abc import Callable

from plumbline.host.nrf52840.nvic import BUS_FAULT, FIRST_IRQ, IRQS, MEM_MANAGE, NMI, PENDSV, PRIORITY_BITS, SYSTICK, USAGE_FAULT, Nvic
from plumbline.host.nrf52840.system_space import SystemSpace

_ISER, _ICER, _ISPR, _ICPR, _IABR, _IPR = 0x100, 0x180, 0x200, 0x280, 0x300, 0x400
_ICTR, _CPUID, _ICSR, _VTOR, _AIRCR, _SCR, _CCR, _SHPR, _SHCSR = 0x004, 0xD00, 0xD04, 0xD08, 0xD0C, 0xD10, 0xD14, 0xD18, 0xD24
_CFSR, _HFSR, _DFSR, _MMFAR, _BFAR, _AFSR, _CPACR, _STIR = 0xD28, 0xD2C, 0xD30, 0xD34, 0xD38, 0xD3C, 0xD88, 0xF00
_MPU_TYPE, _MPU = 0xD90, range(0xD94, 0xDBC, 4)
_DHCSR, _DEMCR, _FPCCR, _FPCAR, _FPDSCR = 0xDF0, 0xDFC, 0xF34, 0xF38, 0xF3C
_FEATURES = (0x30, 0x200, 0x10_0000, 0, 0x3_0030, 0, 0x100_0000, 0, 0x114_1110, 0x211_2000, 0x2123_2231, 0x111_1110, 0x131_0102)
_MEDIA = (0x1011_0021, 0x1100_0011, 0)
"""ID_PFR0 to ID_ISAR4 and MVFR0 to MVFR2 of a Cortex-M4 with FPU, from its technical reference manual."""
_FIXED = {
    _ICTR: (IRQS - 1) // 32,
    _CPUID: 0x410F_C241,  # Cortex-M4 r0p1
    _MPU_TYPE: 0x800,
    _DHCSR: 0,  # no debugger
    **{0xD40 + 4 * i: value for i, value in enumerate(_FEATURES)},
    **{0xF40 + 4 * i: value for i, value in enumerate(_MEDIA)},
}
"""Registers that only say what there is."""
_PLAIN = {0x008, _SCR, _CCR, _MMFAR, _BFAR, _AFSR, _DEMCR, _FPCCR, _FPCAR, _FPDSCR, *_MPU}
"""Registers that keep what is written. CCR's traps of unaligned accesses and divisions by zero, and the MPU, are not modelled."""
_RESET = {_CCR: 0x200, _FPCCR: 0xC000_0000}
_KEY, _KEY_READ, _SYSRESETREQ = 0x05FA, 0xFA05, 4
_BFARVALID = 1 << 15
_ENABLES = {MEM_MANAGE: 1 << 16, BUS_FAULT: 1 << 17, USAGE_FAULT: 1 << 18}
_ACTIVE = {MEM_MANAGE: 1 << 0, BUS_FAULT: 1 << 1, USAGE_FAULT: 1 << 3, 11: 1 << 7, 12: 1 << 8, PENDSV: 1 << 10, SYSTICK: 1 << 11}


class SystemControl(SystemSpace):
    """NVIC, SCB and MPU registers.

    Args:
        reset_requested: called when the firmware asks for a reset by AIRCR.SYSRESETREQ.
        fpu: called with whether CPACR lets instructions use the FPU.
    """

    FORCED = 1 << 30
    DEBUG_EVENT = 1 << 31
    name = "SCS"
    parts = frozenset(range(_IPR, _IPR + IRQS, 4)) | {_SHPR, _SHPR + 4, _SHPR + 8}

    def __init__(self, nvic: Nvic, reset_requested: Callable[[], None], fpu: Callable[[bool], None]) -> None:
        self._nvic, self._reset_requested, self._fpu = nvic, reset_requested, fpu
        self.reset()

    def reset(self) -> None:
        self.registers = dict(_RESET)
        self.vector_table = 0
        self._prigroup = self._cfsr = self._hfsr = self._dfsr = self._cpacr = self._shcsr = 0
        self._nvic.set_group(0)
        self._fpu(False)

    @property
    def sleep_on_exit(self) -> bool:
        """SCR.SLEEPONEXIT: wait for an interrupt as soon as no handler is active."""
        return bool(self.registers.get(_SCR, 0) & 2)

    @property
    def event_on_pend(self) -> bool:
        """SCR.SEVONPEND: an interrupt that begins to pend is an event for WFE, enabled or not."""
        return bool(self.registers.get(_SCR, 0) & 16)

    def stacks_floats(self) -> bool:
        """FPCCR.ASPEN: frames hold the FPU's registers once it was used."""
        return bool(self.registers[_FPCCR] >> 31)

    def fault_enabled(self, number: int) -> bool:
        """Whether SHCSR lets a fault have its own handler."""
        return bool(self._shcsr & _ENABLES[number])

    def note_fault(self, status: int, address: int | None) -> None:
        """Set bits of CFSR, and BFAR where the address is known."""
        self._cfsr |= status
        if address is not None:
            self.registers[_BFAR] = address
            self._cfsr |= _BFARVALID

    def note_hard_fault(self, status: int) -> None:
        self._hfsr |= status

    def debug_fault(self, status: int) -> None:
        self._dfsr |= status

    def describe_fault(self) -> str:
        """The fault registers, for a message."""
        bfar = f", BFAR {self.registers.get(_BFAR, 0):#010x}" if self._cfsr & _BFARVALID else ""
        return f"CFSR {self._cfsr:#010x}, HFSR {self._hfsr:#010x}{bfar}"

    def read(self, offset: int) -> int | None:
        if offset in _FIXED:
            return _FIXED[offset]
        if offset in _PLAIN:
            return self.registers.get(offset, 0)
        nvic = self._nvic
        for base, bits in ((_ISER, nvic.enabled), (_ICER, nvic.enabled), (_ISPR, nvic.pending), (_ICPR, nvic.pending)):
            if base <= offset < base + 0x20:
                return _word(bits, offset - base)
        if _IABR <= offset < _IABR + 0x20:
            return _word(sum(1 << number for number in nvic.active), offset - _IABR)
        if _IPR <= offset < _IPR + 0xF0:
            return self._priorities(FIRST_IRQ + offset - _IPR)
        if _SHPR <= offset < _SHPR + 12:
            return self._priorities(4 + offset - _SHPR)
        status = {_VTOR: self.vector_table, _CFSR: self._cfsr, _HFSR: self._hfsr, _DFSR: self._dfsr, _CPACR: self._cpacr}
        if offset == _ICSR:
            return self._icsr()
        if offset == _AIRCR:
            return _KEY_READ << 16 | self._prigroup << 8
        if offset == _SHCSR:
            return self._shcsr | sum(bit for number, bit in _ACTIVE.items() if number in nvic.active)
        return status.get(offset)

    def write(self, offset: int, value: int) -> bool:
        nvic = self._nvic
        if offset in _FIXED:
            return True
        if offset in _PLAIN:
            self.registers[offset] = value
            return True
        for base in (_ISER, _ICER, _ISPR, _ICPR):
            if base <= offset < base + 0x20:
                self._interrupts(base, value << FIRST_IRQ + 8 * (offset - base))
                return True
        if _IPR <= offset < _IPR + 0xF0:
            self._set_priorities(FIRST_IRQ + offset - _IPR, value)
        elif _SHPR <= offset < _SHPR + 12:
            self._set_priorities(4 + offset - _SHPR, value)
        elif offset == _ICSR:
            self._set_icsr(value)
        elif offset == _VTOR:
            self.vector_table = value & ~0x7F
        elif offset == _AIRCR:
            self._set_aircr(value)
        elif offset == _SHCSR:
            self._shcsr = value & sum(_ENABLES.values())
        elif offset == _CFSR:
            self._cfsr &= ~value
        elif offset == _HFSR:
            self._hfsr &= ~value
        elif offset == _DFSR:
            self._dfsr &= ~value
        elif offset == _CPACR:
            self._cpacr = value & 0x00F0_0000
            self._fpu(self._cpacr == 0x00F0_0000)
        elif offset == _STIR:
            nvic.set_pending(1 << FIRST_IRQ + (value & 0x1FF)) if value & 0x1FF < IRQS else None
        else:
            return False
        return True

    def _interrupts(self, base: int, bits: int) -> None:
        bits &= (1 << FIRST_IRQ + IRQS) - 1
        if base == _ISER:
            self._nvic.enabled |= bits
        elif base == _ICER:
            self._nvic.enabled &= ~bits
        elif base == _ISPR:
            self._nvic.set_pending(bits)
        else:
            self._nvic.clear_pending(bits)

    def _priorities(self, first: int) -> int:
        return int.from_bytes(bytes(self._nvic.priority[first : first + 4]), "little")

    def _set_priorities(self, first: int, value: int) -> None:
        for i in range(4):
            if first + i < len(self._nvic.priority):
                self._nvic.priority[first + i] = value >> 8 * i & PRIORITY_BITS

    def _icsr(self) -> int:
        nvic = self._nvic
        active = nvic.active[-1] if nvic.active else 0
        interrupts = bool(nvic.pending >> FIRST_IRQ) << 22
        system = (nvic.pending >> SYSTICK & 1) << 26 | (nvic.pending >> PENDSV & 1) << 28 | (nvic.pending >> NMI & 1) << 31
        return active | (len(nvic.active) <= 1) << 11 | (nvic.next_pending() or 0) << 12 | interrupts | system

    def _set_icsr(self, value: int) -> None:
        for bit, number in ((31, NMI), (28, PENDSV), (26, SYSTICK)):
            if value >> bit & 1:
                self._nvic.set_pending(1 << number)
        for bit, number in ((27, PENDSV), (25, SYSTICK)):
            if value >> bit & 1:
                self._nvic.clear_pending(1 << number)

    def _set_aircr(self, value: int) -> None:
        if value >> 16 != _KEY:
            return
        self._prigroup = value >> 8 & 7
        self._nvic.set_group(self._prigroup)
        if value & _SYSRESETREQ:
            self._reset_requested()


def _word(bits: int, offset: int) -> int:
    """32 interrupts' bits, from one bit for each exception."""
    return bits >> FIRST_IRQ + 8 * offset & 0xFFFF_FFFF
