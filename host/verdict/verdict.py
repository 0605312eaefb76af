"""What a verification found, as data: every comparison, every probe, the traffic, and whether it passed. `verdict_file` is its JSON form."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from plumbline.common.documents import Amount, Count
from plumbline.common.errors import QualityMissed, VerdictFailed
from plumbline.common.evidence import TRANSPARENT
from plumbline.common.limits import Limits
from plumbline.common.manifest import DECLARED, ENDLESS, OperatorSpec, TensorSpec
from plumbline.common.useful import Useful
from plumbline.host.devices.board import Identity, Stats
from plumbline.host.firmware.built import Built
from plumbline.host.firmware.elf_size import Size
from plumbline.host.firmware.memory_report import Footprint
from plumbline.host.verdict.backend_comparison import Peer
from plumbline.host.verdict.comparison import Comparison, Kind, Limit, Probe, Rule
from plumbline.host.verdict.latency import Histogram
from plumbline.host.verdict.metric import Metric

BAUD_BYTES_PER_S = 11_520
"""What a UART at 115200 baud carries: ten bits a byte."""

_CHOOSING = ("SOFTMAX", "LOGISTIC")
"""Operators at the end of a classifier, whose largest output is the class."""


@dataclass(frozen=True)
class Traffic:
    """What the checks needed on the line."""

    seconds: Amount
    round_trips: Count
    latency_min_s: Amount
    latency_median_s: Amount
    latency_p99_s: Amount
    bytes_sent: Count
    bytes_received: Count
    resends: Count
    bad_frames: Count
    discarded: Count
    """Good frames that answered no open request."""
    frames_sent: Count
    """Resent ones included."""
    frames_received: Count
    """Good ones."""
    latencies: Histogram
    """Of the round trips that took one try: which try a reply belongs to is not known otherwise."""

    round_trips_per_s: Amount = field(init=False)
    bytes_per_s: Amount = field(init=False)
    """Both directions together: with stop-and-wait they take turns on the line."""
    share_of_115200: Amount = field(init=False)
    """Of what a UART at 115200 baud carries; above 1 the link is faster than that."""

    def __post_init__(self) -> None:
        seconds = self.seconds or math.inf
        rate = (self.bytes_sent + self.bytes_received) / seconds
        rates = {"round_trips_per_s": self.round_trips / seconds, "bytes_per_s": rate, "share_of_115200": rate / BAUD_BYTES_PER_S}
        for name, value in rates.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True)
class Cost:
    """Of one inference, as the board counts it; the median over all it reported."""

    count: Count
    unit: str
    """As in what the board says about itself: cycles, instructions or ticks."""
    time_ns: Count | None
    """None where it did not fit the board's counter."""


@dataclass(frozen=True)
class OutputAnswers:
    """One output of the board in all comparisons."""

    name: str
    exact: Count
    """Comparisons in which this output is right bit for bit."""
    compared: Count
    distinct: Count
    """Different answers."""


@dataclass(frozen=True)
class Verdict:
    """See the fields."""

    recipe: str
    model_sha256: str
    oracle: str
    """What computed the expected codes, with its version, and whether live or stored."""
    identity: Identity
    tolerance: float
    bound: float | None
    """The bound over the whole domain."""
    comparisons: tuple[Comparison, ...]
    probes: tuple[Probe, ...]
    traffic: Traffic
    cost: Cost
    stats: Stats
    failures: tuple[str, ...]
    """Why it did not pass, a sentence each; empty when it passed."""
    started: str
    """ISO 8601, UTC."""
    command: str
    """Repeats the verification."""
    versions: dict[str, str]
    footprint: Footprint
    layers: tuple[OperatorSpec, ...]
    """The model's operators in execution order."""
    peers: tuple[Peer, ...]
    """The oracle first."""
    manifest_sha256: str
    """Of the manifest that the board was held to."""
    metrics: tuple[Metric, ...] = ()
    """On the test split, of each output that a quality is demanded of."""
    size: Size | None = None
    """Of the firmware; None where it was not built here."""
    firmware: Built | None = None
    """The build that the board says it runs; None where it was not built here."""
    useful: tuple[Useful, ...] = ()
    """What the samples show of each output; empty where a .tflite file came without any."""
    limits: Limits = field(default_factory=Limits)
    """What they have to reach."""
    warnings: tuple[str, ...] = ()
    """What a reader has to know although it is no failure, a sentence each."""
    missed: tuple[str, ...] = ()
    """Those of the failures that say that the model is of no use although every answer is right."""
    outputs: tuple[TensorSpec, ...] = ()
    """The model's, in the order of its signature."""
    float_model: bool = True
    """Whether there is one to hold errors against; False for a .tflite that somebody brought."""
    tolerance_from: str = DECLARED
    """Where the tolerance comes from: see `Manifest`."""
    external: Rule | None = None
    """What the answers had to be, of firmware that is not ours; None of ours, which is held to the codes, bit for bit."""

    @property
    def passed(self) -> bool:
        return not self.failures

    @property
    def held(self) -> bool:
        """Whether each answer's distance from the float model is held against a limit of its own."""
        if self.external and self.external.held_to == "codes":
            return False
        return self.float_model and (self.bound is not None or self.tolerance_from != ENDLESS)

    @property
    def limit(self) -> Limit:
        """What errors are held against."""
        return "tolerance" if self.bound is None else "bound"

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """What the outputs of a classifier are called, in their order; empty where the model chooses no class."""
        outputs = len(self.comparisons[0].expected) if self.comparisons else 0
        if len(self.outputs) > 1:
            return ()
        for metric in self.metrics:
            if len(metric.classes) == outputs:  # one output has two, no and yes
                return metric.classes
        ends = [each for each in self.layers if each.name not in TRANSPARENT]
        chooses = outputs > 1 and bool(ends) and ends[-1].name in _CHOOSING and max(ends[-1].shape, default=0) == outputs
        return tuple(map(str, range(outputs))) if chooses else ()

    @property
    def exit_code(self) -> int:
        """0 for PASS; of QualityMissed where the answers are right and the model is of no use, else of VerdictFailed."""
        if self.passed:
            return 0
        return (QualityMissed if set(self.failures) == set(self.missed) else VerdictFailed).exit_code

    @cached_property
    def distinct(self) -> int:
        """Different answers among those to tensors of codes."""
        return len({each.board for each in self.of("code")})

    @cached_property
    def parts(self) -> tuple[tuple[TensorSpec, slice], ...]:
        """Each output, and where its numbers stand in an answer."""
        ends = list(accumulate(each.elements for each in self.outputs))
        return tuple((each, slice(end - each.elements, end)) for each, end in zip(self.outputs, ends, strict=True))

    @cached_property
    def by_output(self) -> tuple[OutputAnswers, ...]:
        """Each output by itself."""
        found = []
        for end, part in self.parts:
            pairs = [(each.board[part], each.expected[part]) for each in self.comparisons]
            exact = sum(board == expected for board, expected in pairs)
            found.append(OutputAnswers(end.name, exact, len(pairs), len({board for board, _ in pairs})))
        return tuple(found)

    @cached_property
    def sequences(self) -> tuple[int, ...]:
        """How many inferences each sequence has; empty of a model without a state."""
        found = [each.step.sequence for each in self.comparisons if each.step is not None]
        return tuple(found.count(number) for number in sorted(set(found)))

    def of(self, *kinds: Kind) -> tuple[Comparison, ...]:
        """The comparisons of some kinds."""
        return tuple(each for each in self.comparisons if each.kind in kinds)

    @cached_property
    def exact(self) -> int:
        """Comparisons that are right bit for bit."""
        return sum(each.exact for each in self.comparisons)

    @cached_property
    def right(self) -> int:
        """Comparisons whose codes are what the rule wants of them."""
        return sum(each.right for each in self.comparisons)

    @cached_property
    def within(self) -> int:
        """Comparisons within their bound."""
        return sum(each.within for each in self.comparisons)

    @cached_property
    def refused(self) -> int:
        """Probes that were refused."""
        return sum(each.refused for each in self.probes)

    @cached_property
    def worst(self) -> Comparison | None:
        """The comparison closest to its bound, or farthest beyond it; None where no answer has one."""
        held = [each for each in self.comparisons if not each.chosen]
        return max(held, key=lambda each: (math.isnan(each.error), each.error / each.bound if each.bound else math.inf), default=None)

    @cached_property
    def max_error(self) -> float:
        """Largest |board - float|; NaN when a reference is NaN or nothing was compared."""
        return max(self._errors, key=lambda error: (math.isnan(error), error), default=math.nan)

    @cached_property
    def mean_error(self) -> float:
        return sum(self._errors) / len(self._errors) if self._errors else math.nan

    @cached_property
    def rms_error(self) -> float:
        return math.sqrt(sum(error * error for error in self._errors) / len(self._errors)) if self._errors else math.nan

    @cached_property
    def _errors(self) -> list[float]:
        held = [each for each in self.comparisons if not each.chosen] or self.comparisons
        return [error for each in held for error in each.errors]
