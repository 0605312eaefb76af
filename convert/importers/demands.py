"""What is demanded of a model that somebody brings with targets: the metric that they are measured by, and what int8 may lose of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import UsageError
from plumbline.common.evidence import ends_in
from plumbline.common.limits import Limits
from plumbline.common.quality import Quality, is_labels
from plumbline.common.rows import elements
from plumbline.common.useful import spreads
from plumbline.convert.importers.samples.reader import Samples
from plumbline.convert.model.graph import Graph


def quality_for(samples: Samples | None, graph: Graph, limits: Limits) -> Quality | None:
    """Accuracy where the targets name classes of the model, RMSE where they are numbers as it answers them; None without targets.

    Raises:
        UsageError: the targets are neither.
    """
    if samples is None or samples.targets is None:
        return None
    if len(graph.outputs) > 1:
        names = ", ".join(map(graph.name_of, graph.outputs))
        raise UsageError(
            f"The samples have targets, and the model the outputs {names}: which of them they are for is unknown.",
            "Leave the targets out of the file.",
        )
    targets, outputs = samples.targets, elements(graph.outputs)
    wide = targets.size // len(targets)
    labelled = is_labels(targets, outputs) and (outputs > 1 or ends_in(each.name for each in graph.operators) == "LOGISTIC")
    if labelled:
        return Quality("accuracy", None, limits.loss, classes=_classes(samples, max(outputs, 2)))
    if samples.labels:
        no_class = " that no sigmoid makes a probability of" if outputs == 1 and len(samples.labels) == 2 else ""
        raise UsageError(
            f"The samples name {_named(samples)}, the model answers {outputs} number{'s' * (outputs != 1)}{no_class}.",
            "Text names one class for each output, or two classes of a model that ends in one sigmoid.",
        )
    if wide == 1 and outputs > 1:
        low = int(targets.min())
        shift = f" Where these are labels that begin at {low}, {'subtract' if low > 0 else 'add'} {abs(low)}."
        shifted = low != 0 and is_labels(targets - low, outputs)
        raise UsageError(
            f"The targets of the samples are {_shown(targets)}, the model answers {outputs} numbers.",
            f"Labels are whole numbers from 0 to {outputs - 1}, in the order of the outputs; values need {outputs} a sample.{shift * shifted}",
        )
    if wide != outputs:
        raise UsageError(f"The samples have {wide} targets each, the model answers {outputs} numbers.", "Give as many targets as outputs, or labels.")
    spread, _ = spreads(targets.reshape(len(targets), -1).astype(np.float64))
    return Quality("rmse", None, limits.loss * float(np.sqrt(np.mean(spread**2))))


def _classes(samples: Samples, outputs: int) -> tuple[str, ...]:
    """Names of the classes, where the file names as many as there are outputs.

    Raises:
        UsageError: it names another number of classes, so that which output is which is unknown.
    """
    if samples.labels and len(samples.labels) != outputs:
        raise UsageError(
            f"The samples name {_named(samples)}, the model tells {outputs}.",
            f"Give labels as whole numbers from 0 to {outputs - 1}, in the order of the outputs.",
        )
    return samples.labels


def _named(samples: Samples) -> str:
    count = len(samples.labels)
    return f"{count} class{'es' * (count != 1)} ({', '.join(samples.labels[:4])}{', ...' * (count > 4)})"


def _shown(targets: NDArray[Any]) -> str:
    return f"{'whole numbers' if np.issubdtype(targets.dtype, np.integer) else 'numbers'} from {targets.min():g} to {targets.max():g}"
