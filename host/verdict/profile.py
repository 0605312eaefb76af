"""What each operator of a model costs on a board: measures it, and keeps it as `profile.json`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from plumbline.common import boards, documents, golden_data, usage
from plumbline.common.documents import Count, Whole
from plumbline.common.errors import BoardFault, VerdictFailed
from plumbline.common.golden_data import References
from plumbline.common.layer_names import layer_name
from plumbline.common.manifest import Manifest, OperatorSpec
from plumbline.host.devices.board import Board, Identity
from plumbline.host.devices.identity import check_identity
from plumbline.host.firmware.builds import Builds

FILE = "profile.json"


@dataclass(frozen=True)
class Cost:
    """One operator."""

    number: Count
    """In execution order, from 0."""
    layer: str
    operator: str
    count: Count
    """In the profile's unit."""
    macs: Count | None
    """Multiply-accumulates; None where the operator is no sum of weights times inputs."""
    share: float
    """Of the whole inference, 0 to 1."""


@dataclass(frozen=True)
class Profile:
    """One inference on the first input of the references. Counts are in `unit`, as the board counts: instructions, cycles or ticks."""

    recipe: str
    model_sha256: str
    board: str
    engine: str
    build: str
    unit: str
    operators: tuple[Cost, ...]
    whole: Whole
    """The inference from call to return, without the probes."""
    probe: Count
    """What a probe between two operators costs; it has been subtracted."""
    plain: Count | None
    """The same inference in the firmware without probes; None where that was not measured."""
    total: Count = field(init=False)
    """Of all operators."""
    rest: Whole = field(init=False)
    """What belongs to no operator: call and return of the model. A rounding may make it negative by one."""
    schema: Literal[1] = field(default=1, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", sum(each.count for each in self.operators))
        object.__setattr__(self, "rest", self.whole - self.total)

    @property
    def macs(self) -> int:
        return sum(each.macs or 0 for each in self.operators)

    def share(self, count: int) -> float:
        """Of the whole inference, 0 to 1."""
        return _share(count, self.whole)

    def to_json(self) -> str:
        return documents.to_json(self)

    @classmethod
    def load(cls, path: Path, build: str) -> Profile | None:
        """What `to_json` wrote; None where there is none, or none of this build of the firmware."""
        try:
            found = documents.read(path, cls)
        except (OSError, ValueError):
            return None  # measured anew in seconds
        return found if found.build == build else None


def measure(board: Board, folder: Path, manifest: Manifest, builds: Builds | None = None, plain: int | None = None) -> Profile:
    """Run one inference and ask for the cost of each operator.

    Args:
        board: a connected one.
        folder: build/NAME with `model.tflite` and `references.npz`.
        manifest: what the board is held to.
        builds: see `verify`.
        plain: what `plain_count` found on the firmware without probes.

    Raises:
        ArtefactsDisagree: a file of the conversion is missing or another one.
        WrongModel, StaleFirmware, BoardFault: the board is not what it must be, or its firmware was built without profiling.
        VerdictFailed: its answer is wrong, so that its cost says nothing.
    """
    manifest.check_artefacts(folder)
    operators = manifest.operators
    identity, count = _inference(board, folder, manifest, builds)
    costs = [board.operator_cost(number) for number in range(len(operators))]
    known = [cost for cost in costs if cost is not None]
    if len(known) != len(operators):
        real = [each.name for each in boards.environments().values() if each.profile and not each.virtual]
        flashed = " or ".join(usage.command("flash", manifest.recipe, env=name) for name in real)
        raise BoardFault(
            "The board's firmware was built without profiling.",
            f"{usage.command('profile', manifest.recipe)} builds a virtual board's; for a board that is connected: {flashed}, then profile it.",
        )
    if known[0].operators != len(operators):
        raise BoardFault(f"The board counts {known[0].operators} operators, the model has {len(operators)}.", "Build and flash the firmware anew.")
    probe = known[0].probe
    whole = count - (len(operators) + 1) * probe
    return Profile(
        recipe=manifest.recipe,
        model_sha256=manifest.model_sha256,
        board=identity.board,
        engine=identity.engine,
        build=identity.build,
        unit=identity.unit,
        operators=tuple(_cost(number, operator, known[number].count, whole) for number, operator in enumerate(operators)),
        whole=whole,
        probe=probe,
        plain=plain,
    )


def plain_count(board: Board, folder: Path, manifest: Manifest, builds: Builds | None = None) -> int:
    """What the same inference costs on a board whose firmware has no probes. Raises as `measure` does."""
    return _inference(board, folder, manifest, builds)[1]


def _inference(board: Board, folder: Path, manifest: Manifest, builds: Builds | None) -> tuple[Identity, int]:
    """Who the board is, and what one inference cost as it measures it."""
    references = References.load(folder / golden_data.FILE, manifest)
    identity = board.hello()
    check_identity(identity, manifest)
    if builds:
        builds.of(identity.build)
    answer = board.infer(references.codes[:1], identity)
    if (answer.outputs != references.expected[:1]).any():
        raise VerdictFailed(
            "The board answers the first input with other codes than the model.", f"{usage.command('verify', manifest.recipe)} shows where."
        )
    return identity, answer.counts[0]


def _cost(number: int, operator: OperatorSpec, count: int, whole: int) -> Cost:
    return Cost(number, layer_name(operator), operator.name, count, operator.macs, _share(count, whole))


def _share(count: int, whole: int) -> float:
    return count / whole if whole else 0.0
