"""The exact count of instructions, and how the processor is stopped between two of them: count.c, compiled on first use.

Where there is neither a C compiler nor PyPI's ziglang, the same in Python, which is some fifty times slower and says so.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

from plumbline.common.paths import cache
from plumbline.host.nrf52840.unicorn_c import CODE, library

WHY_LIMIT, WHY_ASKED, WHY_NO_FPU = 1, 2, 3
NOWHERE = 1
"""No instruction has an odd address."""
_SOURCE = Path(__file__).with_name("count.c")
_COMPILE_S = 120.0


class Count(ctypes.Structure):
    """What count.c and Python share; count.c tells the fields."""

    count: int
    limit: int
    asked: int
    watch: int
    no_fpu: int
    sev: int
    why: int
    pc: int
    at: int
    it_begin: int
    it_size: int
    flash: int
    ram: int
    flash_size: int
    ram_size: int
    emu_stop: int

    _fields_ = (
        *((name, ctypes.c_uint64) for name in ("count", "limit")),
        *((name, ctypes.c_uint32) for name in ("asked", "watch", "no_fpu", "sev", "why", "pc", "at", "it_begin", "it_size")),
        *((name, ctypes.c_void_p) for name in ("flash", "ram")),
        *((name, ctypes.c_uint32) for name in ("flash_size", "ram_size")),
        ("emu_stop", ctypes.c_void_p),
    )


def hook(state: Count) -> Any:
    """The function to call before each instruction, with the address of `state` as the user's data."""
    compiled = _compiled()
    if compiled is not None:
        return compiled.plumbline_on_code
    warnings.warn(
        "There is no C compiler (cc, or PyPI's ziglang): the emulated nRF52840 counts its instructions in Python, some fifty times slower.",
        stacklevel=2,
    )
    return in_python(state)


@lru_cache
def _compiled() -> ctypes.CDLL | None:
    """count.c as a shared library, made once for each of its versions; None where nothing compiles it."""
    compiler = _compiler()
    if compiler is None:
        return None
    digest = hashlib.sha256(_SOURCE.read_bytes() + sys.platform.encode() + os.uname().machine.encode()).hexdigest()[:16]
    made = cache() / "emulator" / f"count-{digest}.so"
    if not made.is_file():
        made.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=made.parent) as folder:  # another process never sees half of a library
            fresh = Path(folder) / made.name
            line = [*compiler, "-O2", "-shared", "-fPIC", "-o", str(fresh), str(_SOURCE)]
            done = subprocess.run(line, capture_output=True, text=True, timeout=_COMPILE_S, check=False)
            if done.returncode:
                warnings.warn(f"{compiler[0]} does not compile {_SOURCE}: {done.stderr.strip()[:400]}", stacklevel=3)
                return None
            fresh.replace(made)
    return ctypes.CDLL(str(made))


def _compiler() -> list[str] | None:
    found = shutil.which("cc")
    if found is not None:
        return [found]
    return [sys.executable, "-m", "ziglang", "cc"] if importlib.util.find_spec("ziglang") is not None else None


def in_python(state: Count) -> Any:
    """What count.c does."""
    stop = library().uc_emu_stop
    read = ctypes.c_uint16.from_address

    def halfword(address: int) -> int:
        if address < state.flash_size:
            return read(state.flash + address).value
        in_ram = address - 0x2000_0000
        return read(state.ram + in_ram).value if 0 <= in_ram < state.ram_size else 0

    def enter_block(address: int, mask: int) -> None:
        end = address + 2
        while mask:
            end += 4 if halfword(end) >= 0xE800 else 2
            state.count += 1
            mask = mask << 1 & 0xF
        state.it_begin, state.it_size = address + 2, end - address - 2

    def on_code(engine: int, address: int, _size: int, _user: int) -> None:
        if 0 <= address - state.it_begin < state.it_size:
            state.pc = address
            return
        if state.asked or address == state.at or state.count >= state.limit:
            state.why = WHY_ASKED if state.asked or address == state.at else WHY_LIMIT
            stop(engine)
            return
        first = halfword(address)
        if first == 0xE7FE:
            state.count = state.limit - 1
        elif first == 0xBF40:
            state.sev = 1
        elif first & 0xFF00 == 0xBF00 and first & 0xF:
            enter_block(address, first & 0xF)
        elif state.watch and (first & 0xFFF8 == 0xB660 or first & 0xFFE0 == 0xF380):
            state.asked = 1
        if state.no_fpu and first & 0xEC00 == 0xEC00 and halfword(address + 2) & 0x0E00 == 0x0A00:
            state.pc, state.why = address, WHY_NO_FPU
            stop(engine)
            return
        state.pc = address
        state.count += 1

    return CODE(on_code)
