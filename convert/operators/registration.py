"""What an operator's folder says about it, once, for everything that asks: interpreter, compiler, importers, engines, tests, documentation."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator
from plumbline.convert.model.schema import BUILTIN_OPERATORS
from plumbline.convert.operators.cases import RandomCase
from plumbline.convert.operators.step import Step

Codes = NDArray[np.int8]
Values = NDArray[Any]
"""What a tensor holds, (N, elements), of the tensor's own type."""


class Reference(Protocol):
    """A checked operator, as a frozen dataclass of the integers it computes with."""

    @property
    def answer(self) -> Callable[..., Values | tuple[Values, ...]]:
        """Maps the values (N, in) of each run-time input to values (N, out), a tuple of them where there are several outputs."""


@runtime_checkable
class Ending(Protocol):
    """A checked operator with which an inference may end."""

    @property
    def ends(self) -> bool:
        """Whether any does."""

    def goes_on(self, *variables: Values) -> Values:
        """(N,): whether each inference goes on, by what the operator's variables are after it."""


def may_end(reference: object) -> bool:
    """Whether an inference may end with this operator."""
    return isinstance(reference, Ending) and reference.ends


@dataclass(frozen=True)
class Elsewhere:
    """What an engine other than this compiler and TensorFlow Lite Micro of today does otherwise."""

    version: int | None = None
    """The newest version that it implements, where it is another one."""
    per_channel: bool = True
    """Whether it honours one weight scale per output; without it the first scale is taken for all, silently."""
    differs: str = ""
    """Why its answers are others; then the engine is refused."""


LACKS = Elsewhere(differs="it has no such operator")


@dataclass(frozen=True)
class Registration:
    """One operator."""

    name: str
    """Of the schema's BuiltinOperator, e.g. LEAKY_RELU; CUSTOM:name for a custom one."""
    check: Callable[..., Reference]
    """Checks an Operator of the graph and works out its integers; raises ModelRefused or UnsupportedOperator. Stands in the operator's folder."""
    compile: Callable[[Operator, str], Step]
    """Turns the operator into the facts of its template; the text is the C identifier of its layer. Raises what `check` raises."""
    accepts: str
    """What forms it takes, for people; that tensors of codes are quantized as a whole goes without saying."""
    types: tuple[str, ...] = ("INT8",)
    """Types of its data, as of its first run-time input; among the random cases are some of each, and of no other."""
    version: int = 2
    """The newest version that TensorFlow Lite Micro's int8 kernel implements. TFLM itself does not look at versions."""
    options: type[Any] | None = None
    """The dataclass of its options, see `options`, or the numbers of a custom operator's FlexBuffer; None where nothing of them is read."""
    options_number: int = 0
    """Of its options table in the union BuiltinOptions; 0 for one that needs none."""
    constants: tuple[str, ...] = ()
    """What its constants in C are called behind the layer's own name."""
    float_product: bool = False
    """Whether `check` takes `float_product=True`, for TFLM libraries before autumn 2026: they divide or multiply scales in float32."""
    method: str = ""
    """What TFLM's MicroMutableOpResolver calls it, where that is not Add and its words with a capital each."""
    elsewhere: Mapping[str, Elsewhere] = field(default_factory=dict)
    """By the engine's name in `engines`."""
    weights_axis: int | None = None
    """The axis of its second input, the weights, along which its outputs lie, for one that sums weights times inputs."""
    macs: Callable[[Operator], int] | None = None
    """Its multiply-accumulates, where they are not the outputs times the weights of one of them."""
    looks_up: Callable[[NDArray[np.int64], tuple[int, ...]], NDArray[np.int64]] | None = None
    """Places from 0 to 255 in its table of 256 numbers that codes (N, elements) of an input of this shape ask for; None without a table."""
    indices: Callable[[Operator], Mapping[int, tuple[int, ...]]] | None = None
    """Of run-time inputs that are indices, by their place among all inputs: how many each counts, in turn. Beyond, TFLM fails or reads elsewhere."""
    stops: Callable[[Operator], Callable[[Values], NDArray[np.bool_]] | None] | None = None
    """Tells for which values (N, elements) of its first run-time input TFLM's kernel ends the process (N,); None where it never does."""
    unread: int | None = None
    """The place of an input that repeats the shape of the output: TFLM never reads it, so that graphs do without it where it is no constant."""
    fixed_range: bool = False
    """Whether its output's range is given, whatever the samples are."""
    moves_codes: bool = False
    """Whether it computes nothing and adds no error of its own."""
    same_bytes: bool = False
    """Whether its output is its input in another shape, so that nothing is left to do and its Step has no template."""
    constant_answer: bool = False
    """Whether its answer follows from the shape of its input alone, so that it is worked out beforehand."""
    keeps_state: bool = False
    """Whether it may read variables, which each inference starts anew."""
    remembers: bool = False
    """Whether it may have variables that keep their values from one inference to the next. Its reference's `answer` takes their values behind those
    of the run-time inputs and gives the new ones behind its outputs; its function in C takes them behind the outputs."""
    resolved: bool = False
    """Whether the reader works out what it does, so that no graph holds it."""

    runs_graphs: bool = False
    """Whether it runs graphs of operators, which the compiler lays out among the others, and has no function in C of its own."""

    @property
    def number(self) -> int:
        """In the schema, where all custom operators have one."""
        return BUILTIN_OPERATORS.index(self.name.partition(":")[0])

    @property
    def resolver_method(self) -> str:
        """The MicroMutableOpResolver method that registers it, e.g. AddFullyConnected."""
        return "Add" + (self.method or "".join("2D" if word == "2D" else word.capitalize() for word in self.name.split("_")))

    def reference(self, operator: Operator, float_product: bool = False) -> Reference:
        """`check` by one of the two rules."""
        return self.check(operator, float_product=True) if float_product and self.float_product else self.check(operator)

    @property
    def random_case(self) -> RandomCase:
        """What makes its random cases: `random_leaky_relu` in `random_cases.py` of its folder, imported by whoever asks: no product does."""
        folder = self.check.__module__.rpartition(".")[0]
        return cast(RandomCase, getattr(importlib.import_module(f"{folder}.random_cases"), f"random_{self.name.rpartition(':')[2].lower()}"))
