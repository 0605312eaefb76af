"""A manifest that was edited gets no verdict: each of its numbers follows from the model, the recipe or a hashed file, or is no number at all."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plumbline.common.errors import ArtefactsDisagree
from plumbline.common.files import sha256_of
from plumbline.common.manifest import ARTEFACTS, Manifest
from plumbline.convert.import_model import bring
from plumbline.host.verdict.anchor import check_anchored
from plumbline.host.verdict.artefacts import Artefacts
from tests.support.flatbuffer_writer import random_model, write

pytestmark = pytest.mark.slow  # linear is trained and converted

CHOSEN = ("limits",)
"""What a user chooses for a conversion: nothing vouches for it."""


def numbers(document: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where in a document there are numbers."""
    if isinstance(document, (dict, list)):
        for key, each in document.items() if isinstance(document, dict) else enumerate(document):
            yield from numbers(each, (*path, key))
    elif isinstance(document, (int, float)) and not isinstance(document, bool):
        yield path


def edited(document: Any, path: tuple[str | int, ...], value: object) -> Any:
    """The document with another value at one place."""
    copy = json.loads(json.dumps(document))
    at = copy
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return copy


def at(document: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


def held(folder: Path, document: Any) -> None:
    """Hold the folder to this manifest, as a verification does before it asks a board."""
    path = folder / "generated" / "manifest.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    manifest = Manifest.load(path)
    manifest.check_artefacts(folder)
    check_anchored(Artefacts.load(folder, manifest))


@pytest.fixture
def folder(linear: Path, tmp_path: Path) -> Path:
    return shutil.copytree(linear, tmp_path / "linear", ignore=shutil.ignore_patterns("pio"))


@pytest.fixture
def document(folder: Path) -> Any:
    return json.loads((folder / "generated" / "manifest.json").read_text())


def test_what_the_conversion_wrote_is_good(folder: Path, document: Any) -> None:
    held(folder, document)


def test_each_number_counts(folder: Path, document: Any) -> None:
    accepted = []
    places = [path for path in numbers(document) if path[0] not in CHOSEN]
    assert {
        ("tolerance",),
        ("bound", "total"),
        ("bound", "slope"),
        ("inputs", 0, "scale"),
        ("domain", 0),
        ("arena", "used"),
        ("model_bytes",),
    } <= set(places)
    for path in places:
        value = at(document, path)
        for other in (value + 1, value * 1.001 if isinstance(value, float) else value + 2, 999):
            with contextlib.suppress(ArtefactsDisagree):
                held(folder, edited(document, path, other))
                accepted.append((path, other))
    assert accepted == []


@pytest.mark.parametrize("wrong", ["NaN", "Infinity", "-Infinity", "1e999", "-1", "-0.5", '"1"', "null", "true", "[]", "{}"])
def test_no_number_is_refused_wherever_it_stands(wrong: str, folder: Path, document: Any) -> None:
    may_be_negative = {("domain", 0), ("domain", 1), ("input", "zero_point"), ("output", "zero_point")}
    for path in numbers(document):
        if path[0] in CHOSEN or (path in may_be_negative and wrong.startswith("-") and "I" not in wrong):
            continue
        text = json.dumps(edited(document, path, "here")).replace('"here"', wrong)
        with pytest.raises(ArtefactsDisagree):
            held(folder, text)


@pytest.mark.parametrize("name", ["operators", "bound", "quality", "float_model", "tolerance_from"])
def test_what_is_taken_out_or_turned_is_refused(name: str, folder: Path, document: Any) -> None:
    others: dict[str, Any] = {"operators": [], "bound": None, "float_model": False, "tolerance_from": "the proven bound"}
    others["quality"] = [{"kind": "accuracy", "reach": 0.0, "int8_may_lose": 1.0}]
    with pytest.raises(ArtefactsDisagree):
        held(folder, {**document, name: others[name]})


def test_the_refusal_names_both_numbers_and_who_says_so(folder: Path, document: Any) -> None:
    with pytest.raises(ArtefactsDisagree, match=r"tolerance is 999\.0; the recipe linear says 0\.25"):
        held(folder, {**document, "tolerance": 999.0})
    with pytest.raises(ArtefactsDisagree, match=r"bound is 999 in all .*; the model, .* says 0\.10796"):
        held(folder, edited(document, ("bound", "total"), 999.0))


def test_every_file_of_a_conversion_is_vouched_for(folder: Path, document: Any) -> None:
    assert set(document["artefacts"]) == ARTEFACTS
    for name in ARTEFACTS:
        less = {path: digest for path, digest in document["artefacts"].items() if path != name}
        with pytest.raises(ArtefactsDisagree, match=f"does not vouch for {name}"):
            held(folder, {**document, "artefacts": less})
    with pytest.raises(ArtefactsDisagree, match=r"does not vouch for generated/\w+\.(json|c|h)"):
        held(folder, {**document, "artefacts": {}})
    with pytest.raises(ArtefactsDisagree, match=r"no conversion makes: \.\./other"):
        held(folder, {**document, "artefacts": {**document["artefacts"], "../other": "0" * 64}})


def test_a_source_that_nobody_vouches_for_is_not_compiled(folder: Path, document: Any) -> None:
    (folder / "generated" / "more.c").write_text("int more;\n")
    with pytest.raises(ArtefactsDisagree, match=r"more\.c is no file of the conversion"):
        held(folder, document)


def test_other_float_layers_give_another_bound(folder: Path, document: Any) -> None:
    """The bound is worked out from the layers, not taken for granted because a hash fits."""
    references = folder / "references.npz"
    with np.load(references) as stored:
        arrays = dict(stored)
    arrays["weights0"] = arrays["weights0"] + np.float32(0.5)
    np.savez(references, **arrays)
    with pytest.raises(ArtefactsDisagree, match="bound is"):
        held(folder, edited(document, ("artefacts", "references.npz"), sha256_of(references)))


def test_a_model_of_one_s_own_is_held_to_what_it_can_answer(tmp_path: Path) -> None:
    model = tmp_path / "own.tflite"
    model.write_bytes(write(random_model(np.random.default_rng(3), 4, per_channel=False)))
    manifest = bring(model, tmp_path, lambda _: None)
    folder = tmp_path / manifest.recipe
    check_anchored(Artefacts.load(folder, manifest))
    for changed in (
        replace(manifest, tolerance=manifest.tolerance * 2),
        replace(manifest, float_model=True),
        replace(manifest, float_parameters=7),
        replace(manifest, domain=(manifest.domain[0] - 1, manifest.domain[1])),
        replace(manifest, outputs=(replace(manifest.outputs[0], scale=manifest.y_end.scale * 2),)),
    ):
        with pytest.raises(ArtefactsDisagree):
            check_anchored(Artefacts.load(folder, changed))
