"""Unicorn's public C interface (unicorn.h of release 2.1.4) by ctypes: the few functions that the emulated processor needs.

The package's own binding hands its handle to nobody, and a hook in C needs it.
Registers are read and written in batches, because that is what an exception's entry costs.
"""

from __future__ import annotations

import ctypes
import importlib.util
import sys
import weakref
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from plumbline.common.errors import EmulatorMissing
from plumbline.common.paths import install_anew

ARCH_ARM, MODE_THUMB, CPU_CORTEX_M4 = 1, 16, 9
READ, WRITE, EXEC = 1, 2, 4
HOOK_INTR, HOOK_CODE, HOOK_MEM_UNMAPPED, HOOK_MEM_PROT, HOOK_INSN_INVALID = 1, 4, 0x70, 0x380, 0x4000
_CTL_CPU_MODEL = 7 | 1 << 26 | 1 << 30  # one argument, written
_CTL_REMOVE_CACHE = 9 | 2 << 26 | 1 << 30

INTR = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p)
CODE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint32, ctypes.c_void_p)
INVALID = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)
MEMORY = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_int, ctypes.c_uint64, ctypes.c_int, ctypes.c_int64, ctypes.c_void_p)
MMIO_READ = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint, ctypes.c_void_p)
MMIO_WRITE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint, ctypes.c_uint64, ctypes.c_void_p)


@lru_cache
def library() -> ctypes.CDLL:
    """The shared library of PyPI's package `unicorn`.

    Raises:
        EmulatorMissing: the package is not there, or of a release that this was not held against.
    """
    found = importlib.util.find_spec("unicorn")
    if found is None or found.origin is None:
        raise EmulatorMissing("PyPI's package unicorn is not installed, which the emulated nRF52840 runs on.", install_anew("emulator"))
    name = {"darwin": "libunicorn.2.dylib", "win32": "unicorn.dll"}.get(sys.platform, "libunicorn.so.2")
    path = Path(found.origin).parent / "lib" / name
    try:
        lib = ctypes.CDLL(str(path))
    except OSError as error:
        raise EmulatorMissing(f"The library of PyPI's package unicorn cannot be loaded: {error}.", install_anew("emulator")) from error
    major, minor = ctypes.c_uint(), ctypes.c_uint()
    lib.uc_version(ctypes.byref(major), ctypes.byref(minor))
    if (major.value, minor.value) != (2, 1):
        raise EmulatorMissing(f"PyPI's package unicorn is {major.value}.{minor.value}, the emulated nRF52840 needs 2.1.4.", install_anew("emulator"))
    handle, u64, size = ctypes.c_void_p, ctypes.c_uint64, ctypes.c_size_t
    lib.uc_ctl.argtypes = [handle, ctypes.c_int]  # the rest is variadic
    lib.uc_close.argtypes = [handle]
    lib.uc_emu_start.argtypes = [handle, u64, u64, u64, size]
    lib.uc_emu_stop.argtypes = [handle]
    lib.uc_mem_map_ptr.argtypes = [handle, u64, size, ctypes.c_uint32, ctypes.c_void_p]
    lib.uc_mmio_map.argtypes = [handle, u64, size, MMIO_READ, ctypes.c_void_p, MMIO_WRITE, ctypes.c_void_p]
    lib.uc_reg_read_batch.argtypes = lib.uc_reg_write_batch.argtypes = [handle, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int]
    lib.uc_hook_add.argtypes = [handle, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, u64, u64]
    lib.uc_context_alloc.argtypes = [handle, ctypes.c_void_p]
    lib.uc_context_save.argtypes = lib.uc_context_restore.argtypes = [handle, ctypes.c_void_p]
    lib.uc_context_size.argtypes = [handle]
    lib.uc_context_size.restype = size
    lib.uc_context_free.argtypes = [ctypes.c_void_p]
    lib.uc_strerror.restype = ctypes.c_char_p
    return lib


class Registers:
    """Some registers of the processor, read and written together.

    Args:
        handle: of the engine.
        numbers: `UC_ARM_REG_*`, in the order in which values travel; they are written in this order too.
    """

    def __init__(self, handle: ctypes.c_void_p, numbers: Sequence[int]) -> None:
        self._lib, self._handle, self._count = library(), handle, len(numbers)
        self._numbers = (ctypes.c_int * self._count)(*numbers)
        self._values = (ctypes.c_uint32 * self._count)()
        first = ctypes.addressof(self._values)
        self._places = (ctypes.c_void_p * self._count)(*[first + 4 * i for i in range(self._count)])

    def read(self) -> list[int]:
        self._lib.uc_reg_read_batch(self._handle, self._numbers, self._places, self._count)
        return list(self._values)

    def write(self, *values: int) -> None:
        self._values[:] = list(values)
        self._lib.uc_reg_write_batch(self._handle, self._numbers, self._places, self._count)


class Engine:
    """One processor of Unicorn: a Cortex-M4 with nothing around it."""

    def __init__(self) -> None:
        self.lib = library()
        self.handle = ctypes.c_void_p()
        self._kept: list[Any] = []  # the library holds addresses of callbacks and memories alone
        self._check(self.lib.uc_open(ARCH_ARM, MODE_THUMB, ctypes.byref(self.handle)))
        weakref.finalize(self, self.lib.uc_close, self.handle)
        self._check(self.lib.uc_ctl(self.handle, _CTL_CPU_MODEL, ctypes.c_int(CPU_CORTEX_M4)))

    def _check(self, status: int) -> None:
        if status:
            raise RuntimeError(f"Unicorn: {self.lib.uc_strerror(status).decode()}")

    def map_memory(self, address: int, memory: memoryview, rights: int) -> int:
        """Map memory that Python holds; its own address in this process is returned.

        Args:
            memory: writable, of whole pages of 4096 bytes, aligned to a page.
        """
        block = (ctypes.c_char * len(memory)).from_buffer(memory)
        self._kept.append(block)
        place = ctypes.addressof(block)
        self._check(self.lib.uc_mem_map_ptr(self.handle, address, len(memory), rights, place))
        return place

    def map_registers(self, address: int, size: int, read: Any, write: Any) -> None:
        """Have reads and writes of an area call MMIO_READ and MMIO_WRITE, with offsets into the area."""
        self._kept += [read, write]
        self._check(self.lib.uc_mmio_map(self.handle, address, size, read, None, write, None))

    def hook(self, kind: int, function: Any, user: int | None = None) -> None:
        """Call a function, of Python or C, at what `kind` (`HOOK_*`) names, wherever it happens."""
        self._kept.append(function)
        which = ctypes.c_size_t()
        self._check(self.lib.uc_hook_add(self.handle, ctypes.byref(which), kind, ctypes.cast(function, ctypes.c_void_p), user, 1, 0))
        self._kept.append(which)

    def forget_code(self, address: int, size: int) -> None:
        """Translate anew what was written over other than by the processor."""
        self.lib.uc_ctl(self.handle, _CTL_REMOVE_CACHE, ctypes.c_uint64(address), ctypes.c_uint64(address + size))

    def start(self, pc: int) -> int:
        """Run from an address on until a hook stops it; the error's number, 0 for none."""
        return int(self.lib.uc_emu_start(self.handle, pc | 1, 0xFFFF_FFFF, 0, 0))

    def stop(self) -> None:
        self.lib.uc_emu_stop(self.handle)

    def error_text(self, status: int) -> str:
        return str(self.lib.uc_strerror(status).decode())
