"""An ATmega2560 in simavr: a processor whose int has 16 bits, with 8 kB of memory that constants lie in too."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from benchmarks.chips import PLAIN, Chip

START = """
#include <avr/io.h>
#include <avr/interrupt.h>
#include <avr/sleep.h>
#include <stdint.h>
#include <string.h>
static void put(char letter)
{
    while (!(UCSR0A & (1 << UDRE0))) { }
    UDR0 = (uint8_t)letter;
}
static int say(const void *bytes, size_t count)
{
    UCSR0B = 1 << TXEN0;
    for (const uint8_t *each = (const uint8_t *)bytes; count > 0; --count, ++each) {
        put("0123456789abcdef"[*each >> 4]);
        put("0123456789abcdef"[*each & 15]);
        if (count % 32 == 1) put('\\n'); // simavr shows whole lines, and of a long one not all
    }
    return 1;
}
__attribute__((destructor)) static void end(void) // and ends when the processor sleeps with its interrupts off
{
    while (!(UCSR0A & (1 << UDRE0))) { }
    cli();
    sleep_mode();
}
"""
RAM = 8192 - 512
"""Bytes for variables and constants; the rest is for the stack."""


class AvrChip(Chip):
    """Says what it says in hexadecimal."""

    def answer(self, image: Path) -> bytes:
        """See `Chip`; raises CalledProcessError too where the simulator stopped by itself."""
        done = subprocess.run([*self.machine, str(image)], check=True, capture_output=True, timeout=300, text=True)
        plain = re.sub("\x1b\\[\\d*m", "", done.stdout + done.stderr)
        lines = re.findall(r"^((?:[0-9a-f]{2})+)\.$", plain, re.MULTILINE)
        return bytes.fromhex("".join(lines))


AVR = AvrChip("atmega2560", "avr-", ("-mmcu=atmega2560",), (), ("simavr", "-m", "atmega2560", "-f", "16000000"), START + PLAIN, 1.0)
