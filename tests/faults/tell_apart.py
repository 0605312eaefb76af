"""How many mutants of a compiled model are told from it by the inputs that its verification asks, held against many inputs of any kind."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.codegen.planner import Plan
from plumbline.convert.model.graph import Graph, Tensor
from plumbline.convert.references.choose_inputs import at_once
from plumbline.convert.references.input_pool import pool_of
from plumbline.convert.references.reference_interpreter import Model
from plumbline.convert.references.sequences import Starts
from tests.faults.mutate import Mutation, mutations
from tests.faults.native import FLAGS

Codes = NDArray[np.int8]

ANY = 500
"""Inputs of any kind that the chosen ones are held against."""
ANY_LENGTH = 50
"""Of the sequences that they make for a model with a state."""
ANY_SEED = 500
"""Another than the chooser's, so that none of them is in its pool but by chance."""
WANTED = 0.98
"""Share of the mutants told by the many that the chosen have to tell."""
FEW = 0.6
"""Where the many tell a smaller share of all mutants than this, the model hides most of what is changed in it, and it is said."""
PROGRAM = Path(__file__).with_suffix(".c")
DEADLINE_S = 600
"""For all rows of one mutant, which the program itself cuts short; for a computer that is busy with other things."""


@dataclass(frozen=True)
class Mutant:
    """One mutant, and who told it from the model: the inputs that a verification asks, or the many of any kind."""

    kind: str
    what: str
    by_chosen: bool
    by_any: bool

    def __str__(self) -> str:
        return f"{self.kind}, {self.what}"


@dataclass(frozen=True)
class Trial:
    """A model, its inputs and what became of its mutants."""

    model: str
    asked: int
    distinct: int
    """Different answers to the chosen inputs."""
    distinct_any: int
    mutants: tuple[Mutant, ...]

    @property
    def by_any(self) -> int:
        return sum(each.by_any for each in self.mutants)

    @property
    def by_chosen(self) -> int:
        return sum(each.by_chosen for each in self.mutants)

    @property
    def by_both(self) -> int:
        return sum(each.by_any and each.by_chosen for each in self.mutants)

    @property
    def missed(self) -> list[Mutant]:
        """Told by the many, and not by the chosen."""
        return [each for each in self.mutants if each.by_any and not each.by_chosen]

    def __str__(self) -> str:
        share = f"{100 * self.by_both / self.by_any:.0f} % of those" if self.by_any else "none to compare"
        text = f"{self.asked} chosen give {self.distinct} answers and tell {self.by_chosen} of {len(self.mutants)} mutants; "
        text += f"{ANY} of any kind give {self.distinct_any} and tell {self.by_any}; {share}"
        return text + (", few: the model hides most changes" if self.by_any < FEW * len(self.mutants) else "")


class Programs:
    """Mutants of one model as programs of this machine.

    Args:
        graph: the model.
        chosen: rows (N, input bytes) that its verification asks.
        starts: before which of them the state of a model that has one is reset; None of another.
        work: folder for what is compiled.

    Raises:
        AssertionError: the unchanged model is told from itself.
    """

    def __init__(self, graph: Graph, chosen: Codes, starts: Starts | None, work: Path) -> None:
        work.mkdir(parents=True, exist_ok=True)
        compiled = compile_graph(graph, "model", bytes(32))
        self.source, self._work = compiled.source, work
        (work / "plumbline_compiled.h").write_text(compiled.header)
        ends = [f"-D{name}={listed(tensors, compiled.memory)}" for name, tensors in (("INPUTS", graph.inputs), ("OUTPUTS", graph.outputs))]
        sizes = [f"-DINPUT_BYTES={graph.input_bytes}", f"-DOUTPUT_BYTES={graph.output_bytes}"]
        self._compile(PROGRAM, "driver.o", *ends, *sizes, *(["-DSTATEFUL"] if graph.stateful else []))
        self.distinct = self._written("chosen", graph, chosen, starts)
        self.distinct_any = self._written("any", graph, pool_of(graph.inputs, ANY, ANY_SEED).codes, np.arange(ANY) % ANY_LENGTH == 0)
        itself = self.judge(0, Mutation("none", "the model itself", self.source))
        if itself is None or itself.by_chosen or itself.by_any:
            raise AssertionError("the model's own C does not answer as the integer model")

    def _written(self, name: str, graph: Graph, codes: Codes, starts: Starts | None) -> int:
        """Leave rows of codes and answers for the programs; how many answers differ."""
        model, step = Model(graph), len(codes) if graph.stateful else at_once(graph)
        answers = np.concatenate([model.row(model.values(codes[at : at + step], starts)) for at in range(0, len(codes), step)])
        begin = np.zeros(len(codes), bool) if starts is None else starts
        (self._work / name).write_bytes(np.concatenate([begin[:, np.newaxis].astype(np.int8), codes, answers], axis=1).tobytes())
        return len(np.unique(answers, axis=0))

    def judge(self, number: int, mutation: Mutation) -> Mutant | None:
        """Compile a mutant and let it answer; None where the compiler refuses it."""
        written, program = self._work / f"m{number}.c", self._work / f"m{number}"
        written.write_text(mutation.source)
        if not self._compile(written, f"m{number}.o"):
            written.unlink()
            return None
        subprocess.run(["gcc", str(self._work / "driver.o"), f"{program}.o", "-o", str(program)], check=True, timeout=60)
        told = Mutant(mutation.kind, mutation.what, self._told(program, "chosen"), self._told(program, "any"))
        for path in (written, program, program.with_suffix(".o")):
            path.unlink()
        return told

    def _told(self, program: Path, rows: str) -> bool:
        """Whether any answer is another than the model's; one that crashes or does not end gives none."""
        try:
            ended = subprocess.run([str(program), str(self._work / rows)], capture_output=True, text=True, timeout=DEADLINE_S)
        except subprocess.TimeoutExpired:
            return True
        return ended.stdout.strip() != "-1"

    def _compile(self, source: Path, target: str, *more: str) -> bool:
        command = ["gcc", *FLAGS, *more, f"-I{self._work}", "-c", str(source), "-o", str(self._work / target)]
        return subprocess.run(command, capture_output=True, timeout=300).returncode == 0


def listed(tensors: Sequence[Tensor], memory: Plan) -> str:
    """Ends of a model as a list in C."""
    return ", ".join(f"{{ {memory.offsets[each.index]}, {each.bytes} }}" for each in tensors)


def run(name: str, graph: Graph, chosen: Codes, count: int, seed: int, work: Path, starts: Starts | None = None) -> Trial:
    """So many mutants of one model, on all processors.

    Args:
        name: of the model.
        graph: the same, read.
        chosen: rows (N, input bytes) that its verification asks.
        count: mutants.
        seed: of the mutations.
        work: folder for what is compiled.
        starts: see Programs.

    Raises:
        AssertionError: the unchanged model is told from itself.
    """
    programs = Programs(graph, chosen, starts, work)
    drawn, found = enumerate(mutations(programs.source, seed), 1), list[Mutant]()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        while len(found) < count:
            some: Sequence[tuple[int, Mutation]] = list(islice(drawn, count - len(found)))
            found += [mutant for mutant in pool.map(lambda each: programs.judge(*each), some) if mutant is not None]
    return Trial(name, len(chosen), programs.distinct, programs.distinct_any, tuple(found))
