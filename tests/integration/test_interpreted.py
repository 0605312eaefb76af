"""A model that the compiler refuses and TensorFlow Lite Micro runs: it converts for that engine alone, held to the wheel, and the hint is true."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flatbuffers import flexbuffers

from plumbline.common import boards, usage
from plumbline.common.errors import ArtefactsDisagree, UnsupportedOperator
from plumbline.common.explanation import Explanation
from plumbline.common.golden_data import References
from plumbline.common.manifest import ARTEFACTS, COMPILED_ARTEFACTS, Manifest
from plumbline.convert.engine_support import check_engine
from plumbline.convert.import_model import bring
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.schema import BUILTIN_OPERATORS
from plumbline.convert.operators.cases import FLOAT32, INT16
from plumbline.convert.references import tflm as wheel
from plumbline.host.firmware import firmware, tflm
from plumbline.host.verdict.anchor import check_anchored
from plumbline.host.verdict.artefacts import Artefacts
from plumbline.host.verdict.oracle import consult
from tests.support.tflite_writer import OperatorSpec, TensorSpec, write_graph
from tests.support.write_operators import softmax, unary

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not wheel.available(), reason="needs the tflite-micro wheel")]
ELEMENTS = 6


def float_inside(name: str, operator: OperatorSpec | None = None) -> bytes:
    """int8 codes to float32, an operator on them, and back to codes of another scale."""
    x, y = TensorSpec("x", (1, ELEMENTS), (0.05,), (3,)), TensorSpec("y", (1, ELEMENTS), (0.06,), (-5,))
    real, changed = (TensorSpec(each, (1, ELEMENTS), kind=FLOAT32) for each in ("real", "changed"))
    middle = operator or OperatorSpec(BUILTIN_OPERATORS.index(name), 1, (1,), (2,))
    return write_graph((x, real, changed, y), (unary("DEQUANTIZE", 0, 1), middle, unary("QUANTIZE", 2, 3)), 0, 3)


def delayed(rows: int = 2) -> bytes:
    """The audio front end's SignalDelay: each number comes out `rows` inferences later, so that the kernel keeps a state of its own."""
    frame = 4
    ends = [TensorSpec(name, (1, frame), kind=INT16) for name in "xy"]
    options = flexbuffers.Dumps({"delay_length": rows * frame})
    return write_graph(
        ends, [OperatorSpec(BUILTIN_OPERATORS.index("CUSTOM"), 1, (0,), (1,), custom="SignalDelay", custom_options=bytes(options))], 0, 1
    )


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The build folder of a model with FLOOR, and what its conversion said."""
    folder, said = tmp_path_factory.mktemp("interpreted"), list[str]()
    (folder / "floor.tflite").write_bytes(float_inside("FLOOR"))
    bring(folder / "floor.tflite", folder, said.append)
    return folder / "model_floor", said


def test_the_package_names_the_engine_and_the_oracle(floor: tuple[Path, list[str]]) -> None:
    folder, said = floor
    manifest = Manifest.load(folder / "generated" / "manifest.json")
    assert (manifest.engines, manifest.bound, manifest.memory_bytes) == (("tflm",), None, 0)
    assert manifest.oracle == wheel.name()
    assert set(manifest.artefacts) == ARTEFACTS - COMPILED_ARTEFACTS
    assert not list((folder / "generated").glob("plumbline_compiled*"))
    assert "AddFloor()" in (folder / "generated" / "plumbline_resolver.h").read_text()
    assert any("TensorFlow Lite Micro alone" in line for line in said)
    assert "    Layer changed: FLOOR is not supported." in said


def test_the_golden_answers_are_right(floor: tuple[Path, list[str]]) -> None:
    """FLOOR is exact, so that NumPy's float32 says the same as the wheel."""
    folder, _ = floor
    references = References.load(folder / "references.npz", Manifest.load(folder / "generated" / "manifest.json"))
    real = np.floor((references.codes.astype(np.float32) - np.float32(3)) * np.float32(0.05))
    steps = real / np.float32(0.06)
    rounded = np.sign(steps) * np.floor(np.abs(steps) + np.float32(0.5))
    np.testing.assert_array_equal(references.expected, np.clip(rounded - 5, -128, 127))
    assert len(np.unique(references.expected)) > 12
    assert len(np.unique(references.codes, axis=0)) > 100


def test_the_ends_are_explained(floor: tuple[Path, list[str]]) -> None:
    found = Explanation.load(floor[0] / "explain.json", None)
    assert found is not None
    assert [(each.number, each.operator) for each in found.layers] == [(None, "input"), (2, "QUANTIZE")]
    assert "inputs and outputs are shown" in found.note


def test_what_a_verification_works_out_anew_agrees(floor: tuple[Path, list[str]]) -> None:
    folder, _ = floor
    manifest = Manifest.load(folder / "generated" / "manifest.json")
    manifest.check_artefacts(folder)
    artefacts = Artefacts.load(folder, manifest)
    check_anchored(artefacts)
    assert "the only oracle" in consult(artefacts).name
    for wrong in (("compiled", "tflm"), ("compiled",), ()):
        with pytest.raises(ArtefactsDisagree):
            held(folder, replace(manifest, engines=wrong))


def held(folder: Path, manifest: Manifest) -> None:
    manifest.check_artefacts(folder)
    check_anchored(Artefacts.load(folder, manifest))


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("plumbline verify floor.tflite --board virtual --samples x.npy", "plumbline verify floor.tflite --samples x.npy --env virtual_tflm"),
        ("make verify MODEL=floor.tflite ENV=virtual", "make verify MODEL=floor.tflite ENV=virtual_tflm"),
        ("plumbline profile floor.tflite", "plumbline verify floor.tflite --env virtual_tflm"),
    ],
)
def test_the_compiled_engine_refuses_with_the_command_that_works(
    floor: tuple[Path, list[str]], typed: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(usage.TYPED, typed)
    with pytest.raises(UnsupportedOperator, match="Layer changed: the compiled engine cannot run FLOOR") as caught:
        tflm.check(boards.environment("virtual"), floor[0] / "model.tflite", {})
    assert f"`{command}`" in caught.value.hint
    with pytest.raises(UnsupportedOperator):
        firmware.build(floor[0], "virtual")


def test_what_the_wheel_refuses_as_well_is_refused_as_before(tmp_path: Path) -> None:
    (tmp_path / "pow.tflite").write_bytes(float_inside("POW"))
    with pytest.raises(UnsupportedOperator, match="Layer changed: POW is not supported; TensorFlow Lite Micro has it not at all"):
        bring(tmp_path / "pow.tflite", tmp_path, lambda _: None)
    (tmp_path / "batch.tflite").write_bytes(float_inside("L2_POOL_2D"))  # the library has it, but not with these shapes
    with pytest.raises(UnsupportedOperator, match="L2_POOL_2D is not supported"):
        bring(tmp_path / "batch.tflite", tmp_path, lambda _: None)


def test_a_form_that_only_the_library_takes_is_its_own(tmp_path: Path) -> None:
    """SOFTMAX of float32 lies in the table of the compiler, for other types."""
    (tmp_path / "soft.tflite").write_bytes(float_inside("SOFTMAX", softmax(1, 2, 1.0)))
    said: list[str] = []
    manifest = bring(tmp_path / "soft.tflite", tmp_path, said.append)
    assert manifest.engines == ("tflm",)
    assert any("SOFTMAX" in line and "FLOAT32" in line for line in said)


def test_a_kernel_that_remembers_is_asked_sequences(tmp_path: Path) -> None:
    """What comes out is what went in two rows before, and 0 behind a reset: known without any library."""
    (tmp_path / "delay.tflite").write_bytes(delayed())
    manifest = bring(tmp_path / "delay.tflite", tmp_path, lambda _: None)
    references = References.load(tmp_path / "model_delay" / "references.npz", manifest)
    assert references.starts is not None
    assert references.starts.sum() > 3
    waiting: list[np.ndarray] = []
    for row, expected, starts in zip(references.codes, references.expected, references.starts, strict=True):
        waiting = [np.zeros_like(row)] * 2 if starts else waiting
        waiting.append(row)
        np.testing.assert_array_equal(expected, waiting.pop(0))
    header = (tmp_path / "model_delay" / "generated" / "plumbline_model.h").read_text()
    assert "PLUMBLINE_STATEFUL 1" in header
    assert "PLUMBLINE_VARIABLES 0" in header


def test_an_output_may_be_numbers_of_int8_without_a_scale(tmp_path: Path) -> None:
    """As the audio front end's features are; here behind a CAST, which keeps the lowest byte."""
    ends = [TensorSpec("x", (1, ELEMENTS), kind=INT16), TensorSpec("y", (1, ELEMENTS))]
    (tmp_path / "numbers.tflite").write_bytes(write_graph(ends, [unary("CAST", 0, 1)], 0, 1))
    manifest = bring(tmp_path / "numbers.tflite", tmp_path, lambda _: None)
    references = References.load(tmp_path / "model_numbers" / "references.npz", manifest)
    assert (manifest.outputs[0].scale, manifest.engines) == (None, ("compiled", "tflm"))
    np.testing.assert_array_equal(references.expected, references.codes[:, ::2])


def test_the_arduino_library_of_2023_has_no_audio_front_end() -> None:
    graph = read(delayed())
    check_engine(graph, "tflm")
    with pytest.raises(UnsupportedOperator, match=r"Chirale_TensorFlowLite 2\.0\.0, the Arduino library cannot run CUSTOM:SignalDelay"):
        check_engine(graph, "chirale")
