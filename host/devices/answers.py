"""What a board answers: who it is, what it made of a number or of rows, and its counters."""

from __future__ import annotations

from dataclasses import dataclass

from plumbline.common.documents import Count, Whole
from plumbline.common.rows import Rows


@dataclass(frozen=True)
class ToldEnd:
    """An input or output of the model, as the board tells of it."""

    name: str
    """Cut as `wire.told` does; empty where the firmware says nothing of names, as that of one int8 in and one int8 out."""
    type: str
    """As `wire.Type` calls it."""
    elements: Count
    scale: float | None
    """None where it is not quantized."""
    zero_point: Whole | None


@dataclass(frozen=True)
class Identity:
    """What a board says about itself; the fields are `wire.Field`'s, the sizes come from its HELLO."""

    protocol: Count
    input_bytes: Count
    output_bytes: Count
    batch: Count
    """Most rows in one BATCH; 0 when a row of inputs or of outputs is too large for a frame."""
    board: str
    engine: str
    build: str
    """What the firmware was built from."""
    model: str
    model_sha256: str
    """64 hexadecimal digits."""
    constants_sha256: str
    """64 hexadecimal digits, or empty for an engine that runs the flatbuffer itself."""
    inputs: tuple[ToldEnd, ...]
    outputs: tuple[ToldEnd, ...]
    domain_nano: tuple[Whole, Whole]
    """Lowest and highest x that `ask` answers."""
    arena_used: Count
    """Bytes."""
    clock_hz: Count
    unit: str
    """What counts count: cycles, instructions or ticks."""
    engine_error: str
    """Empty while the engine works."""
    last_reset: str
    """Why the board started, such as "watchdog, pc 0x00000abc"; empty after power-on, an ordinary reset, and for firmware that does not say."""


@dataclass(frozen=True)
class Answer:
    """What the board made of a real number x."""

    input_code: int
    output_code: int
    y_nano: int
    count: int
    time_ns: int
    """2**32-1 where it did not fit."""


@dataclass(frozen=True)
class Inferences:
    """What the board made of rows of inputs, see `plumbline.common.rows`."""

    outputs: Rows
    """(N, output_bytes)"""
    counts: tuple[int, ...]
    """Of those inferences that the board reported, at least one a request."""
    times_ns: tuple[int, ...]


@dataclass(frozen=True)
class Stats:
    """The board's own counters since its start."""

    uptime_ms: Count
    frames: Count
    bad_frames: Count
    overruns: Count
    stack_used: Count
    stack_bytes: Count
    """0 where the board cannot tell."""


@dataclass(frozen=True)
class OperatorCost:
    """What one operator cost in the board's last inference, in the identity's unit."""

    operators: int
    """How many the model has."""
    count: int
    """Of this one, the probe's cost subtracted."""
    probe: int
    """What a probe costs; an inference runs one more of them than it has operators."""
