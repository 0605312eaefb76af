"""`digits` and `weather` with their self-tests in one program, natively and on two processors; a stream and several ends beside them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.chips import M4F, RV32, Chip
from plumbline.convert.export.build import model_of
from plumbline.convert.export.exported import ExportedModel
from plumbline.convert.export.self_test import FULL, SelfTest, with_test
from tests.support import compiled_c, self_test_models
from tests.support.avr import AVR
from tests.support.self_tests import APART, TOGETHER, exported, run_here, run_on

pytestmark = pytest.mark.slow
HOW = pytest.mark.parametrize("how", [APART, TOGETHER])
CHIPS = pytest.mark.parametrize("chip", [M4F, RV32], ids=lambda chip: chip.name)
NATIVE = pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")
PASS = ["digits: 8 of 8 inputs exact", "weather: 8 of 8 inputs exact"]


@pytest.fixture(scope="module")
def two(digits_converted: Path, weather_converted: Path) -> list[ExportedModel]:
    return [model_of(digits_converted, "digits"), model_of(weather_converted, "weather")]


@NATIVE
@HOW
def test_two_recipes_pass_natively(tmp_path: Path, two: list[ExportedModel], how: str) -> None:
    assert run_here(tmp_path, two, how=how) == (True, PASS)


@CHIPS
@HOW
def test_two_recipes_pass_on_a_chip(tmp_path: Path, two: list[ExportedModel], chip: Chip, how: str) -> None:
    if chip.missing:
        pytest.skip(chip.missing)
    assert run_on(chip, tmp_path, two, how=how) == PASS


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> list[ExportedModel]:
    """Plain layers, ends of all types, a stream and a loop, with three inputs each: they fit where a chip has 8 kB."""
    folder = tmp_path_factory.mktemp("small")
    return [exported(folder, write(), name, SelfTest(3)) for name, write in self_test_models.ALL.items()]


@pytest.mark.parametrize("chip", [M4F, RV32, AVR], ids=lambda chip: chip.name)
def test_streams_loops_and_several_ends_pass_on_a_chip(tmp_path: Path, small: list[ExportedModel], chip: Chip) -> None:
    if chip.missing:
        pytest.skip(chip.missing)
    assert run_on(chip, tmp_path, small) == [f"{model.name}: 3 of 3 inputs exact" for model in small]


def changed(source: str, constant: str) -> str:
    """A model one of whose biases is another."""
    result, count = re.subn(rf"({constant}\[\d+\][^{{]*\{{\n    )(-?\d+)", lambda found: found[1] + str(int(found[2]) + 4096), source)
    assert count == 1
    return result


@NATIVE
@pytest.mark.parametrize("part", ["hidden", "logits"])
def test_a_wrong_bias_is_found_with_its_layer(tmp_path: Path, two: list[ExportedModel], part: str) -> None:
    """The other model in the program still passes."""
    digits, weather = two
    (layer,) = [each for each in digits.compiled.layers if each.startswith(part)]
    number = digits.compiled.layers.index(layer)

    def edit(source: str) -> str:
        return changed(source, f"digits_{layer}_bias") if f"digits_{layer}_bias" in source else source

    passed, said = run_here(tmp_path, two, edit=edit)
    assert not passed
    assert re.fullmatch(rf"digits: input \d, layer {number} {layer}: hash 0x[0-9a-f]{{8}} instead of 0x[0-9a-f]{{8}}", said[0]), said
    assert said[2] == PASS[1]
    _, said = run_here(tmp_path, [with_test(digits, SelfTest(layers=FULL)), weather], edit=edit)
    assert re.fullmatch(rf"digits: input \d, layer {number} {layer}, element \d+: -?\d+ instead of -?\d+", said[0]), said
