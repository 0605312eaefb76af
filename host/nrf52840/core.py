"""The processor with what belongs to it: interrupt controller, exceptions, system registers, SysTick, cycle counter; and its sleep."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from unicorn import arm_const as arm

from plumbline.host.nrf52840.dwt import Dwt
from plumbline.host.nrf52840.exceptions import Exceptions, Lockup
from plumbline.host.nrf52840.nvic import Nvic
from plumbline.host.nrf52840.processor import Kind, Processor
from plumbline.host.nrf52840.spin import Spin
from plumbline.host.nrf52840.system_control import SystemControl
from plumbline.host.nrf52840.system_space import SystemSpace
from plumbline.host.nrf52840.systick import SysTick

_DWT, _SCS = 0xE000_1000, 0xE000_E000
_THUMB = 1 << 24


class Core:
    """A Cortex-M4 with its private peripherals.

    Args:
        flash_store: whether a store to flash is allowed; see Processor.
        now: the time in ticks.
        changed: called when the time of the next thing that happens is another.
        reset_requested: called when the firmware asks for a reset.
    """

    def __init__(
        self,
        flash_store: Callable[[int, int, int], bool],
        now: Callable[[], int],
        changed: Callable[[], None],
        reset_requested: Callable[[], None],
    ) -> None:
        self.processor = Processor(flash_store)
        self.nvic = Nvic()
        self._control = SystemControl(self.nvic, reset_requested, self._set_fpu)
        self.systick = SysTick(self.nvic, now, changed)
        self._dwt = Dwt(now)
        self._exceptions = Exceptions(self.processor, self.nvic, self._control)
        self.spaces: Mapping[int, tuple[SystemSpace, ...]] = {_SCS: (self.systick, self._control), _DWT: (self._dwt,)}
        self._sleeps = self._for_event = False
        self._spin, self.spins, self._writes = Spin(), False, 0
        self._pended = 0
        self._start = self.processor.registers(
            *(arm.UC_ARM_REG_IPSR, arm.UC_ARM_REG_PRIMASK, arm.UC_ARM_REG_FAULTMASK, arm.UC_ARM_REG_BASEPRI, arm.UC_ARM_REG_CONTROL),
            *(arm.UC_ARM_REG_EPSR, arm.UC_ARM_REG_LR, arm.UC_ARM_REG_MSP, arm.UC_ARM_REG_APSR_NZCV, arm.UC_ARM_REG_PC),
        )

    def _set_fpu(self, on: bool) -> None:
        self.processor.state.no_fpu = not on

    def reset(self, vector_table: int) -> None:
        """Registers as after a reset, the first instruction next.

        Args:
            vector_table: its first two words are the stack pointer and the program counter.
        """
        self.nvic.reset()
        for space in (self._control, self.systick, self._dwt):
            space.reset()
        self._sleeps = self._for_event = self._exceptions.event = False
        self.processor.state.sev = self._pended = 0
        first = self.processor.read(vector_table, 8) or b"\xff" * 8
        stack, pc = int.from_bytes(first[:4], "little"), int.from_bytes(first[4:], "little")
        self._start.write(3, 0, 0, 0, 0, _THUMB, 0xFFFF_FFFF, stack & ~3, 0, pc | 1)  # in a handler, where CONTROL can be written
        self._start.write(0, 0, 0, 0, 0, _THUMB, 0xFFFF_FFFF, stack & ~3, 0, pc | 1)
        self._control.vector_table = vector_table

    def look(self) -> None:
        """A register was written: an interrupt may have to be taken before the next instruction."""
        self._writes += 1
        if self.nvic.waking():
            self.processor.ask()

    def ready(self) -> bool:
        """Enter what pends; whether there are instructions to execute, rather than something to wait for."""
        self._note_events()
        if self._exceptions.take():
            self._sleeps = False
        elif self._sleeps and (self._exceptions.event if self._for_event else self._exceptions.wakes()):
            self._sleeps = False
            if self._for_event:
                self._exceptions.event = False
        return not self._sleeps

    def _note_events(self) -> None:
        """What sets the event register other than exceptions: SEV, and where SEVONPEND asks for it an interrupt that began to pend."""
        state = self.processor.state
        if state.sev or (self._control.event_on_pend and self.nvic.pending & ~self._pended):
            state.sev, self._exceptions.event = 0, True
        self._pended = self.nvic.pending

    def execute(self, count: int) -> str | None:
        """Run at most so many instructions, into handlers and back; what locked the processor up, if something did."""
        state = self.processor.state
        end = state.count + count
        self.spins = False
        while True:
            state.watch = self._exceptions.held_back()
            trap = self.processor.run(end)
            self._note_events()
            if trap is None:
                return None
            if trap.kind is Kind.WAIT_INTERRUPT or trap.kind is Kind.WAIT_EVENT:
                self._wait(trap.kind is Kind.WAIT_EVENT)
                return None
            try:
                self._exceptions.handle(trap)
            except Lockup as lockup:
                return str(lockup)
            if trap.kind is Kind.SVC:
                self.spins = self._spin.waits((*self._exceptions.entered, self._exceptions.others, self._writes))
            elif trap.kind is Kind.RETURN and self._control.sleep_on_exit and not self.nvic.active:
                self._wait(for_event=False)
                return None
            if state.count >= end or state.asked or self.spins:
                return None
            self._exceptions.take()

    def _wait(self, for_event: bool) -> None:
        """WFI, or WFE, which takes an event that is there already and goes on."""
        self._for_event = for_event
        self._sleeps = not (for_event and self._exceptions.event)
        if for_event:
            self._exceptions.event = False
