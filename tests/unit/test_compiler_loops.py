"""What is taken along an axis as the fewest loops, and the same places whichever way they are written."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from plumbline.convert.operators.shared.data_movement.loops import Copy, Loop, along, taken


def test_equal_steps_are_one_loop_and_repeated_ones_two() -> None:
    assert along([3, 2, 1, 0], 5, 7) == (15, [Loop(1, 0, 28), Loop(4, -5, 7)])
    assert along([0, 0, 1, 1, 2, 2], 5, 7) == (0, [Loop(3, 5, 14), Loop(2, 0, 7)])
    assert along([0, 0, 1, 1, 2, 2], 5, 7, nested=False) == (0, [Loop(6, 0, 7, (0, 0, 5, 5, 10, 10))])


def test_what_has_no_rule_is_looked_up() -> None:
    assert along([2, 0, 1], 4, 4) == (0, [Loop(3, 0, 4, (8, 0, 4))])


def test_neighbouring_walks_become_one() -> None:
    assert taken((4, 5, 6), [[1, 2], range(5), range(6)]) == Copy(0, 0, 30, 0, (Loop(60, 1, 1),))
    assert taken((1, 1), [[0], [0]]) == Copy(0, 0, 0, 0, ())


@given(st.data())
def test_any_places(data: st.DataObject) -> None:
    shape = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=6))
    places = [data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=6)) for size in shape]
    values = np.arange(np.prod(shape))
    copy = taken(shape, places)
    assert len(copy.loops) <= 8
    source, target = copy.places()
    answer = np.full(np.prod([len(each) for each in places]), -1)
    answer[target] = values[source]
    np.testing.assert_array_equal(answer, values.reshape(shape)[np.ix_(*places)].ravel())
    back = copy.swapped()
    if not any(loop.table for loop in copy.loops):
        assert [list(each) for each in back.places()] == [list(target), list(source)]
