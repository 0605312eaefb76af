"""The metric of each output on the board: float model, expected codes and the board's answers held against the targets of the whole test split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.by_name import ONLY
from plumbline.common.documents import Amount, Count, Whole
from plumbline.common.golden_data import Codes, References
from plumbline.common.manifest import Manifest
from plumbline.common.metrics import metric_values, output_number, part_of
from plumbline.common.quality import Kind, Quality, labels, predicted
from plumbline.common.rows import to_reals

_DISAGREEMENTS = 6
_PICTURE_MAX = 32 * 32


@dataclass(frozen=True)
class Disagreement:
    """One test input on which board and float model lie far apart."""

    row: Count
    target: float
    """The label of a classifier."""
    float_answer: float
    """The class of a classifier, else the value of the output that differs most."""
    board_answer: float
    error: Amount
    """Largest |board - float| over the outputs."""
    picture: tuple[tuple[Whole, ...], ...]
    """The input's codes by row, where it is a small image of one channel; else empty."""


@dataclass(frozen=True)
class Metric:
    """See the fields. `confusion` belongs to a classifier, `series` to a model of many inputs and one output."""

    kind: Kind
    count: Count
    """Test inputs."""
    float_value: float | None
    """None where there is no float model."""
    int8_value: float
    """Of the expected codes."""
    board_value: float
    reach: float | None
    """None where nobody demands anything of the float model."""
    int8_may_lose: float
    baselines: Mapping[str, float]
    """Metric of simpler predictions, by name."""
    confusion: tuple[tuple[Count, ...], ...]
    """The board's: how often label i (row) was taken for j (column); of a single output the labels are no and yes."""
    classes: tuple[str, ...]
    """What rows and columns of `confusion` are called."""
    series: tuple[tuple[float, float, float], ...]
    """(target, float, board) of each test input in order."""
    disagreements: tuple[Disagreement, ...]
    """The test inputs with the largest |board - float|, the largest first."""
    failures: tuple[str, ...]
    output: str = ONLY
    """Whose it is, of a model with several outputs."""


def metrics_of(manifest: Manifest, references: References, outputs: Codes) -> tuple[Metric, ...]:
    """Measure the board's answers, one metric for each output that has targets.

    Args:
        manifest: with the quality that is demanded of each output; without it there is no metric.
        references: with samples and targets.
        outputs: the board's answers (N, output bytes) to `references.codes`.
    """
    found = (_metric_of(quality, manifest, references, outputs) for quality in manifest.quality)
    return tuple(each for each in found if each is not None)


def _metric_of(quality: Quality, manifest: Manifest, references: References, outputs: Codes) -> Metric | None:
    data, number = references.data, output_number(quality.output, manifest.outputs)
    values = metric_values(quality, manifest.outputs, references, outputs, "the board")
    targets = data.targets[number] if data is not None and data.targets else None
    if data is None or targets is None or values is None:
        return None
    part = part_of(number, manifest.outputs)
    board = to_reals(outputs[data.rows], manifest.outputs)[:, part]
    floats = None if data.floats is None else data.floats[:, part]
    classes = ("no", "yes") if board.shape[1] == 1 else tuple(map(str, range(board.shape[1])))
    series: tuple[tuple[float, float, float], ...] = ()
    if floats is not None and quality.kind != "accuracy" and board.shape[1] == 1 and not manifest.one_code:  # one number has its own chart
        columns = (np.asarray(each, np.float64).ravel().tolist() for each in (targets, floats, board))
        series = tuple(zip(*columns, strict=True))
    return Metric(
        kind=quality.kind,
        count=values.count,
        float_value=values.float_value,
        int8_value=values.int8_value,
        board_value=values.value,
        reach=quality.reach,
        int8_may_lose=quality.int8_may_lose,
        baselines=dict(quality.baselines),
        confusion=_confusion(board, targets) if quality.kind == "accuracy" else (),
        classes=(quality.classes or classes) if quality.kind == "accuracy" else (),
        series=series,
        disagreements=() if floats is None else _disagreements(quality, manifest, references.codes[data.rows], floats, targets, board),
        failures=values.missed,
        output=quality.output,
    )


def _confusion(board: NDArray[np.float64], targets: NDArray[np.generic]) -> tuple[tuple[int, ...], ...]:
    classes = max(2, board.shape[1])
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (labels(targets), predicted(board)), 1)
    return tuple(tuple(row) for row in counts.tolist())


def _disagreements(
    quality: Quality, manifest: Manifest, codes: Codes, floats: NDArray[np.float32], targets: NDArray[Any], board: NDArray[np.float64]
) -> tuple[Disagreement, ...]:
    """The test inputs with the largest |board - float|, the largest first."""
    errors = np.abs(board - floats)
    found = []
    for row in np.argsort(-errors.max(axis=1), kind="stable")[:_DISAGREEMENTS].tolist():
        at = int(errors[row].argmax())
        if quality.kind == "accuracy":
            values = (float(labels(targets)[row]), float(predicted(floats)[row]), float(predicted(board)[row]))
        else:
            values = (float(targets.reshape(len(board), -1)[row, at]), float(floats[row, at]), float(board[row, at]))
        found.append(Disagreement(row, *values, float(errors[row, at]), _picture(manifest, codes[row])))
    return tuple(found)


def _picture(manifest: Manifest, codes: Codes) -> tuple[tuple[int, ...], ...]:
    shape = manifest.inputs[0].shape
    if (
        len(manifest.inputs) > 1
        or manifest.inputs[0].type != "INT8"
        or len(shape) != 4
        or shape[0] != 1
        or shape[3] != 1
        or shape[1] * shape[2] > _PICTURE_MAX
    ):
        return ()
    return tuple(tuple(row) for row in codes.reshape(shape[1:3]).tolist())
