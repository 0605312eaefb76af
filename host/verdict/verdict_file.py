"""verdict.json as classes: what a run writes, what a reader holds a file to that somebody may have edited, and the published JSON Schema."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from plumbline.common import documents
from plumbline.common.documents import Amount, Count, Sha256, Whole
from plumbline.common.errors import ArtefactsDisagree
from plumbline.common.limits import Limits
from plumbline.common.manifest import OperatorSpec
from plumbline.common.outcome import ERROR, FAIL, PASS, Ended
from plumbline.common.useful import Useful
from plumbline.host.devices.board import Identity, Stats
from plumbline.host.firmware.built import Built
from plumbline.host.firmware.elf_size import Size
from plumbline.host.firmware.memory_report import Footprint
from plumbline.host.verdict.backend_comparison import Peer
from plumbline.host.verdict.comparison import Kind, Probe, Rule, Step
from plumbline.host.verdict.metric import Metric
from plumbline.host.verdict.verdict import Cost, OutputAnswers, Traffic

_HINT = "Give a verdict.json, or a folder of build/ that holds one; verify anew for one of this version."


@dataclass(frozen=True)
class Worst:
    """The comparison closest to its bound, or farthest beyond it."""

    input: str
    error: Amount | None
    bound: Amount


@dataclass(frozen=True)
class Summary:
    """All comparisons. Errors are |board - float|; null when a reference is not a number, nothing was compared, or there is no float model."""

    compared: Count
    exact: Count
    """Comparisons right bit for bit."""
    within_bound: Count
    probes: Count
    probes_refused: Count
    max_error: Amount | None
    mean_error: Amount | None
    rms_error: Amount | None
    bound: Amount | None
    """On |board - float| over the whole domain; null where none could be proven, then `tolerance` is compared with."""
    tolerance: Amount
    """Largest |board - float| that is accepted where there is no bound."""
    tolerance_from: str
    """Where the tolerance comes from: the recipe, or what it was worked out from."""
    worst: Worst | None
    """The comparison closest to its bound, or farthest beyond it."""


@dataclass(frozen=True, kw_only=True)
class Samples(Useful):
    """What the samples show, and what was asked of them."""

    limits: Limits
    """What the board had to reach, by the names of LIMITS."""


@dataclass(frozen=True)
class _Numbered:
    number: Count
    """From 0."""


@dataclass(frozen=True)
class Layer(OperatorSpec, _Numbered):
    """One operator of the model."""


@dataclass(frozen=True)
class Row:
    """One answer of the board held against both references. What is not a number is null."""

    kind: Kind
    """A sample point or a point of the sweep, asked as a real number; or a tensor of codes."""
    row: Count
    """Row in references.npz: of x_nano, or of codes."""
    x: float | None
    """null where the input is more than one number."""
    expected: tuple[Whole, ...]
    """The oracle's codes."""
    board: tuple[Whole, ...]
    """The board's codes."""
    expected_y: tuple[float | None, ...]
    board_y: tuple[float | None, ...]
    float_y: tuple[float | None, ...]
    bound: Amount | None
    """null for a chosen input: its answer must be exact, how far it lies from float is not judged."""
    exact: bool
    step: Step | None
    """Where in a sequence the answer was asked for, of a model with a state; null of another."""
    chosen: str
    """What the input is where it was chosen to tell kernels apart, e.g. "ramp"; empty for real data."""
    error: Amount | None
    within_bound: bool


@dataclass(frozen=True, kw_only=True)
class Unjudged:
    """A run that has come to no verdict."""

    schema: Literal[7] = 7
    """Version of this schema; raised when a field comes, goes or changes its meaning."""
    outcome: Literal["error", "not finished"]
    """"not finished" stands there from the first moment of a run on until its end replaces it: a run that was killed leaves it."""
    passed: bool
    """false."""
    line: str
    """The last line on the terminal."""
    failures: tuple[str, ...]
    """Why it did not pass, a sentence each."""
    error: Ended | None
    """What ended the run; null where it has not finished."""
    exit_code: Count | None = None
    """As in `error`; absent where the run has not finished."""
    recipe: str
    started: str
    """ISO 8601, UTC."""
    command: str
    """Repeats the verification."""

    def __post_init__(self) -> None:
        """Raises ValueError where two fields contradict each other."""
        ended = None if self.error is None else self.error.exit_code
        if self.passed:
            raise ValueError(f"outcome and passed contradict each other: outcome {self.outcome!r}, passed {self.passed}")
        if (ended is not None) != (self.outcome == ERROR):
            raise ValueError(f"outcome and error contradict each other: outcome {self.outcome!r}, exit code of the error {ended}")
        if self.exit_code not in (None, ended) or self.exit_code == 0:
            raise ValueError(f"exit_code {self.exit_code} and error.exit_code {ended} contradict each other")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A run that came to a verdict: of a board, and all its answers."""

    schema: Literal[7] = 7
    """Version of this schema; raised when a field comes, goes or changes its meaning."""
    outcome: Literal["pass", "fail"]
    """What the run came to."""
    passed: bool
    """true exactly when `outcome` is "pass"; then `failures` is empty and `exit_code` 0."""
    line: str
    """The last line on the terminal."""
    failures: tuple[str, ...]
    """Why it did not pass, a sentence each."""
    error: None
    """What ends a run without a verdict."""
    recipe: str
    model_sha256: Sha256
    """Of model.tflite, from the manifest."""
    manifest_sha256: Sha256
    """Of the manifest that the board was held to."""
    oracle: str
    """What computed the expected codes, with its version, and whether live or stored by the conversion."""
    external: Rule | None
    """What the answers had to be, of firmware that is not Plumbline's (`--engine external`); null of Plumbline's, which is held to `exact`."""
    started: str
    """ISO 8601, UTC."""
    command: str
    """Repeats the verification."""
    versions: dict[str, str]
    """Of the programs that took part here; of those of the conversion with "(conversion)" behind the name."""
    board: Identity
    """What the board says about itself."""
    summary: Summary
    warnings: tuple[str, ...]
    """What a reader has to know although it is no failure, a sentence each."""
    exit_code: Count
    """What the run ended with: 0 for PASS; 13 where every answer is right but the model is of no use, 1 for any other FAIL."""
    useful: tuple[Samples, ...]
    """What the samples of real data show of each output: the held-back split of a recipe or the points of its domain, or your own; empty where a
    .tflite file came without any. docs/explanation/usefulness.md has the definitions. Numbers about errors are null without a float model."""
    metrics: tuple[Metric, ...]
    """On the whole test split of a recipe, or on the samples of your own that came with targets, of each output that has some."""
    firmware: Built | None
    """The build that the board says it runs, from its firmware.json; null where it was not built here."""
    size: Size | None
    """Of the firmware's image; null where it was not built here."""
    footprint: Footprint
    """What the model takes on its way."""
    outputs: tuple[OutputAnswers, ...]
    """The model's outputs, each by itself, in the order of its signature."""
    layers: tuple[Layer, ...]
    """The model's operators in execution order."""
    peers: tuple[Peer, ...]
    """Implementations of the same flatbuffer beside the board, the oracle first."""
    inference: Cost
    traffic: Traffic
    stats: Stats
    """The board's counters at the end."""
    comparisons: tuple[Row, ...]
    probes: tuple[Probe, ...]
    """Inputs outside the domain."""

    def __post_init__(self) -> None:
        """Raises ValueError where two fields contradict each other."""
        facts = f"outcome {self.outcome!r}, passed {self.passed}"
        if self.passed != (self.outcome == PASS) or (self.passed and self.failures):
            raise ValueError(f"outcome, passed and failures contradict each other: {facts}, {len(self.failures)} failures")
        if (self.exit_code == 0) != self.passed:
            raise ValueError(f"outcome, passed and exit_code contradict each other: {facts}, exit_code {self.exit_code}")


Document = Judged | Unjudged


def load(path: Path) -> Document:
    """Read a verdict.json, or the one in a folder.

    Raises:
        ArtefactsDisagree: there is none, or it is damaged or of another version.
    """
    file = path / "verdict.json" if path.is_dir() else path
    try:
        given = documents.parse(documents.contents(file))
        if isinstance(given, dict) and given.get("outcome") in (PASS, FAIL):
            return documents.conform(given, Judged)
        return documents.conform(given, Unjudged)
    except (OSError, ValueError) as error:
        raise ArtefactsDisagree(f"{file} cannot be read: {error}.", _HINT) from error


def if_any(path: Path) -> Document | None:
    """The same; None where there is none that this version reads."""
    try:
        return load(path)
    except ArtefactsDisagree:
        return None


def judged(path: Path) -> Judged:
    """The same, of a run that came to a verdict.

    Raises:
        ArtefactsDisagree: as `load`; or the run ended in an error, or did not end.
    """
    document = load(path)
    if isinstance(document, Unjudged):
        why = document.failures[0] if document.failures else document.outcome
        raise ArtefactsDisagree(f"{path} holds no verdict: {why}", "Mend that and verify again; the folder last_pass may hold an earlier verdict.")
    return document
