"""The exported harness: it compiles everywhere without a warning, links nothing but its own names, and its example is verified layer by layer."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from plumbline.common import documents
from plumbline.common.errors import UsageError
from plumbline.common.manifest import Manifest
from plumbline.common.rows import taken_apart
from plumbline.convert.export.build import model_of, package_of
from plumbline.convert.export.formats.harness import HARNESS
from plumbline.convert.import_model import bring
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.operators import registered
from plumbline.convert.references.reference_interpreter import Model
from plumbline.host.devices.layers import layer_output
from plumbline.host.minimal.write import write_case as write_minimal
from plumbline.host.verdict.case import Case
from plumbline.host.verdict.comparison import EXACT, Rule
from plumbline.host.verdict.verify import Expected, verify
from tests.support.harness import WARNINGS, Harness, running
from tests.support.tflite_writer import INT32, TensorSpec, write_case, write_graph
from tests.support.write_operators import fully_connected, unary

pytestmark = pytest.mark.slow

COMPILERS = {
    "gcc": (),
    "clang": (),
    "arm-none-eabi-gcc": ("-mcpu=cortex-m0", "-mthumb"),
    "riscv64-unknown-elf-gcc": ("-march=rv32imac", "-mabi=ilp32", "--specs=picolibc.specs"),
}
TEMPLATES = ("engine_template.c", "board_template.c")


@pytest.fixture(scope="module")
def scalar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A conversion of one number in and one out."""
    folder = tmp_path_factory.mktemp("scalar")
    ends = [("x", 0.1, -3), ("dense", 0.05, 4), ("y", 1 / 256, -128)]
    tensors = [TensorSpec(name, (1, 1), (scale,), (zero,)) for name, scale, zero in ends]
    tensors.append(TensorSpec("dense/kernel", (1, 1), (0.01,), (0,), np.array([[71]], np.int8)))
    tensors.append(TensorSpec("dense/bias", (1,), (0.001,), (0,), np.array([500], np.int32), INT32))
    (folder / "scalar.tflite").write_bytes(write_graph(tensors, [fully_connected((0, 3, 4), 1), unary("LOGISTIC", 1, 2)], 0, 2))
    return folder / bring(folder / "scalar.tflite", folder, lambda _: None).recipe


@pytest.fixture(scope="module")
def package(scalar: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its harness."""
    return Harness.of(scalar, tmp_path_factory.mktemp("package"), "scalar").folder


@pytest.mark.parametrize("name", COMPILERS)
def test_every_source_compiles_without_a_warning(package: Path, tmp_path: Path, name: str) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"no {name}")
    sources = [*sorted((package / "plumbline").glob("*.c")), *(package / "example" / each for each in TEMPLATES)]
    for more in ((), ("-DPLUMBLINE_NO_LAYERS",)):
        subprocess.run([name, *COMPILERS[name], *WARNINGS, *more, f"-I{package}", "-c", *map(str, sources)], cwd=tmp_path, check=True)


def test_only_names_of_its_own_are_visible(package: Path) -> None:
    objects = [f"{each.stem}.o" for each in sorted((package / "plumbline").glob("*.c"))]
    listed = subprocess.run(["nm", "-g", "--defined-only", *objects], cwd=package, capture_output=True, text=True, check=True).stdout
    names = [line.split()[2] for line in listed.splitlines() if len(line.split()) == 3]
    assert len(names) > 20
    assert [each for each in names if not each.startswith("plumbline_")] == []


def test_its_example_is_verified_and_tells_every_layer(package: Path, scalar: Path, tmp_path: Path) -> None:
    if shutil.which("cmake") is None:
        pytest.skip("no cmake")
    flags = " ".join(each for each in WARNINGS if not each.startswith("-std"))
    subprocess.run(["cmake", "-S", str(package), "-B", str(tmp_path), f"-DCMAKE_C_FLAGS={flags}"], check=True)
    subprocess.run(["cmake", "--build", str(tmp_path)], check=True)
    manifest, graph = Manifest.load(scalar / "generated" / "manifest.json"), read((scalar / "model.tflite").read_bytes())
    with running(tmp_path / "plumbline_example") as board:
        verdict = verify(board, scalar, manifest, external=EXACT)
        assert verdict.passed
        assert verdict.identity.engine == "exported C"
        assert (len(verdict.of("code")), verdict.refused) == (256, len(verdict.probes))
        values = Model(graph).values(row := np.array([[-77]], np.int8))
        identity = board.hello()
        for number, operator in enumerate(graph.operators):
            (tensor,) = operator.results
            told = layer_output(board.link, lambda: board.infer(row, identity), number, 0)
            assert told is not None
            assert (taken_apart(np.frombuffer(told, np.int8).reshape(1, -1), [tensor])[0] == values[tensor.index]).all()
        assert layer_output(board.link, lambda: board.infer(row, identity), 0, 1) is None


def test_an_answer_that_is_held_to_float_may_have_another_code(digits_converted: Path, tmp_path: Path) -> None:
    """An engine with one bias that is somewhat too large: wrong codes, and still within the tolerance of the float model."""
    harness = Harness.of(digits_converted, tmp_path / "harness", "digits")
    example = harness.folder / "example"
    source, bias = (example / "digits.c").read_text(), re.compile(r"(digits_hidden_bias\[\d+\] = \{\s*)(-?\d+)")
    assert len(bias.findall(source)) == 1
    (example / "digits.c").write_text(bias.sub(lambda found: found[1] + str(int(found[2]) + 9000), source))
    program = harness.with_engine([example / "engine_exported.c", example / "digits.c"], tmp_path / "engine", ["-DDIGITS_HOOKS=1"])
    manifest = Manifest.load(digits_converted / "generated" / "manifest.json")
    with running(program) as board:
        exact, near, by_float = (verify(board, digits_converted, manifest, external=rule) for rule in (EXACT, Rule("codes", 1), Rule("float")))
    assert not exact.passed
    assert not near.passed
    assert sum(each.exact for each in by_float.comparisons) < len(by_float.comparisons)
    assert by_float.passed


def test_a_build_without_layers_tells_none(scalar: Path, tmp_path: Path) -> None:
    bare = Harness.of(scalar, tmp_path / "bare", "scalar", ["-DPLUMBLINE_NO_LAYERS"])
    sources = [bare.folder / "example" / name for name in ("engine_exported.c", "scalar.c")]
    with running(bare.with_engine(sources, tmp_path / "program", ["-DSCALAR_HOOKS=1"])) as board:
        assert layer_output(board.link, lambda: None, 0, 0) is None


def test_several_models_need_several_harnesses(scalar: Path) -> None:
    models = [model_of(scalar, name) for name in ("one", "two")]
    with pytest.raises(UsageError, match="several are given"):
        HARNESS.files(package_of(models, None))


def test_a_wrong_answer_of_a_model_with_a_state_keeps_the_inferences_that_it_takes(tmp_path: Path) -> None:
    """The engine's third answer after a reset is wrong, behind its last layer."""
    case = registered()["CUSTOM:CIRCULAR_BUFFER"].random_case(np.random.default_rng(5), "")
    (tmp_path / "state.tflite").write_bytes(write_case(case))
    manifest = bring(tmp_path / "state.tflite", tmp_path, lambda _: None)
    built = tmp_path / manifest.recipe
    harness = Harness.of(built, tmp_path / "harness", "state")
    engine = harness.folder / "example" / "engine_exported.c"
    right = engine.read_text()
    wrong = right.replace("  state_invoke(&memory);\n", "  state_invoke(&memory);\n  if (++runs == 3) *(int8_t *)(uintptr_t)engine_output(0) ^= 1;\n")
    wrong = wrong.replace("  state_reset(&memory);\n", "  state_reset(&memory);\n  runs = 0;\n").replace(
        "bool engine_begin", "static int runs;\nbool engine_begin"
    )
    assert wrong.count("runs") == 3
    engine.write_text(wrong)
    expected = Expected.of(built, manifest)
    with running(harness.with_engine([engine, engine.with_name("state.c")], tmp_path / "program", ["-DSTATE_HOOKS=1"])) as board:
        verdict = verify(board, built, manifest, expected=expected, external=EXACT)
        told = write_minimal(verdict, expected, board, tmp_path)
    assert not verdict.passed
    found = documents.read(tmp_path / "case" / "case.json", Case)
    assert (found.inferences, found.elements, found.smallest, found.repeats, found.operators) == (3, 0, True, True, ())
    assert "no layer that is wrong by itself" in told
    assert "It takes 3 inferences in a row" in (tmp_path / "case" / "README.md").read_text()
