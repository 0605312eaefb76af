"""Single answers and single facts: each way in which one can be wrong is noticed."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from plumbline.common.errors import BoardFault, WrongModel
from plumbline.common.manifest import TensorSpec
from plumbline.common.wire import told
from plumbline.host.devices.board import Identity, ToldEnd
from plumbline.host.devices.deadline import Deadline
from plumbline.host.devices.identity import check_identity
from plumbline.host.verdict.checks import Comparer, failures, nearest_rank, outside
from plumbline.host.verdict.comparison import Comparison, Probe
from tests.support.half import BOUND, CODES, MANIFEST, REFERENCES, right
from tests.support.identities import IDENTITY


def point(row: int, **changes: int) -> Comparison:
    return Comparer(MANIFEST, REFERENCES).point(row, replace(right(row), **changes))


def test_a_right_answer_is_exact() -> None:
    assert [point(row).exact for row in range(3)] == [True] * 3
    assert [point(row).kind for row in range(3)] == ["sample", "sweep", "sweep"]
    assert point(2).x == 3.1


@pytest.mark.parametrize("field", ["input_code", "output_code", "y_nano"])
def test_each_part_of_an_answer_counts(field: str) -> None:
    assert not point(1, **{field: getattr(right(1), field) + 1}).exact


def test_a_refusal_inside_the_domain_is_wrong() -> None:
    refused = Comparer(MANIFEST, REFERENCES).point(0, None)
    assert not refused.exact
    assert not refused.within
    assert "no answer instead of" in failures([refused], [])[0]


def test_the_bound_of_a_point_is_its_own() -> None:
    rest = BOUND.weight_rounding + BOUND.bias_rounding + BOUND.output_rounding
    assert point(0).bound == rest  # 1.0 is a code
    assert point(1).bound == BOUND.total < rest + 0.5 * 0.25  # halfway between two, and never more than the whole domain's
    assert math.isclose(point(2).bound, rest + 0.5 * 0.1)
    assert {each.bound for each in Comparer(MANIFEST, REFERENCES).codes(CODES)} == {rest}
    assert Comparer(replace(MANIFEST, bound=None), REFERENCES).point(1, right(1)).bound == MANIFEST.tolerance


@pytest.mark.parametrize(
    ("error", "within"), [(0.34375, True), (-0.34375, True), (0.3438, False), (-0.3438, False), (math.nan, False), (math.inf, False)]
)
def test_the_bound_is_inclusive_and_no_number_breaks_it(error: float, within: bool) -> None:
    good = point(0)
    off = replace(good, float_y=(good.board_y[0] + error,))
    assert off.within == within
    assert bool(failures([off], [])) != within


def test_codes_are_compared_one_by_one() -> None:
    outputs = CODES[::-1].copy()
    outputs[77] += 1
    compared = Comparer(MANIFEST, REFERENCES).codes(outputs)
    assert [each.row for each in compared if not each.exact] == [77]
    assert compared[0].x == -62.0


def test_a_lost_row_of_codes_cannot_pass_unnoticed() -> None:
    with pytest.raises(ValueError, match="zip"):
        Comparer(MANIFEST, REFERENCES).codes(CODES[:-1])


def test_the_worst_of_several_outputs_counts() -> None:
    wide = replace(point(0), expected=(1, 2, 3), board=(1, 2, 3), expected_y=(0, 0, 0), board_y=(0.1, 0.9, 0.2), float_y=(0.0, 0.0, 0.0))
    assert (wide.worst, wide.error, wide.within) == (1, 0.9, False)
    assert replace(wide, float_y=(math.nan, 0.9, 0.2)).worst == 0


def test_probes_lie_outside_and_are_judged() -> None:
    low, high = IDENTITY.domain_nano
    probes = outside(MANIFEST)
    assert {low - 1, high + 1, -(2**63), 2**63 - 1} <= set(probes)
    assert all(not low <= each <= high for each in probes)
    assert failures([], [Probe(each, None) for each in probes]) == []
    assert "but the board answers 65.5" in failures([], [Probe(high + 1, 65.5)])[0]


def test_references_that_prove_nothing() -> None:
    def shortcomings(**changes: Any) -> str:
        return "; ".join(Comparer(MANIFEST, replace(REFERENCES, **changes)).shortcomings())

    assert shortcomings() == ""
    assert "0 of the 3 points are sample points" in shortcomings(samples=0)
    assert "4 of the 3 points are sample points" in shortcomings(samples=4)
    assert "not a number in 1 places" in shortcomings(float_x=np.array([[0], [np.inf], [0]], np.float32))
    assert "1 of the 256 codes" in shortcomings(codes=np.zeros((256, 1), np.int8))


def test_nearest_rank() -> None:
    assert nearest_rank([], 0.99) == 0
    assert nearest_rank([3.0], 0.99) == 3
    assert nearest_rank(range(1, 101), 0.99) == 99
    assert nearest_rank([5, 1, 3], 0.5) == 3


FACTS: dict[str, Any] = {
    "model": "other",
    "model_sha256": "ab" * 32,
    "constants_sha256": "",
    "input_bytes": 2,
    "output_bytes": 2,
    "domain_nano": (-62_000_000_000, 65_500_000_001),
}


def test_the_right_identity_passes() -> None:
    check_identity(IDENTITY, MANIFEST)
    check_identity(replace(IDENTITY, build="any"), MANIFEST)
    check_identity(replace(IDENTITY, engine="tflm", constants_sha256=""), MANIFEST)


@pytest.mark.parametrize("name", FACTS)
def test_each_fact_of_the_identity_counts(name: str) -> None:
    assert name in {field.name for field in fields(Identity)}
    with pytest.raises(WrongModel) as caught:
        check_identity(replace(IDENTITY, **{name: FACTS[name]}), MANIFEST)
    assert str(FACTS[name]) in caught.value.message
    assert str(getattr(IDENTITY, name)) in caught.value.message


@pytest.mark.parametrize("ends", ["inputs", "outputs"])
@pytest.mark.parametrize(
    ("fact", "value", "said"),
    [
        ("name", "other", "name is other"),
        ("type", "UINT8", "type is UINT8"),
        ("elements", 2, "size in elements is 2"),
        ("scale", math.nextafter(0.5, 1), "scale is 0.5000000000000001"),
        ("scale", None, "scale is None"),
        ("zero_point", 5, "zero point is 5"),
    ],
)
def test_each_fact_of_each_end_counts(ends: str, fact: str, value: object, said: str) -> None:
    (only,) = getattr(IDENTITY, ends)
    change: dict[str, Any] = {ends: (replace(only, **{fact: value}),)}
    with pytest.raises(WrongModel) as caught:
        check_identity(replace(IDENTITY, **change), MANIFEST)
    assert caught.value.message.startswith(f"The board's {ends[:-1]} {said}, the manifest's ")


def test_every_end_of_several_counts() -> None:
    specs = tuple(TensorSpec(name, "INT16", (3,), 6, None, None) for name in ("a", "b", "\u00e9" * 60))
    manifest = replace(MANIFEST, inputs=specs)
    told_ends = tuple(ToldEnd(told(spec.name), "INT16", 3, None, None) for spec in specs)
    right = replace(IDENTITY, input_bytes=18, inputs=told_ends)
    check_identity(right, manifest)
    for wrong, said in (
        (told_ends[:2], "number of inputs is 2, the manifest's 3"),
        ((told_ends[1], told_ends[0], told_ends[2]), "input 0 name is b, the manifest's a"),
        ((*told_ends[:2], replace(told_ends[2], zero_point=0)), "input 2 zero point is 0, the manifest's None"),
    ):
        with pytest.raises(WrongModel, match=said):
            check_identity(replace(right, inputs=wrong), manifest)


def test_an_engine_that_does_not_work_is_no_board_to_verify() -> None:
    with pytest.raises(BoardFault, match="arena too small"):
        check_identity(replace(IDENTITY, engine_error="arena too small"), MANIFEST)


def test_an_arena_that_stays_too_small_has_another_way_out() -> None:
    hints = []
    for said in ("arena too small", "the flatbuffer is not the converted model"):
        with pytest.raises(BoardFault) as caught:
            check_identity(replace(IDENTITY, engine_error=said), MANIFEST)
        hints.append(caught.value.hint)
    assert ["plumbline flash" in hint and "--anew" in hint for hint in hints] == [True, True]
    assert ["compiled engine" in hint for hint in hints] == [True, False]


def test_a_deadline_counts_down_and_stays_at_zero() -> None:
    assert Deadline(0).expired
    assert Deadline(-1).left == 0
    deadline = Deadline(1000)
    assert 900 < deadline.left <= 1000
    assert not deadline.expired
    assert deadline.within(1).left <= 1
    assert deadline.within(2000).left <= 1000


def test_an_answer_of_a_sequence_says_where_it_stands() -> None:
    starts = np.zeros(256, bool)
    starts[[0, 10]] = True
    answers = Comparer(MANIFEST, replace(REFERENCES, starts=starts)).codes(REFERENCES.expected)
    assert [answers[row].name for row in (0, 9, 10, 255)] == [
        "sequence 0, step 0",
        "sequence 0, step 9",
        "sequence 1, step 0",
        "sequence 1, step 245",
    ]
    assert all(each.step is None for each in Comparer(MANIFEST, REFERENCES).codes(REFERENCES.expected))
