"""The interrupt controller of the emulated chip against a simple reference, and against each other what its registers say."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from plumbline.host.nrf52840.nvic import FIRST_IRQ, Nvic
from plumbline.host.nrf52840.system_control import SystemControl
from tests.support.thumb import chip_with, run

IRQS = 8
ISER, ICER, ISPR, ICPR, IABR, IPR, ICSR, AIRCR = 0x100, 0x180, 0x200, 0x280, 0x300, 0x400, 0xD04, 0xD0C


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 7), min_size=IRQS, max_size=IRQS),
    st.sets(st.integers(0, IRQS - 1)),
    st.sets(st.integers(0, IRQS - 1)),
    st.integers(0, 7),
    st.integers(4, 7),
)
def test_the_order_of_a_simple_reference(priorities: list[int], enabled: set[int], pending: set[int], mask: int, prigroup: int) -> None:
    """Everything that pends is entered in the order of priority and number, as far as BASEPRI lets it; a group alone preempts."""
    nvic = Nvic()
    nvic.set_group(prigroup)
    for irq, priority in enumerate(priorities):
        nvic.priority[FIRST_IRQ + irq] = priority << 5
    nvic.enabled = sum(1 << FIRST_IRQ + irq for irq in enabled)
    nvic.set_pending(sum(1 << FIRST_IRQ + irq for irq in pending))

    def group(priority: int) -> int:
        return priority << 5 >> prigroup + 1

    wanted = sorted(enabled & pending, key=lambda irq: (priorities[irq], irq))
    if mask:
        wanted = [irq for irq in wanted if group(priorities[irq]) < group(mask)]
    taken = []
    while (number := nvic.preempting(nvic.execution_priority(0, 0, mask << 5))) is not None:
        nvic.activate(number)
        nvic.deactivate(number)
        taken.append(number - FIRST_IRQ)
    assert taken == wanted


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 7), min_size=IRQS, max_size=IRQS), st.integers(1, 255))
def test_handlers_run_in_the_order_of_a_simple_reference(priorities: list[int], pending: int) -> None:
    """On the processor: all pend at once, and each handler appends its number."""
    append = """
        F3EF 8005   mrs r0, ipsr
        F807 0B01   strb r0, [r7], #1
        4770        bx lr
    """
    words = [sum(priorities[4 * i + k] << 5 + 8 * k for k in range(4)) for i in range(2)]
    program = [_put(0, 0xE000_E400), _put(1, words[0]), _put(2, words[1]), "6001 str r1, [r0]", "6042 str r2, [r0, #4]"]
    program += [_put(0, 0xE000_E100), _put(1, 0xFF), "6001 str r1, [r0]", _put(1, pending), "F8C0 1100 str.w r1, [r0, #0x100]"]
    chip = run(chip_with("\n".join(program), {FIRST_IRQ + irq: append for irq in range(IRQS)}))
    wanted = sorted((irq for irq in range(IRQS) if pending >> irq & 1), key=lambda irq: (priorities[irq], irq))
    assert list(chip.read_memory(0x2000_0000, len(wanted) + 1)) == [FIRST_IRQ + irq for irq in wanted] + [0]


def test_a_line_that_stays_up_pends_again_after_its_handler() -> None:
    nvic = Nvic()
    nvic.line(3, True)
    nvic.activate(FIRST_IRQ + 3)
    assert nvic.pending == 0
    nvic.clear_pending(1 << FIRST_IRQ + 3)
    assert nvic.pending == 0  # not while it is active
    nvic.deactivate(FIRST_IRQ + 3)
    assert nvic.pending == 1 << FIRST_IRQ + 3
    nvic.clear_pending(1 << FIRST_IRQ + 3)
    assert nvic.pending == 1 << FIRST_IRQ + 3
    nvic.line(3, False)
    nvic.clear_pending(1 << FIRST_IRQ + 3)
    assert nvic.pending == 0


def test_registers_say_what_was_written() -> None:
    asked: list[str] = []
    nvic = Nvic()
    control = SystemControl(nvic, lambda: asked.append("reset"), lambda on: None)
    control.write(ISER, 0b110)
    control.write(ICER, 0b010)
    control.write(ISER + 4, 1)
    control.write(ISPR, 0b101)
    control.write(ICPR, 0b001)
    assert [control.read(offset) for offset in (ISER, ICER, ISER + 4, ISPR, ICPR, IABR)] == [0b100, 0b100, 1, 0b100, 0b100, 0]
    control.write(IPR, 0xFFE0_1F20)
    assert control.read(IPR) == 0xE0E0_0020  # three bits of each
    nvic.activate(FIRST_IRQ + 2)
    assert (control.read(IABR), control.read(ICSR)) == (0b100, FIRST_IRQ + 2 | 1 << 11)
    control.write(ICSR, 1 << 28)
    assert control.read(ICSR) == FIRST_IRQ + 2 | 1 << 11 | 14 << 12 | 1 << 28
    control.write(AIRCR, 0x1234_0004)
    assert asked == []
    control.write(AIRCR, 0x05FA_0304)
    assert (asked, control.read(AIRCR)) == (["reset"], 0xFA05_0300)


def _put(register: int, value: int) -> str:
    """movw and movt (Armv7-M, A7.7.76 and A7.7.79: imm4, i, imm3, Rd, imm8)."""
    return "\n".join(
        f"{code | half >> 12 | (half >> 11 & 1) << 10:04X} {(half >> 8 & 7) << 12 | register << 8 | half & 0xFF:04X}"
        for code, half in ((0xF240, value & 0xFFFF), (0xF2C0, value >> 16))
    )
