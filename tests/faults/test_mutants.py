"""The tester tested: mutants differ from the model and from each other, and the verification tells them apart."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.references import tflm
from tests.faults import bounds, flatbuffers, mutants, mutate
from tests.faults.models import CHAINS, chain, converted, manifest_of
from tests.support.conditionals import compiled_here

needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")
needs_wheel = pytest.mark.skipif(not tflm.available(), reason="there is no tflite-micro wheel for this platform")


def source_of(name: str) -> str:
    return compile_graph(read(chain(name)), name, bytes(32)).source


@pytest.mark.parametrize("name", CHAINS)
def test_mutations_are_different_repeatable_and_of_many_kinds(name: str) -> None:
    source = source_of(name)
    first = list(islice(mutate.mutations(source, 1), 120))
    assert first == list(islice(mutate.mutations(source, 1), 120))
    assert len({each.source for each in first} | {source}) == 121
    assert len({each.kind for each in first}) >= 12


def test_a_constant_changes_one_number_and_nothing_else() -> None:
    source = source_of("three_layers")
    rng = random.Random(2)
    for _ in range(200):
        mutation = mutate.constant(rng, source)
        if mutation is not None:
            differing = [(a, b) for a, b in zip(source.splitlines(), mutation.source.splitlines(), strict=True) if a != b]
            assert len(differing) == 1
            assert differing[0][0].startswith("    ")


def test_code_changes_statements_never_constants_or_comments() -> None:
    source = source_of("one_row_clamped")
    rng = random.Random(3)
    for _ in range(200):
        mutation = mutate.code(rng, source)
        assert mutation is not None
        plain = compiled_here(source)
        ((before, after),) = [(a, b) for a, b in zip(plain.splitlines(), mutation.source.splitlines(), strict=True) if a != b]
        assert before.split("//")[0] != after.split("//")[0]


def test_what_became_of_a_mutant_is_a_sentence() -> None:
    fate = mutants.Fate("linear", "bias", "b[0]: 1 becomes 2", changed=3, passed=False, identified=True)
    assert str(fate) == "linear, bias, b[0]: 1 becomes 2: 3 of 256 codes answered otherwise, refused by the identity check"
    assert str(replace(fate, passed=True, identified=False)) == "linear, bias, b[0]: 1 becomes 2: NOT CAUGHT, 3 of 256 codes answered otherwise"
    assert str(replace(fate, changed=0, passed=True, identified=False)).endswith("2: equivalent: all 256 codes answered as by the oracle")
    assert str(replace(fate, changed=256, ended="BoardLost")).endswith("2: ended in BoardLost, refused by the identity check")


@pytest.mark.slow
@needs_gcc
def test_mutants_of_one_chain(tmp_path: Path) -> None:
    folder = converted("line_and_channels", tmp_path)
    fates = mutants.run([folder], 12, 5, tmp_path / "objects")
    assert len(fates) == 13
    assert all(fate.right for fate in fates)
    (unchanged,) = [fate for fate in fates if fate.kind == "none"]
    assert unchanged.passed
    assert not unchanged.identified
    assert all(fate.identified for fate in fates if fate.kind != "none")
    assert sum(fate.changed > 0 for fate in fates) >= 3


@pytest.mark.slow
@needs_wheel
def test_mutants_of_a_flatbuffer(tmp_path: Path) -> None:
    folder = converted("one_row_clamped", tmp_path)
    tally = flatbuffers.run(folder, manifest_of(folder), 16, 3)
    assert (tally.count, tally.wrong) == (16, 0)
    assert len(tally.classes) >= 4
    assert tally.count > tally.refused + tally.equivalent  # some answer otherwise


@needs_wheel
def test_each_class_of_byte_is_told_by_what_it_changes() -> None:
    raw = chain("three_layers")
    kinds: Counter[str] = Counter(kind for _, kind in flatbuffers.mutants(raw, read(raw), 120, 4))
    assert {"weights", "bias", "scale", "zero point", "structure"} <= set(kinds)


def test_a_model_that_cannot_be_run_gives_no_answers() -> None:
    raw = chain("three_layers")
    codes = np.zeros((1, 1), np.int8)
    assert flatbuffers.answers(b"\0" * len(raw), read(raw), codes) is None


def test_the_bound_holds_and_is_close() -> None:
    ratios = bounds.run(40, 9)
    assert (ratios.exceeded, ratios.loose) == (0, 0)
    assert 1 <= ratios.least <= ratios.most <= bounds.LOOSEST
