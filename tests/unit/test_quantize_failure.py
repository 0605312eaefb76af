"""How the child process of a conversion ended, as the message that a user reads."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from plumbline.common.errors import ConversionFailed, ModelRefused, PlumblineError, UsageError
from plumbline.common.way import Way, came_as
from plumbline.convert.importers.keras.quantize import LONGEST_REASON, MEMORY, failure
from plumbline.convert.importers.keras.worker import keep_float

MODEL = Path("net.keras")
NONE = Path("there is none")


def told(folder: Path, **fields: str) -> Path:
    (folder / "error.json").write_text(json.dumps({"error": "", "message": "", "hint": ""} | fields))
    return folder / "error.json"


@pytest.mark.parametrize("kind", [ModelRefused, UsageError, ConversionFailed])
def test_the_childs_own_errors_arrive_as_they_were(tmp_path: Path, kind: type[PlumblineError]) -> None:
    found = failure(MODEL, 1, told(tmp_path, error=kind.__name__, message="What happened.", hint="What to do."), b"")
    assert (type(found), found.message, found.hint) == (kind, "What happened.", "What to do.")


@pytest.mark.parametrize("way", [Way.RECIPE, Way.KERAS])
def test_operators_without_an_int8_form_are_named(tmp_path: Path, way: Way) -> None:
    text = "ConverterError: Could not translate MIR\nTF Select ops: Roll, ImageProjectiveTransformV3\nDetails:\n\ttf.Roll(...)"
    with came_as(way):
        found = failure(MODEL, 1, told(tmp_path, message=text), b"")
    assert found.message == "TensorFlow's converter has no int8 form for ImageProjectiveTransformV3, Roll in net.keras."
    assert ("recipe" in found.hint) == (way is Way.RECIPE)


def test_any_other_cause_is_kept_whole(tmp_path: Path) -> None:
    found = failure(MODEL, 1, told(tmp_path, message="ValueError: first line\n  second line"), b"")
    assert found.message == "TensorFlow's converter refused net.keras: ValueError: first line second line"
    assert len(failure(MODEL, 1, told(tmp_path, message="x" * 9000), b"").message) < LONGEST_REASON + 100


@pytest.mark.parametrize(
    ("code", "stderr", "says"),
    [
        (-11, b"", "crashed on net.keras: SIGSEGV"),
        (134, b"terminate called after throwing an instance of 'std::bad_alloc'", f"takes more than {MEMORY >> 30} GB of memory"),
        (1, b"Traceback\nMemoryError", "takes more than"),
        (1, b"one\nlast line", "failed on net.keras: last line"),
    ],
)
def test_a_crash_is_named(code: int, stderr: bytes, says: str) -> None:
    with came_as(Way.KERAS):
        found = failure(MODEL, code, NONE, stderr)
    assert isinstance(found, ConversionFailed)
    assert says in found.message
    assert found.hint
    assert "recipe" not in found.hint


def test_a_converter_that_does_not_show_its_float_model_converts_all_the_same(tmp_path: Path) -> None:
    converter = SimpleNamespace(convert=lambda: b"int8")
    keep_float(converter, tmp_path / "float.tflite")
    assert converter.convert() == b"int8"
    assert not (tmp_path / "float.tflite").exists()
