"""Writes build/NAME/explain.json with every conversion, before the conversion may be refused for what the model lost: then it is needed most."""

from __future__ import annotations

import hashlib
from pathlib import Path

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
OTHER_INPUTS = f"The inputs are those that the verification compares; give {usage.option('samples')} to see what your own reach."


def write_explanation(folder: Path, converted: Converted, graph: Graph, answers: References) -> Explanation | None:
    """Measure the layers of a model that was quantized from a float one, at its samples, and write the result into build/NAME.

    Args:
        folder: build/NAME.
        converted: the int8 flatbuffer and the float32 one.
        graph: read from the int8 one.
        answers: hold the samples, and their targets where there are some.

    Returns:
        What was written; None where an operator has no reference kernel here, so that nothing inside the model is known.
    """
    data, digest = answers.data, hashlib.sha256(converted.tflite).hexdigest()
    assert data is not None  # a float model comes with samples
    with task("Measuring the layers"):
        try:
            found = explain(folder.name, digest, graph, data.inputs, converted.float_tflite, data.targets)
        except ModelRefused as error:
            found = ranges(folder.name, digest, graph, answers.codes[data.rows], error.message)
        except UnsupportedOperator:
            (folder / FILE).unlink(missing_ok=True)  # it is of another model
            return None
    write_if_changed(folder / FILE, found.to_json())
    return found


def write_ranges(folder: Path, raw: bytes, graph: Graph, answers: References) -> Explanation | None:
    """Measure the ranges of a .tflite file, which has no float model, at the samples, or without some at the inputs that are compared."""
    own = answers.data is not None
    codes = answers.codes if answers.data is None else answers.codes[answers.data.rows]
    note = NO_FLOAT_MODEL if own else f"{NO_FLOAT_MODEL} {OTHER_INPUTS}"
    try:
        found = ranges(folder.name, hashlib.sha256(raw).hexdigest(), graph, codes, note, own)
    except UnsupportedOperator:
        (folder / FILE).unlink(missing_ok=True)  # it is of another model
        return None
    write_if_changed(folder / FILE, found.to_json())
    return found


def findings(explanation: Explanation | None) -> list[str]:
    """What the report of a conversion says: the layers that something has to be done about."""
    found = explanation.alarming if explanation is not None else ()
    return [f"  {each.sentence}" for each in found[:LINES]]
