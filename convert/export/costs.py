"""What exported C takes on a few cores: bytes of code and of constants, and the most stack, as the compilers that are installed say it."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SECONDS = 60
"""After which a compiler is given up."""
OPTIMIZED = "-O2"


@dataclass(frozen=True)
class Core:
    """A core that C is compiled for."""

    name: str
    prefix: str
    """Of its tools."""
    flags: tuple[str, ...]


CORES = (
    Core("Cortex-M0+", "arm-none-eabi-", ("-mcpu=cortex-m0plus", "-mthumb")),
    Core("Cortex-M4", "arm-none-eabi-", ("-mcpu=cortex-m4", "-mthumb")),
    Core("RV32IMAC", "riscv64-unknown-elf-", ("-march=rv32imac", "-mabi=ilp32", "--specs=picolibc.specs")),
)


@dataclass(frozen=True)
class Cost:
    """What a model takes on one core; numbers are bytes."""

    core: str
    compiler: str
    """With its version and how it optimizes."""
    code: int
    constants: int
    stack: int | None
    """The most that a call takes, with all that it calls of its own; None where that is not known."""
    runtime: tuple[str, ...]
    """Functions of the C library, or the compiler's own, that are called, whose stack is not counted."""

    @property
    def stack_text(self) -> str:
        """The stack in words; empty where it is not known."""
        beside = f" beside that of {' or '.join(self.runtime)}" if self.runtime else ""
        return "" if self.stack is None else f"{self.stack:,} bytes of stack{beside}"


@cache
def costs_of(name: str, header: str, source: str) -> tuple[Cost, ...]:
    """What a model takes on each of CORES whose compiler is installed and takes its C.

    Args:
        name: of the model.
        header: NAME.h.
        source: NAME.c.
    """
    with tempfile.TemporaryDirectory(prefix="plumbline-") as folder:
        place = Path(folder)
        (place / f"{name}.h").write_text(header)
        (place / f"{name}.c").write_text(source)
        started = [(core, started_for(core, place, name)) for core in CORES]
        found = []
        for core, process in started:
            if process is not None and ended_well(process):
                found.append(cost_on(core, place, name))
        return tuple(each for each in found if each is not None)


def compiler_of(core: Core) -> str | None:
    return shutil.which(f"{core.prefix}gcc")


def started_for(core: Core, folder: Path, name: str) -> subprocess.Popen[bytes] | None:
    """A compiler at work; None where there is none."""
    program = compiler_of(core)
    if program is None:
        return None
    command = [program, *core.flags, "-std=c99", OPTIMIZED, "-fcallgraph-info=su", "-w", "-c", f"{name}.c", "-o", f"{core.name}.o"]
    return subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def ended_well(process: subprocess.Popen[bytes]) -> bool:
    """Whether a compiler is done, without an error."""
    try:
        return process.wait(SECONDS) == 0
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False


def cost_on(core: Core, folder: Path, name: str) -> Cost | None:
    """What was compiled for one core; None where its tools do not say it."""
    sizes = said(f"{core.prefix}size", "-A", str(folder / f"{core.name}.o"))
    version = said(f"{core.prefix}gcc", "-dumpfullversion").strip()
    if not sizes or not version:
        return None
    sections = re.findall(r"^(\.\S+)\s+(\d+)", sizes, re.MULTILINE)
    code, constants = (sum(int(size) for section, size in sections if section.startswith(kinds)) for kinds in ((".text",), (".rodata", ".srodata")))
    graph = next((path.read_text() for path in folder.glob(f"{core.name}*.ci")), "")
    return Cost(core.name, f"GCC {version}, {OPTIMIZED}", code, constants, *stack_of(graph, (f"{name}_invoke", f"{name}_reset")))


@cache
def tool(name: str) -> str | None:
    return shutil.which(name)


def said(name: str, *arguments: str) -> str:
    """What a tool prints; empty where it is not there or fails."""
    program = tool(name)
    if program is None:
        return ""
    try:
        return subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""


def stack_of(graph: str, entries: Iterable[str]) -> tuple[int | None, tuple[str, ...]]:
    """The most stack in bytes that one of these functions takes with all that it calls, and the functions without a body that are called.

    Args:
        graph: what GCC writes with -fcallgraph-info=su.
        entries: the functions that are called from outside; one that is not there counts for nothing.

    Returns:
        None in place of the bytes where a function's frame is not of a known size, a function calls itself, or nothing is known.
    """
    frames: dict[str, int | None] = {}
    for title, label in re.findall(r'^node: \{ title: "([^"]*)" label: "([^"]*)"', graph, re.MULTILINE):
        size = re.search(r"(\d+) bytes \((\w+)", label)
        if size:
            frames[title] = int(size[1]) if size[2] == "static" else None
    calls: dict[str, set[str]] = {}
    for source, target in re.findall(r'^edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"', graph, re.MULTILINE):
        calls.setdefault(source, set()).add(target)
    reached = reached_from(entries, calls)
    outside = {title for title in reached if title not in frames and ":" not in title}
    try:
        most = max((deepest(title, frames, calls, outside, ()) for title in entries if title in frames), default=None)
    except ValueError:
        most = None
    return most, tuple(sorted(outside - set(entries)))


def reached_from(entries: Iterable[str], calls: Mapping[str, set[str]]) -> set[str]:
    """All functions that are called from some, themselves included."""
    found: set[str] = set()
    waiting = list(entries)
    while waiting:
        title = waiting.pop()
        if title not in found:
            found.add(title)
            waiting += calls.get(title, ())
    return found


def deepest(title: str, frames: Mapping[str, int | None], calls: Mapping[str, set[str]], outside: set[str], path: tuple[str, ...]) -> int:
    """The bytes of a function's frame and of the deepest of those that it calls. Raises ValueError where they have no end, or are not known."""
    if title in outside:
        return 0
    frame = frames.get(title)
    if frame is None or title in path:
        raise ValueError(title)
    return frame + max((deepest(each, frames, calls, outside, (*path, title)) for each in calls.get(title, ())), default=0)
