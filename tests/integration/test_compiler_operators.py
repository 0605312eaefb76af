"""Each operator, on 1,000 random cases and more: compiled C, the integer model and TensorFlow Lite Micro answer alike."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from plumbline.convert.codegen.emit import compile_graph, compile_one
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.references import reference_interpreter, tflm
from tests.support import chip_c, compiled_c, random_arithmetic, random_layers, random_movement, random_recurrent
from tests.support.flatbuffer_writer import random_model, write

pytestmark = pytest.mark.slow

CASES = 1000
FUNCTION = re.compile(r"^static [\w *]*?\b(\w+)\(", re.MULTILINE)
"""The name of a function that nobody outside its file may call."""


def random_fully_connected(rng: np.random.Generator, name: str) -> bytes:
    """The first layer of a random chain."""
    inputs = 1 if rng.random() < 0.15 else int(rng.integers(2, 33))
    model = random_model(rng, inputs, per_channel=bool(rng.integers(2)), batches=int(rng.integers(1, 3)))
    return write(replace(model, layers=model.layers[:1]), layers=name)


OPERATORS: dict[str, Callable[[np.random.Generator, str], bytes]] = {
    "CONV_2D": random_layers.random_conv_2d,
    "DEPTHWISE_CONV_2D": random_layers.random_depthwise_conv_2d,
    "MAX_POOL_2D": random_layers.random_max_pool_2d,
    "AVERAGE_POOL_2D": random_layers.random_average_pool_2d,
    "RESHAPE": random_layers.random_reshape,
    "SOFTMAX": random_layers.random_softmax,
    "FULLY_CONNECTED": random_fully_connected,
    "ADD": random_arithmetic.random_add,
    "SUB": random_arithmetic.random_sub,
    "MUL": random_arithmetic.random_mul,
    "RELU": random_arithmetic.random_relu,
    "RELU6": random_arithmetic.random_relu6,
    "LEAKY_RELU": random_arithmetic.random_leaky_relu,
    "LOGISTIC": random_arithmetic.random_logistic,
    "TANH": random_arithmetic.random_tanh,
    "QUANTIZE": random_arithmetic.random_quantize,
    "MEAN": random_arithmetic.random_mean,
    "DEQUANTIZE": random_arithmetic.random_dequantize,
    **random_movement.CASES,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": random_recurrent.random_lstm,
}


ALONG_WITH = {"ADD": ["RESHAPE"], "SUB": ["RESHAPE"], "MUL": ["RESHAPE"], "DEQUANTIZE": ["QUANTIZE"]}
ALONG_WITH |= {"SPLIT": ["CONCATENATION"], "UNPACK": ["PACK"]}
"""What gives some cases a second input of another shape, what makes codes again of float32 numbers, and what puts pieces together."""


@pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")
@pytest.mark.parametrize("name", OPERATORS)
def test_random_cases(tmp_path: Path, name: str) -> None:
    rng = np.random.default_rng(list(OPERATORS).index(name))
    raws = [OPERATORS[name](rng, f"case_{number}") for number in range(CASES)]
    graphs = [read(raw) for raw in raws]
    codes = [random_layers.rows(rng, graph.input.elements, graph.input.quantized.zero_point) for graph in graphs]
    answers = compiled_c.run(tmp_path, graphs, codes, together=100, level="-O0")
    different = []
    for number, (raw, graph, rows, answer) in enumerate(zip(raws, graphs, codes, answers, strict=True)):
        assert name in {operator.name for operator in graph.operators} <= {name, *ALONG_WITH.get(name, ())}
        np.testing.assert_array_equal(answer, reference_interpreter.run(graph, rows), err_msg=f"case {number} against the integer model")
        if tflm.available():
            np.testing.assert_array_equal(answer, tflm.Interpreter(raw, graph).run(rows), err_msg=f"case {number} against the wheel")
        different.append(len(np.unique(answer)) / answer.size)
    assert np.median(different) > 0.1  # the cases do not merely clamp


@pytest.mark.skipif(not chip_c.available(), reason="needs arm-none-eabi-gcc and qemu-system-arm")
@pytest.mark.parametrize("name", OPERATORS)
def test_a_sample_on_a_cortex_m4(tmp_path: Path, name: str) -> None:
    rng = np.random.default_rng(300 + list(OPERATORS).index(name))
    graphs = [read(OPERATORS[name](rng, f"case_{number}")) for number in range(50)]
    codes = [random_layers.rows(rng, graph.input.elements, graph.input.quantized.zero_point) for graph in graphs]
    for number, (graph, rows, answer) in enumerate(zip(graphs, codes, chip_c.run(tmp_path, graphs, codes), strict=True)):
        np.testing.assert_array_equal(answer, reference_interpreter.run(graph, rows), err_msg=f"case {number}")


@pytest.mark.parametrize("name", ["ADD", "SUB", "MUL", "RELU", "RELU6", "LEAKY_RELU", "LOGISTIC", "TANH", "QUANTIZE"])
def test_the_random_cases_run_in_place(name: str) -> None:
    """Input and output are the same bytes in many of them, so that the comparisons above prove that they may be."""
    rng = np.random.default_rng(list(OPERATORS).index(name))
    memories = [(graph, compile_graph(graph, "case", bytes(32)).memory) for graph in (read(OPERATORS[name](rng, f"case_{i}")) for i in range(200))]
    assert sum(memory.offsets[graph.input.index] == memory.offsets[graph.output.index] for graph, memory in memories) >= 50


@pytest.mark.parametrize("compiler", [path for path in ("gcc", "clang", "arm-none-eabi-gcc") if shutil.which(path)])
@pytest.mark.parametrize("name", OPERATORS)
def test_no_compiler_warns_and_no_float_is_computed(tmp_path: Path, name: str, compiler: str) -> None:
    rng = np.random.default_rng(200 + list(OPERATORS).index(name))
    chip = compiler.startswith("arm")
    for number in range(3):
        source = compiled_c.write_sources(tmp_path, read(OPERATORS[name](rng, f"case_{number}")), f"m{number}")
        target = ["-mcpu=cortex-m3", "-mthumb", "-mfloat-abi=soft", "-funsigned-char"] if chip else []
        command = [compiler, *compiled_c.WARNINGS, "-Wshadow", *target, "-Os", "-c", str(source), "-o", str(tmp_path / "model.o")]
        subprocess.run(command, check=True, timeout=300)
        if chip and name != "DEQUANTIZE":
            called = subprocess.run(["arm-none-eabi-nm", "-u", tmp_path / "model.o"], check=True, capture_output=True, text=True).stdout.split()
            assert {symbol for symbol in called if symbol != "U"} <= {"memcpy", "memmove", "memset"}  # which -Os makes of loops


@pytest.mark.parametrize("name", OPERATORS)
def test_no_function_is_printed_that_nobody_calls(name: str) -> None:
    """Clang warns of one, GCC does not."""
    rng = np.random.default_rng(list(OPERATORS).index(name))
    for number in range(100):
        source = re.sub("//.*", "", compile_graph(read(OPERATORS[name](rng, f"case_{number}")), "case", bytes(32)).source)
        functions = FUNCTION.findall(source)
        assert [function for function in functions if len(re.findall(rf"\b{function}\b", source)) == 1] == []


@pytest.mark.parametrize("name", ["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"])
def test_the_random_cases_take_every_way(name: str) -> None:
    """With the DSP instructions and without, and all helpers of the former: what the comparisons above would otherwise not reach."""
    rng = np.random.default_rng(list(OPERATORS).index(name))
    steps = [compile_one(read(OPERATORS[name](rng, f"case_{i}")).operators[0], "case") for i in range(CASES)]
    ways = {
        "CONV_2D": {"gather", "gather_pairs", "two_pixels", "limit", "requantize"},
        "DEPTHWISE_CONV_2D": {"plane_3x3", "plane_3x3_stride_2", "limit", "requantize"},
        "FULLY_CONNECTED": {"one_row", "limit", "requantize", "code"},
    }[name]
    counts = {way: sum(way in step.helpers for step in steps) for way in ways}
    assert min(counts.values()) >= 50, counts
