"""What changed from one verdict.json to another, held against what may grow: for a CI job that must not get slower, larger or less accurate."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from plumbline.common.by_name import ONLY
from plumbline.common.errors import UsageError
from plumbline.host.verdict.metric import Metric
from plumbline.host.verdict.verdict_file import Judged


@dataclass(frozen=True)
class Allowance:
    """By how much a quantity may get worse: a share of what it was, or an amount in its own unit; not negative."""

    amount: float
    relative: bool

    @classmethod
    def parse(cls, text: str) -> Allowance:
        """Read "5%" as a share of 0.05, "200" as an amount.

        Raises:
            ValueError: it is neither, negative or not finite.
        """
        relative = text.endswith("%")
        amount = float(text.removesuffix("%"))
        if not 0 <= amount < math.inf:
            raise ValueError(f"{text!r} is no amount like 200 and no share like 5%")
        return cls(amount / 100 if relative else amount, relative)

    def allows(self, before: float, worse_by: float) -> bool:
        """Whether something that was `before` may get worse by so much. A billionth of it is forgiven: both come out of sums in float64."""
        most = self.amount * abs(before) if self.relative else self.amount
        return worse_by <= most + 1e-9 * abs(before)

    def __str__(self) -> str:
        return f"{100 * self.amount:g}%" if self.relative else f"{self.amount:g}"


@dataclass(frozen=True)
class Quantity:
    """A number of a verdict: where it stands, in which unit, and whether more of it is worse."""

    option: str
    """Of the command line, without its dashes: what may not exceed."""
    name: Callable[[Judged], str]
    unit: Callable[[Judged], str]
    value: Callable[[Judged], float | None]
    """None where the verdict does not hold it."""
    more_is_worse: Callable[[Judged], bool] = lambda _: True
    output: str = ONLY
    """Whose it is, where it is one of each output of a model with several."""


METRIC = "max-metric-loss"
"""The option of the quantity that each output has, by its name."""


def metric_of(output: str) -> Quantity:
    """The metric of an output."""

    def found(verdict: Judged) -> Metric | None:
        return next((each for each in verdict.metrics if each.output == output), None)

    def kind(verdict: Judged) -> str:
        metric = found(verdict)
        return metric.kind if metric else ""

    return Quantity(
        METRIC,
        lambda verdict: f"{f'{output}: ' * bool(output)}{kind(verdict) or 'metric'} on the board",
        kind,
        lambda verdict: metric.board_value if (metric := found(verdict)) else None,
        lambda verdict: kind(verdict) != "accuracy",
        output,
    )


def _constant(text: str) -> Callable[[Judged], str]:
    return lambda _: text


QUANTITIES = (
    metric_of(ONLY),
    Quantity("max-error-growth", _constant("largest error against float"), _constant("of the output"), lambda verdict: verdict.summary.max_error),
    Quantity("max-latency-growth", _constant("inference"), lambda verdict: verdict.inference.unit, lambda verdict: verdict.inference.count),
    Quantity("max-flash-growth", _constant("flash"), _constant("B"), lambda verdict: verdict.size.flash if verdict.size else None),
    Quantity("max-ram-growth", _constant("RAM"), _constant("B"), lambda verdict: verdict.size.ram if verdict.size else None),
    Quantity("max-model-growth", _constant("flatbuffer"), _constant("B"), lambda verdict: verdict.footprint.model_bytes),
)


@dataclass(frozen=True)
class Change:
    """One quantity in both verdicts."""

    name: str
    unit: str
    """Empty where the two verdicts count in different units."""
    before: float | None
    after: float | None
    worse_by: float | None
    """In the unit; negative where it got better, None where the two cannot be compared."""
    allowed: Allowance | None

    @property
    def share(self) -> float | None:
        """Of the growth in what it was, signed as the number itself moved."""
        if self.before is None or self.after is None or self.worse_by is None or self.before == 0:
            return None
        return (self.after - self.before) / abs(self.before)

    @property
    def skipped(self) -> bool:
        """A limit on a number that neither verdict holds: a recipe without a metric cannot lose any."""
        return self.allowed is not None and self.before is None and self.after is None

    @property
    def exceeded(self) -> bool:
        """A limit on a number that only one verdict holds counts as exceeded: silence must not let a job pass."""
        if self.allowed is None or self.skipped:
            return False
        return self.before is None or self.worse_by is None or not self.allowed.allows(self.before, self.worse_by)


@dataclass(frozen=True)
class Changes:
    """Everything that a reader of two verdicts asks for."""

    facts: tuple[tuple[str, str, str], ...]
    """(name, before, after) of what is no number: recipe, verdict, model, board, engine, firmware."""
    rows: tuple[Change, ...]
    failures: tuple[str, ...]
    """Why the second one is not good enough, a sentence each."""
    notes: tuple[str, ...] = ()
    """Which limits had nothing to be held against, a sentence each."""

    @property
    def known(self) -> tuple[Change, ...]:
        """The rows with something to show: at least one of the two verdicts holds the number, or a limit asks for it."""
        return tuple(row for row in self.rows if row.before is not None or row.after is not None or row.allowed is not None)


Allowed = Mapping[tuple[str, str], Allowance]
"""By the option of a quantity and the name of an output; under ONLY what counts for every output that is not named."""


def quantities_of(before: Judged, after: Judged) -> tuple[Quantity, ...]:
    """The quantities of two verdicts: of their metrics each output's."""
    outputs = dict.fromkeys(each.output for verdict in (after, before) for each in verdict.metrics) or {ONLY: None}
    return (*map(metric_of, outputs), *(each for each in QUANTITIES if each.option != METRIC))


def changes(before: Judged, after: Judged, allowed: Allowed) -> Changes:
    """Compare two verdicts.

    Args:
        before, after: from `verdict_file.judged`.
        allowed: what is not named may change as it likes. That PASS becomes FAIL is never allowed.

    Raises:
        UsageError: a limit is for an output whose metric neither verdict holds.
    """
    quantities = quantities_of(before, after)
    known = {each.output for each in quantities} - {ONLY}
    for option, output in allowed:
        if output and output not in known:
            held = f"Of these outputs: {', '.join(sorted(known))}." if known else "Give the limit alone: --max-metric-loss 0.01."
            raise UsageError(f"--{option} {output}=... names an output whose metric neither verdict holds.", held)
    rows = tuple(_change(each, before, after, allowed.get((each.option, each.output), allowed.get((each.option, ONLY)))) for each in quantities)
    facts = tuple((name, of(before), of(after)) for name, of in _FACTS)
    failures = ["PASS became FAIL"] if before.passed and not after.passed else []
    failures += [_sentence(row) for row in rows if row.exceeded]
    notes = [f"{row.name}: neither verdict holds it, so that the limit of {row.allowed} was skipped" for row in rows if row.skipped]
    return Changes(facts, rows, tuple(failures), tuple(notes))


_FACTS: tuple[tuple[str, Callable[[Judged], str]], ...] = (
    ("verdict", lambda verdict: verdict.outcome.upper()),
    ("recipe", lambda verdict: verdict.recipe),
    ("model", lambda verdict: verdict.model_sha256),
    ("board", lambda verdict: verdict.board.board),
    ("engine", lambda verdict: verdict.board.engine),
    ("firmware", lambda verdict: verdict.board.build),
)


def _change(quantity: Quantity, before: Judged, after: Judged, allowed: Allowance | None) -> Change:
    old, new = quantity.value(before), quantity.value(after)
    same = quantity.unit(before) == quantity.unit(after)
    worse_by = None
    if old is not None and new is not None and same:
        worse_by = new - old if quantity.more_is_worse(before) else old - new
    return Change(quantity.name(after if new is not None else before), quantity.unit(before) if same else "", old, new, worse_by, allowed)


def _sentence(row: Change) -> str:
    if row.worse_by is None:
        why = "one of the two verdicts does not hold it" if row.before is None or row.after is None else "the two count in different units"
        return f"{row.name} cannot be compared: {why}, but at most {row.allowed} is allowed"
    percent = "" if row.share is None else f" ({row.share:+.1%})"
    return f"{row.name} went from {row.before:,.6g} to {row.after:,.6g}{percent}; at most {row.allowed} is allowed"
