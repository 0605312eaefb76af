"""A manifest that somebody damaged or edited is read, or refused by its right name; no number in it holds nothing to anything."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plumbline.common.errors import ArtefactsDisagree
from plumbline.common.manifest import Manifest, TensorSpec
from tests.support.damaged_json import ODD, places, replaced
from tests.support.manifests import MANIFEST

DOCUMENT: dict[str, Any] = json.loads(MANIFEST.to_json())
SEVERAL = replace(
    MANIFEST,
    inputs=(
        TensorSpec("one", "UINT8", (1, 3), 3, 0.5, 128),
        TensorSpec("two", "INT16", (2,), 4, 0.25, 0),
        TensorSpec("three", "BOOL", (), 1, None, None),
    ),
    outputs=(TensorSpec("first", "INT32", (1,), 4, None, None), TensorSpec("second", "FLOAT32", (1, 2), 8, None, None)),
    operators=tuple(replace(MANIFEST.operators[0], computes=(number,)) for number in range(2)),
    bound=None,
    quality=(),
)
PLACES = [(whole, path) for whole in (DOCUMENT, json.loads(SEVERAL.to_json())) for path in sorted(places(whole), key=repr)]


def loaded(folder: Path, text: str) -> Manifest | None:
    """What was read; None where it was refused."""
    (folder / "manifest.json").write_text(text)
    try:
        return Manifest.load(folder / "manifest.json")
    except ArtefactsDisagree as refused:
        said = f"{refused.message} {refused.hint}"
    assert "manifest.json" in said
    assert "as the conversion writes it" in said
    return None


def numbers(value: Any) -> Iterator[float]:
    if isinstance(value, (int, float)):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ():
        yield from numbers(each)


def test_the_whole_one_is_read(tmp_path: Path) -> None:
    for manifest in (MANIFEST, SEVERAL):
        assert loaded(tmp_path, manifest.to_json()) == manifest


@settings(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(PLACES), value=st.sampled_from([*ODD, math.nan, math.inf, -math.inf]))
def test_whatever_stands_in_it_it_is_read_or_refused(place: tuple[Any, tuple[Any, ...]], value: Any, tmp_path: Path) -> None:
    whole, path = place
    found = loaded(tmp_path, json.dumps(replaced(whole, path, value)))
    if found is None:
        return
    assert all(math.isfinite(each) for each in numbers(asdict(found)))
    assert loaded(tmp_path, found.to_json()) == found


@pytest.mark.parametrize("path", [path for path in places(DOCUMENT) if path], ids=repr)
def test_what_is_missing_is_refused_or_has_a_default(path: tuple[Any, ...], tmp_path: Path) -> None:
    found = loaded(tmp_path, json.dumps(without(DOCUMENT, path)))
    assert found is None or loaded(tmp_path, found.to_json()) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "4",
        "[" * 100_000,
        '{"a":' * 100_000,
        MANIFEST.to_json()[:-20],
        MANIFEST.to_json().replace("0.2", "NaN"),
        MANIFEST.to_json().replace("0.2", "1e999"),
        MANIFEST.to_json().replace("1168", "9" * 5000),
        MANIFEST.to_json().replace("1168", "-1168"),
        MANIFEST.to_json().replace("1168", "true"),
        MANIFEST.to_json().replace('"tolerance": 0.2', '"tolerance": "0.2"'),
        MANIFEST.to_json().replace('"agreement": 0.95', '"agreement": 95.0'),
        "\x00\x1b[2J",
    ],
    ids=str.__len__,
)
def test_what_is_no_manifest_is_refused(text: str, tmp_path: Path) -> None:
    assert loaded(tmp_path, text) is None


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(b'{"recipe": "\xff"}')
    with pytest.raises(ArtefactsDisagree):
        Manifest.load(tmp_path / "manifest.json")


def without(document: Any, path: tuple[Any, ...]) -> Any:
    changed = document.copy()
    if len(path) == 1:
        del changed[path[0]]
    else:
        changed[path[0]] = without(document[path[0]], path[1:])
    return changed
