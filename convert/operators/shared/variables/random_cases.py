"""Random models with variables: what streaming models do, and every order of reading and assigning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.operators.add.reference import AddOptions
from plumbline.convert.operators.cases import BOOL, INT8, INT16, INT32, RESOURCE, UINT8, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.concatenation.reference import ConcatenationOptions
from plumbline.convert.operators.shared.random_values import scale, zero_point
from plumbline.convert.operators.shared.variables.handles import CallOnceOptions, VarHandleOptions
from plumbline.convert.operators.strided_slice.reference import StridedSliceOptions

DTYPES = {INT8: np.int8, UINT8: np.uint8, INT16: np.int16, INT32: np.int32, BOOL: np.bool_}


@dataclass
class Stream:
    """A model in the making: an input of (1, steps, width) codes, and the subgraph that its CALL_ONCE runs."""

    rng: np.random.Generator
    name: str
    kind: int
    tensors: list[TensorSpec] = field(default_factory=list)
    operators: list[CaseOperator] = field(default_factory=list)
    first: Case = field(default_factory=lambda: Case([], [], (), ()))
    once: bool = True

    def __post_init__(self) -> None:
        self.once = bool(self.rng.random() < 0.6)
        coded = self.kind == INT8 or (self.kind in (UINT8, INT16) and self.rng.random() < 0.3)
        self.scales = (scale(self.rng, 0.01, 0.1),) if coded else ()
        self.zeros = () if not coded else (0,) if self.kind == INT16 else (zero_point(self.rng) + (128 if self.kind == UINT8 else 0),)
        if self.once:
            self.operators.append(CaseOperator("CALL_ONCE", (), (), CallOnceOptions(1)))

    def add(self, name: str, shape: tuple[int, ...], kind: int | None = None) -> int:
        """A tensor of the model's codes."""
        self.tensors.append(TensorSpec(f"{self.name}_{name}{len(self.tensors)}", shape, self.scales, self.zeros, kind=kind or self.kind))
        return len(self.tensors) - 1

    def numbers(self, *values: int) -> int:
        """A constant of INT32."""
        self.tensors.append(TensorSpec(f"{self.name}_number{len(self.tensors)}", (len(values),), data=np.array(values, np.int32), kind=INT32))
        return len(self.tensors) - 1

    def apply(self, operator: str, inputs: tuple[int, ...], shape: tuple[int, ...], options: object | None = None) -> int:
        output = self.add(operator.lower(), shape)
        self.operators.append(CaseOperator(operator, inputs, (output,), options))
        return output

    def variable(self, shape: tuple[int, ...]) -> int:
        """The handle of a new variable, which CALL_ONCE initializes more often than not."""
        shared = VarHandleOptions("", f"{self.name}_state{len(self.tensors)}")
        self.tensors.append(TensorSpec(f"{self.name}_handle{len(self.tensors)}", (), kind=RESOURCE))
        handle = len(self.tensors) - 1
        self.operators.append(CaseOperator("VAR_HANDLE", (), (handle,), shared))
        if self.once and self.rng.random() < 0.8:
            own = self.first.tensors
            own += [TensorSpec("handle", (), kind=RESOURCE), TensorSpec("value", shape, self.scales, self.zeros, self.values(shape), self.kind)]
            self.first.operators.extend(
                [
                    CaseOperator("VAR_HANDLE", (), (len(own) - 2,), shared),
                    CaseOperator("ASSIGN_VARIABLE", (len(own) - 2, len(own) - 1), ()),
                ]
            )
        return handle

    def values(self, shape: tuple[int, ...]) -> NDArray[np.generic]:
        """Random ones, or one value for all."""
        size = int(np.prod(shape)) if self.rng.random() < 0.7 else 1
        made: NDArray[np.generic] = np.frombuffer(self.rng.bytes(8 * size), "<i8").astype(DTYPES[self.kind])
        return np.array(np.broadcast_to(made, int(np.prod(shape))).reshape(shape))

    def read(self, handle: int, shape: tuple[int, ...]) -> int:
        return self.apply("READ_VARIABLE", (handle,), shape)

    def assign(self, handle: int, value: int) -> None:
        self.operators.append(CaseOperator("ASSIGN_VARIABLE", (handle, value), ()))

    def joined(self, *parts: int) -> int:
        """Along the axis of time."""
        first = self.tensors[parts[0]].shape
        return self.apply("CONCATENATION", parts, (1, sum(self.tensors[each].shape[1] for each in parts), first[2]), ConcatenationOptions(1, "NONE"))

    def part(self, source: int, begin: int, steps: int) -> int:
        """So many steps of a tensor."""
        width = self.tensors[source].shape[2]
        bounds = (self.numbers(0, begin, 0), self.numbers(1, begin + steps, width), self.numbers(1, 1, 1))
        return self.apply("STRIDED_SLICE", (source, *bounds), (1, steps, width), StridedSliceOptions(0, 0, 0, 0, 0, False))


def ring(net: Stream, source: int, steps: int, width: int) -> tuple[int, ...]:
    """The newest steps of an input, joined to those before and then cut, as streaming layers of Keras do."""
    kept = int(net.rng.integers(1, 5))
    handle = net.variable((1, kept, width))
    window = net.joined(net.read(handle, (1, kept, width)), source)
    net.assign(handle, net.part(window, steps, kept))
    return (window,)


def cut_first(net: Stream, source: int, steps: int, width: int) -> tuple[int, ...]:
    """The oldest steps leave first; the window itself is kept."""
    kept = steps + int(net.rng.integers(1, 4))
    handle = net.variable((1, kept, width))
    window = net.joined(net.part(net.read(handle, (1, kept, width)), steps, kept - steps), source)
    net.assign(handle, window)
    return (window,)


def sum_up(net: Stream, source: int, steps: int, width: int) -> tuple[int, ...]:
    """A sum, in place or beside an output that shows the old one."""
    shape = (1, steps, width)
    handle = net.variable(shape)
    old = net.read(handle, shape)
    new = net.apply("ADD", (old, source) if net.rng.random() < 0.5 else (source, old), shape, AddOptions("NONE"))
    net.assign(handle, new)
    shown = [new, old, net.apply("RELU", (new,), shape), net.apply("RELU", (old,), shape)]
    return (shown[int(net.rng.integers(len(shown)))],)


def delay(net: Stream, source: int, steps: int, width: int) -> tuple[int, ...]:
    """What was there one or two inferences ago; the assignments come in any order."""
    shape = (1, steps, width)
    handles = [net.variable(shape) for _ in range(int(net.rng.integers(1, 3)))]
    read = [net.read(handle, shape) for handle in handles]
    pairs = list(zip(handles, [source, *read[:-1]], strict=True))
    for at in net.rng.permutation(len(pairs)):
        net.assign(*pairs[at])
    again = [net.read(handles[0], shape)] if net.rng.random() < 0.4 else []
    return (read[-1], *again)


def swap(net: Stream, source: int, steps: int, width: int) -> tuple[int, ...]:
    """Two variables change places, and the input goes to a third; or one is assigned twice, or a constant."""
    shape = (1, steps, width)
    one, two, three = (net.variable(shape) for _ in range(3))
    first, second = net.read(one, shape), net.read(two, shape)
    net.assign(one, second)
    net.assign(two, first)
    if net.rng.random() < 0.5:
        net.assign(one, source)
    else:
        net.tensors.append(TensorSpec(f"{net.name}_again", shape, net.scales, net.zeros, net.values(shape), net.kind))
        net.assign(two, len(net.tensors) - 1)
    third = net.read(three, shape)
    net.assign(three, source)
    return (first, second, third, net.read(two, shape))


COPIES: tuple[Callable[[Stream, int, int, int], tuple[int, ...]], ...] = (delay, swap)
STREAMS = (*COPIES, ring, ring, cut_first, cut_first, sum_up, sum_up)


def random_variables(rng: np.random.Generator, name: str) -> Case:
    """A model with one to four variables of any type that they may have."""
    kind = INT8 if rng.random() < 0.6 else (UINT8, INT16, INT32, BOOL)[int(rng.integers(4))]
    net = Stream(rng, name, kind)
    steps, width = int(rng.integers(1, 4)), int(rng.integers(1, 8))
    source = net.add("input", (1, steps, width))
    made = (STREAMS if kind == INT8 else COPIES)[int(rng.integers(len(STREAMS if kind == INT8 else COPIES)))](net, source, steps, width)
    return Case(net.tensors, net.operators, (source,), made, (net.first,))


random_read_variable = random_assign_variable = random_var_handle = random_call_once = random_variables
