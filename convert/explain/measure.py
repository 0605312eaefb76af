"""Measures every layer of an int8 model at samples: its range, and where a float model is known its error, its own part of it and what that costs at
the output. docs/explain.md has the definitions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from common.explanation import INPUT, TOLERATED_ERROR, TOLERATED_LOSS, Explanation, LayerError
from common.quality import labels, predicted
from convert import integer, litert
from convert.codes import dequantize, quantize
from convert.explain import causes
from convert.explain.twin import Reals, Twin, pair
from convert.graph import Graph, Operator, Tensor
from convert.names import layer_name
from convert.work import multiply_accumulates

MOST_SAMPLES, LEAST_SAMPLES = 256, 8
BYTES_KEPT = 2**26
"""Of values between the layers."""
SECONDS_SPENT = 3.0
"""About, on a computer that does what the next three say; measured on two x86-64 cores."""
INTEGER_MACS_PER_S, FLOAT_MACS_PER_S, SECONDS_PER_RUN = 3e8, 3e9, 1e-4

MOVING = ("RESHAPE", "STRIDED_SLICE", "PACK", "UNPACK", "SPLIT", "TRANSPOSE", "PAD")
"""Operators that add no error of their own where all their tensors have one scale."""


@dataclass(frozen=True)
class Scored:
    """How good outputs (N, outputs) are: by labels (N,) where there are some, else by the classes that the float model chooses."""

    kind: str
    wanted: NDArray[np.int64] | None
    """None for a model that is no classifier."""

    def of(self, outputs: Reals) -> float | None:
        """Share of right answers, 0 to 1."""
        return None if self.wanted is None else float(np.mean(classes(outputs) == self.wanted))


def explain(
    name: str, model_sha256: str, graph: Graph, inputs: NDArray[np.float32], float_tflite: bytes, targets: NDArray[np.generic] | None = None
) -> Explanation:
    """Measure the layers of a model that was quantized from a float one.

    Args:
        name: of the recipe or of the model's folder.
        model_sha256: of the flatbuffer.
        graph: read from it.
        inputs: samples (N, ...), of which some are taken, evenly.
        float_tflite: the same model as a float32 flatbuffer; empty where there is none.
        targets: labels of a classifier, one for each sample; None for a model that is none, or whose labels are not known.
    """
    missing = lacking(graph, float_tflite)
    if missing:
        return ranges(name, model_sha256, graph, quantize(inputs.reshape(len(inputs), -1), graph.input.quantized), missing)
    twin = pair(graph, float_tflite)
    steps = [operator for operator in graph.operators if not moves(operator)]
    chosen = np.linspace(0, len(inputs) - 1, min(len(inputs), affordable(graph, len(steps)))).round().astype(int)
    samples = inputs.reshape(len(inputs), -1)[chosen].astype(np.float32)
    codes = reached(graph, quantize(samples, graph.input.quantized))
    whole = twin.tail([graph.input.index])
    places = sorted(whole.computed)
    floats = dict(zip(places, whole.run({graph.input.index: samples}, places), strict=True)) | {twin.partners[graph.input.index]: samples}
    output = floats[twin.output]
    scored = scoring(graph, output, None if targets is None else targets[chosen])
    measured = list(walk(graph, twin, codes, floats))
    spread = float(output.std())
    errors = [math.sqrt(float(np.mean((each.output.astype(np.float64) - output) ** 2))) for each in measured]
    rows = [ranged(each.number, each.operator, each.tensors, each.codes, each.floats) for each in measured]
    rows = [with_errors(row, each) for row, each in zip(rows, measured, strict=True)]
    float_score, before = scored.of(output), (0.0, scored.of(output))
    for number, each in enumerate(measured):
        score, total = scored.of(each.output), errors[-1] ** 2
        share = (errors[number] ** 2 - before[0] ** 2) / total if total else 0.0
        took = None if score is None or before[1] is None else before[1] - score
        rows[number] = replace(rows[number], output_rms=errors[number], share=share, score=score, took=took)
        before = errors[number], score
    found = alarms(rows, float_score, errors[-1], spread, len(samples))
    if found and causes.lost_features(measured[0].evidence):  # what cannot be read any more is a cause, whichever layer the rest comes from
        found = sorted({0, *found})
    for number in found:
        rows[number] = replace(rows[number], alarming=True, advice=causes.advise(measured[number].evidence))
    unpaired = sum(row.total_rms is None for row in rows)
    note = f"{unpaired} layers have no partner in the float model: what they add counts with the next that has one." if unpaired else ""
    return Explanation(name, model_sha256, len(samples), True, scored.kind, float_score, spread, tuple(rows), note)


def lacking(graph: Graph, float_tflite: bytes) -> str:
    """Why a model's error cannot be measured; empty where it can."""
    if not float_tflite:
        return "TensorFlow did not convert the float model, so that there is nothing to compare with."
    if not litert.available():
        return "LiteRT, which runs the float model, does not exist for this computer."
    return ""


def ranges(name: str, model_sha256: str, graph: Graph, codes: NDArray[np.int8], note: str, own_samples: bool = True) -> Explanation:
    """Measure the ranges alone.

    Args:
        name, model_sha256, graph: as for `explain`.
        codes: inputs (N, input bytes), of which some are taken, evenly.
        note: why no float model is compared.
        own_samples: whether the inputs are the user's; what others reach is not judged.
    """
    chosen = codes[np.linspace(0, len(codes) - 1, min(len(codes), affordable(graph, 0))).round().astype(int)]
    found = reached(graph, chosen)
    rows = [
        ranged(number, operator, tensors, np.concatenate([found[each.index] for each in tensors], axis=1), None)
        for number, operator, tensors in places_of(graph)
    ]
    judged = [replace(row, advice=causes.judge_range(row, row is rows[-1])) for row in rows] if own_samples else rows
    return Explanation(name, model_sha256, len(chosen), False, "", None, None, tuple(replace(row, alarming=bool(row.advice)) for row in judged), note)


def affordable(graph: Graph, tails: int) -> int:
    """How many samples are measured: what `BYTES_KEPT` and `SECONDS_SPENT` allow when the float model is run from so many places."""
    values = graph.input.elements + sum(tensor.elements for operator in graph.operators for tensor in operator.outputs)
    macs = sum(multiply_accumulates(operator) or 0 for operator in graph.operators)
    seconds = macs / INTEGER_MACS_PER_S + tails * (macs / 2 / FLOAT_MACS_PER_S + SECONDS_PER_RUN + len(graph.operators) * 1e-6)
    return int(np.clip(min(BYTES_KEPT / (16 * values), SECONDS_SPENT / max(seconds, 1e-9)), LEAST_SAMPLES, MOST_SAMPLES))


def reached(graph: Graph, codes: NDArray[np.int8]) -> dict[int, NDArray[np.int8]]:
    """The codes (N, elements) of the input and of every tensor that an operator writes, by its index."""
    found = {graph.input.index: codes}

    def note(tensor: Tensor, values: NDArray[np.int8]) -> None:
        found[tensor.index] = values

    integer.run(graph, codes, note=note)
    return found


def scoring(graph: Graph, output: Reals, targets: NDArray[np.generic] | None) -> Scored:
    """Labels make a classifier, and so does a SOFTMAX, or one LOGISTIC number, at the end."""
    if targets is not None:
        return Scored("accuracy", labels(targets))
    last = graph.operators[-1].name
    if last == "SOFTMAX" or (last == "LOGISTIC" and graph.output.elements == 1):
        return Scored("agreement", classes(output))
    return Scored("", None)


def classes(outputs: Reals) -> NDArray[np.int64]:
    """The class (N,) of each output (N, classes); of a single number whether it is above one half."""
    return predicted(outputs) if outputs.shape[1] > 1 else np.asarray(outputs[:, 0] > 0.5, np.int64)


def places_of(graph: Graph) -> Iterator[tuple[int | None, Operator | None, tuple[Tensor, ...]]]:
    """Where values are measured: the input, and the outputs of each operator."""
    yield None, None, (graph.input,)
    for number, operator in enumerate(graph.operators):
        yield number, operator, operator.outputs


def moves(operator: Operator) -> bool:
    """Whether an operator only moves codes."""
    ends = [tensor for tensor in (*operator.inputs, *operator.outputs) if tensor is not None and tensor.computed]
    scales = {(tensor.quantized.scale, tensor.quantized.zero_point) for tensor in ends}
    return operator.name in MOVING and len(scales) == 1


@dataclass(frozen=True)
class Measured:
    """One place of the int8 model at all samples; the real values are (N, elements)."""

    number: int | None
    operator: Operator | None
    tensors: tuple[Tensor, ...]
    codes: NDArray[np.int8]
    floats: Reals | None
    """The float model's values."""
    exact: Reals | None
    """What the float layer makes of the int8 model's inputs of this layer."""
    output: Reals
    """The model's output (N, outputs) when everything up to here is int8 and everything behind it float."""

    @property
    def reals(self) -> Reals:
        """What the codes stand for."""
        return dequantize(self.codes, self.tensors[0].quantized)

    @property
    def evidence(self) -> causes.Evidence:
        return causes.Evidence(self.operator, self.tensors[0], self.codes, self.floats, self.exact)


def walk(graph: Graph, twin: Twin, codes: dict[int, NDArray[np.int8]], floats: dict[int, Reals]) -> Iterator[Measured]:
    """Each place with what the float layers make of the int8 values before it, and of those up to it.

    The float model is run once for every operator, from the int8 values of all before: it says what this operator's float layer makes of them,
    and what the rest of the float model does.
    """
    known: list[int] = []
    values: dict[int, Reals] = {}
    waiting: list[Measured] = []  # for the output behind them, which the next run of the float model tells
    for number, operator, tensors in places_of(graph):
        here = np.concatenate([codes[tensor.index] for tensor in tensors], axis=1)
        partners = [twin.partners.get(tensor.index) for tensor in tensors]
        paired = [index for index in partners if index is not None and index in floats]
        known_floats = np.concatenate([floats[index] for index in paired], axis=1) if len(paired) == len(tensors) else None
        exact, output = known_floats if operator is None else None, np.empty((0, 0), np.float32)
        if operator is not None and not moves(operator):
            tail = twin.tail(known)
            wanted = paired if known_floats is not None and all(index in tail.computed or index in tail.sources for index in paired) else []
            output, *found = tail.run(values, [twin.output, *wanted])
            exact = np.concatenate(found, axis=1) if found else None
            yield from (replace(each, output=output) for each in waiting)
            waiting = []
        elif operator is not None and known_floats is not None:
            exact = dequantize(here, tensors[0].quantized)
        waiting.append(Measured(number, operator, tensors, here, known_floats, exact, output))
        known += [tensor.index for tensor in tensors]
        values |= {tensor.index: dequantize(codes[tensor.index], tensor.quantized) for tensor in tensors}
    yield from (replace(each, output=values[graph.output.index]) for each in waiting)


def ranged(number: int | None, operator: Operator | None, tensors: tuple[Tensor, ...], codes: NDArray[np.int8], floats: Reals | None) -> LayerError:
    """A row with its ranges."""
    tensor = tensors[0]
    held = dequantize(np.array([-128, 127], np.int8), tensor.quantized).astype(float).tolist()
    seen = dequantize(codes, tensor.quantized) if floats is None else floats
    channels = tensor.shape[-1] if len(tensor.shape) > 1 else 1
    by_channel = codes.reshape(-1, channels)
    step = tensor.quantized.scale
    outside = None if floats is None else float(np.mean((floats > held[1] + 1.001 * step) | (floats < held[0] - 1.001 * step)))
    return LayerError(
        number=number,
        name=INPUT if operator is None else shown_name(operator),
        operator=INPUT if operator is None else operator.name,
        low=held[0],
        high=held[1],
        seen_low=float(seen.min()),
        seen_high=float(seen.max()),
        codes=len(np.unique(codes)),
        at_lowest=float(np.mean(codes == -128)),
        at_highest=float(np.mean(codes == 127)),
        channels=channels,
        constant_channels=int((by_channel.min(axis=0) == by_channel.max(axis=0)).sum()),
        clipped=outside,
    )


def shown_name(operator: Operator) -> str:
    """The layer's name, or where the converter left none, what it is."""
    name = layer_name(operator)
    return "output" if name.startswith("StatefulPartitionedCall") else name


def with_errors(row: LayerError, each: Measured) -> LayerError:
    """A row with its errors, computed in float64, where the float model's values are known."""
    if each.floats is None or each.exact is None:
        return row
    reals, floats, exact = (values.astype(np.float64) for values in (each.reals, each.floats, each.exact))
    total, signal = float(np.mean((reals - floats) ** 2)), float(np.mean(floats**2))
    return replace(
        row,
        snr_db=10 * math.log10(signal / total) if signal and total else None,
        total_rms=math.sqrt(total),
        own_rms=math.sqrt(float(np.mean((reals - exact) ** 2))),
        inherited_rms=math.sqrt(float(np.mean((exact - floats) ** 2))),
    )


def alarms(rows: list[LayerError], float_score: float | None, error: float, spread: float, samples: int) -> list[int]:
    """Places of the rows that something has to be done about: those that took what the model lost, where that is more than is tolerated."""
    if float_score is not None and rows[-1].score is not None:
        least = max(TOLERATED_LOSS, 2 / samples)  # one sample alone says nothing
        if float_score - rows[-1].score < least - 1e-9:
            return []
        most = max(row.took or 0.0 for row in rows)
        return [number for number, row in enumerate(rows) if row.took and row.took >= min(least, most) - 1e-9]
    if error <= TOLERATED_ERROR * spread:
        return []
    return [number for number, row in enumerate(rows) if row.share is not None and row.share >= 0.2]
