"""The environments the firmware is built for, and what a build of one leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FirmwareEnv:
    """One `[env:...]` of platformio.ini, as far as the host has to know it."""

    name: str
    engine: str
    virtual: bool
    runtime: str
    """Name in plumbline.convert.operators.engines: what this environment's engine can run."""


ENVS = {
    env.name: env
    for env in (
        FirmwareEnv("virtual", "compiled", True, "compiled"),
        FirmwareEnv("virtual_tflm", "tflm", True, "tflm"),
        FirmwareEnv("nano33ble", "tflm", False, "tflm"),
        FirmwareEnv("nano33ble_compiled", "compiled", False, "compiled"),
        FirmwareEnv("virtual_mlperf", "compiled", True, "compiled"),
        FirmwareEnv("nano33ble_compiled_mlperf", "compiled", False, "compiled"),
    )
}

PROFILING = {
    "virtual": FirmwareEnv("virtual_profile", "compiled", True, "compiled"),
    "nano33ble_compiled": FirmwareEnv("nano33ble_compiled_profile", "compiled", False, "compiled"),
}
"""The environments whose engine can tell what each operator costs, and those whose firmware does so."""


ENVIRONMENTS = ENVS | {env.name: env for env in PROFILING.values()}
"""All of them, by name."""


def image_of(recipe_dir: Path, env: str) -> Path:
    """The ELF file that a build of `env` leaves behind."""
    return recipe_dir / "pio" / env / "firmware.elf"
