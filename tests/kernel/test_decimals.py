"""Numbers that count are exact."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingyi.kernel.decimals import decimal, half_up, percentage

DECIMALS = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=6)


@given(DECIMALS, st.integers(0, 6))
def test_half_up_agrees_with_decimals_own(value, places):
    expected = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert half_up(value, places) == expected
    assert abs(half_up(value, places).as_tuple().exponent) == places


@given(st.fractions(), st.integers(0, 4))
def test_a_fraction_is_rounded_to_its_nearest(value, places):
    assert abs(Fraction(half_up(value, places)) - value) <= Fraction(1, 2 * 10**places)


def test_halves_go_away_from_zero_and_are_seen_exactly():
    assert str(half_up(Fraction(1, 8))) == "0.13"
    assert str(half_up(Fraction(-1, 8))) == "-0.13"
    just_below = Fraction(1, 8) - Fraction(1, 10**60)
    assert str(half_up(just_below)) == "0.12"
    assert str(half_up(84)) == "84.00"
    assert str(half_up(Fraction(-1, 1000))) == "0.00"


def test_a_rate_as_published():
    assert percentage(30_340, 30_401) == "99.80"
    assert percentage(1, 3, 0) == "33"
    assert percentage(0, 5) == "0.00"
    assert percentage(0, 0) is None


@pytest.mark.parametrize("text", ["0", "-6", "92.5", "100.00", "-0.001"])
def test_plain_decimals_are_read(text):
    assert str(decimal(text)) == text


@pytest.mark.parametrize(
    "text", ["", "1e3", "NaN", "Infinity", " 1", "1\n", "+1", ".5", "5.", "１", "1_0", "9" * 16]
)
def test_nothing_else_is(text):
    with pytest.raises(ValueError, match="not a decimal"):
        decimal(text)
