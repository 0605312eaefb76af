"""What the generated headers say is what Python says, as a C and a C++ compiler understand it."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from plumbline.common import wire
from plumbline.common.layer_names import layer_name
from plumbline.common.paths import ROOT
from plumbline.convert.codegen.arena import arena
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.codegen.ends import Scale, macro_names
from plumbline.convert.codegen.generated_folder import decimals, generated_files, wire_header
from plumbline.convert.codegen.names import identifiers
from plumbline.convert.codegen.templating import c_string, comment
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import Graph
from plumbline.convert.operators.cases import TensorSpec
from tests.support import compiled_c
from tests.support.flatbuffer_writer import Dense, Model, random_model, write
from tests.support.tflite_writer import write_graph
from tests.support.write_operators import binary

needs_compiler = pytest.mark.skipif(compiled_c.compiler() is None or shutil.which("g++") is None, reason="needs gcc and g++")
RAW = write(random_model(np.random.default_rng(9), 1, False))
GRAPH = read(RAW)


def files(domain: tuple[float, float] = (-12.8, 12.7)) -> dict[str, str]:
    return generated_files("linear", RAW, GRAPH, compile_graph(GRAPH, "linear", bytes(32)), arena(GRAPH, 1008), domain)


def values(folder: Path, header: str, names: list[str], compiler: str = "gcc") -> dict[str, int]:
    """The integers that a compiler sees behind names of a header."""
    for name, text in files().items():
        (folder / name).write_text(text)
    lines = "\n".join(f'printf("{name} %lld\\n", (long long)({name}));' for name in names)
    suffix, standard = (".c", "-std=c99") if compiler == "gcc" else (".cpp", "-std=gnu++14")
    source = folder / f"show{suffix}"
    source.write_text(f'#include <stdio.h>\n#include "{header}"\nint main(void) {{\n{lines}\nreturn 0;\n}}\n')
    subprocess.run([compiler, standard, "-Wall", "-Wextra", "-Werror", source, "-o", folder / "show"], check=True, timeout=300)
    shown = subprocess.run([folder / "show"], check=True, capture_output=True, text=True).stdout
    return {name: int(value) for name, value in (line.split() for line in shown.splitlines())}


def expected_wire() -> dict[str, int]:
    """Every macro and enumerator that plumbline/common/wire.py implies."""
    result = {
        "PROTOCOL_VERSION": wire.PROTOCOL_VERSION,
        "MARK": wire.MARK,
        "HEADER_BYTES": wire.HEADER.size,
        "CRC_BYTES": wire.CRC_BYTES,
        "FRAME_MAX": wire.FRAME_MAX,
        "PAYLOAD_MAX": wire.PAYLOAD_MAX,
        "TEXT_MAX": wire.TEXT_MAX,
        "NAME_MAX": wire.NAME_MAX,
        "REPLY": wire.REPLY,
        "ERROR_REPLY": wire.ERROR_REPLY,
    }
    result |= {f"REQUEST_{member.name}": member.value for member in wire.Request}
    result |= {f"ERROR_{member.name}": member.value for member in wire.Error}
    result |= {f"FIELD_{member.name}": member.value for member in wire.Field}
    result |= {f"TYPE_{member.name}": member.value for member in wire.Type}
    result |= {f"DIRECTION_{member.name}": member.value for member in wire.Direction}
    for kind, table in (("REQUEST", wire.REQUESTS), ("REPLY", wire.REPLIES)):
        for message, layout in table.items():
            result[f"{message.name}_{kind}_BYTES"] = layout.packed.size
            for position, (name, _) in enumerate(layout.fields):
                before = struct.Struct("<" + "".join(code for _, code in layout.fields[:position])).size
                result[f"{message.name}_{kind}_{name.upper()}_OFFSET"] = before
    return {f"PLUMBLINE_{name}": value for name, value in result.items()}


@needs_compiler
@pytest.mark.parametrize("compiler", ["gcc", "g++"])
def test_the_wire_header_says_what_common_wire_says(tmp_path: Path, compiler: str) -> None:
    expected = expected_wire()
    assert values(tmp_path, "plumbline_wire.h", list(expected), compiler) == expected


def test_the_wire_header_says_nothing_else() -> None:
    named = set(re.findall(r"PLUMBLINE_\w+(?= [=0-9])", wire_header())) - {"PLUMBLINE_WIRE_H"}
    assert named == set(expected_wire())


@needs_compiler
@pytest.mark.parametrize("compiler", ["gcc", "g++"])
def test_the_model_header_carries_the_exact_scales_and_domain(tmp_path: Path, compiler: str) -> None:
    names = [f"PLUMBLINE_{end}_{what}" for end in ("INPUT", "OUTPUT") for what in ("SCALE_BITS", "SCALE_MANTISSA", "SCALE_EXPONENT", "ZERO_POINT")]
    names += [f"PLUMBLINE_{name}" for name in ("INPUT_BYTES", "OUTPUT_BYTES", "ARENA_BYTES", "DOMAIN_LOW_NANO", "DOMAIN_HIGH_NANO")]
    seen = {name.removeprefix("PLUMBLINE_"): value for name, value in values(tmp_path, "plumbline_model.h", names, compiler).items()}
    for end, tensor in (("INPUT", GRAPH.input), ("OUTPUT", GRAPH.output)):
        assert Fraction(seen[f"{end}_SCALE_MANTISSA"]) * Fraction(2) ** seen[f"{end}_SCALE_EXPONENT"] == Fraction(tensor.quantized.scale)
        assert 0 < seen[f"{end}_SCALE_MANTISSA"] < 2**24
        assert struct.pack("<I", seen[f"{end}_SCALE_BITS"]) == struct.pack("<f", tensor.quantized.scale)
        assert seen[f"{end}_ZERO_POINT"] == tensor.quantized.zero_point
        assert seen[f"{end}_BYTES"] == tensor.bytes
    assert (seen["DOMAIN_LOW_NANO"], seen["DOMAIN_HIGH_NANO"]) == (-12_800_000_000, 12_700_000_000)
    assert seen["ARENA_BYTES"] == arena(GRAPH, 1008).bytes


@needs_compiler
def test_the_embedded_flatbuffer_is_the_file_and_aligned(tmp_path: Path) -> None:
    for name, text in files().items():
        (tmp_path / name).write_text(text)
    (tmp_path / "dump.c").write_text(
        '#include <stdio.h>\n#include <stdint.h>\n#include "plumbline_flatbuffer.h"\n'
        "int main(void) { if ((uintptr_t)plumbline_flatbuffer % 16) return 1;"
        " return fwrite(plumbline_flatbuffer, PLUMBLINE_FLATBUFFER_BYTES, 1, stdout) != 1; }\n"
    )
    warnings = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-Wconversion", "-pedantic"]
    subprocess.run(["gcc", *warnings, tmp_path / "plumbline_flatbuffer.c", tmp_path / "dump.c", "-o", tmp_path / "dump"], check=True, timeout=300)
    assert subprocess.run([tmp_path / "dump"], check=True, capture_output=True).stdout == RAW


def test_scales_of_any_size_come_apart_exactly() -> None:
    for bits in (0x00000001, 0x00800000, 0x3DCCCCCD, 0x3F800000, 0x4B7FFFFF, 0x7F7FFFFF):
        (scale,) = struct.unpack("<f", struct.pack("<I", bits))
        layers = (Dense(np.array([[1]], np.int8), None, (1.0,), 1.0, 0),)
        apart = Scale.of(read(write(Model(scale, 0, layers))).input.quantized)
        assert Fraction(apart.mantissa) * Fraction(2) ** apart.exponent == Fraction(scale)
        assert apart.bits == bits
        assert apart.mantissa % 2 == 1


@pytest.mark.parametrize(("step", "expected"), [(0.2, 1), (0.199688, 1), (0.0235, 2), (1.0, 0), (7.5, 0), (0.01, 2), (1e-12, 9)])
def test_the_console_prints_enough_decimals(step: float, expected: int) -> None:
    assert decimals(step) == expected


def test_the_arena_without_the_wheel_is_not_smaller_than_with_it() -> None:
    from plumbline.convert.references import tflm

    if not tflm.available():
        pytest.skip("the tflite-micro wheel exists for Linux on x86-64 only")
    rng = np.random.default_rng(12)
    for trial in range(30):
        raw = write(random_model(rng, int(rng.integers(1, 60)), trial % 2 == 0))
        graph = read(raw)
        with_wheel, without = arena(graph, tflm.Interpreter(raw, graph).arena_used()), arena(graph, None)
        assert with_wheel.bytes <= without.bytes <= 4 * with_wheel.bytes
        assert with_wheel.bytes % 16 == 0
        assert with_wheel.bytes >= with_wheel.used + with_wheel.margin
        tflm.Interpreter(raw, graph, arena_bytes=with_wheel.bytes).run(np.zeros((1, graph.input.elements), np.int8))


HOSTILE = [
    "int",
    "exp",
    "main",
    "int8_t",
    "9-x",
    "\u00e9",
    "output",
    "One Two",
    "dense_1",
    "dense_1",
    "dense_1_weights",
    "Dense/1",
    "plumbline_block",
    "",
]


def hostile_graph() -> Graph:
    """A chain whose layers carry names that C, or a layer before them, has already taken."""
    layers = tuple(Dense(np.array([[1]], np.int8), None, (1.0,), 1.0, 0) for _ in HOSTILE)
    graph = read(write(Model(1.0, 0, layers)))
    operators = []
    for operator, name in zip(graph.operators, HOSTILE, strict=True):
        source, weights, bias = operator.inputs
        assert weights is not None
        operators.append(replace(operator, inputs=(source, replace(weights, name=f"model/{name}/MatMul"), bias), called=""))
    return replace(graph, operators=tuple(operators))


def test_identifiers_are_valid_and_distinct() -> None:
    found = identifiers(map(layer_name, hostile_graph().operators))
    assert len(set(found)) == len(found)
    assert all(re.fullmatch(r"[a-z]\w*", name, re.ASCII) for name in found), found


@needs_compiler
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("model_1/dense_1/MatMul", "dense_1"),
        ("m/norm/batchnorm/mul_1;m/depth_1/depthwise;m/norm/batchnorm/mul", "depth_1"),
        ("m/norm/batchnorm/mul", "batchnorm"),
        ("sum", "sum"),
        ("", "FULLY_CONNECTED"),
    ],
)
def test_a_layer_keeps_its_name_when_another_is_folded_into_it(path: str, name: str) -> None:
    operator = hostile_graph().operators[0]
    source, weights, bias = operator.inputs
    assert weights is not None
    assert layer_name(replace(operator, inputs=(source, replace(weights, name=path), bias), called="")) == name


def test_hostile_layer_names_compile(tmp_path: Path) -> None:
    source = compiled_c.write_sources(tmp_path, hostile_graph())
    subprocess.run(["gcc", *compiled_c.WARNINGS, "-c", source, "-o", tmp_path / "model.o"], check=True, timeout=300)


def test_macros_of_ends_are_valid_and_distinct() -> None:
    names = ["x", "X", "serving_default_x:0", "a b", "a/b", "", ":", "9", "\u00e9", "n" * 60, "n" * 61, "x_2"]
    found = macro_names(names)
    assert len(set(found)) == len(names)
    assert all(re.fullmatch(r"[A-Z0-9_]+", name, re.ASCII) for name in found), found
    assert found[:4] == ["X", "X_2", "SERVING_DEFAULT_X_0", "A_B"]


FILL = """#include <stdio.h>
#include <string.h>
#include "plumbline_compiled.h"
int main(void)
{
    static int8_t memory[PLUMBLINE_COMPILED_MEMORY_BYTES];
    static const unsigned offsets[2] = PLUMBLINE_COMPILED_INPUT_OFFSETS;
    PLUMBLINE_COMPILED_INPUT_LEFT_TYPE left[PLUMBLINE_COMPILED_INPUT_LEFT_ELEMENTS] = { 1000, -2000, 30000 };
    PLUMBLINE_COMPILED_INPUT_LEFT_2_TYPE right[PLUMBLINE_COMPILED_INPUT_LEFT_2_ELEMENTS] = { 10, 2000, 5000 };
    PLUMBLINE_COMPILED_OUTPUT_SUM_TYPE sum[PLUMBLINE_COMPILED_OUTPUT_SUM_ELEMENTS];
    memcpy(memory + PLUMBLINE_COMPILED_INPUT_LEFT_OFFSET, left, sizeof left);
    memcpy(memory + offsets[1], right, sizeof right);
    plumbline_compiled_invoke(memory);
    memcpy(sum, memory + PLUMBLINE_COMPILED_OUTPUT_SUM_OFFSET, sizeof sum);
    for (int i = 0; i < 3; ++i) printf("%d ", sum[i]);
    return offsets[1] != PLUMBLINE_COMPILED_INPUT_LEFT_2_OFFSET;
}
"""


@needs_compiler
def test_whoever_has_the_header_can_fill_the_inputs_of_several(tmp_path: Path) -> None:
    """Two inputs whose names differ in nothing that a macro can hold, of int16."""
    tensors = [TensorSpec(name, (3,), (0.5,), (0,), kind=wire.Type.INT16) for name in "abc"]
    graph = read(write_graph(tensors, [binary("ADD", (0, 1), 2)], (0, 1), (2,)))
    graph = replace(graph, names={0: "left", 1: "LEFT", 2: "sum"})
    compiled = compile_graph(graph, "add", bytes(32))
    (tmp_path / "plumbline_compiled.h").write_text(compiled.header)
    (tmp_path / "plumbline_compiled.c").write_text(compiled.source)
    (tmp_path / "fill.c").write_text(FILL)
    sources = [tmp_path / name for name in ("plumbline_compiled.c", "fill.c")]
    subprocess.run(["gcc", *compiled_c.WARNINGS, *sources, "-o", tmp_path / "fill"], check=True, timeout=300)
    shown = subprocess.run([tmp_path / "fill"], check=True, capture_output=True, text=True).stdout
    assert shown.split() == ["1010", "0", "32767"]
    assert "// Input LEFT: int16 [3], 0.5 * code.\n" in compiled.header
    assert "#define PLUMBLINE_COMPILED_INPUT_LEFT_2_SCALE_EXPONENT (-1)\n" in compiled.header


def test_text_from_a_model_cannot_leave_its_comment_or_string() -> None:
    assert "*/" not in comment("a */ b")
    assert "\n" not in comment("a\nb")
    assert not comment("ends in \\").endswith("\\")
    assert c_string('a"b\\c\n\u00e9') == r'"a\042b\134c\012\303\251"'


def test_the_resolver_registers_each_operator_once() -> None:
    text = files()["plumbline_resolver.h"]
    assert "MicroMutableOpResolver<1>" in text
    assert text.count("resolver.Add") == 1
    assert "resolver.AddFullyConnected() != kTfLiteOk" in text


def test_no_two_templates_define_the_same_function() -> None:
    """They stand in one file as soon as one model has the operators of both."""
    defined: dict[str, set[str]] = {}
    for path in (ROOT / "convert").rglob("*.j2"):
        for name in re.findall(r"^static (?:inline )?\w+ \*?(plumbline_\w+)\(", path.read_text(), re.MULTILINE):
            defined.setdefault(name, set()).add(path.name)
    assert len(defined) > 30
    assert {name: paths for name, paths in defined.items() if len(paths) > 1} == {}
