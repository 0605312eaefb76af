"""A manifest as a conversion writes it, for tests of whatever reads one."""

from __future__ import annotations

from plumbline.common.manifest import ArenaSpec, BoundSpec, Manifest, OperatorSpec, TensorSpec
from plumbline.common.quality import Quality


def int8_end(shape: tuple[int, ...], size: int, scale: float, zero_point: int, name: str = "end") -> TensorSpec:
    """An int8 input or output of `size` bytes."""
    return TensorSpec(name, "INT8", shape, size, scale, zero_point)


MANIFEST = Manifest(
    recipe="linear",
    model_sha256="a" * 64,
    model_bytes=1168,
    constants_sha256="b" * 64,
    memory_bytes=2,
    constant_bytes=6,
    inputs=(int8_end((1, 1), 1, 0.1, 0),),
    outputs=(int8_end((1, 1), 1, 0.2, 5),),
    domain=(-12.8, 12.7),
    tolerance=0.2,
    operators=(OperatorSpec("FULLY_CONNECTED", 4, "dense", False, (1, 1), 5, 1, (0,)),),
    arena=ArenaSpec(400, 16, 416),
    bound=BoundSpec(0.1, 0.0, 0.0, 0.01, 0.11, 2.0),
    oracle="tflite-micro",
    artefacts={"model.tflite": "c" * 64},
    versions={"python": "3.11"},
    quality=(Quality("rmse", 0.1, 0.01, baselines={"mean": 1.0}, classes=("a",)),),
    float_parameters=2,
)
