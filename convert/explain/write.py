"""Writes build/NAME/explain.json with every conversion, before the conversion may be refused for what the model lost: then it is needed most."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plumbline.common import usage
from plumbline.common.errors import ModelRefused, UnsupportedOperator
from plumbline.common.explanation import FILE, Explanation
from plumbline.common.files import write_if_changed
from plumbline.common.golden_data import References
from plumbline.common.progress import task
from plumbline.convert.explain.measure import explain, ranges
from plumbline.convert.model.graph import Graph
from plumbline.convert.references.golden_data import Converted

LINES = 3
"""Layers named in the report of a conversion; `plumbline explain` shows all."""
NO_FLOAT_MODEL = "A .tflite file comes without its float model, so that only ranges are known, not errors."
ENDS_ALONE = "Of a model that TensorFlow Lite Micro alone runs, inputs and outputs are shown."
WITH_STATE = "The errors of layers are measured for models without a state: here they would be those of all inferences before."
OTHER_INPUTS = f"The inputs are those that the verification compares; give {usage.option('samples')} to see what your own reach."


def write_explanation(folder: Path, converted: Converted, graph: Graph, answers: References) -> Explanation:
    """Measure the layers of a model that was quantized from a float one, at its samples, and write the result into build/NAME.

    Args:
        folder: build/NAME.
        converted: the int8 flatbuffer and the float32 one.
        graph: read from the int8 one.
        answers: hold the samples, and their targets where there are some.

    Returns:
        What was written. Of a model with an operator that has no reference kernel here, only inputs and outputs are known.
    """
    data, digest = answers.data, hashlib.sha256(converted.tflite).hexdigest()
    assert data is not None  # a float model comes with samples
    with task("Measuring the layers"):
        try:
            if graph.stateful:
                rows = rows_of(answers, graph)
                found = ranges(folder.name, digest, graph, answers.codes[rows], WITH_STATE, starts=starts_at(answers, rows))
            else:
                found = explain(folder.name, digest, graph, data.inputs, converted.float_tflite, data.targets[0] if data.targets else None)
        except ModelRefused as error:
            found = ranges(folder.name, digest, graph, answers.codes[data.rows], error.message)
        except UnsupportedOperator:
            found = ranges(folder.name, digest, graph, answers.codes[data.rows], ENDS_ALONE, answers=answers.expected[data.rows])
    write_if_changed(folder / FILE, found.to_json())
    return found


def write_ranges(folder: Path, raw: bytes, graph: Graph, answers: References) -> Explanation:
    """Measure the ranges of a .tflite file, which has no float model, at the samples, or without some at the inputs that are compared."""
    own, digest = answers.data is not None, hashlib.sha256(raw).hexdigest()
    rows = rows_of(answers, graph)
    note = NO_FLOAT_MODEL if own else f"{NO_FLOAT_MODEL} {OTHER_INPUTS}"
    try:
        found = ranges(folder.name, digest, graph, answers.codes[rows], note, own, starts=starts_at(answers, rows))
    except (ModelRefused, UnsupportedOperator):
        found = ranges(folder.name, digest, graph, answers.codes[rows], f"{note} {ENDS_ALONE}", own, answers.expected[rows])
    write_if_changed(folder / FILE, found.to_json())
    return found


def rows_of(answers: References, graph: Graph) -> NDArray[np.int64]:
    """The rows that are looked at: the samples, of a model with a state all that lies between them as well, or every row where there are none."""
    if answers.data is None:
        return np.arange(len(answers.codes))
    return np.flatnonzero(~answers.chosen) if graph.stateful else answers.data.rows


def starts_at(answers: References, rows: NDArray[np.int64]) -> NDArray[np.bool_] | None:
    """Before which of these rows the state is reset; None of a model without one."""
    return None if answers.starts is None else answers.starts[rows]


def findings(explanation: Explanation) -> list[str]:
    """What the report of a conversion says: the layers that something has to be done about."""
    return [f"  {each.sentence}" for each in explanation.alarming[:LINES]]
