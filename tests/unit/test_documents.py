"""The published JSON Schemas, and what the classes behind them read and write."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import jsonschema
import pytest

from plumbline.common import documents
from plumbline.common.documents import Amount, Count
from plumbline.common.explanation import Explanation, LayerError
from plumbline.common.paths import ROOT
from plumbline.host.verdict.profile import Cost, Profile
from plumbline.host.verdict.schemas import FORMS, published
from tests.support.manifests import MANIFEST
from tests.support.verdict_documents import passing

LAYER = LayerError(None, "input", "input", -1.0, 1.0, -0.5, 0.5, 3, 0.0, 0.0, 1, 0)
WRITTEN: dict[str, str] = {
    "verdict": json.dumps(passing()),
    "manifest": MANIFEST.to_json(),
    "explain": Explanation("linear", "a" * 64, 3, False, "", None, None, (LAYER,)).to_json(),
    "profile": Profile("linear", "a" * 64, "b", "compiled", "1", "cycles", (Cost(0, "dense", "ADD", 5, None, 0.5),), 10, 1, None).to_json(),
}


@dataclass(frozen=True)
class Part:
    """A part."""

    low: float
    high: Amount
    width: float = field(init=False)
    """How wide it is."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "width", self.high - self.low)


@dataclass(frozen=True)
class Whole:
    """A whole."""

    count: Count
    parts: tuple[Part, ...]
    named: dict[str, Part]
    """By name."""
    schema: Literal[2] = 2


WHOLE = Whole(1, (Part(-1.0, 2.0),), {"é": Part(0.0, 1e-7)})


@pytest.mark.parametrize("name", FORMS)
def test_every_published_schema_is_one(name: str) -> None:
    schema = published(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"].startswith(f"Plumbline {name}.json, version ")
    for each in schema["$defs"].values():
        assert each["additionalProperties"] is False
        assert each["description"]


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_conforms_and_is_read_as_it_was(name: str) -> None:
    document = json.loads(WRITTEN[name])
    jsonschema.validate(document, published(name))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "extra": 1}, published(name))
    assert json.loads(documents.to_json(documents.conform(document, FORMS[name][0]))) == document


def test_a_document_is_ascii_with_a_field_a_line_and_null_for_what_is_no_number() -> None:
    text = documents.to_json(Whole(1, (Part(-1.0, math.inf),), {"é": Part(0.0, 1e-7)}))
    assert text.isascii()
    assert text == json.dumps(json.loads(text), indent=1) + "\n"
    assert json.loads(text)["parts"] == [{"low": -1.0, "high": None, "width": None}]
    assert '"high": 1e-07' in text
    assert documents.conform(json.loads(documents.to_json(WHOLE)), Whole) == WHOLE


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"count": -1}, "count: expected int >= 0"),
        ({"count": True}, "count: expected int, got bool"),
        ({"count": 1.0}, "count: expected int, got float"),
        ({"count": 2**64}, "count: expected int <= 9223372036854775807"),
        ({"parts": [{"low": 0.0, "high": 1.0}]}, r"parts\[0\]: object missing required field width"),
        ({"parts": [{"low": "0", "high": 1.0, "width": 1.0}]}, r"parts\[0\].low: expected float, got str"),
        ({"parts": [{"low": 0.0, "high": 1.0, "width": 1.0, "y": 0}]}, r"parts\[0\] has a field 'y' that this version does not know"),
        ({"named": {"a": {"low": 0.0, "high": 1.0, "width": 1.0, "y": 0}}}, "named.a has a field 'y'"),
        ({"schema": 1}, "it has schema 1, this version reads 2"),
        ({"y": 0}, "it has a field 'y'"),
    ],
)
def test_a_wrong_document_is_refused_with_the_place(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        documents.conform({**json.loads(documents.to_json(WHOLE)), **change}, Whole)


def test_what_follows_from_other_fields_is_worked_out_and_not_believed() -> None:
    document = json.loads(documents.to_json(WHOLE))
    document["parts"][0]["width"] = 7.0
    assert documents.conform(document, Whole) == WHOLE


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.json"
    path.write_text(documents.to_json(WHOLE))
    assert documents.read(path, Whole) == WHOLE
    monkeypatch.setattr(documents, "LARGEST_FILE", 10)
    with pytest.raises(ValueError, match="more than 10 bytes"):
        documents.read(path, Whole)


def test_the_command_prints_a_schema() -> None:
    command = [sys.executable, "-m", "plumbline", "schema", "manifest"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    assert json.loads(ended.stdout) == published("manifest")
