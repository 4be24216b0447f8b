"""The key by which rates are ordered says exactly what the rates themselves say."""

from hypothesis import given
from hypothesis import strategies as st

from pingyi.scoring.lines import Ratings

MANY = 10**12


@st.composite
def ratings(draw) -> Ratings:
    counted = draw(st.one_of(st.integers(0, 20), st.integers(MANY - 20, MANY)))
    return Ratings(draw(st.integers(0, counted)), counted, counted)


@given(ratings(), ratings())
def test_it_orders_and_ties_as_the_rates_do(one: Ratings, other: Ratings):
    assert (one.rate < other.rate) == (one.rate_order < other.rate_order)
    assert (one.rate == other.rate) == (one.rate_order == other.rate_order)


def test_neighbours_among_the_finest_rates_stay_apart():
    one, other = Ratings(MANY - 2, MANY - 1, 0), Ratings(MANY - 1, MANY, 0)
    assert one.rate < other.rate
    assert one.rate_order < other.rate_order
