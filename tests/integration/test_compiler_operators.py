"""Each registered operator, on 1,000 random cases and more: compiled C, the integer model and TensorFlow Lite Micro answer alike."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.chips import M0, M4F, M33F, RV32, Chip
from plumbline.convert.codegen.emit import Compiled, compile_graph, compile_one
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import Graph
from plumbline.convert.operators import registered
from plumbline.convert.references import reference_interpreter, tflm
from plumbline.convert.references.sequences import Starts
from tests.support import chip_c, compiled_c
from tests.support.input_rows import asked_of
from tests.support.tflite_writer import write_case

pytestmark = pytest.mark.slow

CASES = 1000
ON_OTHERS = 5
"""Cases of an operator on each of the other processors; five times as many of those that take several ways."""
OPERATORS = [each.name for each in registered().values() if not each.resolved]
"""Those of which a graph has any; the others are in the cases of READ_VARIABLE and ASSIGN_VARIABLE."""
FLOATS = {"load_float", "store_float"}
"""The helper of operators that compute with float32 numbers."""
IN_PLACE = {"ABS", "ADD", "ELU", "HARD_SWISH", "LEAKY_RELU", "LOGISTIC", "MUL", "QUANTIZE", "RELU", "RELU6", "RSQRT", "SUB", "TANH"}
IN_PLACE |= {"ADD_N", "DIV", "LESS", "LOGICAL_AND", "LOGICAL_NOT", "MAXIMUM", "PRELU", "SELECT_V2", "SQUARED_DIFFERENCE"}
WAYS = {
    "CONV_2D": {"im2col", "im2col_s16", "two_pixels", "clamp", "requantize", "pixel_s16", "requantize_once", "requantize_s16"},
    "DEPTHWISE_CONV_2D": {"plane_3x3", "plane_3x3_stride_2", "clamp", "requantize", "requantize_once"},
    "FULLY_CONNECTED": {"one_row", "clamp", "requantize", "code", "pixel_s16"},
}
"""Helpers of operators that take several ways: with the DSP instructions and without."""
FUNCTION = re.compile(r"^static [\w *]*?\b(\w+)\(", re.MULTILINE)
"""The name of a function that nobody outside its file may call."""


def random_cases(name: str, count: int, seed: int, called: str = "case") -> tuple[list[bytes], np.random.Generator]:
    """Cases of an operator, and the random numbers after them; the operator's number in the schema keeps them the same whatever there is besides."""
    rng = np.random.default_rng([registered()[name].number, seed])
    return [write_case(registered()[name].random_case(rng, f"{called}_{number}")) for number in range(count)], rng


@dataclass(frozen=True)
class Cases:
    """The random cases of an operator, read and compiled once for the tests below."""

    name: str
    raws: list[bytes]
    graphs: list[Graph]
    asked: list[tuple[NDArray[np.int8], Starts | None]]
    compiled: list[Compiled]


@pytest.fixture(scope="module", params=OPERATORS)
def cases(request: pytest.FixtureRequest) -> Cases:
    raws, rng = random_cases(request.param, CASES, seed=0)
    graphs = [read(raw) for raw in raws]
    return Cases(request.param, raws, graphs, [asked_of(rng, graph) for graph in graphs], compiled_c.all_compiled(graphs))


@pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")
def test_random_cases(tmp_path: Path, cases: Cases) -> None:
    name, graphs = cases.name, cases.graphs
    codes, starts = [rows for rows, _ in cases.asked], [begins for _, begins in cases.asked]
    answers = compiled_c.run(tmp_path, graphs, codes, together=100, starts=starts, compiled=cases.compiled)
    different, types = [], set()
    for number, (raw, graph, (rows, begins), answer) in enumerate(zip(cases.raws, graphs, cases.asked, answers, strict=True)):
        assert name in {operator.name for operator in graph.operators}
        found = reference_interpreter.run(graph, rows, starts=begins)
        np.testing.assert_array_equal(answer, found, err_msg=f"case {number} against the integer model")
        if tflm.available():
            found = tflm.Interpreter(raw, graph).run(rows, begins)
            np.testing.assert_array_equal(answer, found, err_msg=f"case {number} against the wheel")
        most = min(answer.size, rows.size, 256)  # a ring shows what it was given many times over
        possible = 2 if {tensor.type for tensor in graph.outputs} == {"BOOL"} else most
        different.append(len(np.unique(answer)) / min(possible, answer.size))
        types |= {(*each.run_time_inputs, *each.variables)[0].type for each in graph.operators if each.name == name}
    assert types == set(registered()[name].types)
    assert np.median(different) > 0.1  # the cases do not merely clamp


@pytest.mark.skipif(M4F.missing is not None, reason=M4F.missing or "")
@pytest.mark.parametrize("name", OPERATORS)
def test_a_sample_on_a_cortex_m4(tmp_path: Path, name: str) -> None:
    raws, rng = random_cases(name, 50, seed=1)
    graphs = [read(raw) for raw in raws]
    asked = [asked_of(rng, graph) for graph in graphs]
    answers = chip_c.run(tmp_path, graphs, [rows for rows, _ in asked], [begins for _, begins in asked])
    for number, (graph, (rows, begins), answer) in enumerate(zip(graphs, asked, answers, strict=True)):
        np.testing.assert_array_equal(answer, reference_interpreter.run(graph, rows, starts=begins), err_msg=f"case {number}")


@pytest.mark.parametrize("chip", [M0, M33F, RV32], ids=lambda chip: chip.name)
def test_a_smaller_sample_of_every_operator_on_other_cores(tmp_path: Path, chip: Chip) -> None:
    """In one image, of which most is what all models share."""
    if chip.missing:
        pytest.skip(chip.missing)
    graphs: list[Graph] = []
    asked: list[tuple[NDArray[np.int8], Starts | None]] = []
    for name in OPERATORS:
        raws, rng = random_cases(name, ON_OTHERS * (5 if name in WAYS else 1), seed=3, called=name.lower().replace(":", "_"))
        graphs += [read(raw) for raw in raws]
        asked += [asked_of(rng, graph) for graph in graphs[len(asked) :]]
    answers = chip_c.run(tmp_path, graphs, [rows for rows, _ in asked], [begins for _, begins in asked], chip)
    for number, (graph, (rows, begins), answer) in enumerate(zip(graphs, asked, answers, strict=True)):
        named = f"case {number}, {graph.operators[-1].name}"
        np.testing.assert_array_equal(answer, reference_interpreter.run(graph, rows, starts=begins), err_msg=named)


@pytest.mark.skipif(M0.missing is not None, reason=M0.missing or "")
def test_a_word_that_is_not_aligned_stops_the_cortex_m0(tmp_path: Path) -> None:
    """Else its cases above would say less."""
    program, image = tmp_path / "program.c", tmp_path / "image.elf"
    program.write_text(
        M0.start + "static uint32_t words[2]; int main(void) { chip_begin(); return *(volatile uint32_t *)((char *)words + AT) != 0; }"
    )
    for at in (0, 4):
        M0.compile([f"-DAT={at}", program, *M0.link, "-o", image])
        M0.answer(image)
    M0.compile(["-DAT=2", program, *M0.link, "-o", image])
    with pytest.raises(subprocess.CalledProcessError):
        M0.answer(image)


@pytest.mark.parametrize("cases", sorted(IN_PLACE), indirect=True)
def test_the_random_cases_run_in_place(cases: Cases) -> None:
    """Input and output are the same bytes in many of them, so that the comparisons above prove that they may be."""
    ends = [(each.memory.offsets, graph.inputs[0].index, graph.outputs[0].index) for graph, each in zip(cases.graphs, cases.compiled, strict=True)]
    assert sum(offsets[first] == offsets[last] for offsets, first, last in ends) >= CASES // 4


@pytest.mark.parametrize("cases", WAYS, indirect=True)
def test_the_random_cases_take_every_way(cases: Cases) -> None:
    """What the comparisons above would otherwise not reach."""
    counts = {way: sum(way in each.helpers for each in cases.compiled) for way in WAYS[cases.name]}
    assert min(counts.values()) >= 50, counts


def test_only_the_models_ends_are_float(cases: Cases) -> None:
    if registered()[cases.name].runs_graphs:
        pytest.skip("float32 numbers may be handed to the graphs that it runs")
    floats = any(FLOATS & {*compile_one(graph.operators[0], "x").helpers} for graph in cases.graphs[:20])
    assert floats == (cases.name == "DEQUANTIZE")  # and QUANTIZE of a float32 number, which no model of int8 ends has


def test_what_is_printed_is_called_and_registered(cases: Cases) -> None:
    """No function that nobody calls, of which Clang warns and GCC does not, and no constant whose name the registration lacks: it could clash."""
    for graph, compiled in zip(cases.graphs[:100], cases.compiled, strict=False):
        source = re.sub("//.*", "", compiled.source)
        functions = FUNCTION.findall(source)
        assert [function for function in functions if len(re.findall(rf"\b{function}\b", source)) == 1] == []
        layers = re.findall(r"^ +(\w+)\(.*\bmemory\b", source, re.MULTILINE)
        layers += re.findall(r"plumbline_move_bytes\([^,]*, (\w+)_value,", source)  # which a branch or a loop begins with
        steps = [(compile_one(each, "x"), registered()[each.name]) for each in graph.operators]
        silent = [step.same_bytes or registration.same_bytes or registration.runs_graphs for step, registration in steps]
        assert [step.template is None for step, _ in steps] == silent
        ends = {end for each in graph.with_inner for end in registered()[each.name].constants}
        for constant in re.findall(r"^static const \w+ (\w+)", source, re.MULTILINE):
            assert (
                constant.startswith("plumbline_")
                or constant.endswith("_beginning")
                or any(constant == f"{layer}_{end}" for layer in layers for end in ends)
            ), constant


@pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="needs arm-none-eabi-gcc")
@pytest.mark.parametrize("name", OPERATORS)
def test_no_warning_without_dsp_instructions_and_no_float_is_computed(tmp_path: Path, name: str) -> None:
    """Models by themselves on a Cortex-M3; the tests above have the warnings of GCC and Clang for many more, those of GCC's optimiser for 50."""
    graphs = [read(raw) for raw in random_cases(name, 3, seed=2)[0]]
    compiled = [compile_graph(graph, f"m{number}", bytes(32)) for number, graph in enumerate(graphs)]
    sources = [compiled_c.write_sources(tmp_path, graph, f"m{number}") for number, graph in enumerate(graphs)]
    target = ["-mcpu=cortex-m3", "-mthumb", "-mfloat-abi=soft", "-funsigned-char"]
    subprocess.run(["arm-none-eabi-gcc", *compiled_c.WARNINGS, *target, "-Os", "-c", *sources], check=True, timeout=300, cwd=tmp_path)
    objects = [source.with_suffix(".o").name for source, each in zip(sources, compiled, strict=True) if not FLOATS & {*each.helpers}]
    if objects:
        said = subprocess.run(["arm-none-eabi-nm", "-u", *objects], check=True, capture_output=True, text=True, cwd=tmp_path).stdout
        assert set(re.findall(r"^ +U (\w+)$", said, re.MULTILINE)) <= {"memcpy", "memmove", "memset"}  # which -Os makes of loops
