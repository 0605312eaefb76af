"""`generated/manifest.json`: what the conversion promises about the model, for the firmware build and the host to hold it to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal, cast

from plumbline.common import documents, usage
from plumbline.common.by_name import names_among
from plumbline.common.documents import Amount, Count, Whole
from plumbline.common.errors import ArtefactsDisagree
from plumbline.common.files import sha256_of
from plumbline.common.limits import Limits
from plumbline.common.quality import Quality
from plumbline.common.quantization import Scaled
from plumbline.common.rows import elements_of, range_of

SCHEMA: Final = 6
GENERATED = "generated"
SOURCES = ("model.h", "flatbuffer.h", "flatbuffer.c", "resolver.h", "compiled.h", "compiled.c", "wire.h")
ARTEFACTS = frozenset(("model.tflite", "references.npz", *(f"{GENERATED}/plumbline_{name}" for name in SOURCES), f"{GENERATED}/library.json"))
"""The files of a conversion, relative to the build folder, each of which the manifest vouches for."""
COMPILED_ARTEFACTS = frozenset(f"{GENERATED}/plumbline_compiled.{kind}" for kind in "hc")
"""Those that only the compiled engine takes."""
DECLARED = "declared by the recipe"
ENDLESS = "the output's whole range, which no error exceeds: a model of your own is held to the limits at its samples instead"
"""Where the tolerance of a model comes from that no recipe stands behind."""


@dataclass(frozen=True)
class TensorSpec:
    """An input or output of the model: real value = scale * (code - zero_point), or the value itself where it is not quantized."""

    name: str
    """As in the model's signature."""
    type: Literal["INT8", "UINT8", "INT16", "INT32", "INT64", "BOOL", "FLOAT32"]
    shape: tuple[Count, ...]
    bytes: Count
    scale: Amount | None
    """The float32 of the flatbuffer, exactly; None where it is not quantized."""
    zero_point: Whole | None

    @property
    def elements(self) -> int:
        return elements_of(self)

    @property
    def step(self) -> float:
        """Between two neighbouring numbers that it can hold; 0 of a float."""
        return (0.0 if self.type == "FLOAT32" else 1.0) if self.scale is None else self.scale

    @property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest real number that it holds."""
        return range_of(self)


@dataclass(frozen=True)
class OperatorSpec:
    """One operator of the flatbuffer in execution order."""

    name: str
    """As the TensorFlow Lite schema has it."""
    version: Count
    layer: str
    """Name of its weights, or of its output tensor where it has none: where in the Keras model it comes from."""
    per_channel: bool
    """Whether its weights have a scale for each output channel."""
    shape: tuple[Count, ...] = ()
    """Of its output, of the first one where it has several."""
    constant_bytes: Count = 0
    """Of its weights and other constants in the flatbuffer; one that two operators share counts for both."""
    macs: Count | None = None
    """Multiply-accumulates of one inference; None where the operator is no sum of weights times inputs."""
    computes: tuple[Count, ...] = ()
    """The model's outputs, by number, whose meaning it decides: what comes behind it only changes their shape, scale or type."""
    called: str = ""
    """What a person calls it: the layer of the Keras model, or what the file tells of it. Different from all others."""


@dataclass(frozen=True)
class ArenaSpec:
    """TensorFlow Lite Micro's working memory in bytes."""

    used: Count
    """As the recording allocator reports for the whole model, on a 64-bit host."""
    margin: Count
    bytes: Count
    """used + margin, rounded up to 16: what the firmware reserves."""


@dataclass(frozen=True)
class BoundSpec:
    """The proven bound on |board - float model|, in units of the output, and the roundings it is made of: see `convert/references/bound.py`."""

    input_rounding: Amount
    """Of the worst x; `at` gives the bound for any other."""
    weight_rounding: Amount
    bias_rounding: Amount
    output_rounding: Amount
    """Of every layer's result to int8, clamping at the ends of its range included."""
    total: Amount
    """For every x of the domain. At most the sum of the terms, and less where their worst cases cannot meet in one x."""
    slope: Amount
    """Not less than |dy/dx| of the float model anywhere on the domain."""
    evaluation: Amount = 0.0
    """What the float32 arithmetic of the reference and the rounding of the answer to 1e-9 can add."""
    method: str = ""
    """How the terms were found."""

    def at(self, distance: float) -> float:
        """The bound for an x of the domain that lies `distance` from the number its code stands for."""
        return min(self.total, self.slope * distance + self.weight_rounding + self.bias_rounding + self.output_rounding + self.evaluation)


@dataclass(frozen=True)
class Manifest:
    """See the fields; written by the conversion, read by everything after it."""

    recipe: str
    model_sha256: str
    model_bytes: Count
    constants_sha256: str
    """SHA-256 over the constant blocks of the compiled engine, in the order of its table, each little-endian as in memory. Empty, and the next two
    are 0, where `engines` lacks it."""
    memory_bytes: Count
    """What the compiled engine runs in: input, output and everything between the layers."""
    constant_bytes: Count
    """What the compiled engine carries of the model in flash: weights, biases, multipliers, tables."""
    inputs: tuple[TensorSpec, ...]
    """In the order of the model's signature, as their bytes come in a row; see `plumbline.common.rows`."""
    outputs: tuple[TensorSpec, ...]
    domain: tuple[float, float]
    """Lowest and highest x of a model of one number; for others what the first input can hold."""
    tolerance: Amount
    """Largest |board - float| that is accepted; the bound does not exceed it."""
    operators: tuple[OperatorSpec, ...]
    arena: ArenaSpec
    bound: BoundSpec | None
    oracle: str
    """What computed the expected codes in references.npz, with its version."""
    artefacts: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each file, by its path relative to the recipe's build folder."""
    versions: dict[str, str] = field(default_factory=dict)
    quality: tuple[Quality, ...] = ()
    """What the board must reach on the test split in references.npz, for each output that something is demanded of."""
    float_model: bool = True
    """Whether a float model vouches for `references.npz`; False for a .tflite that somebody brought: errors against float mean nothing then."""
    float_parameters: Count | None = None
    """Numbers that the float model was trained to, float32 each; None where there is no float model."""
    tolerance_from: str = DECLARED
    """Where the tolerance comes from: the recipe, or what it was worked out from."""
    limits: Limits = field(default_factory=Limits)
    """What the board must reach on the samples, besides being exact."""
    engines: tuple[Literal["compiled", "tflm"], ...] = ("compiled", "tflm")
    """Which engines run the model. `tflm` alone where the compiler lacks an operator or a form of it: then nothing but TensorFlow Lite Micro's wheel
    says what is right, and no bound is stated."""
    schema: Literal[6] = SCHEMA

    @property
    def files(self) -> frozenset[str]:
        """Those of ARTEFACTS that this conversion made."""
        return ARTEFACTS if "compiled" in self.engines else ARTEFACTS - COMPILED_ARTEFACTS

    @property
    def ends(self) -> tuple[str, ...]:
        """For each output the operator that computes it: see `OperatorSpec.computes`."""
        found = {number: operator.name for operator in self.operators for number in operator.computes}
        return tuple(found.get(number, "") for number in range(len(self.outputs)))

    @property
    def output_names(self) -> tuple[str, ...]:
        """Under which name each output is told; see `plumbline.common.by_name`."""
        return names_among([each.name for each in self.outputs])

    def quality_of(self, output: str) -> Quality | None:
        """What is demanded of an output of that name."""
        return next((each for each in self.quality if each.output == output), None)

    @property
    def input_bytes(self) -> int:
        """Of a row of inputs."""
        return sum(each.bytes for each in self.inputs)

    @property
    def output_bytes(self) -> int:
        """Of a row of outputs."""
        return sum(each.bytes for each in self.outputs)

    @property
    def one_code(self) -> bool:
        """Whether the only input is one int8, so that all 256 codes can be asked."""
        return self.input_bytes == 1 and self.inputs[0].type == "INT8"

    @property
    def scalar(self) -> bool:
        """Whether the model maps one int8 to one int8, so that a board can be asked for an x."""
        return self.one_code and self.output_bytes == 1 and self.outputs[0].type == "INT8"

    @property
    def x_end(self) -> Scaled:
        """The input of a scalar model."""
        return cast(Scaled, self.inputs[0])

    @property
    def y_end(self) -> Scaled:
        """The output of a scalar model."""
        return cast(Scaled, self.outputs[0])

    def with_limits(self, limits: Limits) -> Manifest:
        """The same with other limits, and what int8 may lose of a metric that nobody but the limits demands."""
        quality = [
            replace(each, int8_may_lose=each.int8_may_lose * limits.loss / self.limits.loss) if each.reach is None and self.limits.loss > 0 else each
            for each in self.quality
        ]
        return replace(self, limits=limits, quality=tuple(quality))

    def to_json(self) -> str:
        return documents.to_json(self, 2)

    @property
    def sha256(self) -> str:
        """Of the file that holds it."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @classmethod
    def load(cls, path: Path) -> Manifest:
        """Read a manifest.

        Raises:
            ArtefactsDisagree: it is missing, damaged, or of another schema.
        """
        hint = (
            f"Run {usage.command('convert', path.parent.parent.name, anew=True)}."
            if path.parent.name == GENERATED
            else "Give one of this version, as the conversion writes it."
        )
        if not path.is_file():
            raise ArtefactsDisagree(f"{path} does not exist.", hint)
        try:
            return documents.read(path, cls)
        except (OSError, ValueError) as error:
            raise ArtefactsDisagree(f"{path} cannot be read: {error}.", hint) from error

    def check_artefacts(self, folder: Path) -> None:
        """Compare every artefact in the recipe's build folder with the hash it had when the manifest was written.

        Raises:
            ArtefactsDisagree: the manifest does not vouch for exactly the files that a conversion makes, or names the first that is missing or
                differs.
        """
        hint = f"Run {usage.command('convert', self.recipe, anew=True)}."
        if unlike := sorted(self.artefacts.keys() ^ self.files):
            how = "does not vouch for" if unlike[0] in self.files else "vouches for a file that no conversion makes:"
            raise ArtefactsDisagree(f"The manifest {how} {unlike[0]}.", hint)
        sources = {f"{GENERATED}/{path.name}" for path in (folder / GENERATED).glob("*.[chS]*")}
        if foreign := sorted(sources - self.files):
            raise ArtefactsDisagree(f"{folder / foreign[0]} is no file of the conversion, but would be compiled.", f"Remove it. {hint}")
        for name, expected in sorted(self.artefacts.items()):
            path = folder / name
            if not path.is_file():
                raise ArtefactsDisagree(f"{path} is missing.", hint)
            if sha256_of(path) != expected:
                raise ArtefactsDisagree(
                    f"{path} is not the file this manifest was written for.",
                    f"Someone or something changed it after the conversion. {hint}",
                )
