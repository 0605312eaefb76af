"""An exported model's self-test: what it asks, what it finds, and what it says of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from plumbline.convert.codegen.sharing import part
from plumbline.convert.codegen.templating import environment
from plumbline.convert.export.exported import ExportedModel
from plumbline.convert.export.few_rows import FEW, few_rows
from plumbline.convert.export.self_test import BASIS, FULL, PRIME, SelfTest, hashed, with_test
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.cases import Case, CaseOperator, TensorSpec
from plumbline.convert.references import reference_interpreter
from plumbline.convert.references.reference_interpreter import Model
from tests.support import compiled_c, self_test_models
from tests.support.exported import CLANG_FORMAT
from tests.support.self_tests import NOTHING_ASKED, STRICT, TOGETHER, exported, macros, run_here, sources
from tests.support.tflite_writer import write_case

pytestmark = pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ExportedModel]:
    return {name: exported(tmp_path_factory.mktemp(name), write(), name) for name, write in self_test_models.ALL.items()}


def in_full(model: ExportedModel) -> ExportedModel:
    return with_test(model, SelfTest(layers=FULL))


def test_the_hash_is_fnv_1a() -> None:
    """What its authors publish of it."""
    texts = {b"": 0x811C9DC5, b"a": 0xE40C292C, b"foobar": 0xBF9CF968}
    for text, value in texts.items():
        assert hashed(np.frombuffer(text, np.int8).reshape(1, -1)) == [value]


@pytest.mark.parametrize("count", [None, 3, 20])
def test_inputs_are_a_verification_s_edges_and_samples_first(models: dict[str, ExportedModel], count: int | None) -> None:
    model = models["net"]
    asked = model.references
    assert asked.kinds is not None
    kinds = np.where(np.arange(len(asked.codes)) % 2, asked.kinds, "")  # every other one is real data
    few = few_rows(model.graph, replace(asked, kinds=kinds), count)
    assert len(few.codes) == (count or FEW)
    rows = [int(np.flatnonzero((asked.codes == codes).all(axis=1))[0]) for codes in few.codes]
    assert len(set(rows)) == len(rows)
    np.testing.assert_array_equal(few.expected, asked.expected[rows])
    assert (few.codes[0] == -128).all()
    assert few.kinds.count("sample") >= 1
    assert few.starts is None


def test_few_inputs_show_more_flipped_bits_than_others(models: dict[str, ExportedModel]) -> None:
    """Of weights, in the outputs: the choice is worth something."""
    graph, asked = models["net"].graph, models["net"].references
    rng = np.random.default_rng(4)
    chosen = few_rows(graph, asked, 8).codes
    others = [asked.codes[rng.choice(len(asked.codes), 8, replace=False)] for _ in range(5)]
    weighted = [operator for operator in graph.operators if operator.name in ("CONV_2D", "FULLY_CONNECTED")]
    shown = np.zeros(1 + len(others), int)
    for _ in range(60):
        operator = weighted[rng.integers(len(weighted))]
        flipped = replace(graph, operators=tuple(with_flipped_bit(rng, each) if each is operator else each for each in graph.operators))
        right, wrong = Model(graph), Model(flipped)
        for number, rows in enumerate((chosen, *others)):
            shown[number] += bool((answers(right, rows) != answers(wrong, rows)).any())
    assert 20 < shown[0] < 60
    assert shown[0] > shown[1:].mean()


def answers(model: Model, rows: NDArray[np.int8]) -> NDArray[np.int8]:
    return model.row(model.values(rows))


def with_flipped_bit(rng: np.random.Generator, operator: Operator) -> Operator:
    """One bit of one weight is another."""
    weights = operator.inputs[1]
    assert weights is not None
    assert weights.data is not None
    data = bytearray(weights.data)
    data[rng.integers(len(data))] ^= 1 << int(rng.integers(8))
    return replace(operator, inputs=(operator.inputs[0], replace(weights, data=bytes(data)), *operator.inputs[2:]))


def test_large_inputs_are_fewer_and_one_at_least() -> None:
    image = TensorSpec("image", (1, 64, 64, 1), (0.05,), (3,))
    graph = read(write_case(Case([image, replace(image, name="same")], [CaseOperator("RELU", (0,), (1,))], (0,), (1,))))
    codes = np.random.default_rng(3).integers(-128, 128, (20, 4096)).astype(np.int8)
    few = few_rows(graph, replace(NOTHING_ASKED, codes=codes, expected=reference_interpreter.run(graph, codes)))
    assert len(few.codes) == 1
    assert len(few_rows(graph, replace(NOTHING_ASKED, codes=codes, expected=codes), 5).codes) == 5


def test_sequences_are_short_ones_behind_resets_and_a_long_one(models: dict[str, ExportedModel]) -> None:
    model = models["ring"]
    few = few_rows(model.graph, model.references)
    assert few.starts is not None
    lengths = np.diff([*np.flatnonzero(few.starts), len(few.codes)])
    assert lengths[0] > 8
    assert {1, 2} <= set(lengths[1:].tolist())
    np.testing.assert_array_equal(few.expected, reference_interpreter.run(model.graph, few.codes, starts=few.starts))


def test_all_of_them_pass_in_one_program(tmp_path: Path, models: dict[str, ExportedModel]) -> None:
    passed, said = run_here(tmp_path, list(models.values()))
    assert passed, said
    counts = {name: len(few_rows(model.graph, model.references).codes) for name, model in models.items()}
    assert said == [f"{name}: {count} of {count} inputs exact" for name, count in counts.items()]


def test_all_of_them_pass_in_one_unit_with_every_code_of_every_layer(tmp_path: Path, models: dict[str, ExportedModel]) -> None:
    passed, said = run_here(tmp_path, [in_full(each) for each in models.values()], how=TOGETHER)
    assert passed, said
    assert len(said) == len(models)


def test_layers_are_not_compared_unless_that_is_asked(tmp_path: Path, models: dict[str, ExportedModel]) -> None:
    assert run_here(tmp_path, [models["net"]], layers=False) == (True, ["net: 8 of 8 inputs exact"])
    with pytest.raises(subprocess.CalledProcessError):  # the header says what is missing
        subprocess.run(["cc", "-DNET_TEST_LAYERS=1", "-c", tmp_path / "net_test.c", "-o", tmp_path / "x.o"], check=True, capture_output=True)


def test_layers_that_were_not_seen_are_no_pass(tmp_path: Path, models: dict[str, ExportedModel]) -> None:
    """The test was compiled with the hooks, the model was not."""
    passed, said = run_here(tmp_path, [models["net"]], edit=lambda source: source.replace("#if NET_HOOKS", "#if 0"))
    assert not passed
    assert said == ["net: no layer was compared: compile net.c with -DNET_HOOKS=1 as well", "net: 8 of 8 inputs exact"]


COMPILERS = {
    "gcc": ["gcc", "-std=c99"],
    "clang": ["clang", "-std=c99"],
    "g++": ["g++", "-x", "c++", "-std=c++17"],
    "clang++": ["clang++", "-x", "c++", "-std=c++17"],
    "Cortex-M0": ["arm-none-eabi-gcc", "-mthumb", "-mcpu=cortex-m0", "-std=c99"],
    "RV32": ["riscv64-unknown-elf-gcc", "-march=rv32imac", "-mabi=ilp32", "--specs=picolibc.specs", "-std=c99"],
    "AArch64": ["aarch64-linux-gnu-gcc", "-std=c99"],
    "AVR": ["avr-gcc", "-mmcu=atmega2560", "-std=c99"],
}


@pytest.mark.parametrize("name", COMPILERS)
def test_no_compiler_warns_of_it(tmp_path: Path, models: dict[str, ExportedModel], name: str) -> None:
    command = COMPILERS[name]
    if shutil.which(command[0]) is None:
        pytest.skip(f"needs {command[0]}")
    all_of_them = [in_full(each) if each.name == "net" else each for each in models.values()]
    tests = [unit for unit in sources(tmp_path, all_of_them) if unit.stem.endswith("_test")]
    for layers in (False, True):
        flags = [each for each in STRICT if not each.startswith("-std=")]
        subprocess.run([*command, *flags, *macros(all_of_them, layers), "-fsyntax-only", *tests], check=True, timeout=300)


def test_it_is_as_clang_format_writes_it(tmp_path: Path, models: dict[str, ExportedModel]) -> None:
    for model in (*models.values(), in_full(models["net"]), in_full(models["ring"])):
        assert subprocess.run(CLANG_FORMAT, input=model.test, capture_output=True, text=True, check=True).stdout == model.test


def weight(source: str) -> str:
    """The first weight of the first Dense layer is another one."""
    changed, count = re.subn(r"(net_layer_3_weights\[\d+\][^{]*\{\n    )(-?\d+)", lambda found: found[1] + str(int(found[2]) ^ 0x40), source)
    assert count == 1
    return changed


def rounding(source: str) -> str:
    """Layers with weights drop what they have to round, the convolution first."""
    assert source.count("layer->output[0] * 2 + 1;") >= 1
    return source.replace("layer->output[0] * 2 + 1;", "layer->output[0] * 2;")


def bias(source: str) -> str:
    """The last layer with weights has lost its biases."""
    changed, count = re.subn(r"(net_layer_4_bias\[(\d+)\] = \{\n)[^}]*", lambda found: f"{found[1]}    {'0, ' * int(found[2])}\n", source)
    assert count == 1
    return changed


@pytest.mark.parametrize(("fault", "layer"), [(weight, "layer 3 layer_3"), (rounding, "layer 0 layer_0"), (bias, "layer 4 layer_4")])
def test_a_fault_is_found_and_its_layer_named(tmp_path: Path, models: dict[str, ExportedModel], fault: Callable[[str], str], layer: str) -> None:
    passed, said = run_here(tmp_path, [models["net"]], edit=fault)
    assert not passed
    assert re.fullmatch(rf"net: input \d, {layer}: hash 0x[0-9a-f]{{8}} instead of 0x[0-9a-f]{{8}}", said[0]), said
    assert re.fullmatch(r"net: [0-7] of 8 inputs exact", said[1]), said
    _, all_codes = run_here(tmp_path, [in_full(models["net"])], edit=fault)
    assert re.fullmatch(rf"net: input \d, {layer}, element \d+: -?\d+ instead of -?\d+", all_codes[0]), all_codes
    assert len(all_codes) == 2
    assert all_codes[1] == said[1]


def test_without_layers_the_output_is_told(tmp_path: Path, models: dict[str, ExportedModel]) -> None:
    passed, said = run_here(tmp_path, [models["net"]], layers=False, edit=bias)
    assert not passed
    assert re.fullmatch(r"net: input \d, output, element \d: -?\d+ instead of -?\d+", said[0]), said


def test_of_several_outputs_the_wrong_one_is_told(tmp_path: Path, models: dict[str, ExportedModel]) -> None:
    truth = re.compile(r"ends_output_not_same\(&?memory\)|^(    ENDS_AFTER\(3\);)$", re.MULTILINE)
    passed, said = run_here(
        tmp_path,
        [models["ends"]],
        layers=False,
        edit=lambda source: truth.sub(lambda found: f"{found[0]}\n    *(uint8_t *)(uintptr_t)ends_output_not_same(model) ^= 1;", source),
    )
    assert not passed
    assert re.fullmatch(r"ends: input 0, output not_same, element 0: (0 instead of 1|1 instead of 0)", said[0]), said


@pytest.mark.parametrize("forgotten", ["0", "resets++"])
def test_a_reset_that_does_nothing_is_found(tmp_path: Path, models: dict[str, ExportedModel], forgotten: str) -> None:
    """Never, or but for the first time."""

    def edit(source: str) -> str:
        head = "void ring_reset(ring_memory *model)\n{\n"
        assert source.count(head) == 1
        never = "    if (!0) return;\n" if forgotten == "0" else "    static int resets;\n    if (resets++) return;\n"
        return source.replace(head, head + never)

    passed, said = run_here(tmp_path, [models["ring"]], layers=False, edit=edit)
    assert not passed
    first = int(re.findall(r"input (\d+), output", said[0])[0])
    assert first == 0 if forgotten == "0" else first > 0


VALUES = {
    "i1": ("{ -128, 1 }", "{ 127, 1 }", "-128 instead of 127"),
    "u1": ("{ -56, 1 }", "{ 0, 1 }", "200 instead of 0"),
    "i2": ("{ 0, -128, 1, 0 }", "{ -1, 127, 1, 0 }", "-32768 instead of 32767"),
    "i4": ("{ 0, 0, 0, -128 }", "{ -1, -1, -1, 127 }", "-2147483648 instead of 2147483647"),
    "i8": ("{ 1, 0, 0, 0, 2, 0, 0, 0 }", "{ 1, 0, 0, 0, 0, 0, 0, -128 }", "0x0000000200000001 instead of 0x8000000000000001"),
    "f4": ("{ 0, 0, -128, 63 }", "{ 0, 0, 0, 64 }", "0x3f800000 instead of 0x40000000"),
    "t1": ("{ 2 }", "{ 0 }", "2 instead of 0"),
}
PROGRAM = """
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#define PLUMBLINE_ONCE static
%s
static void say_line(const char *line) { puts(line); }
int main(void)
{
    plumbline_test_run run = { "m", say_line, 7, 0, 0, 0 };
%s
    return plumbline_test_end(&run, 9, 0) || run.wrong != 1;
}
"""


def test_values_of_every_type_are_told(tmp_path: Path) -> None:
    shared = "\n".join(
        part(f"test_{name}", environment().get_template(f"self_test_{name}.c.j2").render(basis=BASIS, prime=PRIME)).text for name in ("run", "codes")
    )
    body = ""
    for kind, (found, expected, _) in VALUES.items():
        count = (found.count(",") + 1) // int(kind[1])
        body += f"""    {{
        const plumbline_test_tensor tensor = {{ "{kind}", {count}, {kind[1]}, '{kind[0]}' }};
        const int8_t found[] = {found}, expected[] = {expected};
        run.told = 0;
        plumbline_test_codes(&run, &tensor, found, expected);
    }}
"""
    alike = """    {
        const plumbline_test_tensor truth = { "truth", 2, 1, 't' };
        const int8_t found[] = { 2, 0 }, expected[] = { 1, 0 };
        run.told = 0;
        plumbline_test_codes(&run, &truth, found, expected);
    }
"""
    (tmp_path / "values.c").write_text(PROGRAM % (shared, body + alike))
    subprocess.run([*compiled_c.sanitizing(), *STRICT, "-Wno-unused-function", tmp_path / "values.c", "-o", tmp_path / "values"], check=True)
    said = subprocess.run([tmp_path / "values"], capture_output=True, text=True, check=True).stdout.splitlines()
    assert said == [*(f"m: input 7, {kind}, element 0: {text}" for kind, (_, _, text) in VALUES.items()), "m: 9 of 9 inputs exact"]
