"""The virtual board asked without a pause for as long as one likes: nothing lost, nothing slower, no memory that grows on either side."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from plumbline.common.manifest import Manifest
from plumbline.common.paths import image_of
from plumbline.host.devices.board import Board
from plumbline.host.devices.identity import check_identity
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.verdict.artefacts import Artefacts
from plumbline.host.verdict.oracle import consult

PARTS = 10
"""The time is divided into so many; the first warms up and is compared with nothing."""
ENDS = 3
"""So many parts at the start and at the end are compared in their speed."""
STEADY_FROM_S = 5.0
"""Shorter parts say more about the machine than about a drift: their speed is not judged."""
SLOWER = 0.85
"""What is left at least of the speed at the start: processors run faster and slower by themselves."""


@dataclass(frozen=True)
class Part:
    """A tenth of the time."""

    answers: int
    """All of them compared."""
    wrong: int
    seconds: float
    processor_s: float
    """Processor time that the host and QEMU took for it, which other work on the machine hardly changes."""
    host_kb: int
    """Resident memory of this process at its end, in kB."""
    qemu_kb: int
    stack: int
    """Deepest use of the board's stack so far, in bytes."""


@dataclass(frozen=True)
class Soak:
    """What it came to."""

    parts: tuple[Part, ...]
    resends: int
    bad_frames: int

    @property
    def answers(self) -> int:
        return sum(part.answers for part in self.parts)

    def speeds(self) -> tuple[float, float]:
        """Answers per second of processor time, at the start and at the end."""
        ends = self.parts[1 : 1 + ENDS], self.parts[-ENDS:]
        start, end = (sum(part.answers for part in parts) / sum(part.processor_s for part in parts) for parts in ends)
        return start, end

    def shortcomings(self) -> list[str]:
        """A sentence for each thing that drifted; a tenth of the memory is left to the machine around it."""
        first, last = self.parts[1], self.parts[-1]
        start, end = self.speeds()
        found = [f"{sum(part.wrong for part in self.parts)} wrong answers"] if any(part.wrong for part in self.parts) else []
        if end < SLOWER * start and min(part.seconds for part in self.parts) >= STEADY_FROM_S:
            found.append(f"{end:,.0f} answers per second of processor time at the end, {start:,.0f} at the start")
        if last.host_kb > 1.1 * first.host_kb:
            found.append(f"the host's memory grew from {first.host_kb:,} to {last.host_kb:,} kB")
        if last.qemu_kb > 1.1 * first.qemu_kb:
            found.append(f"QEMU's memory grew from {first.qemu_kb:,} to {last.qemu_kb:,} kB")
        if last.stack > first.stack:
            found.append(f"the board's stack grew from {first.stack} to {last.stack} bytes")
        if self.bad_frames:
            found.append(f"{self.bad_frames} damaged frames on a line that damages nothing")
        return found


def run(folder: Path, seconds: float, advance: Callable[[int], None] = lambda part: None) -> Soak:
    """Ask every code of a recipe over and over.

    Args:
        folder: build/NAME, its firmware built for the virtual board.
        seconds: how long.
        advance: called after each tenth.
    """
    manifest = Manifest.load(folder / "generated" / "manifest.json")
    oracle = consult(Artefacts.load(folder, manifest))
    codes, expected = oracle.references.codes, oracle.references.expected
    parts = []
    with VirtualBoard(image_of(folder, "virtual")) as qemu, Link(qemu.url) as link:
        board = Board(link)
        identity = board.hello()
        check_identity(identity, manifest)
        for _ in range(PARTS):
            start, worked, answers, wrong = time.monotonic(), processor_s(qemu.pid), 0, 0
            while time.monotonic() - start < seconds / PARTS:
                outputs = board.infer(codes, identity).outputs
                answers += len(codes)
                wrong += int((outputs != expected).any(axis=1).sum())
                link.counters.latencies.clear()  # a record of every round trip is what a verification wants, not a soak
            taken = time.monotonic() - start, processor_s(qemu.pid) - worked
            parts.append(Part(answers, wrong, *taken, resident("self"), resident(str(qemu.pid)), board.stats().stack_used))
            advance(1)
        return Soak(tuple(parts), link.counters.resends, link.bad_frames)


def processor_s(qemu: int) -> float:
    """Processor time of this process and of QEMU's so far, in seconds, from Linux's /proc."""
    fields = Path(f"/proc/{qemu}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # proc(5): utime and stime, the 14th and 15th


def resident(pid: str) -> int:
    """Resident memory of a process in kB, from Linux's /proc."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
