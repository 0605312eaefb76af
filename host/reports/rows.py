"""Answers as rows of a table, for terminal and page: which ones a person is shown, and what stands in their cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from plumbline.common.numbers import number
from plumbline.host.verdict.comparison import Comparison
from plumbline.host.verdict.verdict import Verdict

_SWEEP_SHOWN = 9
_WRONG_SHOWN = 8  # with the reasons below them they fit a terminal of 24 lines
_NUMBERS_SHOWN = 4  # of an output, where all outputs are told in one cell
_NAME_SHOWN = 14  # of a class: a column has to leave room for the others


@dataclass(frozen=True)
class Row:
    """One answer; every cell is text, and empty where it has nothing to say: those about the float model where there is none."""

    input: str
    """Its kind and, where it is more than one number, its row in references.npz."""
    x: str
    output: str
    """Which of several numbers is shown; a classifier's row shows the class instead, and one of several short outputs shows them all."""
    float: str
    expected: str
    board: str
    error: str
    limit: str


def wrong(verdict: Verdict) -> tuple[Comparison, ...]:
    """The first answers that are not good."""
    return tuple([each for each in verdict.comparisons if not each.good][:_WRONG_SHOWN])


def selection(verdict: Verdict) -> tuple[Comparison, ...]:
    """What a person wants to see besides `wrong`: all samples, a few points spread over the sweep, and the one closest to its limit."""
    sweep = verdict.of("sweep")
    step = max(1, (len(sweep) - 1) // (_SWEEP_SHOWN - 1)) if len(sweep) > _SWEEP_SHOWN else 1
    chosen = [*verdict.of("sample"), *sweep[::step]]
    if not chosen:
        chosen = list(verdict.of("code")[:: max(1, len(verdict.comparisons) // _SWEEP_SHOWN)])
    if verdict.worst and verdict.worst not in chosen:
        chosen.append(verdict.worst)
    shown = wrong(verdict)
    return tuple(each for each in chosen if each not in shown)


def row(verdict: Verdict, each: Comparison) -> Row:
    """The cells of one answer. A classifier's are the classes that float model, int8 model and board choose, and what they give them."""
    names, at = verdict.classes, each.shown
    if told_whole(verdict) and each.exact:
        return _whole_row(verdict, each)
    picks = (at, at, at)
    error = number(each.errors[at], 3)
    if names:
        picks = _picks(each)
        error += f" ({_name(names, at)})"
    called = [f"{_name(names, pick)}: " if names else "" for pick in picks]
    known = verdict.float_model
    return Row(
        input=each.name if each.step is not None else each.kind if each.x is not None else f"{each.chosen or each.kind} row {each.row}",
        x="" if each.x is None else f"{each.x:.6g}",
        output=str(at) if len(each.float_y) > 1 and not names else "",
        float=called[0] + number(each.float_y[picks[0]]) if known else "",
        expected=called[1] + _value(each.expected_y, each.expected, picks[1]),
        board=called[2] + _value(each.board_y, each.board, picks[2]),
        error=error if known and not each.chosen else "",
        limit=number(each.bound, 3) if verdict.held and not each.chosen else "",
    )


def told_whole(verdict: Verdict) -> bool:
    """Whether a model has several outputs, each of a few numbers or of classes with names, so that a row tells all of an answer."""
    known = {each.output for each in verdict.metrics if each.classes}
    return len(verdict.outputs) > 1 and all(each.name in known or each.elements <= _NUMBERS_SHOWN for each in verdict.outputs)


def _whole_row(verdict: Verdict, each: Comparison) -> Row:
    """A right answer of several outputs, told one output after the other."""
    at, known = each.shown, verdict.float_model
    of = next(output.name for output, part in verdict.parts if part.start <= at < part.stop)
    return Row(
        input=each.name if each.step is not None else each.kind if each.x is not None else f"{each.chosen or each.kind} row {each.row}",
        x="" if each.x is None else f"{each.x:.6g}",
        output="",
        float=_whole(verdict, each.float_y) if known else "",
        expected=_whole(verdict, each.expected_y),
        board=_whole(verdict, each.board_y),
        error=f"{number(each.errors[at], 3)} ({of})" if known and not each.chosen else "",
        limit=number(each.bound, 3) if verdict.held and not each.chosen else "",
    )


def _whole(verdict: Verdict, reals: Sequence[float]) -> str:
    """All numbers of an answer: of classes the chosen one with its value."""
    classes = {each.output: each.classes for each in verdict.metrics if each.classes}
    told = []
    for output, part in verdict.parts:
        values = reals[part]
        names = classes.get(output.name, ())
        if len(names) == len(values):
            told.append(f"{_name(names, _largest(values))} {number(max(values))}")
        else:
            told.append(", ".join(number(each, 3) for each in values))
    return "; ".join(told)


def columns(verdict: Verdict, answers: Sequence[Comparison]) -> list[tuple[str, list[str]]]:
    """The heads of a table and the cells below them, without what is empty in every row."""
    shown, of = [row(verdict, each) for each in answers], " class" if verdict.classes else ""
    named = [
        ("input", [each.input for each in shown]),
        ("x", [each.x for each in shown]),
        ("output", [each.output for each in shown]),
        (f"expected{of}" if of else "int8 expected", [each.expected for each in shown]),
        (f"board{of}", [each.board for each in shown]),
        (f"float{of}", [each.float for each in shown]),
        ("error", [each.error for each in shown]),
        (verdict.limit, [each.limit for each in shown]),
    ]
    return [(head, cells) for head, cells in named if any(cells)]


def note(verdict: Verdict) -> str:
    """What a reader has to know of rows with several outputs; empty for a single one."""
    outputs = max((len(each.float_y) for each in verdict.comparisons), default=0)
    if told_whole(verdict):
        names = ", ".join(each.name for each in verdict.outputs)
        return f"An answer is told output after output: {names}. Of a wrong one the number is told that differs most."
    if verdict.classes:
        error = " The error is that of the output farthest from float, which stands in brackets." if verdict.float_model else ""
        return f"The class is the largest of the {outputs} outputs; that output's value stands beside it.{error}"
    if outputs > 1:
        return f"One of the {outputs} outputs is shown, counted from 0: the one whose codes differ most, else the one with the largest error."
    return ""


def _picks(each: Comparison) -> tuple[int, int, int]:
    """The class that float model, int8 model and board choose; where the difference lies elsewhere, the output that shows it."""
    pick = _largest(each.float_y), _largest(each.expected), _largest(each.board)
    if not each.exact and pick[1] == pick[2] and each.expected[pick[1]] == each.board[pick[2]]:
        return each.shown, each.shown, each.shown
    return pick


def _largest(values: Sequence[float]) -> int:
    return max(range(len(values)), key=lambda index: -math.inf if math.isnan(values[index]) else values[index])


def _name(names: Sequence[str], index: int) -> str:
    name = names[index]
    return name if len(name) <= _NAME_SHOWN else name[: _NAME_SHOWN - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _value(reals: Sequence[float], codes: Sequence[int], index: int) -> str:
    """A number with the code it was made from: `19 (95)`."""
    return f"{number(reals[index])} ({codes[index]})" if index < min(len(reals), len(codes)) else "none"
