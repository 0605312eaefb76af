"""Random branches and loops: values of every type go in and out, as they were, computed, swapped or constant, through graphs within graphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.operators.add.reference import AddOptions
from plumbline.convert.operators.cases import BOOL, FLOAT32, INT8, INT16, INT32, UINT8, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.control.options import IfOptions, WhileOptions
from plumbline.convert.operators.shared.random_values import Shape, scale, zero_point
from plumbline.convert.operators.shared.reduction.reference import ReducerOptions

DATA, COUNT, TRUTH, REAL = "data", "count", "truth", "real"
"""What a value is: of the case's type and shape, a number of turns, a condition, or float32 numbers between a DEQUANTIZE and a QUANTIZE."""
SAME_SHAPE = ("REVERSE_V2", "RESHAPE")
OPERATORS = {
    INT8: ("RELU", "ABS", "ADD", "MAXIMUM", "MINIMUM", *SAME_SHAPE),
    INT16: ("RELU", "ADD", "MAXIMUM", "MINIMUM", *SAME_SHAPE),
    INT32: ("ADD", "MAXIMUM", "MINIMUM", *SAME_SHAPE),
    UINT8: SAME_SHAPE,
    BOOL: ("LOGICAL_NOT", "LOGICAL_AND", *SAME_SHAPE),
}
"""By the type of the data, those from data to data."""
TWO = ("ADD", "MAXIMUM", "MINIMUM", "LOGICAL_AND")
DTYPES = {INT8: np.int8, INT16: np.int16, INT32: np.int32, UINT8: np.uint8, BOOL: np.bool_}
DEEPEST = 2


@dataclass
class Net:
    """A graph in the making; `subgraphs` are those of the whole file."""

    rng: np.random.Generator
    name: str
    kind: int
    shape: Shape
    scales: tuple[float, ...]
    zeros: tuple[int, ...]
    subgraphs: list[Case]
    depth: int = 0
    tensors: list[TensorSpec] = field(default_factory=list)
    operators: list[CaseOperator] = field(default_factory=list)
    values: dict[str, list[int]] = field(default_factory=lambda: {DATA: [], COUNT: [], TRUTH: [], REAL: []})

    def add(self, what: str, constant: bool = False) -> int:
        """A value of a kind."""
        kind, shape = {DATA: (self.kind, self.shape), COUNT: (INT32, ()), TRUTH: (BOOL, ()), REAL: (FLOAT32, self.shape)}[what]
        coded = self.scales if what == DATA else ()
        data: NDArray[Any] | None = None
        if constant:
            raw: NDArray[Any] = np.frombuffer(self.rng.bytes(8 * int(np.prod(shape))), "<i8")
            found: NDArray[Any] = raw.astype(np.int32) % 4 if what == COUNT else raw % 2 == 0 if what == TRUTH else raw.astype(DTYPES[self.kind])
            data = (found.astype(np.float32) * np.float32(0.05) if what == REAL else found).reshape(shape)
        self.tensors.append(TensorSpec(f"{self.name}/{what}{len(self.tensors)}", shape, coded, self.zeros if coded else (), data, kind))
        if not constant:
            self.values[what].append(len(self.tensors) - 1)
        return len(self.tensors) - 1

    def numbers(self, values: Sequence[int], kind: int = INT32, shape: Shape | None = None) -> int:
        """A constant; of int8 codes where it is of the data."""
        coded = self.scales if kind == INT8 else ()
        data: NDArray[Any] = np.array(values, DTYPES[kind]).reshape((len(values),) if shape is None else shape)
        self.tensors.append(TensorSpec(f"{self.name}/number{len(self.tensors)}", data.shape, coded, self.zeros if coded else (), data, kind))
        return len(self.tensors) - 1

    def apply(self, operator: str, inputs: tuple[int, ...], what: str, options: object | None = None) -> int:
        output = self.add(what)
        self.operators.append(CaseOperator(operator, inputs, (output,), options))
        return output

    def some(self, what: str) -> int:
        """A value that is there, now and then a constant."""
        there = self.values[what]
        if what == REAL and not there:
            return self.computed(REAL)
        return int(self.rng.choice(there)) if there and self.rng.random() < 0.85 else self.add(what, constant=True)

    def value(self, what: str) -> int:
        """As it is there, or computed."""
        return self.computed(what) if self.rng.random() < 0.6 else self.some(what)

    def computed(self, what: str) -> int:
        """A new value of a kind."""
        if what == REAL:
            return self.apply("DEQUANTIZE", (int(self.rng.choice(self.values[DATA])),), REAL)
        if what == COUNT:
            return self.apply("ADD", (self.some(COUNT), self.numbers((int(self.rng.integers(1, 3)),), shape=())), COUNT, AddOptions("NONE"))
        if what == TRUTH:
            return self.truth()
        if self.values[REAL] and self.rng.random() < 0.5:
            return self.apply("QUANTIZE", (int(self.rng.choice(self.values[REAL])),), DATA)
        operator = str(self.rng.choice(OPERATORS[self.kind]))
        first = int(self.rng.choice(self.values[DATA]))
        second = (self.numbers((1,)),) if operator == "REVERSE_V2" else (self.some(DATA),) if operator in TWO else ()
        return self.apply(operator, (first, *second), DATA, AddOptions("NONE") if operator == "ADD" else None)

    def truth(self) -> int:
        """A comparison, or what follows from other conditions."""
        if self.kind == INT8 and self.rng.random() < 0.5:
            self.tensors.append(TensorSpec(f"{self.name}/most{len(self.tensors)}", (), self.scales, self.zeros, kind=INT8))
            most = len(self.tensors) - 1
            operator = str(self.rng.choice(("REDUCE_MAX", "REDUCE_MIN")))
            first = int(self.rng.choice(self.values[DATA]))
            self.operators.append(CaseOperator(operator, (first, self.numbers((0, 1))), (most,), ReducerOptions(False)))
            return self.apply("GREATER", (most, self.numbers((int(self.rng.integers(-128, 128)),), INT8, ())), TRUTH)
        there, counts = self.values[TRUTH], self.values[COUNT]
        if there and (not counts or self.rng.random() < 0.6):
            return self.apply("LOGICAL_NOT", (int(self.rng.choice(there)),), TRUTH)
        first = int(self.rng.choice(counts)) if counts else self.some(COUNT)
        return self.apply("LESS", (first, self.numbers((int(self.rng.integers(0, 5)),), shape=())), TRUTH)

    def inner(self, kinds: Sequence[str], what: str) -> tuple[Net, tuple[int, ...]]:
        """A graph with inputs of these kinds."""
        net = Net(self.rng, f"{self.name}_{what}{len(self.subgraphs)}", *self.facts(), self.subgraphs, self.depth + 1)
        return net, tuple(net.add(each) for each in kinds)

    def facts(self) -> tuple[int, Shape, tuple[float, ...], tuple[int, ...]]:
        return self.kind, self.shape, self.scales, self.zeros

    def register(self, net: Net, inputs: tuple[int, ...], outputs: tuple[int, ...]) -> int:
        """The number of a graph that is done."""
        self.subgraphs.append(Case(net.tensors, net.operators, inputs, outputs))
        return len(self.subgraphs)

    def within(self) -> None:
        """Now and then a branch or a loop inside of another."""
        if self.depth < DEEPEST and self.rng.random() < 0.25:
            (self.branch if self.rng.random() < 0.5 else self.loop)()

    def kinds(self, least: int) -> list[str]:
        """Of some values, data among them."""
        more = [DATA, COUNT, TRUTH, *([REAL] if self.kind == INT8 else [])]
        found = [DATA] * least + [str(each) for each in self.rng.choice(more, int(self.rng.integers(0, 4)))]
        self.rng.shuffle(found)
        return found

    def branch(self) -> tuple[int, ...]:
        """An IF; now and then another one with the same branches, or one whose branches are the same."""
        given, made = self.kinds(1), self.kinds(1)
        numbers: list[int] = []
        for what in ("then", "else") if self.rng.random() < 0.95 else ("both",):
            net, inputs = self.inner(given, what)
            net.within()
            numbers.append(self.register(net, inputs, tuple(net.value(each) for each in made)))
        options = IfOptions(numbers[0], numbers[-1])
        outputs: tuple[int, ...] = ()
        for _ in range(2 if self.rng.random() < 0.15 else 1):
            condition = self.computed(TRUTH) if self.depth or self.kind == INT8 else int(self.rng.choice(self.values[TRUTH]))
            inputs = (condition, *(self.some(each) for each in given))
            outputs = tuple(self.add(each) for each in made)
            self.operators.append(CaseOperator("IF", inputs, outputs, options))
        return outputs

    def loop(self) -> tuple[int, ...]:
        """A WHILE of at most five turns, which may end before by what it computes."""
        kinds = self.kinds(1)
        counter = int(self.rng.integers(1, len(kinds) + 1))
        kinds.insert(counter, COUNT)
        cond, asked = self.inner(kinds, "cond")
        goes_on = cond.apply("LESS", (asked[counter], cond.numbers((int(self.rng.integers(0, 5)),), shape=())), TRUTH)
        if self.rng.random() < 0.4:
            goes_on = cond.apply("LOGICAL_AND", (goes_on, cond.truth()), TRUTH)
        numbers = [self.register(cond, asked, (goes_on,))]
        body, given = self.inner(kinds, "body")
        body.within()
        made = [body.value(each) for each in kinds]
        made[counter] = body.apply("ADD", (given[counter], body.numbers((1,), shape=())), COUNT, AddOptions("NONE"))
        numbers.append(self.register(body, given, tuple(made)))
        inputs = [self.some(each) for each in kinds]
        inputs[counter] = self.numbers((int(self.rng.integers(0, 2)),), shape=())
        inputs[kinds.index(DATA)] = int(self.rng.choice(self.values[DATA]))
        outputs = tuple(self.add(each) for each in kinds)
        self.operators.append(CaseOperator("WHILE", tuple(inputs), outputs, WhileOptions(*numbers)))
        return outputs


def random_control(rng: np.random.Generator, name: str, loop: bool) -> Case:
    """A branch or a loop between operators before and after it, of data of any type."""
    kind = INT8 if rng.random() < 0.5 else (UINT8, INT16, INT32, BOOL)[int(rng.integers(4))]
    coded = kind in (INT8, INT16)
    zeros = () if not coded else (0,) if kind == INT16 else (zero_point(rng),)
    net = Net(rng, name, kind, (1, int(rng.integers(1, 7))), (scale(rng, 0.01, 0.1),) if coded else (), zeros, [])
    inputs = (net.add(DATA), net.add(TRUTH))
    if rng.random() < 0.5:
        net.computed(DATA)
    outputs = net.loop() if loop else net.branch()
    if rng.random() < 0.5:
        net.computed(DATA)
    more = {each for operator in net.operators for each in operator.outputs if rng.random() < 0.2 and net.tensors[each].kind != FLOAT32}
    return Case(net.tensors, net.operators, inputs, tuple(sorted({*outputs, *more})), tuple(net.subgraphs))


random_if, random_while = partial(random_control, loop=False), partial(random_control, loop=True)
