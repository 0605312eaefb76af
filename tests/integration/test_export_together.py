"""Exported models in one program: apart, in one translation unit, and shared by the linker. They answer as the integer model does, show nothing but
their interface, and keep what is theirs in the caller's memory."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from plumbline.convert.export.build import model_of, package_of
from plumbline.convert.export.exported import ExportedModel
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.references import reference_interpreter
from tests.support import compiled_c
from tests.support.converted import write_folder
from tests.support.random_network import random_network

pytestmark = [pytest.mark.slow, pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")]

NAMES = ("first", "second")
ROWS = 40
FLAGS = [*compiled_c.WARNINGS, "-Wundef", "-Wcast-align", "-O1"]
# Answers rows of both models by turns, each in two instances of which one was filled with other bytes, and counts the layers that the hooks saw.
DRIVER = """
#include <stdio.h>
#include <string.h>
#include "first.h"
#include "second.h"
static first_memory first_memories[2];
static second_memory second_memories[2];
#if FIRST_HOOKS
static uint32_t before, after;
void first_before_layer(uint32_t layer, const first_memory *memory) { before += layer + (memory ? 1U : 0U); }
void first_after_layer(uint32_t layer, const first_memory *memory) { after += layer + (memory ? 1U : 0U); }
#endif
int main(void)
{
    memset(&first_memories[1], 0x55, sizeof first_memories[1]);
    memset(&second_memories[1], 0x55, sizeof second_memories[1]);
    for (int row = 0; ; ++row) {
        first_memory *const one = &first_memories[row % 2];
        second_memory *const other = &second_memories[row % 2];
        if (fread(first_input(one), FIRST_INPUT_BYTES, 1, stdin) != 1) break;
        if (fread(second_input(other), SECOND_INPUT_BYTES, 1, stdin) != 1) return 1;
        second_invoke(other);
        first_invoke(one);
        if (fwrite(first_output(one), FIRST_OUTPUT_BYTES, 1, stdout) != 1) return 2;
        if (fwrite(second_output(other), SECOND_OUTPUT_BYTES, 1, stdout) != 1) return 2;
        const int8_t *const scores = first_output(one);
        const int32_t best = first_argmax(one);
        for (int32_t i = 0; i < FIRST_OUTPUT_ELEMENTS; ++i) {
            if (scores[i] > scores[best] || (scores[i] == scores[best] && i < best)) return 3;
        }
    }
#if FIRST_HOOKS
    if (before == 0 || before != after) return 4;
#endif
    return 0;
}
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[ExportedModel]:
    raws = (random_network(np.random.default_rng(seed), reshaped_ends=False) for seed in itertools.count(70))
    several = (raw for raw in raws if read(raw).output.elements > 2)
    build = tmp_path_factory.mktemp("together")
    found = []
    for name in NAMES:
        (build / name).mkdir()
        write_folder(build / name, next(several))
        found.append(model_of(build / name, name))
    assert shared(found)
    return found


def shared(models: list[ExportedModel]) -> list[str]:
    """The helpers that both models have."""
    return sorted(set(models[0].compiled.helpers) & set(models[1].compiled.helpers))


@pytest.fixture
def sources(models: list[ExportedModel], tmp_path: Path) -> Path:
    for model in models:
        for name, text in model.sources.items():
            (tmp_path / name).write_text(text)
    (tmp_path / "driver.c").write_text(DRIVER)
    (tmp_path / "all.c").write_text('#include "first.c"\n#include "second.c"\n')
    return tmp_path


def check(program: Path, models: list[ExportedModel]) -> None:
    """The program answers rows of codes as the integer model does."""
    rng = np.random.default_rng(71)
    rows: list[NDArray[np.int8]] = [rng.integers(-128, 128, (ROWS, model.graph.input_bytes)).astype(np.int8) for model in models]
    said = subprocess.run([program], input=np.concatenate(rows, axis=1).tobytes(), capture_output=True, timeout=300)
    assert said.returncode == 0, said.stderr.decode()
    expected = np.concatenate([reference_interpreter.run(model.graph, each) for model, each in zip(models, rows, strict=True)], axis=1)
    np.testing.assert_array_equal(np.frombuffer(said.stdout, np.int8).reshape(ROWS, -1), expected)


def symbols(file: Path, kinds: str) -> list[str]:
    """The symbols of an object or program that are of these kinds of `nm`."""
    said = subprocess.run(["nm", str(file)], capture_output=True, text=True, check=True).stdout
    return [line.split()[-1] for line in said.splitlines() if line.split()[-2] in kinds]


def build(folder: Path, units: tuple[str, ...], *flags: str) -> Path:
    """Compile each unit by itself and link; the program."""
    command = [str(compiled_c.compiler()), *FLAGS, *flags]
    objects = []
    for unit in (*units, "driver.c"):
        target = folder / f"{unit}.o"
        subprocess.run([*command, "-c", str(folder / unit), "-o", str(target)], check=True, timeout=300)
        objects.append(str(target))
    subprocess.run([*command, *objects, "-Wl,--gc-sections", "-o", str(folder / "program")], check=True, timeout=300)
    return folder / "program"


def test_apart_nothing_but_the_interface_is_visible(sources: Path, models: list[ExportedModel]) -> None:
    check(build(sources, ("first.c", "second.c"), "-fsanitize=address,undefined", "-fno-sanitize-recover=all"), models)
    build(sources, ("first.c", "second.c"))
    for name in NAMES:
        assert symbols(sources / f"{name}.c.o", "TWDBCRV") == [f"{name}_invoke"]
        assert not symbols(sources / f"{name}.c.o", "dbC"), "an inference writes no global"


def test_in_one_translation_unit_helpers_are_there_once(sources: Path, models: list[ExportedModel]) -> None:
    check(build(sources, ("all.c",)), models)
    assert symbols(sources / "all.c.o", "TWDBCRV") == ["first_invoke", "second_invoke"]


def test_the_linker_keeps_one_of_each_shared_helper(sources: Path, models: list[ExportedModel]) -> None:
    program = build(sources, ("first.c", "second.c"), "-DPLUMBLINE_SHARE", "-ffunction-sections", "-fdata-sections")
    check(program, models)
    weak = [set(symbols(sources / f"{name}.c.o", "W")) for name in NAMES]
    assert weak[0] & weak[1]
    assert all(re.fullmatch(r"plumbline_\w+_[0-9a-f]{8}", each) for each in weak[0] | weak[1])
    kept = [each for each in symbols(program, "TtWw") if each in weak[0] & weak[1]]
    assert sorted(kept) == sorted(set(kept))


def test_hooks_stand_around_each_layer(sources: Path, models: list[ExportedModel]) -> None:
    check(build(sources, ("first.c", "second.c"), "-DFIRST_HOOKS=1"), models)


def compile_only(folder: Path, unit: str, *flags: str) -> subprocess.CompletedProcess[str]:
    """What the compiler says of a unit, whose object stands beside it."""
    command = [str(compiled_c.compiler()), *FLAGS, *flags, "-c", str(folder / unit), "-o", str(folder / f"{unit}.o")]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def test_constants_go_where_an_attribute_says(sources: Path) -> None:
    assert compile_only(sources, "first.c", '-DFIRST_CONSTANTS=__attribute__((section(".external")))').returncode == 0
    said = subprocess.run(["objdump", "-h", str(sources / "first.c.o")], capture_output=True, text=True, check=True).stdout
    (size,) = re.findall(r"\.external\s+([0-9a-f]+)", said)
    assert int(size, 16) > 0


def test_helpers_of_two_versions_do_not_meet_in_one_unit(sources: Path, models: list[ExportedModel]) -> None:
    text = (sources / "second.c").read_text()
    guard = f"PLUMBLINE_HAS_{shared(models)[-1].upper()}"
    (sources / "second.c").write_text(re.sub(rf"({guard}\b.*0x)\w+", r"\g<1>12345678", text))
    done = compile_only(sources, "all.c")
    assert done.returncode != 0
    assert "different versions of Plumbline" in done.stderr


@pytest.mark.skipif(shutil.which("g++") is None, reason="needs g++")
def test_the_header_is_cpp_as_well(sources: Path) -> None:
    uses = "int user() { first_invoke(&it); second_invoke(&other); return first_output(&it)[0] + second_argmax(&other); }"
    (sources / "user.cpp").write_text(f'#include "first.h"\n#include "second.h"\nfirst_memory it;\nsecond_memory other;\n{uses}\n')
    flags = ["-std=c++11", *[each for each in FLAGS if not each.startswith("-std=")], "-fsyntax-only"]
    subprocess.run(["g++", *flags, str(sources / "user.cpp")], check=True, timeout=300)


def test_a_package_of_two_models_needs_two_names(models: list[ExportedModel]) -> None:
    assert package_of(models, None).name == "first_second"
