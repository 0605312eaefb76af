"""One board's description, firmware/boards/NAME.ini: what its options mean, and everything that is wrong with them said at once.

docs/how-to/own-board.md explains every option.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from plumbline.common.errors import BadBoard, DoesNotFit
from plumbline.common.platformio_ini import Project, words
from plumbline.common.text import meant
from plumbline.common.wire import TEXT_MAX

PREFIX = "custom_"
"""Of options that are ours; PlatformIO leaves them alone."""
OURS = ("title", "core", "clock_hz", "tested", "emulator", "emulated_by", "usb", "usb_boot_loader", "enter_boot_loader")
ENGINES = ("engine_compiled", "engine_tflm")
"""The libraries in firmware/lib, one of which an environment has."""
BARE = "bare"
"""The platform in firmware/platforms."""
TESTED = ("not tried", "compiled", "emulated", "flashed")
"""How far an environment's firmware got: an image was linked, it ran in an emulator, it ran on the chip."""
EMULATED_BY = ("nrf52840",)
"""The emulators of boards that one can own as well."""
PAGE = "docs/how-to/own-board.md explains every option."
_FLASH, _RAM, _WATCHDOG = "board_upload.maximum_size", "board_upload.maximum_ram_size", "board_build.watchdog_s"
_INSTRUCTION_NS = "board_build.instruction_ns"


@dataclass(frozen=True)
class Board:
    """What is known of a board before anything is built for it."""

    name: str
    """Of its file and of the section in it."""
    title: str
    """What its firmware calls it."""
    core: str
    clock_hz: int
    flash: int
    """Bytes for a firmware; what a boot loader takes is not counted."""
    ram: int
    """Bytes."""
    platform: str
    """Of PlatformIO, without owner and version."""
    tested: str
    """One of TESTED."""
    emulator: str = ""
    """QEMU's name of the machine, with its family of processors and a colon before it where that is not arm; empty for a board that one can own."""
    instruction_ns: int = 0
    """What an instruction takes on a virtual board, a power of two; 0 for one that can be owned."""
    emulated_by: str = ""
    """Of a board that one can own: which of EMULATED_BY runs its image on this computer; empty where none does."""
    usb: tuple[int, int] | None = None
    """Vendor and product while it runs a firmware; None for one behind a serial port that says nothing of it."""
    usb_boot_loader: tuple[int, int] | None = None
    enter_boot_loader: str = ""
    """What a person does where an upload does not get there: a sentence."""

    @property
    def virtual(self) -> bool:
        """Whether there is no such board to own: QEMU is all there is of it."""
        return bool(self.emulator)

    @property
    def emulated(self) -> bool:
        """Whether it runs on this computer where no port is named: a virtual board, or one that can be owned and emulated."""
        return self.virtual or bool(self.emulated_by)

    @property
    def bare(self) -> bool:
        """Whether its firmware stands on our own start-up code: a compiler builds it, and nothing of a registry."""
        return self.platform == BARE

    @property
    def family(self) -> str:
        """Of an emulated board's processor, as QEMU names its programs."""
        return self.emulator.partition(":")[0] if ":" in self.emulator else "arm"

    @property
    def machine(self) -> str:
        """QEMU's name of an emulated board."""
        return self.emulator.rpartition(":")[2]

    def check_holds(self, constants: int, memory: int) -> None:
        """See that a model alone is not too large; the firmware around it needs some as well, which the linker checks.

        Args:
            constants: bytes in flash.
            memory: bytes in RAM while it runs.

        Raises:
            DoesNotFit: says how many bytes are missing.
        """
        for what, needed, has, where in (("working memory", memory, self.ram, "RAM"), ("constants", constants, self.flash, "flash")):
            if needed > has:
                missing = f"{needed - has:,} are missing"
                raise DoesNotFit(
                    f"The model needs {needed:,} bytes for its {what}, the board {self.name} has {has:,} bytes of {where}: {missing}.",
                    "Use a smaller model, or a board with more memory: docs/reference/boards.md lists them.",
                )


@dataclass(frozen=True)
class Environment:
    """An `[env:...]` of PlatformIO: a board, an engine, and what its firmware does beside answering."""

    name: str
    board: Board
    engine: str
    """compiled or tflm: what runs the model; also the name of what it can run in plumbline.convert.operators.engines."""
    profile: bool
    """Whether it tells what each operator costs."""
    mlperf: bool
    """Whether its console speaks the commands of MLPerf Tiny's runner."""
    watchdog_s: int
    """Seconds without progress after which the board is reset; 0: no watchdog."""
    tested: str
    """One of TESTED."""

    @property
    def virtual(self) -> bool:
        return self.board.virtual

    @property
    def emulated(self) -> bool:
        return self.board.emulated

    @property
    def extra(self) -> str:
        """What it does beside answering, in words; empty for the ordinary firmware."""
        return ", ".join(["profile"] * self.profile + ["MLPerf"] * self.mlperf)


@cache
def read(folder: Path) -> dict[str, Environment]:
    """The environments of all boards, by name.

    Args:
        folder: PlatformIO's project; the descriptions stand in `boards` in it.

    Raises:
        BadBoard: a description lacks something or contradicts itself; says all of it.
    """
    paths = sorted((folder / "boards").glob("*.ini"))
    project = Project([folder / "platformio.ini", *paths])
    found = [each for path in paths for each in _described(project, path)]
    return {each.name: each for each in sorted(found, key=lambda each: not each.virtual)}


def _described(project: Project, path: Path) -> list[Environment]:
    """The environments of one board.

    Raises:
        BadBoard: with everything that is wrong with the description.
    """
    sections = project.sections(path)
    if path.stem not in sections:
        raise BadBoard(f"{path} has no section [{path.stem}].", f"The section of a board has the name of its file. {PAGE}")
    reader = _Reader(project.options(path.stem))
    described = Board(
        name=path.stem,
        title=reader.text("title", TEXT_MAX),
        core=reader.text("core"),
        clock_hz=reader.number(PREFIX + "clock_hz"),
        flash=reader.number(_FLASH),
        ram=reader.number(_RAM),
        platform=_platform_name(reader.needed("platform")),
        tested=reader.tested(),
        emulator=reader.given("emulator"),
        instruction_ns=reader.number(_INSTRUCTION_NS, least=0, default=0),
        emulated_by=reader.given("emulated_by"),
        usb=reader.usb("usb"),
        usb_boot_loader=reader.usb("usb_boot_loader"),
        enter_boot_loader=reader.given("enter_boot_loader"),
    )
    if described.virtual and described.instruction_ns.bit_count() != 1:
        reader.problems.append(f"{_INSTRUCTION_NS} of a virtual board is a power of two, for instance 64")
    if described.virtual and described.usb:
        reader.problems.append(f"a board is virtual or has a USB identity, not both; {PREFIX}emulated_by emulates one that can be owned")
    if described.virtual and described.emulated_by:
        reader.problems.append(f"{PREFIX}emulator and {PREFIX}emulated_by exclude each other")
    if described.emulated_by not in ("", *EMULATED_BY):
        reader.problems.append(f"{PREFIX}emulated_by = {described.emulated_by} is none of: {', '.join(EMULATED_BY)}")
    problems = reader.problems
    found = []
    for section in (each for each in sections if each.startswith("env:")):
        reader = _Reader(project.options(section))
        if path.stem not in project.family(section):
            reader.problems.append(f"it does not extend {path.stem}")
        found.append(_environment(section, described, reader))
        problems = problems + [f"[{section}]: {each}" for each in reader.problems if each not in problems]
    if not found:
        problems.append("it has no environment, [env:...]")
    if problems:
        raise BadBoard(f"The board's description {path} is wrong:\n" + "\n".join(f"  {each}" for each in problems), PAGE)
    return found


def _platform_name(given: str) -> str:
    """PlatformIO's name of a platform: of `owner/NAME@1.2.3`, or of the address of a repository such as `https://.../platform-NAME.git#v1`."""
    last = re.sub(r"[#@].*", "", given).rpartition("/")[2]
    return last.removeprefix("platform-").removesuffix(".git")


def _environment(section: str, on: Board, reader: _Reader) -> Environment:
    flags = " ".join(words(reader.options.get("build_flags", "")))
    engines = [each.removeprefix("engine_") for each in words(reader.options.get("lib_deps", "")) if each in ENGINES]
    if len(engines) != 1:
        reader.problems.append(f"lib_deps names one engine: {' or '.join(ENGINES)}")
    defined = re.search(r"-D\s*PLUMBLINE_WATCHDOG_S=(\d+)", flags)
    return Environment(
        name=section.removeprefix("env:"),
        board=on,
        engine="".join(engines),
        profile=bool(re.search(r"-D\s*PLUMBLINE_PROFILE\b", flags)),
        mlperf=bool(re.search(r"-D\s*PLUMBLINE_MLPERF\b", flags)),
        watchdog_s=int(defined[1]) if defined else reader.number(_WATCHDOG, least=0, default=0),
        tested=reader.tested(),
    )


class _Reader:
    """The options of one section; what is wrong with them is collected, so that all of it is said at once."""

    def __init__(self, options: dict[str, str]) -> None:
        self.options = options
        known = [PREFIX + each for each in OURS]
        unknown = [each for each in options if each.startswith(PREFIX) and each not in known]
        self.problems = [f"{each} is no option of a board.{meant(each, known)}" for each in unknown]

    def given(self, name: str) -> str:
        return self.options.get(PREFIX + name, "").strip()

    def needed(self, option: str) -> str:
        value = self.options.get(option, "").strip()
        if not value:
            self.problems.append(f"{option} is missing")
        return value

    def text(self, name: str, longest: int = 80) -> str:
        value = self.needed(PREFIX + name)
        if len(value.encode()) > longest:
            self.problems.append(f"{PREFIX}{name} has more than {longest} bytes")
        return value

    def number(self, option: str, least: int = 1, default: int | None = None) -> int:
        value = self.options.get(option, str(default)).strip() if default is not None else self.needed(option)
        if value and not re.fullmatch(r"[0-9]{1,10}", value):
            self.problems.append(f"{option} = {value} is no whole number")
            return least
        if value and int(value) < least:
            self.problems.append(f"{option} = {value} is less than {least}")
        return int(value or least)

    def usb(self, name: str) -> tuple[int, int] | None:
        value = self.given(name)
        if value and not re.fullmatch(r"[0-9a-fA-F]{4}:[0-9a-fA-F]{4}", value):
            self.problems.append(f"{PREFIX}{name} = {value} is no vendor and product such as 2341:805a")
            return None
        return (int(value[:4], 16), int(value[5:], 16)) if value else None

    def tested(self) -> str:
        value = self.needed(PREFIX + "tested")
        if value and value not in TESTED:
            self.problems.append(f"{PREFIX}tested = {value} is none of: {', '.join(TESTED)}")
        return value
