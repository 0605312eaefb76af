"""An export for Arduino, installed from its ZIP as its README says: its sketches compile as the cores compile them, and run on this machine."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import numpy as np
import pytest

from plumbline.common.rows import real_values, taken_apart, to_reals
from plumbline.convert.export.exported import ExportedModel
from plumbline.convert.references import reference_interpreter
from tests.faults.native import running
from tests.support.avr import AVR
from tests.support.exported_models import CLASSES, MODELS, NAME, converted, exported, noise, package
from tests.support.exported_readme import block, follow
from tests.support.firmware_native import run
from tests.support.stages import Once

pytestmark = pytest.mark.slow

CORE = Path(__file__).parents[1] / "support" / "arduino_core"
FLAGS = ("-Os", "-Wall", "-Wextra", "-Werror", "-ffunction-sections", "-fdata-sections")
"""As the cores have it, with more warnings than any of them."""
LANGUAGES = {".cpp": ("g++", "-std=gnu++11", "-fno-exceptions", "-fno-rtti"), ".c": ("gcc", "-std=gnu11")}
"""Of the core for AVR, the oldest that is in use."""
PASSED = [*(f"{name}: 8 of 8 inputs exact" for name in MODELS), "PASS"]
CHIPS = {
    "": ("-funsigned-char",),
    "arm-none-eabi-": ("-mcpu=cortex-m4", "-mthumb"),
    "avr-": ("-mmcu=atmega2560",),
}
"""The prefix of a compiler, and its flags."""


@pytest.fixture(scope="module")
def models(once: Once) -> dict[str, ExportedModel]:
    return {each.name: each for each in package(once("exported", converted)).models}


@pytest.fixture(scope="module")
def export(once: Once, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported("arduino", once("exported", converted), tmp_path_factory.mktemp("arduino"))


@pytest.fixture(scope="module")
def library(export: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the README's commands install it."""
    if shutil.which("unzip") is None:
        pytest.skip("needs unzip")
    home = tmp_path_factory.mktemp("home")
    follow((export / "README.md").read_text(), "Install it", export, {"HOME": str(home)})
    return home / "Arduino" / "libraries" / NAME


def test_the_zip_holds_the_library_in_one_folder_as_it_lies_beside_it(export: Path, library: Path) -> None:
    installed = {path.relative_to(library): path.read_bytes() for path in library.rglob("*") if path.is_file()}
    beside = {path.relative_to(export / NAME): path.read_bytes() for path in (export / NAME).rglob("*") if path.is_file()}
    assert installed == beside
    assert [path.name for path in library.parent.iterdir()] == [NAME]


def test_equal_exports_are_equal_files(once: Once, export: Path, tmp_path: Path) -> None:
    again = exported("arduino", once("exported", converted), tmp_path)
    assert (again / f"{NAME}.zip").read_bytes() == (export / f"{NAME}.zip").read_bytes()


def test_what_the_library_manager_reads_is_there_and_valid(library: Path) -> None:
    """By the rules of Arduino's library specification 1.5, revision 2.2."""
    properties = dict(line.split("=", 1) for line in (library / "library.properties").read_text().splitlines())
    required = {"name", "version", "author", "maintainer", "sentence", "paragraph", "category", "url", "architectures", "includes"}
    assert set(properties) == required
    assert all(properties.values())
    assert properties["name"] == library.name
    assert re.fullmatch(r"\d+\.\d+\.\d+", properties["version"])
    assert (properties["category"], properties["architectures"]) == ("Data Processing", "*")
    assert [(library / "src" / each).is_file() for each in properties["includes"].split(",")] == [True] * len(MODELS)
    assert all(path.stem == path.parent.name for path in (library / "examples").rglob("*.ino"))


def test_each_keyword_is_a_word_of_a_header_behind_a_tab(library: Path) -> None:
    known = {word for name in MODELS for word in re.findall(r"\w+", (library / "src" / f"{name}.h").read_text())}
    lines = [line.split("\t") for line in (library / "keywords.txt").read_text().splitlines() if line and not line.startswith("#")]
    words = {word for word, _ in lines}
    assert words <= known
    assert {"keyword_memory", "keyword_invoke", "gauge_reset", "lamp_input_light", "LAMP_INPUT_LIGHT_SCALE"} <= words
    assert {kind for _, kind in lines} == {"KEYWORD1", "KEYWORD2", "LITERAL1"}


def built(sketch: str, library: Path, folder: Path, prefix: str = "") -> list[Path]:
    """The objects of a sketch, made as an Arduino builder makes them: the sketch as C++ behind Arduino.h, what lies beside it, and the library."""
    if shutil.which(f"{prefix}g++") is None:
        pytest.skip(f"needs {prefix}g++")
    source = library / "examples" / sketch / f"{sketch}.ino"
    (folder / f"{sketch}.ino.cpp").write_text(f'#include <Arduino.h>\n#line 1 "{source}"\n{source.read_text()}')
    sources = [folder / f"{sketch}.ino.cpp", *sorted(source.parent.glob("*.c")), *sorted((library / "src").glob("*.c"))]
    return [compiled(each, folder, library, prefix) for each in sources]


def compiled(source: Path, folder: Path, library: Path, prefix: str = "") -> Path:
    compiler, *language = LANGUAGES[source.suffix]
    target = folder / f"{source.name}.o"
    run([prefix + compiler, *language, *CHIPS[prefix], *FLAGS, f"-I{CORE}", f"-I{library / 'src'}", "-c", str(source), "-o", str(target)])
    return target


def program(sketch: str, library: Path, folder: Path) -> Path:
    """A sketch on this machine's core, whose serial port is a socket."""
    objects = built(sketch, library, folder)
    objects += [compiled(CORE / name, folder, library) for name in ("core.cpp", "stream.cpp")]
    run(["g++", *map(str, objects), "-Wl,--gc-sections", "-o", str(folder / "program")])
    return folder / "program"


@pytest.mark.parametrize("prefix", CHIPS, ids=["this machine", "Cortex-M4", "AVR"])
@pytest.mark.parametrize("sketch", [*MODELS, "self_test"])
def test_each_example_compiles_without_a_warning(sketch: str, prefix: str, library: Path, tmp_path: Path) -> None:
    assert len(built(sketch, library, tmp_path, prefix)) == 1 + len(MODELS) * (2 if sketch == "self_test" else 1)


def test_the_call_of_the_readme_compiles(export: Path, library: Path, tmp_path: Path) -> None:
    (tmp_path / "sketch.cpp").write_text("#include <Arduino.h>\n" + block((export / "README.md").read_text(), "Call it", "cpp"))
    compiled(tmp_path / "sketch.cpp", tmp_path, library)


def test_the_self_test_says_that_it_passes(library: Path, tmp_path: Path) -> None:
    with running(program("self_test", library, tmp_path)) as url, connected(url) as port:
        lines = [port.readline().strip() for _ in range(len(MODELS) + 1)]
    assert lines == PASSED


@pytest.mark.skipif(shutil.which("simavr") is None, reason="needs simavr")
def test_the_self_test_passes_on_an_emulated_arduino_mega(library: Path, tmp_path: Path) -> None:
    objects = [
        *built("self_test", library, tmp_path, "avr-"),
        *(compiled(CORE / name, tmp_path, library, "avr-") for name in ("avr.cpp", "stream.cpp")),
    ]
    run(["avr-gcc", *CHIPS["avr-"], "-Wl,--gc-sections", *map(str, objects), "-o", str(tmp_path / "sketch.elf")])
    ended = subprocess.run([*AVR.machine, str(tmp_path / "sketch.elf")], check=True, capture_output=True, text=True, timeout=300)
    lines = re.findall(r"\x1b\[32m(.*?)\.\.\n", ended.stdout + ended.stderr)  # in green, with a dot for each character that ends a line
    assert lines == PASSED


@pytest.mark.parametrize("name", MODELS)
def test_a_sketch_answers_what_is_typed_as_the_model_does(name: str, models: dict[str, ExportedModel], library: Path, tmp_path: Path) -> None:
    """Inferences one after the other: a model with state would answer each otherwise alone."""
    graph = models[name].graph
    codes = noise(name, graph, 4)
    expected = reference_interpreter.run(graph, codes, starts=np.arange(4) == 0 if graph.stateful else None)
    assert (expected[2] != expected[3]).any()
    with running(program(name, library, tmp_path)) as url, connected(url) as port:
        assert f"{len(to_reals(codes, graph.inputs)[0])} numbers" in port.readline()
        for row, answer in zip(to_reals(codes, graph.inputs), expected, strict=True):
            port.write(" ".join(f"{number:.5f}" for number in row) + "\r\n")
            port.flush()
            for end, values in zip(graph.outputs, taken_apart(answer[np.newaxis], graph.outputs), strict=True):
                numbers, _, largest = port.readline().partition(" class ")
                np.testing.assert_allclose([float(each) for each in numbers.split()], real_values(values, end)[0], rtol=0, atol=1e-5)
                best = int(np.argmax(values))
                assert largest.split() == ([str(best), CLASSES[best]] if name == "keyword" else [str(best)])


@contextmanager
def connected(url: str) -> Iterator[TextIO]:
    """The other end of a sketch's serial port."""
    host, port = url.removeprefix("socket://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as line, line.makefile("rw", newline="") as text:
        yield text
