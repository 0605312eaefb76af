"""What each operator of a model costs on a board: measures it, and keeps it as `profile.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from plumbline.common.errors import BoardFault, VerdictFailed
from plumbline.common.folder_names import asked_as
from plumbline.common.manifest import Manifest
from plumbline.convert.codegen.names import layer_name
from plumbline.convert.graph import Operator
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.macs import multiply_accumulates
from plumbline.host.devices.board import Board, Identity
from plumbline.host.devices.identity import check_identity
from plumbline.host.firmware.builds import Builds
from plumbline.host.verdict.oracle import load_references

FILE = "profile.json"
SCHEMA = 1


@dataclass(frozen=True)
class Cost:
    """One operator, in execution order."""

    layer: str
    operator: str
    count: int
    """In the profile's unit."""
    macs: int | None
    """Multiply-accumulates; None where the operator is no sum of weights times inputs."""


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
    whole: int
    """The inference from call to return, without the probes."""
    probe: int
    """What a probe between two operators costs; it has been subtracted."""
    plain: int | None
    """The same inference in the firmware without probes; None where that was not measured."""

    @property
    def total(self) -> int:
        return sum(each.count for each in self.operators)

    @property
    def rest(self) -> int:
        """What belongs to no operator: call and return of the model. A rounding may make it negative by one."""
        return self.whole - self.total

    @property
    def macs(self) -> int:
        return sum(each.macs or 0 for each in self.operators)

    def share(self, count: int) -> float:
        """Of the whole inference, 0 to 1."""
        return count / self.whole if self.whole else 0.0

    def to_json(self) -> str:
        document = {"schema": SCHEMA, **asdict(self), "total": self.total, "rest": self.rest}
        document["operators"] = [{"number": number, **asdict(each), "share": self.share(each.count)} for number, each in enumerate(self.operators)]
        return json.dumps(document, indent=1) + "\n"

    @classmethod
    def load(cls, path: Path, build: str) -> Profile | None:
        """What `to_json` wrote; None where there is none, or none of this build of the firmware."""
        try:
            raw = json.loads(path.read_text())
            if raw["schema"] != SCHEMA or raw["build"] != build:
                return None
            operators = tuple(Cost(**{field.name: each[field.name] for field in fields(Cost)}) for each in raw["operators"])
            return cls(**{field.name: raw[field.name] for field in fields(cls)} | {"operators": operators})
        except (OSError, ValueError, KeyError, TypeError):
            return None  # measured anew in seconds


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
    operators = read((folder / "model.tflite").read_bytes()).operators
    identity, count = _inference(board, folder, manifest, builds)
    costs = [board.operator_cost(number) for number in range(len(operators))]
    known = [cost for cost in costs if cost is not None]
    if len(known) != len(operators):
        model = asked_as(manifest.recipe)
        raise BoardFault(
            "The board's firmware was built without profiling.",
            f"`make profile {model}` builds the virtual board's; for a Nano: `make flash profile {model} ENV=nano33ble_compiled_profile`.",
        )
    if known[0].operators != len(operators):
        raise BoardFault(f"The board counts {known[0].operators} operators, the model has {len(operators)}.", "Build and flash the firmware anew.")
    probe = known[0].probe
    return Profile(
        recipe=manifest.recipe,
        model_sha256=manifest.model_sha256,
        board=identity.board,
        engine=identity.engine,
        build=identity.build,
        unit=identity.unit,
        operators=tuple(_cost(operator, cost.count) for operator, cost in zip(operators, known, strict=True)),
        whole=count - (len(operators) + 1) * probe,
        probe=probe,
        plain=plain,
    )


def plain_count(board: Board, folder: Path, manifest: Manifest, builds: Builds | None = None) -> int:
    """What the same inference costs on a board whose firmware has no probes. Raises as `measure` does."""
    return _inference(board, folder, manifest, builds)[1]


def _inference(board: Board, folder: Path, manifest: Manifest, builds: Builds | None) -> tuple[Identity, int]:
    """Who the board is, and what one inference cost as it measures it."""
    references = load_references(folder / "references.npz", manifest)
    identity = board.hello()
    check_identity(identity, manifest)
    if builds:
        builds.of(identity.build)
    answer = board.infer(references.codes[:1], identity)
    if (answer.outputs != references.expected[:1]).any():
        raise VerdictFailed(
            "The board answers the first input with other codes than the model.", f"`make verify {asked_as(manifest.recipe)}` shows where."
        )
    return identity, answer.counts[0]


def _cost(operator: Operator, count: int) -> Cost:
    return Cost(layer_name(operator), operator.name, count, multiply_accumulates(operator))
