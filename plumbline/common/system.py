"""What a person is told otherwise on macOS and on Windows than on Linux."""

from __future__ import annotations

import sys

_PORTS = {"darwin": "/dev/cu.usbmodem1101", "win32": "COM3"}


def port_example() -> str:
    """A serial port as this system names one that a board on USB has."""
    return _PORTS.get(sys.platform, "/dev/ttyACM0")
