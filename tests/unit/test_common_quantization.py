"""Quantization, on numbers and on arrays: exact, ties away from zero, against a second way to compute it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, getcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.common.quantization import code_of_nano, dequantize, nano_of, round_half_away, to_nano
from plumbline.common.rows import values_of
from tests.support.ends import End
from tests.support.manifests import int8_end

getcontext().prec = 120
scales = st.floats(2**-20, 100, width=32)
zero_points = st.integers(-128, 127)


@given(st.integers(-(10**12), 10**12), scales, zero_points)
def test_quantize_agrees_with_decimal_arithmetic(x_nano: int, scale: float, zero_point: int) -> None:
    steps = Decimal(x_nano) / (Decimal(scale) * 10**9)
    expected = int(steps.quantize(Decimal(1), ROUND_HALF_UP)) + zero_point  # Decimal's half up goes away from zero
    assert code_of_nano(x_nano, End(scale, zero_point)) == min(127, max(-128, expected))


@given(st.integers(-128, 127), st.floats(2**-10, 100, width=32), zero_points)
def test_a_code_survives_the_way_there_and_back(code: int, scale: float, zero_point: int) -> None:
    end = End(scale, zero_point)
    assert code_of_nano(nano_of(code, end), end) == code


@given(st.integers(-128, 127), scales, zero_points)
def test_dequantize_is_the_nearest_nano(code: int, scale: float, zero_point: int) -> None:
    exact = (code - zero_point) * Fraction(scale) * 10**9
    assert abs(nano_of(code, End(scale, zero_point)) - exact) <= Fraction(1, 2)


@pytest.mark.parametrize(("value", "rounded"), [("1/2", 1), ("-1/2", -1), ("3/2", 2), ("-5/2", -3), ("49/100", 0), ("-49/100", 0), ("0", 0)])
def test_ties_go_away_from_zero(value: str, rounded: int) -> None:
    assert round_half_away(Fraction(value)) == rounded


def test_the_ends_of_a_domain_with_tenth_steps() -> None:
    end = End(float(np.float32(0.1)), 0)
    assert [code_of_nano(to_nano(x), end) for x in (-12.8, -1, 0, 4, 10, 12.7)] == [-128, -10, 0, 40, 100, 127]


@pytest.mark.parametrize(("value", "nano"), [(12.7, 12_700_000_000), (-0.1, -100_000_000), (123456789.1, 123_456_789_100_000_000), (1e-10, 0)])
def test_a_number_means_what_a_person_wrote(value: float, nano: int) -> None:
    assert to_nano(value) == nano


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1), st.floats(2**-10, 100, width=32), zero_points)
def test_arrays_are_quantized_as_single_numbers_are(x_nano: list[int], scale: float, zero_point: int) -> None:
    end = End(scale, zero_point)
    singly = [code_of_nano(x, end) for x in x_nano]
    near_a_tie = [abs(abs(x / 1e9 / scale) % 1 - 0.5) < 1e-6 for x in x_nano]  # float64 may fall to the other side there
    together = values_of(np.array(x_nano) / 1e9, int8_end((1,), 1, scale, zero_point))
    assert all(one == other or tie for one, other, tie in zip(singly, together.tolist(), near_a_tie, strict=True))
    np.testing.assert_allclose(dequantize(together, end), [nano_of(code, end) / 1e9 for code in together.tolist()], atol=1e-9)


@given(scales, zero_points)
def test_every_code_of_an_array_survives_the_way_there_and_back(scale: float, zero_point: int) -> None:
    codes, end = np.arange(-128, 128).astype(np.int8), End(scale, zero_point)
    np.testing.assert_array_equal(values_of(dequantize(codes, end), int8_end((256,), 256, scale, zero_point)), codes)
