"""board_arduino, which serves every Arduino core: compiled against a core of this machine, it answers the real host as every board does."""

from __future__ import annotations

from pathlib import Path

import pytest

from plumbline.common import boards
from plumbline.common.manifest import Manifest
from plumbline.common.paths import FIRMWARE
from plumbline.host.devices.board import Board
from plumbline.host.devices.link import Link
from plumbline.host.firmware.build_id import build_id
from plumbline.host.firmware.builds import Builds
from plumbline.host.firmware.settings import settings_of
from plumbline.host.verdict.verify import verify
from tests.faults.native import LIBRARIES, running
from tests.support.firmware_native import MACHINE, WARNINGS, run

CORE = Path(__file__).parents[1] / "support" / "arduino_core"
BOARD = FIRMWARE / "lib" / "board_arduino"
ENV = "nucleo_f446re"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def objects(linear: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What no core changes: the model and the shared libraries."""
    folder = tmp_path_factory.mktemp("objects")
    (folder / "plumbline_build.h").write_text(
        f'#define PLUMBLINE_BOARD "{boards.environment(ENV).board.title}"\n'
        f'#define PLUMBLINE_BUILD "{build_id(linear / "generated", settings_of(ENV))}"\n'
    )
    sources = [source for name in LIBRARIES for source in sorted((FIRMWARE / "lib" / name).glob("*.c"))]
    return [compiled(source, folder, linear, "gcc", "-std=gnu99") for source in (*sources, *sorted((linear / "generated").glob("*.c")))]


def compiled(source: Path, folder: Path, linear: Path, *command: str) -> Path:
    target = folder / f"{source.stem}.o"
    include = [f"-I{each}" for each in (folder, CORE, linear / "generated", *(FIRMWARE / "lib" / name for name in LIBRARIES))]
    run([*command, *MACHINE, "-O1", *WARNINGS, *include, "-c", str(source), "-o", str(target)])
    return target


def linked(objects: list[Path], linear: Path, folder: Path, core: str, *flags: str) -> Path:
    """The firmware with board_arduino on the core in the file `core`."""
    (folder / "plumbline_build.h").write_bytes(objects[0].with_name("plumbline_build.h").read_bytes())
    sources = (*sorted(BOARD.glob("*.cpp")), CORE / core, FIRMWARE / "src" / "main.cpp")
    own = [compiled(source, folder, linear, "g++", "-std=gnu++14", *flags) for source in sources]
    run(["g++", *map(str, (*objects, *own)), "-o", str(folder / "program")])
    return folder / "program"


@pytest.mark.parametrize("flags", [(), ("-DSKETCH_IN_CPP", "-DSILENT_ABOUT_ROOM")], ids=["as most cores", "as the ESP32's and mbed's"])
def test_a_core_passes(objects: list[Path], linear: Path, tmp_path: Path, flags: tuple[str, ...]) -> None:
    manifest = Manifest.load(linear / "generated" / "manifest.json")
    with running(linked(objects, linear, tmp_path, "core.cpp", *flags)) as url, Link(url) as link:
        verdict = verify(Board(link), linear, manifest, command="plumbline verify linear", builds=Builds(linear, ENV))
    assert verdict.passed, verdict.failures
    assert (verdict.identity.board, verdict.identity.clock_hz) == ("ST Nucleo-F446RE", 48_000_000)
    assert verdict.cost.unit == "ticks"
    assert verdict.identity.last_reset == ""
    assert verdict.stats.stack_bytes == 0


def test_a_host_that_takes_nothing_is_given_up(objects: list[Path], linear: Path, tmp_path: Path) -> None:
    """Of 100 bytes 90 are taken at once. The next 20 are given up half a second after the last of them went; a closed port takes none at all."""
    tries = [[int(word) for word in line.split()] for line in run([str(linked(objects, linear, tmp_path, "deaf.cpp"))]).splitlines()]
    assert [taken for taken, _ in tries] == [1, 0, 0]
    assert 500 <= tries[1][1] <= 520
    assert max(tries[0][1], tries[2][1]) <= 5
