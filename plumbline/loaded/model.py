"""A model that answers real numbers with real numbers and codes with codes, and tells what each of its layers answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plumbline.common.errors import UsageError
from plumbline.common.rows import put_together, taken_apart
from plumbline.common.text import meant
from plumbline.loaded.ends import Array, End, Form, as_given, reals_of, rows_of_codes, rows_of_reals
from plumbline.loaded.engine import Engine, Rows
from plumbline.loaded.layers import Layer, Place
from plumbline.loaded.told import told

MOST = 12
"""Layers that `repr` names."""
Given = ArrayLike | Mapping[str, ArrayLike] | Sequence[Any]
"""One input's values, those of several in order, or by their names; of each one sample, or a batch along the first axis."""
Answer = Any
"""An array; of a model with several outputs a tuple of them, or a dict by name where the inputs came as one."""


@dataclass(frozen=True)
class Memory:
    """Bytes that the generated C takes on a board."""

    working: int
    """Inputs, outputs, all between the layers, and the state."""
    constants: int
    state: int
    """Among the working memory: what it keeps from one inference to the next."""


@dataclass(frozen=True)
class Facts:
    """What a loaded model is, which all of its instances share."""

    name: str
    sha256: str
    """Of the flatbuffer that runs, in hexadecimal: the one that `plumbline verify` names."""
    inputs: tuple[End, ...]
    outputs: tuple[End, ...]
    places: tuple[Place, ...]
    memory: Memory
    stateful: bool
    cut: tuple[str, ...]
    """What was cut off its ends, e.g. "float32 input"."""


class Model:
    """An instance of a model, made by `plumbline.load`.

    One without a state may be called by several threads at a time. The rows that one with a state is given are a sequence, and so are calls: each
    goes on where the last one ended, until `reset`.
    """

    def __init__(self, facts: Facts, engine: Engine) -> None:
        self._facts, self._engine = facts, engine
        self._names = [end.name for end in facts.inputs]

    @told
    def __call__(self, x: Given, *, clip: bool = False) -> Answer:
        """Answer real numbers with real numbers.

        Args:
            x: see Given. Each number becomes the nearest code, a tie the one away from zero.
            clip: take the nearest code of numbers that lie outside what an input holds, as the firmware's quantizing functions do.

        Returns:
            float64 arrays in the form of `x`, see Answer; of an output without a scale the numbers that it holds, in its own type.

        Raises:
            UsageError: `x` has another form, holds NaN, or numbers that lie outside what an input holds.
        """
        answers, form = self._run(x, self._quantized(clip))
        return self._formed(x, form, answers, reals_of)

    @told
    def codes(self, codes: Given) -> Answer:
        """Answer codes with codes, exactly as a board does.

        Args:
            codes: whole numbers that the type of each input holds; see Given.

        Returns:
            Arrays of the outputs' own types in the form of `codes`, see Answer.

        Raises:
            UsageError: `codes` have another form, or are no codes.
        """
        answers, form = self._run(codes, rows_of_codes)
        return self._formed(codes, form, answers, lambda values, _: values)

    @told
    def layers(self, x: Given | None = None, *, codes: Given | None = None, clip: bool = False) -> dict[str, Layer]:
        """What every layer answers, by name, in the order in which they run. A model with a state takes the step, as when it is called.

        Args:
            x, clip: as of a call.
            codes: instead of `x`.

        Raises:
            UsageError: as a call does, or not exactly one of `x` and `codes` is given.
        """
        return self._layers(self._facts.places, x, codes, clip)

    @told
    def layer(self, name: str, x: Given | None = None, *, codes: Given | None = None, clip: bool = False) -> Layer:
        """What one layer answers; see `layers`.

        Raises:
            UsageError: as `layers`, or there is no layer of that name.
        """
        found = [place for place in self._facts.places if place.name == name]
        if not found:
            raise UsageError(f"There is no layer {name!r}.{meant(str(name), self.layer_names)}", f"Layers: {', '.join(self.layer_names)}.")
        return self._layers(found, x, codes, clip)[name]

    def reset(self) -> None:
        """Bring the state back to its beginning. A model without one stays as it is."""
        self._engine.reset()

    def copy(self) -> Model:
        """Another instance, which begins with a copy of this one's state and goes its own way from there."""
        return Model(self._facts, self._engine.copy())

    @property
    def name(self) -> str:
        return self._facts.name

    @property
    def sha256(self) -> str:
        """Of the flatbuffer that runs, in hexadecimal: the one that a verdict and the generated C name."""
        return self._facts.sha256

    @property
    def inputs(self) -> tuple[End, ...]:
        """In the order of the model's signature."""
        return self._facts.inputs

    @property
    def outputs(self) -> tuple[End, ...]:
        return self._facts.outputs

    @property
    def layer_names(self) -> tuple[str, ...]:
        """In the order in which the layers run."""
        return tuple(place.name for place in self._facts.places)

    @property
    def memory(self) -> Memory:
        """What the generated C takes on a board."""
        return self._facts.memory

    @property
    def stateful(self) -> bool:
        """Whether answers depend on the calls before."""
        return self._facts.stateful

    @property
    def engine(self) -> str:
        """What runs it, for people."""
        return self._engine.title

    def __repr__(self) -> str:
        memory = self.memory
        state = f", {memory.state:,} of them state" if self.stateful else ""
        lines = [
            f"<plumbline model {self.name}, {self.engine}",
            *(f"  {kind} {end}" for kind, ends in (("input ", self.inputs), ("output", self.outputs)) for end in ends),
            *([f"  cut off: {', '.join(self._facts.cut)}"] if self._facts.cut else []),
            f"  layers {listed(self.layer_names)}",
            f"  memory {memory.working:,} bytes{state}; constants {memory.constants:,} bytes>",
        ]
        return "\n".join(lines)

    def _quantized(self, clip: bool) -> Callable[[ArrayLike, End], tuple[Array, Form]]:
        return lambda given, end: rows_of_reals(given, end, clip)

    def _rows(self, given: Given, rows_of: Callable[[ArrayLike, End], tuple[Array, Form]]) -> tuple[Rows, Form]:
        """The rows of what was given, (N, input bytes)."""
        ordered = self._in_order(given)
        if len(ordered) == 1:
            values, form = rows_of(ordered[0], self.inputs[0])
            return np.ascontiguousarray(values).view(np.int8), form
        parts = [rows_of(each, end) for each, end in zip(ordered, self.inputs, strict=True)]
        forms = [form for _, form in parts]
        if len({(form.single, form.samples) for form in forms}) > 1:
            counts = ", ".join(
                f"{end.name} {'one sample' if form.single else f'a batch of {form.samples}'}" for end, form in zip(self.inputs, forms, strict=True)
            )
            raise UsageError(f"The inputs do not go together: {counts}.", "Give one sample of each, or batches of the same length.")
        form = Form(forms[0].single, all(each.bare for each in forms), forms[0].samples)
        return put_together([values for values, _ in parts], self.inputs), form

    def _in_order(self, given: Given) -> Sequence[ArrayLike]:
        """The values of each input."""
        names = self._names
        if isinstance(given, Mapping):
            if list(given) == names or given.keys() == set(names):
                return [given[name] for name in names]
            wrong = [f"lacks {name}" for name in names if name not in given]
            wrong += [f"has {name!r}, which no input is called{meant(str(name), names)}" for name in given if name not in names]
            raise UsageError(f"The dict of inputs {'; it '.join(wrong)}.", self._listed)
        if len(names) == 1:
            return [given]
        if not isinstance(given, (list, tuple)) or len(given) != len(names):
            count = f"{len(given)} of them" if isinstance(given, (list, tuple)) else f"a {type(given).__name__}"
            raise UsageError(f"The model takes {len(names)} inputs, in a list or tuple, or in a dict by name; this is {count}.", self._listed)
        return given

    @property
    def _listed(self) -> str:
        return f"Inputs: {', '.join(map(str, self.inputs))}."

    def _run(self, given: Given, rows_of: Callable[[ArrayLike, End], tuple[Array, Form]]) -> tuple[list[NDArray[Any]], Form]:
        """Values (N, elements) of each output."""
        rows, form = self._rows(given, rows_of)
        answers = self._engine.run(rows)
        return [answers.view(self.outputs[0].dtype)] if len(self.outputs) == 1 else taken_apart(answers, self.outputs), form

    def _formed(self, given: Given, form: Form, answers: Sequence[Array], seen_as: Callable[[Array, End], Array]) -> Answer:
        """The answers in the form in which the inputs came."""
        arrays = [as_given(np.asarray(seen_as(each, end)), end, form) for each, end in zip(answers, self.outputs, strict=True)]
        if len(arrays) == 1:
            return arrays[0]
        return dict(zip((end.name for end in self.outputs), arrays, strict=True)) if isinstance(given, Mapping) else tuple(arrays)

    def _layers(self, places: Sequence[Place], x: Given | None, codes: Given | None, clip: bool) -> dict[str, Layer]:
        if (x is None) == (codes is None):
            raise UsageError("Give either real numbers or codes.", "model.layers(x), or model.layers(codes=c).")
        rows, form = self._rows(x, self._quantized(clip)) if x is not None else self._rows(codes, rows_of_codes)  # type: ignore[arg-type]
        found = {}
        for place, values in zip(places, self._engine.layers(rows, [place.tensor for place in places]), strict=True):
            end = place.end
            found[place.name] = Layer(place.name, place.operator, as_given(values, end, form), end.scale, end.zero_point, end.meaning, end)
        return found


def listed(names: Sequence[str]) -> str:
    """Names in a line; of many the first and the last."""
    few = names if len(names) <= MOST else (*names[: MOST - 2], f"... ({len(names)} in all)", names[-1])
    return ", ".join(few)
