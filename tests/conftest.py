"""What several tests need: the real pipeline's output, made once for a test run in a folder of its own."""

from __future__ import annotations

import fcntl
import importlib.util
import math
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from plumbline.common.manifest import Manifest
from plumbline.common.paths import ROOT, platformio_core
from plumbline.host.devices.board import Board
from plumbline.host.devices.link import Link
from plumbline.host.devices.qemu import QEMU
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.firmware import build_engine, compiler, firmware
from plumbline.host.firmware.builds import Builds
from plumbline.host.verdict.checks import failures
from plumbline.host.verdict.verdict import Verdict
from plumbline.host.verdict.verify import verify
from tests.support.makes import PARTS
from tests.support.stages import Once, converted, run_stage

# The same examples in every run; no deadline for one of them, as a busy machine takes its time.
settings.register_profile("fixed", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fixed")

# A shell starts background jobs with Ctrl-C ignored, and nohup any with SIGHUP; every process below inherits that: the tests that interrupt one would
# wait in vain.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


NEEDS = {"tools": "emulator", "tensorflow": "tensorflow", "port": "hardware"}
"""Fixtures that skip a test where something is missing, and the marker of each test that asks for one of them, itself or through another fixture."""
PORT = "PLUMBLINE_TEST_PORT"
OPERATORS = "test_compiler_operators.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what a test needs, so that `-m "not tensorflow"` leaves out what a machine cannot run, and begin with the files that take longest.

    The quick ones fill what is left of the time: a long file that began last would leave the other processors idle.
    """
    for item in items:
        for fixture, marker in NEEDS.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)
    needs: dict[Path, set[str]] = {}
    for item in items:
        needs.setdefault(item.path, set()).update(mark.name for mark in item.iter_markers() if mark.name in ("slow", *NEEDS.values()))
    items.sort(key=lambda item: -len(needs[item.path]))


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist tells no types
    """A file's tests run one after the other in one process, which shares what its fixtures make.

    Of OPERATORS those of one operator do, which share its cases: the file would keep one processor busy alone.
    """

    def _split_scope(self, nodeid: str) -> str:
        return OPERATORS + nodeid.partition("[")[2] if OPERATORS in nodeid else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    """The scheduler of `--dist loadscope`; None leaves others to xdist."""
    return ByFile(config, log) if config.getvalue("dist") == "loadscope" else None


@pytest.fixture(scope="session")
def tensorflow() -> None:
    """Skips where TensorFlow is not installed."""
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed: it comes with plumbline[train]")


@pytest.fixture(scope="session")
def port() -> str:
    """The port of a real board that runs the firmware of `linear`: `make flash`, then PLUMBLINE_TEST_PORT=/dev/ttyACM0 make test."""
    found = os.environ.get(PORT)
    if not found:
        pytest.skip(f"{PORT} names no board")
    return found


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Fills a folder of this name one time for all processes of a test run, and gives each of them a copy of its own."""
    ours = tmp_path_factory.getbasetemp()
    everyones = ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours

    def copy_of(name: str, fill: Callable[[Path], object]) -> Path:
        original = everyones / "once" / name
        original.parent.mkdir(exist_ok=True)
        with original.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # until it is closed, whatever happens: all that filelock would do here
            if not original.exists():
                making = original.with_suffix(".making")
                shutil.rmtree(making, ignore_errors=True)
                making.mkdir()
                fill(making)
                making.rename(original)
        return Path(shutil.copytree(original, tmp_path_factory.mktemp("build"), dirs_exist_ok=True))

    return copy_of


@pytest.fixture(scope="session")
def linear(tensorflow: None, once: Once) -> Path:
    """build/linear of a fresh build folder: trained and converted."""

    return once("linear", lambda build: converted(build, "linear")) / "linear"


@pytest.fixture(scope="session")
def digits_converted(tensorflow: None, once: Once) -> Path:
    """build/digits: trained and converted."""
    return once("digits", lambda build: converted(build, "digits")) / "digits"


@pytest.fixture(scope="session")
def weather_converted(tensorflow: None, once: Once) -> Path:
    """build/weather: trained and converted."""
    return once("weather", lambda build: converted(build, "weather")) / "weather"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout whose build folder is empty; its environment is ours."""
    folder = tmp_path_factory.mktemp("checkout")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", ".pio"))
        else:
            shutil.copy2(ROOT / part, folder / part)
    (folder / ".venv").symlink_to((ROOT / ".venv").resolve())
    return folder


@pytest.fixture(scope="session")
def tools() -> None:
    """Skips where the virtual board cannot be built or started; `make test` installs what it takes."""
    for program in (compiler.GCC, QEMU):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    build_engine.provide(platformio_core())  # some tests call PlatformIO themselves


@pytest.fixture(scope="session")
def virtual(tools: None, linear: Path) -> Path:
    """The firmware of `linear` for the virtual board: its ELF file."""
    return firmware.build(linear, "virtual")


@pytest.fixture(scope="session")
def passed(virtual: Path, linear: Path) -> Verdict:
    with VirtualBoard(virtual) as board, Link(board.url) as link:
        manifest = Manifest.load(linear / "generated" / "manifest.json")
        return verify(Board(link), linear, manifest, command="plumbline verify linear <&>", builds=Builds(linear, "virtual"))


@pytest.fixture(scope="session")
def failed(passed: Verdict) -> Verdict:
    """The same verdict as if the board had answered one sample, one code and one probe wrongly, and one reference were no number."""
    wrong = list(passed.comparisons)
    wrong[2] = replace(wrong[2], board=(99,), board_y=(18.77,), exact=False)
    wrong[20] = replace(wrong[20], float_y=(math.nan,))
    wrong[-1] = replace(wrong[-1], board=(0,), exact=False)
    probes = (replace(passed.probes[0], answer=-26.5), *passed.probes[1:])
    return replace(passed, comparisons=tuple(wrong), probes=probes, failures=tuple(failures(wrong, probes)))


@pytest.fixture(scope="session")
def wide(tools: None, tensorflow: None, once: Once) -> Path:
    """build/wide: tensors too large for a frame, trained, converted and built for the virtual board."""
    folder = once("wide", lambda build: run_stage("tests.support.wide_model", str(build / "wide"))) / "wide"
    firmware.build(folder, "virtual")
    return folder


@pytest.fixture(scope="session")
def tflm_recipe(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """build/linear of their own for the tests that build TensorFlow Lite Micro, whose library takes minutes to compile, once for each folder."""
    if not os.environ.get("TFLM_DIR"):
        pytest.skip("TFLM_DIR names no TensorFlow Lite Micro")
    request.getfixturevalue("tools")
    folder = tmp_path_factory.mktemp("tflm") / "linear"
    return Path(shutil.copytree(request.getfixturevalue("linear"), folder, ignore=shutil.ignore_patterns("pio")))


@pytest.fixture(scope="session")
def lesson_folder(tensorflow: None, linear: Path, once: Once) -> Path:
    """A build folder that holds the lesson: learn.html and learn/*.png, made by the command without opening a browser."""

    def fill(build: Path) -> None:
        shutil.copytree(linear, build / "linear")
        run_stage("plumbline", "train", "sine", "--only", "--build", str(build))
        run_stage("plumbline", "learn", "--only", "--no-open", "--build", str(build))

    return once("lesson", fill)
