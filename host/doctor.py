"""Looks at everything between this machine and a board that can go wrong, and says of each what to do."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from importlib import metadata
from pathlib import Path

from plumbline.common import system, usage
from plumbline.common.board_description import Board
from plumbline.common.boards import boards as known_boards
from plumbline.common.errors import CompilerMissing, QemuMissing, SetupFailed, TflmMissing
from plumbline.common.paths import install_anew, platformio_platforms
from plumbline.host.devices import discovery, emulators
from plumbline.host.devices.qemu import program as qemu_program
from plumbline.host.devices.serial_open import owners as owners_of
from plumbline.host.firmware import compiler as chosen
from plumbline.host.firmware import tflm

UDEV_RULES = ("/etc/udev/rules.d", "/lib/udev/rules.d", "/usr/lib/udev/rules.d")


class Level(Enum):
    """How a finding counts: a PROBLEM makes the exit status tell, a NOTE does not."""

    GOOD = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """The outcome of one check."""

    level: Level
    what: str
    hint: str = ""


def examine() -> Iterator[Finding]:
    """Run every check, those of this machine first, then those of each connected board."""
    checks: list[Callable[[], Iterator[Finding]]] = [python, packages, compiler, qemu, emulated, platformio, tflm_library]
    checks += [udev, modem_manager] if sys.platform == "linux" else []
    for check in [*checks, boards]:
        yield from check()


def python() -> Iterator[Finding]:
    good = (3, 10) <= sys.version_info[:2] <= (3, 13)
    hint = "" if good else f"Install Python 3.10 to 3.13. {install_anew('firmware')}"
    yield Finding(Level.GOOD if good else Level.PROBLEM, f"Python {platform.python_version()}", hint)


def packages() -> Iterator[Finding]:
    for name in ("numpy", "pyserial", "platformio"):
        try:
            yield Finding(Level.GOOD, f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            yield Finding(Level.PROBLEM, f"{name} is not installed", install_anew("firmware"))
    try:
        yield Finding(Level.GOOD, f"tflite-micro {metadata.version('tflite-micro')}: the expected codes are computed live")
    except metadata.PackageNotFoundError:
        yield Finding(Level.NOTE, "no tflite-micro wheel for this machine: the codes that the conversion stored are the reference")


def compiler() -> Iterator[Finding]:
    try:
        chosen.check(needs_gcc=False)
    except CompilerMissing as error:
        yield Finding(Level.PROBLEM, error.message, error.hint)
        return
    zig = chosen.zig()
    name, asked = ("zig", [str(zig), "version"]) if zig else (chosen.GCC, [chosen.GCC, "-dumpversion"])
    version = subprocess.run(asked, capture_output=True, text=True).stdout.strip()
    yield Finding(Level.GOOD, f"{name} {version}, for the virtual board")


def qemu() -> Iterator[Finding]:
    try:
        program = qemu_program()
    except QemuMissing as error:
        yield Finding(Level.PROBLEM, error.message, error.hint)
        return
    version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.splitlines()
    yield Finding(Level.GOOD, version[0] if version else program)


def emulated() -> Iterator[Finding]:
    """Of the boards that one can own, those that run on this computer as well."""
    for board in (each for each in known_boards().values() if each.emulated_by):
        try:
            emulators.of(board).check(board)
            yield Finding(Level.GOOD, f"{board.title}: without a port it is emulated")
        except SetupFailed as error:
            yield Finding(Level.NOTE, error.message, error.hint)


def platformio() -> Iterator[Finding]:
    of_platform: dict[str, list[Board]] = {}
    for board in (each for each in known_boards().values() if not each.bare):
        of_platform.setdefault(board.platform, []).append(board)
    installed = {name: tflm.platform_installed(boards[0], platformio_platforms()) for name, boards in of_platform.items()}
    reachable = all(installed.values()) or tflm.reachable(tflm.REGISTRY)
    for name, boards in of_platform.items():
        titles = ", ".join(each.title for each in boards)
        if installed[name]:
            yield Finding(Level.GOOD, f"{titles}: the platform {name} is installed")
        elif reachable:
            yield Finding(Level.NOTE, f"{titles}: the first {usage.command('flash')} fetches the platform {name}, which takes minutes")
        else:
            yield Finding(Level.NOTE, f"{titles}: PlatformIO's registry ({tflm.REGISTRY}) is out of reach: no firmware can be built with {name}")


def tflm_library() -> Iterator[Finding]:
    try:
        folder = tflm.library_folder()
    except TflmMissing as error:
        yield Finding(Level.PROBLEM, error.message, error.hint)
        return
    if folder:
        yield Finding(Level.GOOD, f"TFLM_DIR={folder} holds TensorFlow Lite Micro")
    elif tflm.reachable(tflm.SOURCES):
        yield Finding(Level.GOOD, f"TensorFlow Lite Micro comes from {tflm.SOURCES}, which answers")
    else:
        yield Finding(Level.NOTE, f"{tflm.SOURCES} is out of reach and TFLM_DIR is not set: only the compiled engine can be built")


def udev() -> Iterator[Finding]:
    rules = [path for folder in UDEV_RULES if Path(folder).is_dir() for path in Path(folder).glob("*.rules")]
    texts = [_read(path) for path in rules]
    hint = "If uploads fail, install PlatformIO's rules: https://docs.platformio.org/en/latest/core/installation/udev-rules.html"
    for title, vendor in dict.fromkeys((each.title, f"{each.usb[0]:04x}") for each in known_boards().values() if each.usb):
        if any(vendor in text for text in texts):
            yield Finding(Level.GOOD, f"a udev rule names the vendor of the {title}")
        else:
            yield Finding(Level.NOTE, f"no udev rule names the vendor of the {title} ({vendor})", hint)


def modem_manager() -> Iterator[Finding]:
    running = any(_read(path).strip() == "ModemManager" for path in Path("/proc").glob("[0-9]*/comm"))
    if running:
        hint = "It opens new serial ports to look for modems; if a board seems busy after plugging in: sudo systemctl stop ModemManager"
        yield Finding(Level.NOTE, "ModemManager is running", hint)
    else:
        yield Finding(Level.GOOD, "no ModemManager to seize the port")


def boards() -> Iterator[Finding]:
    found = discovery.connected()
    if not found:
        yield Finding(Level.NOTE, "no board is connected", f"Without a port, {usage.command('verify')} runs on a virtual or an emulated board.")
    if len(found) > 1:
        yield Finding(Level.NOTE, f"{len(found)} boards are connected", f"Choose one: {usage.line('verify', port=found[0].device)}")
    for board in found:
        yield from port(board.device)


def port(device: str) -> Iterator[Finding]:
    """Whether the user may open the port, and who else has it open."""
    if not os.access(device, os.R_OK | os.W_OK):
        yield Finding(Level.PROBLEM, f"{device}: you may not open it", system.permission(device))
        return
    owners = ", ".join(owners_of(device))  # of other users' programs only root sees them
    if owners:
        yield Finding(Level.PROBLEM, f"{device} is held by {owners}", "End that program, a serial monitor for instance.")
    else:
        yield Finding(Level.GOOD, f"{device} is there, free and yours to open")


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
