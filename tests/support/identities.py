"""What a board says of itself."""

from __future__ import annotations

from plumbline.host.devices.board import Identity, ToldEnd

IDENTITY = Identity(
    protocol=1,
    input_bytes=1,
    output_bytes=1,
    batch=44,
    board="b",
    engine="compiled",
    build="7",
    model="half",
    model_sha256="aa" * 32,
    constants_sha256="bb" * 32,
    inputs=(ToldEnd("", "INT8", 1, 0.5, -4),),
    outputs=(ToldEnd("", "INT8", 1, 0.25, 3),),
    domain_nano=(-62_000_000_000, 65_500_000_000),
    arena_used=0,
    clock_hz=1,
    unit="cycles",
    engine_error="",
    last_reset="",
)
