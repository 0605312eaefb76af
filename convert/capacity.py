"""What a board holds at most, which is the Nano 33 BLE's memory; the virtual board has as much. The linker checks what a firmware really needs."""

from __future__ import annotations

FLASH, RAM = 983_040, 262_144
"""Bytes."""
