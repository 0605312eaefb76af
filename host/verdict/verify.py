"""Verifies one board against one conversion: shakes hands, asks, compares every answer twice, and returns a Verdict."""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path

from plumbline.common import progress
from plumbline.common.errors import BoardLost
from plumbline.common.limits import Limits
from plumbline.common.manifest import Manifest
from plumbline.common.text import utf8_text
from plumbline.common.wire import NANO
from plumbline.host.devices.board import Answer, Board, Identity, Inferences
from plumbline.host.devices.identity import check_identity
from plumbline.host.devices.link import Link
from plumbline.host.firmware.builds import Builds
from plumbline.host.firmware.elf_size import Size
from plumbline.host.firmware.memory_report import footprint
from plumbline.host.verdict.anchor import check_anchored
from plumbline.host.verdict.artefacts import Artefacts
from plumbline.host.verdict.backend_comparison import peers_of
from plumbline.host.verdict.checks import Comparer, failures, nearest_rank, outside
from plumbline.host.verdict.comparison import EXACT, Limit, Probe, Rule
from plumbline.host.verdict.latency import histogram
from plumbline.host.verdict.metric import metrics_of
from plumbline.host.verdict.oracle import Oracle, consult
from plumbline.host.verdict.useful import useful_of, warnings_of
from plumbline.host.verdict.verdict import Cost, Traffic, Verdict

_NO_TIME = 2**32 - 1


@dataclass(frozen=True)
class Expected:
    """What a board is held against: a conversion that has been checked. Several boards may be held against the same one at once."""

    artefacts: Artefacts
    oracle: Oracle

    @classmethod
    def of(cls, folder: Path, manifest: Manifest) -> Expected:
        """Check the conversion in `folder`.

        Raises:
            ArtefactsDisagree: the folder is not what the manifest was written for, or the manifest does not follow from the model.
        """
        manifest.check_artefacts(folder)
        artefacts = Artefacts.load(folder, manifest)
        check_anchored(artefacts)
        return cls(artefacts, consult(artefacts))


def verify(
    board: Board,
    folder: Path,
    manifest: Manifest,
    *,
    builds: Builds | None = None,
    command: str = "",
    trust_answers_only: bool = False,
    limits: Limits | None = None,
    expected: Expected | None = None,
    external: Rule | None = None,
) -> Verdict:
    """Hold everything the board answers against the references in `folder`.

    Args:
        board: connected, in any state.
        folder: build/NAME, as the conversion left it.
        manifest: of that conversion.
        builds: the firmware that is accepted, and where its size comes from; None accepts any, of unknown size.
        command: what the user typed, for the report.
        limits: what the board must reach on the samples; None for those of the manifest.
        expected: of this folder and manifest; None checks them here.
        external: what the answers have to be of firmware that is not ours around an engine that is not; None holds ours to the codes, bit for bit.
        trust_answers_only: compare answers even when the board says it runs another model; proves that the comparison alone finds it out.

    Returns:
        A verdict, passed or not. Whatever ends the connection is an error instead.

    Raises:
        ArtefactsDisagree: see `Expected.of`.
        BoardFault, WrongModel, StaleFirmware: the handshake ended there; see `check_identity` and `Builds.of`.
        BoardLost: also when the board's own counter, or why it started last, shows that it has started anew.
        BoardSilent, NotPlumbline, WrongProtocol: see `Link.exchange`.
    """
    started = datetime.now(timezone.utc).isoformat(timespec="seconds")
    expected = expected or Expected.of(folder, manifest)
    artefacts, oracle = expected.artefacts, expected.oracle
    identity = board.hello()
    if not trust_answers_only:
        check_identity(identity, manifest, external=external is not None)
    built = builds.of(identity.build) if builds else None
    references = oracle.references
    rule = external or EXACT
    comparer = Comparer(manifest, references, rule)
    xs = references.x_nano.tolist() if comparer.scalar else []
    probed = outside(manifest) if comparer.scalar else ()
    meter = Meter(board.link)
    with progress.task("Verifying", len(xs) + len(probed) + len(references.codes), "inputs") as advance:
        answers = [_ask(board, x_nano, advance) for x_nano in xs]
        refusals = [_ask(board, x_nano, advance) for x_nano in probed]
        inferences = board.infer(references.codes, identity, references.starts, advance)
    traffic = meter.read()
    comparisons = [comparer.point(row, answer) for row, answer in enumerate(answers)] + comparer.codes(inferences.outputs)
    probes = [Probe(x_nano, None if answer is None else answer.y_nano / NANO) for x_nano, answer in zip(probed, refusals, strict=True)]
    stats, last_reset = board.stats(), board.last_reset()
    if stats.frames < traffic.round_trips or last_reset != identity.last_reset:
        raise BoardLost(
            f"The board started anew while it was verified: it counts {stats.frames} requests and has answered {traffic.round_trips}. "
            f"Its last reset: {last_reset or 'an ordinary one'}.",
            "Check its power and its cable; a watchdog or a crash starts a board anew as well, and is named above. Then verify again.",
        )
    bound = manifest.bound if rule.held_to == "exact" else None
    limit: Limit = "bound" if bound else "tolerance"
    judged = manifest.with_limits(limits or manifest.limits)
    metrics = metrics_of(judged, references, inferences.outputs)
    useful = useful_of(artefacts.graph, judged, references, inferences.outputs)
    wrong = comparer.shortcomings() + failures(comparisons, probes, limit)
    missed = tuple(failure for each in metrics for failure in each.failures)
    if wrong:
        useful = tuple(replace(each, causes=()) for each in useful)  # they speak of a model, which these answers are not
    else:
        missed += tuple(told for each in useful if each.missed for told in each.told)
    return Verdict(
        recipe=manifest.recipe,
        model_sha256=manifest.model_sha256,
        oracle=oracle.name,
        identity=identity,
        tolerance=manifest.tolerance,
        bound=bound.total if bound else None,
        comparisons=tuple(comparisons),
        probes=tuple(probes),
        traffic=traffic,
        cost=_cost(answers, inferences, identity),
        stats=stats,
        failures=tuple(wrong) + missed,
        missed=missed,
        useful=useful,
        limits=judged.limits,
        warnings=warnings_of(useful, inferences.outputs),
        started=started,
        command=utf8_text(command),
        versions={**_versions(), **{f"{name} (conversion)": version for name, version in manifest.versions.items()}},
        footprint=footprint(manifest, identity),
        layers=manifest.operators,
        peers=peers_of(oracle, inferences.outputs, manifest.operators),
        metrics=metrics,
        size=Size(built.flash, built.ram) if built else None,
        firmware=built,
        manifest_sha256=manifest.sha256,
        outputs=manifest.outputs,
        float_model=manifest.float_model,
        tolerance_from=manifest.tolerance_from,
        external=external,
    )


class Meter:
    """Measures what goes over a link from its creation on."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._start = time.monotonic()
        self._before = self._numbers()
        self._measured = len(link.counters.latencies)

    def read(self) -> Traffic:
        """The traffic so far."""
        seconds = time.monotonic() - self._start
        sent, received, frames, arrived, resends, bad, discarded = (now - then for now, then in zip(self._numbers(), self._before, strict=True))
        latencies = self._link.counters.latencies[self._measured :]
        return Traffic(
            seconds=seconds,
            round_trips=frames - resends,
            latency_min_s=min(latencies, default=0.0),
            latency_median_s=statistics.median(latencies) if latencies else 0.0,
            latency_p99_s=nearest_rank(latencies, 0.99),
            bytes_sent=sent,
            bytes_received=received,
            resends=resends,
            bad_frames=bad,
            discarded=discarded,
            frames_sent=frames,
            frames_received=arrived,
            latencies=histogram(latencies),
        )

    def _numbers(self) -> tuple[int, ...]:
        counters = self._link.counters
        sums = (counters.bytes_sent, counters.bytes_received, counters.frames_sent, counters.frames_received, counters.resends)
        return (*sums, self._link.bad_frames, counters.discarded)


def _ask(board: Board, x_nano: int, advance: progress.Advance) -> Answer | None:
    answer = board.ask(x_nano)
    advance(1)
    return answer


def _cost(answers: Sequence[Answer | None], inferences: Inferences, identity: Identity) -> Cost:
    """The median of what the board reported."""
    given = [answer for answer in answers if answer is not None]
    counts = [answer.count for answer in given] + list(inferences.counts)
    times = [answer.time_ns for answer in given] + list(inferences.times_ns)
    time_ns = int(statistics.median_low(times)) if times else _NO_TIME
    return Cost(int(statistics.median_low(counts)) if counts else 0, identity.unit, None if time_ns == _NO_TIME else time_ns)


def _versions() -> dict[str, str]:
    """What took part on this side."""
    found = {"python": platform.python_version(), "system": platform.platform()}
    for name in ("numpy", "pyserial", "tflite-micro"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
