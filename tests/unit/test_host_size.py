"""What an image takes: the heap that a linker script stretches over the rest of the RAM is not used by anybody yet."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from plumbline.host.firmware.elf_size import Size, size_of

GCC = "arm-none-eabi-gcc"
SOURCE = "int set[8] = {1}; int clear[16]; int main(void) { return set[0] + clear[0]; }"
SCRIPT = """
MEMORY { FLASH (rx) : ORIGIN = 0x10000, LENGTH = 0xf0000  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 0x40000 }
SECTIONS {
  .text : { *(.text*) } > FLASH
  .data : { *(.data*) } > RAM AT > FLASH
  .bss : { *(.bss*) } > RAM
  HEAP
  .stack (NOLOAD) : { . = ORIGIN(RAM) + LENGTH(RAM); } > RAM
  /DISCARD/ : { *(.ARM.*) *(.note*) }
}
"""

pytestmark = pytest.mark.skipif(shutil.which(GCC) is None, reason=f"{GCC} is not installed")


def linked(folder: Path, heap: str) -> Size:
    """The size of `SOURCE` with a heap of these lines of the linker script; the 1024 bytes behind the heap are the stack."""
    (folder / "source.c").write_text(SOURCE)
    (folder / "script.ld").write_text(SCRIPT.replace("HEAP", heap))
    image = folder / "image.elf"
    flags = ["-mcpu=cortex-m4", "-mthumb", "-nostdlib", "-Wl,--entry=main", f"-T{folder / 'script.ld'}"]
    subprocess.run([GCC, *flags, str(folder / "source.c"), "-o", str(image)], check=True)
    size = size_of(image)
    assert size is not None
    return size


@pytest.mark.parametrize("kind", ["(NOLOAD)", ""])
def test_what_the_heap_gets_of_the_rest_is_not_counted(kind: str, tmp_path: Path) -> None:
    size = linked(tmp_path, f".heap {kind} : {{ . = ORIGIN(RAM) + LENGTH(RAM) - 1024; }} > RAM")
    assert size.ram == 8 * 4 + 16 * 4 + 1024
    assert 8 * 4 < size.flash < 200


def test_data_and_stack_are_counted(tmp_path: Path) -> None:
    whole = linked(tmp_path, "")
    assert whole.ram == 0x40000  # this script gives the stack all that is left
