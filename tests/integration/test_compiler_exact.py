"""Compiled C answers every code exactly as TensorFlow Lite Micro does, on models with hidden layers, clean under sanitizers and warnings."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.references import reference_interpreter, tflm
from tests.support import compiled_c
from tests.support.codes import codes_for
from tests.support.flatbuffer_writer import ACTIVATIONS, Dense, Model, random_model, write

pytestmark = pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")
CROSS = shutil.which("arm-none-eabi-gcc")


@pytest.mark.slow
def test_100_random_models_with_hidden_layers_on_every_code(tmp_path: Path) -> None:
    rng = np.random.default_rng(20)
    raws: list[bytes] = []
    kinds: set[tuple[str, bool]] = set()
    while len(raws) < 100:
        per_channel = len(raws) % 2 == 0
        model = random_model(rng, inputs=1 if len(raws) % 4 < 3 else int(rng.integers(2, 30)), per_channel=per_channel, batches=1)
        if len(model.layers) > 1:
            raws.append(write(model))
            kinds |= {(layer.activation, per_channel) for layer in model.layers}
    assert len(kinds) == 2 * len(ACTIVATIONS)
    graphs = [read(raw) for raw in raws]
    codes = [codes_for(rng, graph.input.elements) for graph in graphs]
    assert sum(len(rows) == 256 for rows in codes) >= 75
    answers = compiled_c.run(tmp_path, graphs, codes)
    compared = 0
    for number, (raw, graph, rows, answer) in enumerate(zip(raws, graphs, codes, answers, strict=True)):
        np.testing.assert_array_equal(answer, reference_interpreter.run(graph, rows), err_msg=f"model {number} against the integer model")
        if tflm.available():
            np.testing.assert_array_equal(answer, tflm.Interpreter(raw, graph).run(rows), err_msg=f"model {number} against the wheel")
        compared += answer.size
    assert compared > 50_000


def edge_models() -> list[Model]:
    """Shapes and numbers at the ends of what is allowed."""
    one = np.array([[127]], np.int8)
    rows = np.array([[1, -2, 3], [-4, 5, -6]], np.int8)
    return [
        Model(1.0, 0, (Dense(one, None, (1.0,), 1.0, 0),)),
        Model(1.0, -128, (Dense(-one, np.array([-(2**24)], np.int32), (1e-3,), 50.0, 127),)),
        Model(1.0, 127, (Dense(one, np.array([2**24], np.int32), (1e-3,), 50.0, -128, "RELU"),)),
        Model(1.0, 5, (Dense(one, None, (2.0,), 0.5, 0),)),  # a factor above 1: shifts to the left
        Model(1.0, 5, (Dense(np.array([[1], [1]], np.int8), None, (2.0, 1e-4), 0.5, 0),)),  # left and right in one layer
        Model(1e-3, 0, (Dense(one, None, (1e-9,), 1.0, 3),)),  # a factor that becomes 0
        Model(1.0, 0, (Dense(np.zeros((1, 1), np.int8), None, (1.0,), 1.0, 9),)),
        Model(0.1, 3, (Dense(rows, np.array([7, -8], np.int32), (0.1,), 0.05, -4, "RELU_N1_TO_1"),), batches=4),
        Model(0.1, 3, tuple(Dense(one, None, (0.01,), 0.1, 3) for _ in range(12))),
    ]


def test_edge_cases(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    raws = [write(model) for model in edge_models()]
    graphs = [read(raw) for raw in raws]
    codes = [codes_for(rng, graph.input.elements) for graph in graphs]
    for number, (raw, graph, rows, answer) in enumerate(zip(raws, graphs, codes, compiled_c.run(tmp_path, graphs, codes), strict=True)):
        np.testing.assert_array_equal(answer, reference_interpreter.run(graph, rows), err_msg=f"model {number}")
        if tflm.available():
            np.testing.assert_array_equal(answer, tflm.Interpreter(raw, graph).run(rows), err_msg=f"model {number}")


COMPILERS = [path for path in ("gcc", "clang", "arm-none-eabi-gcc") if shutil.which(path)]


@pytest.mark.parametrize("name", COMPILERS)
@pytest.mark.parametrize("level", ["-O0", "-Os", "-O3"])
def test_no_compiler_warns(tmp_path: Path, name: str, level: str) -> None:
    rng = np.random.default_rng(4)
    for number, model in enumerate([random_model(rng, 1, True), random_model(rng, 7, False, batches=2), *edge_models()[:2]]):
        source = compiled_c.write_sources(tmp_path, read(write(model)), f"m{number}")
        target = ["-mcpu=cortex-m4", "-mthumb", "-funsigned-char"] if name.startswith("arm") else []
        subprocess.run([name, *compiled_c.WARNINGS, *target, level, "-c", source, "-o", tmp_path / "model.o"], check=True, timeout=300)


@pytest.mark.skipif(CROSS is None, reason="needs arm-none-eabi-gcc")
def test_the_object_for_a_chip_uses_no_heap_and_no_floating_point(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    source = compiled_c.write_sources(tmp_path, read(write(random_model(rng, 6, True))))
    target = tmp_path / "model.o"
    subprocess.run(["arm-none-eabi-gcc", "-std=c99", "-mcpu=cortex-m3", "-mthumb", "-mfloat-abi=soft", "-Os", "-c", source, "-o", target], check=True)
    symbols = subprocess.run(["arm-none-eabi-nm", "--undefined-only", target], check=True, capture_output=True, text=True).stdout.split()
    assert [name for name in symbols if name != "U"] == []


def test_a_changed_constant_changes_the_digest_and_the_order_matters() -> None:
    rng = np.random.default_rng(6)
    model = random_model(rng, 3, False)
    graph = read(write(model))
    layer = model.layers[0]
    changed = layer.weights.copy()
    changed[0, 0] ^= 1
    other = read(write(Model(model.input_scale, model.input_zero_point, (Dense(**{**vars(layer), "weights": changed}), *model.layers[1:]))))
    digests = {compile_graph(graph, "a", bytes(32)).constants_sha256, compile_graph(other, "a", bytes(32)).constants_sha256}
    digests.add(compile_graph(graph, "a", bytes(31) + b"\1").constants_sha256)
    assert len(digests) == 3
    assert compile_graph(graph, "b", bytes(32)).constants_sha256 in digests


@pytest.mark.parametrize("width", [1, 5])
def test_the_digest_is_the_one_a_program_computes_over_its_own_table(tmp_path: Path, width: int) -> None:
    import hashlib

    graph = read(write(random_model(np.random.default_rng(width), width, True)))
    source = compiled_c.write_sources(tmp_path, graph)
    program = tmp_path / "dump"
    (tmp_path / "dump.c").write_text(
        '#include <stdio.h>\n#include "plumbline_compiled.h"\n'
        "int main(void) { for (uint32_t i = 0; i < plumbline_compiled_constant_count; ++i)"
        " fwrite(plumbline_compiled_constants[i].data, plumbline_compiled_constants[i].bytes, 1, stdout); return 0; }\n"
    )
    subprocess.run([str(compiled_c.compiler()), "-std=c99", source, tmp_path / "dump.c", "-o", program], check=True)
    blocks = subprocess.run([program], check=True, capture_output=True).stdout
    assert hashlib.sha256(bytes(32) + blocks).hexdigest() == compile_graph(graph, "plumbline", bytes(32)).constants_sha256
