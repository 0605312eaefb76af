"""What the samples showed, in words: pairs of a name and a text for terminal, page and Markdown, a part of the last line, and a tile."""

from __future__ import annotations

from collections.abc import Sequence

from plumbline.common.limits import Limits
from plumbline.common.numbers import number, percent
from plumbline.common.useful import Useful


def distinct(count: int) -> str:
    """How many different answers there are."""
    return f"{count:,} distinct answer{'' if count == 1 else 's'}"


def titled(name: str, output: str) -> str:
    """What a fact is called, with its output where there are several."""
    return f"{name}, {output}" if output else name


def all_facts(useful: Sequence[Useful], limits: Limits) -> list[tuple[str, str]]:
    """Pairs of a name and a text for each output, the name with the output's where there are several."""
    return [(titled(name, each.output), text) for each in useful for name, text in facts(each, limits)]


def facts(useful: Useful, limits: Limits) -> list[tuple[str, str]]:
    """Pairs of a name and a text."""
    pairs = [("samples", f"{useful.count:,}, {distinct(useful.distinct)}")]
    if useful.max_error is not None and useful.mean_error is not None and useful.rms_error is not None and useful.max_share is not None:
        largest = f"max {number(useful.max_error, 5)} ({percent(useful.max_share)} of the output's range)"
        text = f"{largest}, mean {number(useful.mean_error)}, RMS {number(useful.rms_error)}"
        pairs.append(("error at the samples", text))
    if useful.input_rms is not None and useful.rest_rms is not None:
        pairs.append(("of which", f"rounding the input RMS {number(useful.input_rms)}, the rest RMS {number(useful.rest_rms)}"))
    if useful.agreement is not None:
        what = {"a class": "the float model's class", "yes or no": "the float model's yes or no"}[useful.decides]
        agreeing = round(useful.agreement * useful.decided)
        pairs.append(("agreement", f"{percent(useful.agreement)} ({agreeing:,}/{useful.decided:,}) {what}; {percent(limits.agreement)} is the least"))
    elif useful.rms_share is not None and useful.spread is not None:
        related = "" if useful.correlation is None else f", correlation {useful.correlation:.5f}"
        of = f"RMS {percent(useful.rms_share)} of the float answers' spread of {number(useful.spread)}"
        pairs.append(("error by spread", f"{of}; {percent(limits.rms)} is the most{related}"))
    if useful.skill is not None:
        pairs.append(("against the targets", f"{percent(useful.skill)} of the way from guessing to perfect; {percent(limits.skill)} is the least"))
    pairs.append(("saturated", f"{percent(useful.saturated_inputs)} of the samples' numbers, {percent(useful.saturated_outputs)} of the answers'"))
    return pairs


def in_short(useful: Sequence[Useful]) -> str:
    """The one number that decides, for the last line; of each output where there are several."""
    return "; ".join(each.named((_in_short(each),))[0] for each in useful)


def _in_short(useful: Useful) -> str:
    answers = f"{distinct(useful.distinct)} to {useful.count:,} samples"
    if useful.agreement is not None:
        return f"{answers}, {percent(useful.agreement)} of decisions as float"
    if useful.rms_share is not None:
        return f"{answers}, RMS error {percent(useful.rms_share)} of float's spread"
    return answers


def tile(useful: Useful) -> tuple[str, str, bool]:
    """Value, what it is, whether it is good."""
    good, of_it = not useful.missed, f", output {useful.output}" if useful.output else ""
    if useful.agreement is not None:
        return percent(useful.agreement), f"of decisions as the float model's, {useful.count:,} samples{of_it}", good
    if useful.rms_share is not None:
        return percent(useful.rms_share), f"RMS error at {useful.count:,} samples, of the spread of float's answers{of_it}", good
    return f"{useful.distinct:,}", f"distinct answers to {useful.count:,} samples{of_it}", good
