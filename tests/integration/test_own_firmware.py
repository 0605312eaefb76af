"""docs/how-to/own-firmware.md word by word: its commands, its C for a Cortex-M4, and the firmware of it on this computer, which is verified."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from plumbline.common.paths import ROOT
from tests.support import compiled_c, pages, self_test_models

PAGE = "docs/how-to/own-firmware.md"
VENDOR = ROOT / "tests" / "support" / "stm32"
CROSS = "arm-none-eabi-gcc"
STRICT = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-Wconversion", "-Wshadow", "-Wundef", "-pedantic"]

pytestmark = [pytest.mark.slow, pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")]


def typed(command: str) -> list[list[str]]:
    """What the page types of a command of `plumbline`, as it stands indented."""
    return [shlex.split(line)[1:] for line in re.findall(rf"^    (plumbline {command} .*)$", pages.text(PAGE), re.MULTILINE)]


def plumbline(folder: Path, words: list[str]) -> subprocess.CompletedProcess[str]:
    """A command in that folder; TensorFlow takes no part."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-m", "plumbline", *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=600)


@pytest.fixture(scope="module")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model, what the page exports of it, the page's own C, and the program of all that."""
    folder = tmp_path_factory.mktemp("firmware")
    (folder / "keyword.tflite").write_bytes(self_test_models.network())
    for words in typed("export"):
        ended = plumbline(folder, words)
        assert ended.returncode == 0, ended.stderr
    files = re.findall(r"^```c\n(// ([\w.]+)[^\n]*\n.*?)^```$", pages.text(PAGE), re.MULTILINE | re.DOTALL)
    assert [name for _, name in files] == ["self_test.c", "board_stm32.c", "app.c"]
    for text, name in files:
        (folder / name).write_text(text)
    return folder


def included(folder: Path) -> list[str]:
    return [f"-I{place}" for place in (VENDOR, folder / "keyword-c", folder / "keyword-harness")]


@pytest.fixture(scope="module")
def program(firmware: Path) -> Path:
    harness = firmware / "keyword-harness"
    sources: list[Path] = [*sorted((harness / "plumbline").glob("*.c")), harness / "example" / "engine_exported.c"]
    sources += [firmware / "keyword-c" / "keyword.c", firmware / "keyword-c" / "keyword_test.c", *firmware.glob("*.c"), VENDOR / "main.c"]
    options = ["-std=c99", "-DKEYWORD_HOOKS=1", *included(firmware), "-o", str(firmware / "program")]
    subprocess.run([compiled_c.compiler() or "cc", *options, *sources, "-lpthread"], check=True, timeout=300)
    return firmware / "program"


@pytest.mark.skipif(shutil.which(CROSS) is None, reason=f"{CROSS} is not installed")
@pytest.mark.parametrize("name", ["self_test.c", "board_stm32.c", "app.c"])
def test_the_page_s_c_compiles_for_a_cortex_m4(firmware: Path, name: str) -> None:
    target = ["-mcpu=cortex-m4", "-mthumb", "-Os", "-c", str(firmware / name), "-o", str(firmware / f"{name}.o")]
    subprocess.run([CROSS, *STRICT, *included(firmware), *target], check=True, timeout=300)


def test_the_self_test_says_what_the_page_says(program: Path) -> None:
    ended = subprocess.run([program, "self-test"], capture_output=True, timeout=60)
    (said,) = re.findall(r"It says `(keyword: .*? exact)`", pages.text(PAGE))
    assert (ended.returncode, ended.stdout) == (0, said.encode() + b"\r\n")


@pytest.fixture
def port(program: Path) -> Iterator[str]:
    """Where the firmware listens."""
    with subprocess.Popen([program], stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            yield f"socket://localhost:{int(running.stdout.readline())}"
        finally:
            running.kill()


def test_the_firmware_passes_the_page_s_verification(firmware: Path, port: str) -> None:
    (words,) = typed("verify")
    ended = plumbline(firmware, [port if each.startswith("/dev/") else each for each in words])
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Nucleo-F446RE" in ended.stdout
    assert "PASS" in ended.stdout


def test_the_page_names_every_function_of_a_board_and_no_other(firmware: Path) -> None:
    declared = set(re.findall(r"\b(board_\w+)\(", re.sub(r"//.*", "", (firmware / "keyword-harness" / "plumbline" / "board.h").read_text())))
    table = {row for line in re.findall(r"^\| (`board_.*?) \|", pages.text(PAGE), re.MULTILINE) for row in re.findall(r"`(\w+)`", line)}
    named = {f"board_counter{each}" if each.startswith("_") else each for each in table}
    assert named == declared == set(re.findall(r"\b(board_\w+)\(", (firmware / "board_stm32.c").read_text()))
    counted = ["ten", "eleven", "twelve", "thirteen", "fourteen"][len(declared) - 10]
    assert f"declares {counted} functions" in pages.text(PAGE)
