"""How many bytes a model takes on its way: as float weights, as flatbuffer, in the firmware, and while it runs."""

from __future__ import annotations

from dataclasses import dataclass

from plumbline.common.documents import Count
from plumbline.common.manifest import Manifest
from plumbline.host.devices.board import Identity

FLOAT_BYTES = 4
"""Of a float32."""


@dataclass(frozen=True)
class Footprint:
    """Bytes, but for `float_parameters`, which is a count. None where there is no float model."""

    float_parameters: Count | None
    float_bytes: Count | None
    model_bytes: Count
    """Of model.tflite."""
    array_bytes: Count
    """What the engine's C arrays hold of it: the whole flatbuffer for TensorFlow Lite Micro, the constants alone for the compiled engine."""
    memory_bytes: Count
    """RAM that the engine works in: the arena in use, or the compiled engine's planned block."""


def footprint(manifest: Manifest, identity: Identity) -> Footprint:
    """What the manifest promises of the engine that the board runs; the arena is what the board itself reports."""
    parameters = manifest.float_parameters
    interpreted = identity.engine == "tflm"
    return Footprint(
        float_parameters=parameters,
        float_bytes=None if parameters is None else parameters * FLOAT_BYTES,
        model_bytes=manifest.model_bytes,
        array_bytes=manifest.model_bytes if interpreted else manifest.constant_bytes,
        memory_bytes=identity.arena_used if interpreted else manifest.memory_bytes,
    )
