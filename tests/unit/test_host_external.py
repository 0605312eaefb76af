"""Firmware that is not ours: what its answers are held to, by which rule, and what of its identity counts."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from plumbline.commands.external import asked_external
from plumbline.commands.options import Given
from plumbline.common import boards
from plumbline.common.errors import BoardFault, UsageError, WrongModel
from plumbline.common.golden_data import References
from plumbline.common.manifest import TensorSpec
from plumbline.host.devices.answers import ToldEnd
from plumbline.host.devices.identity import check_identity
from plumbline.host.verdict.checks import Comparer, failures
from plumbline.host.verdict.comparison import EXACT, Rule
from plumbline.pipeline import environment
from plumbline.pipeline.external import Asked
from tests.support.half import CODES, MANIFEST, REFERENCES, right
from tests.support.identities import IDENTITY

WITHIN = Rule("codes", 2)
FLOAT = Rule("float")


def told(ends: tuple[TensorSpec, ...]) -> tuple[ToldEnd, ...]:
    """What a board tells of them."""
    return tuple(ToldEnd("", each.type, each.elements, each.scale, each.zero_point) for each in ends)


def shifted(by: int) -> References:
    """Float answers that lie by so many steps of the output beside the right codes."""
    step = MANIFEST.outputs[0].step
    return replace(REFERENCES, float_codes=((REFERENCES.expected.astype(np.float32) - 3 + by) * step).astype(np.float32))


@pytest.mark.parametrize(("rule", "off", "good"), [(EXACT, 1, False), (WITHIN, 2, True), (WITHIN, 3, False), (Rule("codes", 0), 0, True)])
def test_codes_may_differ_by_what_the_rule_says(rule: Rule, off: int, good: bool) -> None:
    outputs = CODES[::-1].copy()
    outputs[77] -= off
    compared = Comparer(MANIFEST, shifted(0), rule).codes(outputs)
    assert [each.row for each in compared if not each.good] == ([] if good else [77])
    assert compared[77].apart == off
    assert (failures(compared, []) == []) == good


def test_a_failure_says_by_how_much_codes_may_differ() -> None:
    outputs = CODES[::-1].copy()
    outputs[77] -= 3
    (said,) = failures(Comparer(MANIFEST, shifted(0), WITHIN).codes(outputs), [])
    assert "1 of 256 answers differ from the oracle by more than 2 codes" in said


def test_within_codes_no_answer_is_held_to_the_bound() -> None:
    far = Comparer(MANIFEST, shifted(100), WITHIN).codes(CODES[::-1])
    assert all(each.good and not each.within for each in far)
    assert failures(far, []) == []
    assert not any(each.good for each in Comparer(MANIFEST, shifted(100)).codes(CODES[::-1]))


@pytest.mark.parametrize(("off", "good"), [(3, True), (4, False)])
def test_against_float_the_tolerance_counts_and_no_code(off: int, good: bool) -> None:
    """The tolerance is 0.75, a step of the output 0.25."""
    outputs = CODES[::-1].copy()
    outputs[77] -= off
    compared = Comparer(MANIFEST, shifted(0), FLOAT).codes(outputs)
    assert compared[77].bound == MANIFEST.tolerance
    assert compared[77].good == good
    assert not compared[77].exact
    assert (failures(compared, [], "tolerance") == []) == good


def test_a_number_that_is_not_the_one_of_its_code_is_wrong_by_every_rule() -> None:
    answer = right(1)
    for rule in (EXACT, WITHIN, FLOAT):
        comparer = Comparer(MANIFEST, REFERENCES, rule)
        assert not comparer.point(1, replace(answer, y_nano=answer.y_nano + 1)).right
        assert not comparer.point(1, replace(answer, input_code=answer.input_code + 1)).right
        assert not comparer.point(1, None).good
    near = replace(answer, output_code=answer.output_code + 1, y_nano=answer.y_nano + 250_000_000)
    assert Comparer(MANIFEST, REFERENCES, WITHIN).point(1, near).good
    assert not Comparer(MANIFEST, REFERENCES).point(1, near).right


def test_what_is_no_number_is_near_to_nothing() -> None:
    unknown = replace(REFERENCES, float_codes=np.full((256, 1), math.nan, np.float32))
    assert not any(each.good for each in Comparer(MANIFEST, unknown, FLOAT).codes(CODES[::-1]))


def test_the_hash_of_the_model_counts_and_not_its_name_or_constants() -> None:
    low, high = MANIFEST.domain
    good = replace(
        IDENTITY,
        engine="esp-nn 1.1",
        model="another name",
        model_sha256=MANIFEST.model_sha256,
        constants_sha256="",
        input_bytes=1,
        output_bytes=1,
        inputs=told(MANIFEST.inputs),
        outputs=told(MANIFEST.outputs),
        domain_nano=(round(low * 1e9), round(high * 1e9)),
        engine_error="",
    )
    check_identity(good, MANIFEST, external=True)
    with pytest.raises(WrongModel, match="The board's model is another name"):
        check_identity(good, MANIFEST)
    with pytest.raises(WrongModel, match="The firmware's model SHA-256 is cccc"):
        check_identity(replace(good, model_sha256="cc" * 32), MANIFEST, external=True)
    with pytest.raises(WrongModel, match="The firmware's output size in bytes is 2"):
        check_identity(replace(good, output_bytes=2), MANIFEST, external=True)
    with pytest.raises(BoardFault, match=r"engine esp-nn 1.1 does not work: no arena"):
        check_identity(replace(good, engine_error="no arena"), MANIFEST, external=True)


def test_rules_that_contradict_each_other_are_refused() -> None:
    assert (Asked().rule, Asked(exact=True).rule, Asked(within=0).rule, Asked(against="float").rule) == (EXACT, EXACT, Rule("codes", 0), FLOAT)
    for asked in (Asked(True, 1), Asked(True, None, "float"), Asked(False, 0, "float")):
        with pytest.raises(UsageError, match="each say what an answer has to be"):
            _ = asked.rule


def test_a_rule_needs_an_engine_that_is_not_ours_and_such_an_engine_a_port(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="for an engine that is not Plumbline's"):
        asked_external(Given(target="linear"), None, False, 1, None)
    with pytest.raises(UsageError, match="no port says where it runs"):
        asked_external(Given(target="linear", engine="external", build=tmp_path), None, False, None, None)


def test_such_an_engine_is_not_built_here() -> None:
    with pytest.raises(UsageError, match="firmware that is not built here"):
        environment.choose(None, None, "external", boards.default())
