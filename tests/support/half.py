"""A model of one number in and one out, whose codes run against each other, with its references; it is nowhere but in these facts."""

from __future__ import annotations

import numpy as np

from plumbline.common.golden_data import References
from plumbline.common.manifest import ArenaSpec, BoundSpec, Manifest
from plumbline.common.quantization import code_of_nano, nano_of
from plumbline.host.devices.board import Answer
from tests.support.manifests import int8_end

BOUND = BoundSpec(input_rounding=0.125, weight_rounding=0.0625, bias_rounding=0.03125, output_rounding=0.25, total=0.46, slope=0.5)
MANIFEST = Manifest(
    recipe="half",
    model_sha256="aa" * 32,
    model_bytes=1,
    constants_sha256="bb" * 32,
    memory_bytes=4,
    constant_bytes=6,
    inputs=(int8_end((1, 1), 1, 0.5, -4),),
    outputs=(int8_end((1, 1), 1, 0.25, 3),),
    domain=(-62.0, 65.5),
    tolerance=0.75,
    operators=(),
    arena=ArenaSpec(1, 1, 16),
    bound=BOUND,
    oracle="",
)
CODES = np.arange(-128, 128).astype(np.int8).reshape(-1, 1)
X_NANO = np.array([1_000_000_000, 1_250_000_000, 3_100_000_000])
REFERENCES = References(
    codes=CODES,
    expected=CODES[::-1],
    float_codes=np.zeros((256, 1), np.float32),
    x_nano=X_NANO,
    samples=1,
    float_x=np.zeros((3, 1), np.float32),
)


def right(row: int) -> Answer:
    """What a good board answers to that x."""
    code = code_of_nano(int(X_NANO[row]), MANIFEST.x_end)
    expected = -1 - code
    return Answer(code, expected, nano_of(expected, MANIFEST.y_end), 9, 9)
