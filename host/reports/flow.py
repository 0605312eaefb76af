"""The way of a model onto the board as stages with their sizes, for the report's picture."""

from __future__ import annotations

from dataclasses import dataclass

from plumbline.host.verdict.verdict import Verdict


@dataclass(frozen=True)
class Stage:
    """One box of the picture."""

    name: str
    what: str
    bytes: int | None
    """None where it is not known: no float model, or no image of the firmware here."""
    note: str


def stages(verdict: Verdict) -> tuple[Stage, ...]:
    """From float weights to RAM, in the order in which one is made of the other."""
    taken, size = verdict.footprint, verdict.size
    interpreted = verdict.identity.engine == "tflm"
    parameters = "unknown" if taken.float_parameters is None else f"{taken.float_parameters:,} numbers of 4 bytes"
    array = "the whole flatbuffer" if interpreted else "weights, biases, multipliers"
    memory = f"{taken.memory_bytes:,} B of it {'are the arena' if interpreted else 'for the model'}"
    return (
        Stage("float weights", "model.keras", taken.float_bytes, parameters),
        Stage("flatbuffer", "model.tflite", taken.model_bytes, "int8, with the network's structure"),
        Stage("C array", "plumbline_flatbuffer.c" if interpreted else "plumbline_compiled.c", taken.array_bytes, array),
        Stage("flash", "firmware.elf", size.flash if size else None, "the whole image, link and console included"),
        Stage("RAM", "on the board", size.ram if size else None, memory),
    )
