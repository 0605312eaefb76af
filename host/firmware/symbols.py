"""Names for the addresses in a board's last words, from the image that it runs."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from plumbline.common.errors import BoardLost

ADDR2LINE = "arm-none-eabi-addr2line"
_ADDRESS = re.compile(r"(pc|called from) 0x([0-9a-f]{8})")


@contextmanager
def naming(image: Callable[[], Path | None]) -> Iterator[None]:
    """Inside the `with` block a BoardLost says the functions beside the addresses.

    Args:
        image: gives the ELF file of the firmware that the board runs, as far as that is known by then; where it or the compiler's tool is missing
            the addresses stay alone.
    """
    try:
        yield
    except BoardLost as error:
        known = image()
        if known is None:
            raise
        raise BoardLost(_ADDRESS.sub(lambda found: found[0] + _place(known, found[1], int(found[2], 16)), error.message), error.hint) from error


def _place(image: Path, what: str, address: int) -> str:
    """` (function, file:line)`, or nothing where it is not known."""
    program = shutil.which(ADDR2LINE)
    if program is None or not image.is_file():
        return ""
    # a return address is behind its call, with the bit for Thumb code set
    at = address if what == "pc" else (address & ~1) - 2
    done = subprocess.run([program, "-fse", str(image), hex(max(at, 0))], capture_output=True, text=True)
    function, _, line = done.stdout.strip().partition("\n")
    known = [part for part in (function, line.partition(" (")[0]) if part and not part.startswith("??")]
    return f" ({', '.join(known)})" if known else ""
