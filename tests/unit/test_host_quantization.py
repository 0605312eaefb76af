"""Quantization on the host: exact, ties away from zero, against a second way to compute it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, getcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.host.verdict.quantization import dequantize, quantize, round_half_away, to_nano

getcontext().prec = 120
scales = st.floats(2**-20, 100, width=32)
zero_points = st.integers(-128, 127)


@given(st.integers(-(10**12), 10**12), scales, zero_points)
def test_quantize_agrees_with_decimal_arithmetic(x_nano: int, scale: float, zero_point: int) -> None:
    steps = Decimal(x_nano) / (Decimal(scale) * 10**9)
    expected = int(steps.quantize(Decimal(1), ROUND_HALF_UP)) + zero_point  # Decimal's half up goes away from zero
    assert quantize(x_nano, scale, zero_point) == min(127, max(-128, expected))


@given(st.integers(-128, 127), st.floats(2**-10, 100, width=32), zero_points)
def test_a_code_survives_the_way_there_and_back(code: int, scale: float, zero_point: int) -> None:
    assert quantize(dequantize(code, scale, zero_point), scale, zero_point) == code


@given(st.integers(-128, 127), scales, zero_points)
def test_dequantize_is_the_nearest_nano(code: int, scale: float, zero_point: int) -> None:
    exact = (code - zero_point) * Fraction(scale) * 10**9
    assert abs(dequantize(code, scale, zero_point) - exact) <= Fraction(1, 2)


@pytest.mark.parametrize(("value", "rounded"), [("1/2", 1), ("-1/2", -1), ("3/2", 2), ("-5/2", -3), ("49/100", 0), ("-49/100", 0), ("0", 0)])
def test_ties_go_away_from_zero(value: str, rounded: int) -> None:
    assert round_half_away(Fraction(value)) == rounded


def test_the_ends_of_a_domain_with_tenth_steps() -> None:
    scale = float(np.float32(0.1))
    assert [quantize(to_nano(x), scale, 0) for x in (-12.8, -1, 0, 4, 10, 12.7)] == [-128, -10, 0, 40, 100, 127]


@pytest.mark.parametrize(("value", "nano"), [(12.7, 12_700_000_000), (-0.1, -100_000_000), (123456789.1, 123_456_789_100_000_000), (1e-10, 0)])
def test_a_number_means_what_a_person_wrote(value: float, nano: int) -> None:
    assert to_nano(value) == nano
