"""What is known of the samples of real data and of what was answered to them, for each output of a model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from plumbline.common.golden_data import References
from plumbline.common.manifest import Manifest, TensorSpec
from plumbline.common.quality import is_labels
from plumbline.common.rows import Reals, real_values, taken_apart

Decides = Literal["numbers", "a class", "yes or no"]
TRANSPARENT = ("RESHAPE", "QUANTIZE", "DEQUANTIZE")
"""Operators behind a model's last computation that leave its meaning."""


@dataclass(frozen=True)
class OtherInput:
    """An input at the samples: see the fields of Evidence."""

    input: TensorSpec
    inputs: Reals
    codes: NDArray[Any]


@dataclass(frozen=True)
class Evidence:
    """S samples, and what was answered to them."""

    input: TensorSpec
    output: TensorSpec
    decides: Decides
    end: str
    """Name of the operator that computes the output."""
    inputs: Reals
    """(S, inputs): the samples."""
    codes: NDArray[Any]
    """(S, inputs): the values of the input that they become."""
    answers: NDArray[Any]
    """(S, outputs): the values of the output that the board gave or must give."""
    others: tuple[OtherInput, ...] = ()
    """Of a model with several inputs those behind the first, which `input`, `inputs` and `codes` tell."""
    name: str = ""
    """Of the output, of a model with several."""
    floats: Reals | None = None
    """(S, outputs): the float model at the samples; None where there is no float model."""
    float_codes: Reals | None = None
    """(S, outputs): the float model at the numbers that the codes stand for."""
    targets: NDArray[Any] | None = None
    """(S, ...)."""
    classes: tuple[str, ...] = ()
    """Names of the classes; empty for their numbers."""

    @property
    def reals(self) -> Reals:
        """(S, outputs): the answers as numbers."""
        return real_values(self.answers, self.output)

    @property
    def each_input(self) -> list[Evidence]:
        """The same for every input: as if it were the only one."""
        alone = replace(self, others=())
        return [alone, *(replace(alone, input=each.input, inputs=each.inputs, codes=each.codes) for each in self.others)]

    @property
    def all_inputs(self) -> Reals:
        """(S, inputs): the samples of all inputs, one after the other."""
        return np.concatenate([each.inputs for each in self.each_input], axis=1)

    @property
    def all_codes(self) -> NDArray[Any]:
        """(S, inputs): what they become."""
        return np.concatenate([each.codes for each in self.each_input], axis=1)

    def decisions(self, answers: Reals) -> NDArray[np.int64]:
        """(S, D): the class at each place of the output, or 0 and 1 for each output that says yes or no."""
        if self.decides == "yes or no":
            return (answers > 0.5).astype(np.int64)
        return np.asarray(answers.reshape(len(answers), -1, wide(self.output)).argmax(axis=2), np.int64)

    def class_name(self, number: int) -> str:
        """How a person calls a class."""
        return self.classes[number] if number < len(self.classes) else str(number)


def evidence_of(manifest: Manifest, references: References, answers: NDArray[np.int8]) -> tuple[Evidence, ...]:
    """Collect what is known of the samples, for each output.

    Args:
        manifest: of the conversion.
        references: nothing is the result where they hold no samples.
        answers: (N, output bytes), to `references.codes`.
    """
    data = references.data
    if data is None or not len(answers):
        return ()
    codes = taken_apart(references.codes[data.rows], manifest.inputs)
    first, *others = map(OtherInput, manifest.inputs, by_tensor(data.inputs, manifest.inputs), codes)
    outputs = zip(manifest.outputs, manifest.ends, taken_apart(answers[data.rows], manifest.outputs), strict=True)
    floats = None if data.floats is None else by_tensor(data.floats, manifest.outputs)
    float_codes = None if floats is None else by_tensor(references.float_codes[data.rows], manifest.outputs)
    found = []
    for number, (output, end, answered) in enumerate(outputs):
        name = manifest.output_names[number]
        targets, quality = data.targets[number] if data.targets else None, manifest.quality_of(name)
        if targets is not None and quality is not None:
            accurate = quality.kind == "accuracy"
        else:
            accurate = targets is not None and is_labels(targets, wide(output))
        found.append(
            Evidence(
                input=first.input,
                output=output,
                decides=decides(end, output, accurate),
                end=end,
                inputs=first.inputs,
                codes=first.codes,
                answers=answered,
                others=tuple(others),
                name=name,
                floats=None if floats is None else floats[number],
                float_codes=None if float_codes is None else float_codes[number],
                targets=targets,
                classes=quality.classes if quality else (),
            )
        )
    return tuple(found)


def by_tensor(reals: NDArray[np.float32], ends: Sequence[TensorSpec]) -> list[Reals]:
    """Real numbers (S, elements) of a row taken apart, (S, elements) of each tensor."""
    return np.split(reals.astype(np.float64), np.cumsum([end.elements for end in ends])[:-1], axis=1)


def wide(output: TensorSpec) -> int:
    """Along the last axis, of which classes are chosen; 1 of a single number without one."""
    return output.shape[-1] if output.shape else 1


def ends_in(operators: Iterable[str]) -> str:
    """The operator that computes a model's output, of the names of all in execution order; empty where there is none."""
    named = [name for name in operators if name not in TRANSPARENT]
    return named[-1] if named else ""


def decides(end: str, output: TensorSpec, accurate: bool) -> Decides:
    """What a model's answer is: the largest of its outputs where it ends in SOFTMAX or comes with labels, yes or no above 0.5 where it ends in
    LOGISTIC, else numbers.
    """
    if wide(output) > 1 and (end == "SOFTMAX" or accurate):
        return "a class"
    return "yes or no" if end == "LOGISTIC" else "numbers"
