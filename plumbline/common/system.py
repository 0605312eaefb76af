"""What a person is told otherwise on macOS and on Windows than on Linux."""

from __future__ import annotations

import sys
from pathlib import Path

from plumbline.common.errors import SetupFailed

_PORTS = {"darwin": "/dev/cu.usbmodem1101", "win32": "COM3"}
_GROUP = "dialout"
"""Of serial ports on Debian and its like; others call it uucp."""


def check() -> None:
    """Raises SetupFailed where Plumbline does not run."""
    if sys.platform == "win32":
        raise SetupFailed(
            "Plumbline runs on Linux and macOS, not on Windows itself.",
            "Use the Windows Subsystem for Linux: type `wsl --install` in a terminal of Windows, then make or plumbline in the Linux that it "
            "brings. usbipd-win hands a board's USB port on to it.",
        )


def port_example() -> str:
    """A serial port as this system names one that a board on USB has."""
    return _PORTS.get(sys.platform, "/dev/ttyACM0")


def install(debian: str, homebrew: str) -> str:
    """The line to type for packages of this system."""
    return f"brew install {homebrew}" if sys.platform == "darwin" else f"sudo apt-get install --no-install-recommends {debian}"


def debian() -> int | None:
    """The version of this Debian, e.g. 12; None for another system."""
    try:
        lines = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    except OSError:
        return None
    number = lines.get("VERSION_ID", "").strip('"')
    return int(number) if lines.get("ID") == "debian" and number.isdecimal() else None


def permission(device: str) -> str:
    """What to do about a serial port that the user may not open: a sentence."""
    if sys.platform == "darwin":
        return f"macOS lets everybody open it: see with `ls -l {device}` whose it is, unplug the board and connect it again."
    return f"Run `sudo usermod -aG {_group(device)} $USER`, then log out and in again."


def holders() -> str:
    """What is likely to hold a serial port."""
    return "a serial monitor? the Arduino IDE?" if sys.platform == "darwin" else "a serial monitor? ModemManager?"


def waits_for_a_modem(device: str) -> str:
    """The name to use instead of a device that macOS opens only once a modem has answered; empty for any other."""
    return device.replace("/dev/tty.", "/dev/cu.", 1) if sys.platform == "darwin" and device.startswith("/dev/tty.") else ""


def _group(device: str) -> str:
    try:
        return Path(device).group()
    except (OSError, KeyError, NotImplementedError):
        return _GROUP
