"""What is demanded of a model that somebody brings with targets: the metric that each output is measured by, and what int8 may lose of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from plumbline.common.by_name import ONLY
from plumbline.common.errors import UsageError
from plumbline.common.limits import Limits
from plumbline.common.quality import Quality, is_labels
from plumbline.common.useful import spreads
from plumbline.convert.importers.labels import labels_in
from plumbline.convert.importers.samples.reader import Samples
from plumbline.convert.importers.samples.values import Targets
from plumbline.convert.model.graph import Graph, Tensor
from plumbline.convert.references.promises import decider


def targets_for(samples: Samples | None, graph: Graph) -> tuple[Targets | None, ...]:
    """The targets of each output, in the order of the model's signature; None of one that has none, empty without any.

    Raises:
        UsageError: some are for no output of the model, or do not say which of several they are for; says all that is wrong.
    """
    if samples is None or not samples.targets:
        return ()
    names = [graph.name_of(each) for each in graph.outputs]
    given = dict(samples.targets)
    if len(names) == 1 and len(given) == 1:
        return tuple(given.pop(name, given.get(ONLY)) for name in names) if {*given} <= {ONLY, *names} else _refused(given, names)
    if not {*given} <= {*names}:
        _refused(given, names)
    return tuple(given.get(name) for name in names)


def _refused(given: Mapping[str, Targets], names: list[str]) -> NoReturn:
    """Raises UsageError with what the targets are for that no output is called."""
    several, listed = len(names) > 1, ", ".join(names)
    unknown = [name for name in given if name != ONLY and name not in names]
    wrong = [f"targets for {', '.join(unknown)}, which no output is called"] if unknown else []
    if ONLY in given and several:
        wrong.insert(0, f"targets, and the model the outputs {listed}: which of them they are for is unknown")
    elif ONLY in given and len(given) > 1:
        wrong.insert(0, "targets of several outputs, and the model has one")
    called = " and ".join(f"targets_{name}" for name in names)
    hint = f"Call the arrays of the file {called}, or leave some out." if several else "Call the only one targets."
    raise UsageError(f"The samples have {'; they have '.join(wrong)}. The model's outputs: {listed}.", hint)


def qualities_for(targets: Sequence[Targets | None], graph: Graph, limits: Limits, raw: bytes = b"") -> tuple[Quality, ...]:
    """Accuracy where an output's targets name classes of it, RMSE where they are numbers as it answers them; nothing of one without targets.

    The .tflite file `raw` may say what classes are called whose targets are numbers.

    Raises:
        UsageError: the targets are neither.
    """
    several = len(graph.outputs) > 1
    ends = zip(targets, graph.outputs, strict=bool(targets))
    found = ((each, output, graph.name_of(output) if several else ONLY) for each, output in ends)
    qualities = (_quality_for(each, graph, output, name, limits) for each, output, name in found if each is not None)
    known = () if several else labels_in(raw, graph.output.elements)
    return tuple(replace(each, classes=known) if each.kind == "accuracy" and not each.classes else each for each in qualities)


def _quality_for(given: Targets, graph: Graph, output: Tensor, name: str, limits: Limits) -> Quality:
    targets, outputs = given.values, output.elements
    of = f" of {name}" if name else ""
    model = f"output {name}" if name else "the model"
    wide = targets.size // len(targets)
    end = decider(graph, output)
    labelled = is_labels(targets, outputs) and (outputs > 1 or (end is not None and end.name == "LOGISTIC"))
    if labelled:
        return Quality("accuracy", None, limits.loss, classes=_classes(given, max(outputs, 2), of, model), output=name)
    if given.labels:
        no_class = " that no sigmoid makes a probability of" if outputs == 1 and len(given.labels) == 2 else ""
        raise UsageError(
            f"The samples name {_named(given)}{of}, {model} answers {outputs} number{'s' * (outputs != 1)}{no_class}.",
            "Text names one class for each output, or two classes of a model that ends in one sigmoid.",
        )
    if wide == 1 and outputs > 1:
        low = int(targets.min())
        shift = f" Where these are labels that begin at {low}, {'subtract' if low > 0 else 'add'} {abs(low)}."
        shifted = low != 0 and is_labels(targets - low, outputs)
        raise UsageError(
            f"The targets{of} in the samples are {_shown(targets)}, {model} answers {outputs} numbers.",
            f"Labels are whole numbers from 0 to {outputs - 1}, in the order of the outputs; values need {outputs} a sample.{shift * shifted}",
        )
    if wide != outputs:
        raise UsageError(
            f"The samples have {wide} targets{of} each, {model} answers {outputs} numbers.", "Give as many targets as outputs, or labels."
        )
    spread, _ = spreads(targets.reshape(len(targets), -1).astype(np.float64))
    return Quality("rmse", None, limits.loss * float(np.sqrt(np.mean(spread**2))), output=name)


def _classes(given: Targets, outputs: int, of: str, model: str) -> tuple[str, ...]:
    """Names of the classes, where the file names as many as there are outputs.

    Raises:
        UsageError: it names another number of classes, so that which output is which is unknown.
    """
    if given.labels and len(given.labels) != outputs:
        raise UsageError(
            f"The samples name {_named(given)}{of}, {model} tells {outputs}.",
            f"Give labels as whole numbers from 0 to {outputs - 1}, in the order of the outputs.",
        )
    return given.labels


def _named(given: Targets) -> str:
    count = len(given.labels)
    return f"{count} class{'es' * (count != 1)} ({', '.join(given.labels[:4])}{', ...' * (count > 4)})"


def _shown(targets: NDArray[Any]) -> str:
    return f"{'whole numbers' if np.issubdtype(targets.dtype, np.integer) else 'numbers'} from {targets.min():g} to {targets.max():g}"
