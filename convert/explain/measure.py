"""Measures every layer of an int8 model at samples: its range, and where a float model is known its error, its own part of it and what that costs at
the output. docs/explanation/error-sources.md has the definitions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import ModelRefused
from plumbline.common.evidence import Evidence, decides, ends_in
from plumbline.common.explanation import INPUT, TOLERATED_ERROR, TOLERATED_LOSS, Explanation, LayerError
from plumbline.common.layer_names import layer_name
from plumbline.common.quality import is_labels, labels
from plumbline.common.quantization import dequantize_float32
from plumbline.common.rows import elements, from_reals, range_of, values_of
from plumbline.common.useful import shares
from plumbline.convert.explain import causes
from plumbline.convert.explain.twin import Reals, pair
from plumbline.convert.explain.walk import Measured, at_the_ends, measurable, moves, places_of, reached, walk
from plumbline.convert.model.graph import Graph, Operator, Tensor
from plumbline.convert.operators.macs import multiply_accumulates
from plumbline.convert.references import litert
from plumbline.convert.references.promises import end_specs
from plumbline.convert.references.sequences import Starts

MOST_SAMPLES, LEAST_SAMPLES = 256, 8
BYTES_KEPT = 2**26
"""Of values between the layers."""
SECONDS_SPENT = 1.5
"""About, on a computer that does what the next three say; measured on two x86-64 cores."""
INTEGER_MACS_PER_S, FLOAT_MACS_PER_S, SECONDS_PER_RUN = 3e8, 3e9, 1e-4


@dataclass(frozen=True)
class Scored:
    """How good outputs (N, outputs) are: by labels where there are some, else by the classes that the float model chooses."""

    kind: str
    evidence: Evidence
    wanted: NDArray[np.int64] | None
    """(N, decisions); None for a model that is no classifier."""

    def of(self, outputs: Reals) -> float | None:
        """Share of right decisions, 0 to 1."""
        return None if self.wanted is None else float(np.mean(self.evidence.decisions(outputs.astype(np.float64)) == self.wanted))


def explain(
    name: str, model_sha256: str, graph: Graph, inputs: NDArray[np.float32], float_tflite: bytes, targets: NDArray[Any] | None = None
) -> Explanation:
    """Measure the layers of a model that was quantized from a float one.

    Args:
        name: of the recipe or of the model's folder.
        model_sha256: of the flatbuffer.
        graph: read from it.
        inputs: samples (N, ...), of which some are taken, evenly.
        float_tflite: the float32 flatbuffer that it was quantized from; empty where there is none.
        targets: of the samples (N, ...), where they are known; labels make a classifier's accuracy.

    Raises:
        ModelRefused: the float model cannot be read or run, or answers what is no number.
        UnsupportedOperator: an operator has no reference kernel here.
    """
    missing = lacking(graph, float_tflite)
    if missing or len(graph.inputs) + len(graph.outputs) > 2 or not all(map(measurable, (*graph.inputs, *graph.outputs))):
        why = missing or "The errors of layers are measured for models of one input and one output, both of real numbers."
        return ranges(name, model_sha256, graph, from_reals(inputs.reshape(len(inputs), -1), graph.inputs), why)
    twin = pair(graph, float_tflite)
    steps = [operator for operator in graph.operators if not moves(operator)]
    chosen = np.linspace(0, len(inputs) - 1, min(len(inputs), affordable(graph, len(steps)))).round().astype(int)
    samples = inputs.reshape(len(inputs), -1)[chosen].astype(np.float32)
    codes = reached(graph, from_reals(samples, graph.inputs))
    whole = twin.tail([graph.input.index])
    places = sorted(whole.computed)
    floats = dict(zip(places, whole.run({graph.input.index: samples}, places), strict=True)) | {twin.partners[graph.input.index]: samples}
    output = floats[twin.output]
    if not np.isfinite(output).all():
        raise ModelRefused("The float model answers NaN or infinity to a sample.", "Look for a layer that divides, or takes a logarithm.")
    evidence = evidence_of(graph, samples, codes, None if targets is None else targets[chosen])
    scored = scoring(graph, evidence, output)
    measured = list(walk(graph, twin, codes, floats))
    distances = [each.output.astype(np.float64) - output for each in measured]
    errors = [relative(each, output, graph.output.quantized.scale) for each in distances]
    rows = [ranged(each.number, each.operator, each.tensors, each.codes, each.floats) for each in measured]
    rows = [with_errors(row, each) for row, each in zip(rows, measured, strict=True)]
    float_score, whole_square, before = scored.of(output), float(np.mean(errors[-1] ** 2)), (0.0, scored.of(output))
    for number, each in enumerate(measured):
        score, square = scored.of(each.output), float(np.mean(errors[number] ** 2))
        share = (square - before[0]) / whole_square if whole_square else 0.0
        took = None if score is None or before[1] is None else before[1] - score
        rows[number] = replace(rows[number], output_rms=float(np.sqrt(np.mean(distances[number] ** 2))), share=share, score=score, took=took)
        before = square, score
    worst = float(errors[-1].max())
    every = inputs.reshape(len(inputs), -1)  # as a verification looks at all of them, so that both say the same
    of_all = replace(evidence, inputs=every.astype(np.float64), codes=values_of(every, graph.input))
    found, at_input = alarms(rows, float_score, worst, len(samples)), causes.of_samples(of_all)
    if found and at_input:  # what the input cannot hold is a cause, whichever layer the rest comes from
        found = sorted({0, *found})
    for number in found:
        rows[number] = replace(rows[number], alarming=True, advice=(at_input if not number else "") or causes.advise(measured[number].seen))
    unpaired = sum(row.total_rms is None for row in rows)
    note = f"{unpaired} layers have no partner in the float model: what they add counts with the next that has one." if unpaired else ""
    return Explanation(name, model_sha256, len(samples), True, scored.kind, float_score, worst, tuple(rows), note)


def relative(distances: NDArray[np.float64], output: Reals, step: float) -> NDArray[np.float64]:
    """RMS errors (K,) as shares of the spreads of the outputs, as a verification judges them: each output alone, where they are few.

    One that is always the same in float has no spread; its error counts in steps of the output instead.
    """
    found, _ = shares(distances, output.astype(np.float64), step)
    by_output = distances if distances.shape[1] == len(found) else distances.reshape(-1, 1)
    return np.where(np.isfinite(found), found, np.sqrt(np.mean(by_output**2, axis=0)) / step)


def lacking(graph: Graph, float_tflite: bytes) -> str:
    """Why a model's error cannot be measured; empty where it can."""
    if not float_tflite:
        return "TensorFlow's converter did not show the float model, so that there is nothing to compare with."
    if not litert.available():
        return "LiteRT, which runs the float model, does not exist for this computer."
    return ""


def ranges(
    name: str,
    model_sha256: str,
    graph: Graph,
    codes: NDArray[np.int8],
    note: str,
    own_samples: bool = True,
    answers: NDArray[np.int8] | None = None,
    starts: Starts | None = None,
) -> Explanation:
    """Measure the ranges alone.

    Args:
        name, model_sha256, graph: as for `explain`.
        codes: inputs (N, input bytes), of which some are taken: evenly, or of a model with a state from the first on.
        note: why no float model is compared.
        own_samples: whether the inputs are the user's; what others reach is not judged.
        answers: (N, output bytes), of a model whose inside the reference interpreter does not know: then only its ends are measured.
        starts: (N,), of a model with a state, before which rows it is reset.

    Raises:
        ModelRefused, UnsupportedOperator: without `answers`, where there is no reference kernel for an operator or its form.
    """
    count = min(len(codes), affordable(graph, 0))
    picked = np.arange(count) if graph.stateful else np.linspace(0, len(codes) - 1, count).round().astype(int)
    chosen = codes[picked]
    found = reached(graph, chosen, None if starts is None else starts[picked]) if answers is None else at_the_ends(graph, chosen, answers[picked])
    rows = [
        ranged(number, operator, tensors, np.concatenate([found[each.index] for each in tensors], axis=1), None)
        for number, operator, tensors in places_of(graph)
        if all(each.index in found for each in tensors)
    ]
    judged = [replace(row, advice=causes.judge_range(row, row is rows[-1])) for row in rows] if own_samples else rows
    return Explanation(name, model_sha256, len(chosen), False, "", None, None, tuple(replace(row, alarming=bool(row.advice)) for row in judged), note)


def affordable(graph: Graph, tails: int) -> int:
    """How many samples are measured: what `BYTES_KEPT` and `SECONDS_SPENT` allow when the float model is run from so many places."""
    values = elements(graph.inputs) + sum(tensor.elements for operator in graph.operators for tensor in operator.outputs)
    macs = sum(multiply_accumulates(operator) or 0 for operator in graph.operators)
    seconds = macs / INTEGER_MACS_PER_S + tails * (macs / 2 / FLOAT_MACS_PER_S + SECONDS_PER_RUN + len(graph.operators) * 1e-6)
    return int(np.clip(min(BYTES_KEPT / (16 * values), SECONDS_SPENT / max(seconds, 1e-9)), LEAST_SAMPLES, MOST_SAMPLES))


def scoring(graph: Graph, evidence: Evidence, output: Reals) -> Scored:
    """How a model is scored whose float outputs at the samples are `output`, as a verification decides it."""
    if evidence.decides == "numbers":
        return Scored("", evidence, None)
    if evidence.targets is not None and graph.output.elements == graph.output.shape[-1]:
        return Scored("accuracy", evidence, labels(evidence.targets)[:, np.newaxis])
    return Scored("agreement", evidence, evidence.decisions(output.astype(np.float64)))


def evidence_of(graph: Graph, samples: Reals, codes: dict[int, NDArray[np.int8]], targets: NDArray[Any] | None) -> Evidence:
    """The samples as a verification judges them; targets only where they name classes."""
    (first,), (last,) = end_specs(graph, graph.inputs), end_specs(graph, graph.outputs)
    end = ends_in(operator.name for operator in graph.operators)
    labelled = targets is not None and is_labels(targets, last.shape[-1]) and (last.shape[-1] > 1 or end == "LOGISTIC")
    return Evidence(
        input=first,
        output=last,
        decides=decides(end, last, labelled),
        end=end,
        inputs=samples.astype(np.float64),
        codes=codes[graph.input.index],
        answers=codes[graph.output.index],
        targets=targets if labelled else None,
    )


def ranged(number: int | None, operator: Operator | None, tensors: tuple[Tensor, ...], codes: NDArray[np.int8], floats: Reals | None) -> LayerError:
    """A row with its ranges."""
    tensor = tensors[0]
    low, high = range_of(tensor)
    with np.errstate(over="ignore"):  # a scale near float32's end: infinity becomes its largest number
        seen = np.nan_to_num(dequantize_float32(codes, tensor.quantized) if floats is None else floats)
    channels = tensor.shape[-1] if len(tensor.shape) > 1 else 1
    by_channel = codes.reshape(-1, channels)
    step = tensor.quantized.scale
    outside = None if floats is None else float(np.mean((floats > high + 1.001 * step) | (floats < low - 1.001 * step)))
    return LayerError(
        number=number,
        name=INPUT if operator is None else layer_name(operator),
        operator=INPUT if operator is None else operator.name,
        low=low,
        high=high,
        seen_low=float(seen.min()),
        seen_high=float(seen.max()),
        codes=len(np.unique(codes)),
        at_lowest=float(np.mean(codes == np.iinfo(tensor.dtype).min)),
        at_highest=float(np.mean(codes == np.iinfo(tensor.dtype).max)),
        channels=channels,
        constant_channels=int((by_channel.min(axis=0) == by_channel.max(axis=0)).sum()),
        clipped=outside,
    )


def with_errors(row: LayerError, each: Measured) -> LayerError:
    """A row with its errors, computed in float64, where the float model's values are known."""
    if each.floats is None or each.exact is None:
        return row
    reals, floats, exact = (values.astype(np.float64) for values in (each.reals, each.floats, each.exact))
    if not (np.isfinite(floats).all() and np.isfinite(exact).all()):
        return row
    total, signal = float(np.mean((reals - floats) ** 2)), float(np.mean(floats**2))
    return replace(
        row,
        snr_db=10 * math.log10(signal / total) if signal and total else None,
        total_rms=math.sqrt(total),
        own_rms=math.sqrt(float(np.mean((reals - exact) ** 2))),
        inherited_rms=math.sqrt(float(np.mean((exact - floats) ** 2))),
    )


def alarms(rows: list[LayerError], float_score: float | None, error: float, samples: int) -> list[int]:
    """Places of the rows that something has to be done about: those that took what the model lost, where that is more than is tolerated."""
    if float_score is not None and rows[-1].score is not None:
        least = max(TOLERATED_LOSS, 2 / samples)  # one sample alone says nothing
        if float_score - rows[-1].score < least - 1e-9:
            return []
        most = max(row.took or 0.0 for row in rows)
        return [number for number, row in enumerate(rows) if row.took and row.took >= min(least, most) - 1e-9]
    if error <= TOLERATED_ERROR:
        return []
    return [number for number, row in enumerate(rows) if row.share is not None and row.share >= 0.2]
