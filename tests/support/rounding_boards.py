"""Small models in float, and boards that compute them from rounded inputs, for the tests of what samples show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.common.diagnosis import judge
from plumbline.common.evidence import evidence_of
from plumbline.common.golden_data import References, Samples
from plumbline.common.limits import Limits
from plumbline.common.manifest import ArenaSpec, Manifest, OperatorSpec, TensorSpec
from plumbline.common.quality import Quality
from plumbline.common.quantization import Scaled
from plumbline.common.useful import Useful
from tests.support.manifests import int8_end

Floats = NDArray[np.float64]
RNG = np.random.default_rng(5)


def spec(values: Floats, shape: tuple[int, ...]) -> TensorSpec:
    """The int8 quantization that calibrating on these values gives."""
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    scale = (high - low) / 255 or 1.0
    return int8_end((1, *shape), int(np.prod(shape)), scale, int(np.clip(round(-128 - low / scale), -128, 127)))


def scaled(tensor: TensorSpec) -> Scaled:
    return cast(Scaled, tensor)


def coded(values: Floats, tensor: TensorSpec) -> NDArray[np.int8]:
    flat = values.reshape(len(values), -1)
    return np.asarray(np.clip(np.floor(flat / scaled(tensor).scale + 0.5) + scaled(tensor).zero_point, -128, 127), np.int8)


def real(codes: NDArray[np.int8], tensor: TensorSpec) -> Floats:
    return (codes.astype(np.float64) - scaled(tensor).zero_point) * scaled(tensor).scale


@dataclass
class Board:
    """A model in float, and a board that computes it from rounded inputs and rounds its answers."""

    model: Callable[[Floats], Floats]
    inputs: Floats
    end: str = "FULLY_CONNECTED"
    calibrated_on: Floats | None = None
    targets: NDArray[Any] | None = None
    quality: Quality | None = None
    limits: Limits = field(default_factory=Limits)
    output: TensorSpec | None = None
    float_model: bool = True
    silent: str | None = None

    def found(self) -> Useful:
        shape = self.inputs.shape[1:]
        calibration = self.inputs if self.calibrated_on is None else self.calibrated_on
        input_ = spec(calibration, shape)
        floats = self.model(self.inputs)
        output = self.output or spec(self.model(calibration), floats.shape[1:])
        codes = coded(self.inputs, input_)
        at_codes = self.model(real(codes, input_).reshape(self.inputs.shape))
        manifest = Manifest(
            recipe="m",
            model_sha256="",
            model_bytes=1,
            constants_sha256="",
            memory_bytes=1,
            constant_bytes=1,
            inputs=(input_,),
            outputs=(output,),
            domain=(0.0, 1.0),
            tolerance=1.0,
            operators=(OperatorSpec(self.end, 1, "last", False, computes=(0,)), OperatorSpec("RESHAPE", 1, "flat", False)),
            arena=ArenaSpec(1, 1, 16),
            bound=None,
            oracle="",
            quality=() if self.quality is None else (self.quality,),
            limits=self.limits,
        )
        flat = self.inputs.reshape(len(codes), -1).astype(np.float32)
        data = Samples(
            np.arange(len(codes)), flat, floats.astype(np.float32) if self.float_model else None, () if self.targets is None else (self.targets,)
        )
        nowhere = np.empty(0, np.int64), 0, np.empty((0, output.bytes), np.float32)
        answers = coded(at_codes, output)
        (evidence,) = evidence_of(manifest, References(codes, answers, at_codes.astype(np.float32), *nowhere, data), answers)
        return judge(manifest, evidence, lambda: self.silent)


def softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


PROBABILITY = int8_end((1, 3), 3, 1 / 256, -128)
WEIGHTS = RNG.normal(size=(4, 3))
FLAT = RNG.uniform(-1, 1, (300, 4))
CLASSES = Board(lambda x: softmax(6 * x @ WEIGHTS), FLAT, "SOFTMAX", output=PROBABILITY)
NUMBERS = Board(lambda x: x @ WEIGHTS[:, :1], FLAT)


def said(found: Useful) -> str:
    return "\n".join(found.causes)
