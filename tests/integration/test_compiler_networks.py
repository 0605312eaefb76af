"""Small convolutional networks as plain C: exact, without warnings at any level, and with every RESHAPE planned away."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.operators import registered
from plumbline.convert.references import reference_interpreter
from tests.support import compiled_c
from tests.support.exact_networks import hold
from tests.support.input_rows import input_rows
from tests.support.random_network import Network, random_network
from tests.support.tflite_writer import write_case, write_graph

needs_compiler = pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")
COMPILERS = [path for path in ("gcc", "clang", "arm-none-eabi-gcc") if shutil.which(path)]


@pytest.mark.slow
@needs_compiler
def test_100_random_networks(tmp_path: Path) -> None:
    rng = np.random.default_rng(50)
    raws = [random_network(rng, reshaped_ends=number % 2 == 0) for number in range(100)]
    hold(tmp_path, rng, raws)


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("level", ["-O0", "-Os", "-O3"])
def test_no_compiler_warns(tmp_path: Path, compiler: str, level: str) -> None:
    rng = np.random.default_rng(51)
    for number in range(3):
        source = compiled_c.write_sources(tmp_path, read(random_network(rng, reshaped_ends=number == 0)), f"m{number}")
        target = ["-mcpu=cortex-m4", "-mthumb", "-funsigned-char"] if compiler.startswith("arm") else []
        subprocess.run([compiler, *compiled_c.WARNINGS, *target, level, "-c", source, "-o", tmp_path / "model.o"], check=True, timeout=300)


CORES = (
    "-mcpu=cortex-m0 -mthumb",
    "-mcpu=cortex-m0 -mthumb -Os -fno-omit-frame-pointer",
    "-mcpu=cortex-m23 -mthumb",
    "-mcpu=cortex-m3 -mthumb",
    "-mcpu=cortex-m7 -mthumb",
    "-mcpu=cortex-m33 -mthumb",
    "-mcpu=cortex-m33+nodsp -mthumb",
    "-mcpu=cortex-r5 -marm",
    "-mcpu=cortex-a7 -marm",
    "-mcpu=cortex-a7 -mthumb",
    "-mcpu=arm926ej-s -marm",
    "-mcpu=arm926ej-s -mthumb",
)
"""Cores with and without the DSP instructions, in Thumb and in ARM state."""


@pytest.mark.slow
@pytest.mark.skipif("arm-none-eabi-gcc" not in COMPILERS, reason="needs arm-none-eabi-gcc")
@pytest.mark.parametrize("core", CORES)
def test_every_arm_core_assembles_it_without_a_warning(tmp_path: Path, core: str) -> None:
    source = compiled_c.write_sources(tmp_path, read(random_network(np.random.default_rng(51), reshaped_ends=True)))
    command = ["arm-none-eabi-gcc", *map(str, compiled_c.WARNINGS), "-funsigned-char", "-O3", *core.split(), "-c", str(source)]
    subprocess.run([*command, "-o", str(tmp_path / "model.o")], check=True, timeout=300)


@pytest.mark.skipif("arm-none-eabi-gcc" not in COMPILERS, reason="needs arm-none-eabi-gcc")
def test_the_object_for_a_chip_uses_no_heap_and_no_floating_point(tmp_path: Path) -> None:
    source = compiled_c.write_sources(tmp_path, read(random_network(np.random.default_rng(52), reshaped_ends=True)))
    target = tmp_path / "model.o"
    subprocess.run(["arm-none-eabi-gcc", "-std=c99", "-mcpu=cortex-m3", "-mthumb", "-mfloat-abi=soft", "-Os", "-c", source, "-o", target], check=True)
    symbols = subprocess.run(["arm-none-eabi-nm", "--undefined-only", target], check=True, capture_output=True, text=True).stdout.split()
    assert {name for name in symbols if name != "U"} <= {"memcpy"}  # which -Os makes of a loop that copies


def shaped(rng: np.random.Generator, *steps: str) -> Network:
    """A network of Dense layers (d) on four numbers and of RESHAPEs (r) to the shape they have."""
    net = Network(rng, (1, 4))
    for step in steps:
        if step == "d":
            net.dense(4)
        else:
            net.reshape(1, 4)
    return net


@pytest.mark.parametrize(("steps", "memory"), [("r", 4), ("rr", 4), ("drd", 8), ("rdr", 8), ("drrr", 8), ("rrdrrdr", 8), ("ddd", 8)])
def test_a_reshape_never_copies(tmp_path: Path, steps: str, memory: int) -> None:
    rng = np.random.default_rng(53)
    net = shaped(rng, *steps)
    graph = read(write_graph(net.tensors, net.operators, 0, net.current))
    compiled = compile_graph(graph, "shapes", bytes(32))
    assert compiled.source.count("only changes the shape") == steps.count("r")
    assert compiled.memory.bytes == memory
    codes = input_rows(rng, 4, 0)
    if compiled_c.compiler():
        np.testing.assert_array_equal(compiled_c.run(tmp_path, [graph], [codes])[0], reference_interpreter.run(graph, codes))


@needs_compiler
def test_a_model_without_constants_has_an_empty_table(tmp_path: Path) -> None:
    graph = read(write_case(registered()["MAX_POOL_2D"].random_case(np.random.default_rng(54), "pool_only")))
    source = compiled_c.write_sources(tmp_path, graph)
    assert "plumbline_compiled_constant_count = 0" in source.read_text()
    codes = input_rows(np.random.default_rng(0), graph.input.elements, 0)
    np.testing.assert_array_equal(compiled_c.run(tmp_path, [graph], [codes])[0], reference_interpreter.run(graph, codes))
