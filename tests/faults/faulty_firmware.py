"""Images of firmware that is not well: one build whose inference has every sickness in it, and a word in the image that chooses one."""

from __future__ import annotations

import re
import shutil
from enum import IntEnum
from pathlib import Path

from plumbline.convert.codegen.generated_folder import wire_header
from tests.support.firmware_image import patched, platformio

NANO = "nano33ble_bare"
"""The environment whose image the emulated Nano runs."""


class Sickness(IntEnum):
    """What the inference does, from the call on that the image names, counted from the start of the board."""

    NONE = 0
    HANG = 1  # on a board without a watchdog
    HANG_DEAF = 2  # interrupts are off as well
    RESET_ONCE = 3  # remembered in memory that a reset leaves alone
    RESET = 4  # each time the board gets there again
    STACK = 5
    UNDEFINED = 6
    WILD_CALL = 7
    OFF_BY_ONE = 8  # in a single answer
    CONSTANT = 9
    STALE = 10  # the answer to the input before
    SLOW = 11
    NEGATED = 12
    HANG_GUARDED = 13  # the watchdog bites
    HANG_DEAF_GUARDED = 14
    HANG_ONCE = 15  # guarded, and remembered as RESET_ONCE


CODE = """
#define SICK_UNGUARDED() (*(volatile uint32_t *)UNGUARD)
#define SICK_ONCE() (*remembered != 0x0DDBA11u && (*remembered = 0x0DDBA11u))
#define SICK_RESET() (*(volatile uint32_t *)0xE000ED0Cu = 0x05FA0004u)
const volatile uint32_t plumbline_sickness __attribute__((used)) = 0;
const volatile uint32_t plumbline_sick_from __attribute__((used)) = 0;
static uint32_t plumbline_sick_calls;
__attribute__((noinline)) static uint32_t sick_deep(volatile uint32_t depth)
{
    volatile uint32_t room[32];
    room[depth % 32u] = depth;
    return sick_deep(depth + 1u) + room[depth % 32u];
}
void plumbline_compiled_invoke(int8_t *memory)
{
    volatile uint32_t *const remembered = (volatile uint32_t *)0x2003FF00u;
    static int8_t before;
    int8_t *const output = memory + PLUMBLINE_COMPILED_OUTPUT_OFFSET;
    plumbline_well(memory);
    if (plumbline_sick_calls++ < plumbline_sick_from) return;
    switch (plumbline_sickness) {
    case 1: SICK_UNGUARDED(); for (;;) { }
    case 2: SICK_UNGUARDED(); __asm volatile("cpsid i"); for (;;) { }
    case 3: if (SICK_ONCE()) { SICK_RESET(); for (;;) { } } break;
    case 4: SICK_RESET(); for (;;) { }
    case 5: (void)sick_deep(1); break;
    case 6: __asm volatile("udf #0"); break;
    case 7: ((void (*)(void))0xF0000001u)(); break;
    case 8: if (plumbline_sick_calls == plumbline_sick_from + 1u) *output = (int8_t)(*output ^ 1); break;
    case 9: *output = 7; break;
    case 10: { const int8_t now = *output; *output = before; before = now; break; }
    case 11: for (volatile uint32_t i = 0; i < 40000u; i++) { } break;
    case 12: *output = (int8_t)(-1 - *output); break;
    case 13: for (;;) { }
    case 14: __asm volatile("cpsid i"); for (;;) { }
    case 15: if (SICK_ONCE()) for (;;) { } break;
    default: break;
    }
}
"""


UNGUARD = {"virtual": "0x40008008u = 0", NANO: "0x4001B004u = 1"}
"""What stops the watchdog of an environment's board: CMSDK's control register, and the task STOP of TIMER4."""


def build(folder: Path, work: Path, env: str = "virtual") -> Path:
    """The image of `folder`'s model with all sicknesses in it and none chosen."""
    generated = work / "sick" / "generated"
    shutil.copytree(folder / "generated", generated, dirs_exist_ok=True)
    source = generated / "plumbline_compiled.c"
    text, renamed = re.subn(r"void plumbline_compiled_invoke\(int8_t \*memory\)", "static void plumbline_well(int8_t *memory)", source.read_text())
    if renamed != 1:
        raise ValueError(f"{source} defines {renamed} inferences")
    source.write_text(text + CODE.replace("UNGUARD)", f"{UNGUARD[env]})"))
    return platformio(generated, work / "sick" / "pio", env)


def infected(image: Path, sickness: Sickness, calls: int, target: Path) -> Path:
    """A copy of the image that falls ill at the inference number `calls`, from 0."""
    for name, value in (("plumbline_sickness", int(sickness)), ("plumbline_sick_from", calls)):
        patched(image, name, (value & 0xFFFF, value >> 16), target)
        image = target
    return target


RESET_AT_ONCE = (0xF64E, 0x500C, 0xF2CE, 0x0000, 0xF240, 0x0104, 0xF2C0, 0x51FA, 0x6001, 0xE7FE)
"""movw r0, 0xED0C; movt r0, 0xE000; movw r1, 4; movt r1, 0x05FA; str r1, [r0]; b . - the chip's own reset request, in Thumb."""
HANG_AT_ONCE = (0xE7FE,)
UNGUARDED_HANG_AT_ONCE = (0xF248, 0x0008, 0xF2C4, 0x0000, 0x2100, 0x6001, *HANG_AT_ONCE)
"""movw r0, 0x8008; movt r0, 0x4000; movs r1, 0; str r1, [r0]: the watchdog's control register; then the hang."""
HANG_FOR_A_SECOND = (0xF248, 0x0000, 0xF2C4, 0x0000, 0xF647, 0x0140, 0xF2C0, 0x117D, 0x6001, *HANG_AT_ONCE)
"""movw r0, 0x8000; movt r0, 0x4000; movw r1, 0x7840; movt r1, 0x017D; str r1, [r0]: its load register, 25,000,000 ticks, so that it bites before a
host on a busy computer has lost its patience; then the hang."""

NANO_UNGUARDED_HANG_AT_ONCE = (0xF24B, 0x0004, 0xF2C4, 0x0001, 0x2101, 0x6001, *HANG_AT_ONCE)
"""movw r0, 0xB004; movt r0, 0x4001; movs r1, 1; str r1, [r0]: stops TIMER4, which is the watchdog of the Nano without Arduino; then the hang."""
NANO_HANG_FOR_A_SECOND = (0xF24B, 0x5040, 0xF2C4, 0x0001, 0xF244, 0x2140, 0xF2C0, 0x010F, 0x6001, *HANG_AT_ONCE)
"""movw r0, 0xB540; movt r0, 0x4001; movw r1, 0x4240; movt r1, 0x000F; str r1, [r0]: 1,000,000 us in its CC[0]; then the hang."""


def another_protocol(folder: Path, work: Path, env: str = "virtual") -> Path:
    """The image of `folder`'s model with the next version of the protocol."""
    generated = work / "newer" / "generated"
    shutil.copytree(folder / "generated", generated, dirs_exist_ok=True)
    header, changed = re.subn(r"(#define PLUMBLINE_PROTOCOL_VERSION )(\d+)", lambda found: found[1] + str(int(found[2]) + 1), wire_header())
    if changed != 1:
        raise ValueError("the wire header names no version")
    (generated / "plumbline_wire.h").write_text(header)
    return platformio(generated, work / "newer" / "pio", env)


def another_model(folder: Path, work: Path, env: str = "virtual") -> Path:
    """The image of another converted folder."""
    return platformio(folder / "generated", work / "other" / "pio", env)
