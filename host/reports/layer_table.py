"""What `plumbline explain` and the report show of `explain.json`: the same words and columns in both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from plumbline.common.explanation import Explanation, LayerError

_MOST = 20
"""Layers in a table; the file has them all."""


@dataclass(frozen=True)
class Column:
    """One column of the table."""

    short: str
    meaning: str
    """Empty for the first two, whose names say it."""
    of: Callable[[LayerError], str]
    widest: int | None = None
    """Characters on a terminal; None for as many as the numbers need."""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def _percent(value: float | None) -> str:
    """A share, short: tiny ones do not become 0 unless they are."""
    if value is None:
        return ""
    if abs(value) < 0.0005:
        return "<0.1%" if value > 0 else "0.0%"
    return f"{value:.1%}" if abs(value) < 0.0995 else f"{value:.0%}"


def _steps(value: float | None, each: LayerError) -> str:
    return "" if value is None else f"{value / each.step:.2f}" if value < 100 * each.step else f"{value / each.step:.0f}"


def columns(found: Explanation) -> tuple[Column, ...]:
    """The table's columns: errors where there is a float model, else ranges."""
    names = (Column("layer", "", lambda each: each.name, 16), Column("operator", "", lambda each: each.operator.lower(), 16))
    used = Column("used", "share of the range held that the values reach at the samples", lambda each: _percent(each.used))
    if not found.float_model:
        return (
            *names,
            Column("lowest", "the range that its codes hold", lambda each: _number(each.low)),
            Column("highest", "the same", lambda each: _number(each.high)),
            used,
            Column("codes", "different codes of 256", lambda each: str(each.codes)),
            Column("-128", "share of its codes that are the lowest", lambda each: _percent(each.at_lowest)),
            Column("127", "share of its codes that are the highest", lambda each: _percent(each.at_highest)),
            Column("constant", "channels with one code only", lambda each: f"{each.constant_channels}/{each.channels}"),
        )
    score = (
        Column(
            "points",
            f"of {found.score} that go when this layer becomes int8, those before it being int8 already",
            lambda each: "" if each.took is None else f"{100 * each.took:.1f}".replace("-0.0", "0.0"),
        ),
    )
    return (
        *names,
        *(score if found.score else ()),
        Column("error", "share of the mean square error of the model's output that it adds", lambda each: _percent(each.share)),
        Column(
            "SNR",
            "signal to noise of its output in dB; 6 dB are one bit",
            lambda each: "" if each.snr_db is None else f"{each.snr_db:.1f}".replace("-0.0", "0.0"),
        ),
        Column("own", "RMS error it adds itself, in steps of its codes; 0.29 is rounding alone", lambda each: _steps(each.own_rms, each)),
        Column("before", "RMS error that it makes of the errors before it, in the same steps", lambda each: _steps(each.inherited_rms, each)),
        used,
        Column("clipped", "share of the float model's values outside the range held", lambda each: _percent(each.clipped)),
    )


def headline(found: Explanation) -> str:
    """What the model lost, and whether something has to be done."""
    if not found.float_model:
        return found.summary
    verdict = "" if found.alarming else " No layer costs more than is tolerated: nothing to do."
    return f"{found.summary}{verdict} {found.note}".strip()


def shown(found: Explanation) -> tuple[LayerError, ...]:
    """The rows of the table: worst first with a float model, else in the model's order."""
    return (found.worst_first if found.float_model else found.layers)[:_MOST]
