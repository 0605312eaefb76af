"""Tries to fool the verifier through TensorFlow Lite Micro on the virtual board: too little memory, other operators, other places, other bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar

from plumbline.common.boards import environment
from plumbline.common.errors import PlumblineError
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.host.devices.board import Board
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.firmware import firmware, tflm
from tests.faults import flatbuffers
from tests.faults.faults import PASSES, Fault
from tests.faults.inject import strike
from tests.faults.models import converted, manifest_of
from tests.faults.mutants import Fate, judge
from tests.faults.mutate import Mutation
from tests.faults.native import NotCompiled
from tests.faults.result import Finding
from tests.faults.tflm_bench import ENV, Bench
from tests.faults.tflm_variants import ARENA_WORDS, LATEST, RESOLVER, Variant, arena_of, elastic, flatbuffer_later, resolvers, unchecked
from tests.support.firmware_image import overwritten

AT_ONCE = 2
"""Boards at the same time; each keeps a processor busy."""
LATER = (1, 2, 3, 4, 8)
"""Bytes by which a flatbuffer begins after a multiple of 16."""
ARENA_LATER = range(1, 9)
"""The same of an arena."""
ENDS = 49
TOO_SMALL = Fault("too small", ENDS, "arena too small")
DAMAGED = Fault("damaged", ENDS, "the flatbuffer is not the converted model")
WELL = Fault("well", PASSES, "")

T = TypeVar("T")
R = TypeVar("R")


def missing(folder: Path) -> str:
    """What is missing to run this here on a converted folder; empty when nothing is.

    Raises:
        TflmMissing: TFLM_DIR is set to something that is not a TensorFlow Lite Micro library.
    """
    there = tflm.at_hand(environment(ENV), firmware.environment(folder, ENV))
    return "" if there else "TFLM_DIR names no TensorFlow Lite Micro, and none is installed"


@dataclass
class Trials:
    """The experiments, which share what is built.

    Args:
        folder: absolute, build/NAME of a converted recipe of one neuron.
        work: folder for models and images.
        count: mutants of each model's flatbuffer.
        seed: of those.
    """

    folder: Path
    work: Path
    count: int
    seed: int
    fates: list[Fate] = field(default_factory=list)
    """Of every mutant that was told by its answers, in the order of the experiments."""
    _stretched: dict[Path, tuple[Path, int]] = field(default_factory=dict)

    @cached_property
    def bench(self) -> Bench:
        """With everything that is compiled once."""
        bench = Bench(self.folder, self.work)
        for model in (self.folder, *self.hidden):
            bench.prepare(model)
        return bench

    @cached_property
    def hidden(self) -> tuple[Path, Path]:
        """Models with hidden layers and one scale per tensor, which every version of the library computes: of one operator, and of two."""
        return converted("three_layers", self.work / "models"), converted("with_tanh", self.work / "models")

    def arenas(self) -> Finding:
        """The smallest arena passes, everything smaller is told."""
        count, caught, notes = 0, 0, []
        for model in (self.folder, *self.hidden):
            stretched, smallest = self.stretched(model)
            least = manifest_of(model).input_bytes + manifest_of(model).output_bytes
            smaller = sorted({*range(smallest - LATEST, smallest), *range(least, smallest, smallest // LATEST)})
            enough = range(smallest, smallest + LATEST, 4)
            told = _each(partial(self.told, stretched), [*smaller, *enough])
            built = [self.ending(model, arena_of(size), fault) for size, fault in ((smallest, WELL), (smallest - 1, TOO_SMALL))]
            count += len(smaller) + len(enough) + len(built)
            caught += sum(map(bool, told[: len(smaller)])) + sum(not each for each in told[len(smaller) :]) + sum(not each for each in built)
            notes += [f"{model.name}: {self.used(stretched)} B in use, {smallest} the smallest", *filter(None, built)]
            crashed = sum(each != BOARD_FAULT for each in told[: len(smaller)])
            notes += [f"{crashed} of {len(smaller)} smaller ones crash"] if crashed else []
        return Finding(count, caught, "; ".join(notes))

    def operators(self) -> Finding:
        """Registrations that are missing, too many, in another order, or another kernel's."""
        jobs = [(model, variant) for model in (self.folder, self.hidden[1]) for variant in resolvers((model / "generated" / RESOLVER).read_text())]
        few = [(model, variant) for model, variant in jobs if model != self.folder or variant.kind in ("missing operator", "slots")]
        return self.judged(_each(lambda job: self.fate(*job), few))

    def places(self) -> Finding:
        """Flatbuffer and arena where the library does not want them."""
        models = (self.folder, self.hidden[0])
        fates = _each(lambda job: self.fate(*job), [(model, flatbuffer_later(by)) for model in models for by in LATER])
        for model in models:
            stretched, smallest = self.stretched(model)
            sizes = {"ample": manifest_of(model).arena.bytes, "smallest": smallest}
            jobs = [(size, by) for size in sizes for by in ARENA_LATER]

            def moved(job: tuple[str, int], model: Path = model, stretched: Path = stretched, sizes: dict[str, int] = sizes) -> Fate:
                size, by = job
                image = self.arena(stretched, sizes[size], by)
                return self.board(model, image, Mutation("arena's place", f"{by} bytes later, {sizes[size]} bytes, the {size}", ""))

            fates += _each(moved, jobs)
        return self.judged(fates)

    def checked(self) -> Finding:
        """The engine looks at its flatbuffer before it runs it."""
        wrong = []
        for model in (self.folder, self.hidden[0]):
            image = self.image(model, Variant("engine", "as it is", {}))
            wrong += _each(partial(self.refused, model, image), enumerate(self.flatbuffers(model)))
        return Finding(len(wrong), sum(not each for each in wrong), "; ".join(filter(None, wrong)))

    def unchecked(self) -> Finding:
        """The same mutants, run by an engine that does not look."""
        fates: list[Fate] = []
        for model in (self.folder, self.hidden[0]):
            image = self.image(model, unchecked())

            def run(job: tuple[int, tuple[bytes, str]], model: Path = model, image: Path = image) -> Fate:
                number, (mutant, kind) = job
                raw = (model / "model.tflite").read_bytes()
                (at,) = (at for at, (ours, theirs) in enumerate(zip(raw, mutant, strict=True)) if ours != theirs)
                what = f"byte {at}: {raw[at]} becomes {mutant[at]}"
                return self.board(model, self.flashed(image, mutant, number), Mutation(f"flatbuffer: {kind}", what, ""))

            fates += _each(run, enumerate(self.flatbuffers(model)))
        return self.judged(fates)

    def flatbuffers(self, model: Path) -> Iterator[tuple[bytes, str]]:
        """The mutants of a model, the same whenever they are asked for, and the class of the byte that differs."""
        raw = (model / "model.tflite").read_bytes()
        return flatbuffers.mutants(raw, read(raw), self.count, self.seed)

    def image(self, model: Path, variant: Variant) -> Path:
        """Build a variant."""
        return self.bench.image(model, variant.name, variant.changes)

    def fate(self, model: Path, variant: Variant) -> Fate:
        """Build a variant and let it answer; no PASS for one that the compiler refuses."""
        mutation = Mutation(variant.kind, variant.what, "")
        try:
            return self.board(model, self.image(model, variant), mutation)
        except NotCompiled:
            return Fate(model.name, mutation.kind, mutation.what, 256, passed=False, identified=False, ended="NotCompiled")

    def board(self, model: Path, image: Path, mutation: Mutation) -> Fate:
        """Let an image answer."""
        with VirtualBoard(image) as virtual:
            return judge(virtual.url, model, mutation)

    def judged(self, fates: list[Fate]) -> Finding:
        """Keep them, and count."""
        self.fates += fates
        same = Counter(fate.kind for fate in fates if fate.equivalent)
        ended = Counter(fate.ended for fate in fates if fate.ended)
        parts = [f"{sum(not fate.ended and not fate.equivalent for fate in fates)} answer otherwise"]
        parts += [f"{n} {name}" for name, n in ended.most_common()]
        parts.append(f"{sum(same.values())} equivalent on all 256 codes")
        kinds = f" ({', '.join(f'{n} {kind}' for kind, n in same.most_common())})" if same else ""
        return Finding(len(fates), sum(fate.right for fate in fates), ", ".join(parts) + kinds)

    def arena(self, stretched: Path, size: int, later: int = 0) -> Path:
        """A copy of an elastic image with another arena."""
        target = stretched.with_name(f"arena_{size}_{later}.elf")
        for name, value in zip(ARENA_WORDS, (size, later), strict=True):
            stretched = overwritten(stretched, name, value.to_bytes(4, "little"), target)
        return target

    def told(self, stretched: Path, size: int) -> str:
        """How an elastic image says that its arena has not enough bytes: the name of the error; empty when it has."""
        try:
            with VirtualBoard(self.arena(stretched, size)) as virtual, Link(virtual.url) as link:
                return BOARD_FAULT if Board(link).hello().engine_error else ""
        except PlumblineError as error:
            return type(error).__name__

    def stretched(self, model: Path) -> tuple[Path, int]:
        """The model's elastic image, and the smallest arena that works, in bytes."""
        if model not in self._stretched:
            image = self.image(model, elastic())
            self._stretched[model] = image, self.smallest(image, manifest_of(model).arena.bytes)
        return self._stretched[model]

    def smallest(self, stretched: Path, ample: int) -> int:
        """By bisection."""
        fails, works = 0, ample
        while works - fails > 1:
            size = (fails + works) // 2
            fails, works = (size, works) if self.told(stretched, size) else (fails, size)
        return works

    def used(self, stretched: Path) -> int:
        """What the board says it uses of its arena, in bytes."""
        with VirtualBoard(stretched) as virtual, Link(virtual.url) as link:
            return Board(link).hello().arena_used

    def ending(self, model: Path, variant: Variant, fault: Fault) -> str:
        """Verify a variant that is built; what is wrong with how it ends, or empty."""
        return _wrong(self.image(model, variant), model, fault)

    def refused(self, model: Path, image: Path, job: tuple[int, tuple[bytes, str]]) -> str:
        """Verify a mutant of the flatbuffer, which the engine has to refuse; what is wrong with how it ends, or empty."""
        number, (mutant, kind) = job
        wrong = _wrong(self.flashed(image, mutant, number), model, DAMAGED)
        return f"{kind}: {wrong}" if wrong else ""

    def flashed(self, image: Path, mutant: bytes, number: int) -> Path:
        """A copy of an image with another flatbuffer in its flash."""
        return overwritten(image, "plumbline_flatbuffer", mutant, image.with_name(f"flatbuffer_{number}.elf"))


BOARD_FAULT = "BoardFault"

EXPERIMENTS: dict[str, Callable[[Trials], Finding]] = {
    "arenas about the smallest, one byte less among them": Trials.arenas,
    "operators missing, in another order, of another kernel": Trials.operators,
    "flatbuffer and arena at unaligned places": Trials.places,
    "flatbuffer changed in the flash, found by the engine's check": Trials.checked,
    "the same unchecked, found by the answers alone": Trials.unchecked,
}


def _wrong(image: Path, model: Path, fault: Fault) -> str:
    ending, _ = strike(fault, image, model, seed=1)
    return ending.wrong(fault)


def _each(work: Callable[[T], R], jobs: Iterable[T]) -> list[R]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, jobs))
