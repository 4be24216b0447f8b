"""A unit's figures move in full tens only: 10 → 11 shows nothing."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from pingyi.kernel.codes import new_receipt
from pingyi.ratings.models import Rating, RatingVoid
from pingyi.ratings.unit_figures import UnitFigures, unit_figures
from tests.ratings.city import AT, DAY, small_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return small_city()


def rate(here, *levels: int, minutes: int = 0, **changed) -> list[Rating]:
    return Rating.objects.bulk_create(
        Rating(
            **{
                "key": uuid.uuid4(),
                "digest": b"0" * 16,
                "receipt": new_receipt(),
                "point": here.point,
                "unit": here.unit,
                "season": here.season,
                "level": level,
                "recorded_at": AT + timedelta(minutes=minutes),
                "day": DAY,
            }
            | changed
        )
        for level in levels
    )


def void(rating: Rating, *, minutes: int) -> None:
    at = AT + timedelta(minutes=minutes)
    RatingVoid.objects.create(rating=rating, at=at, day=DAY, by="office", reason="mistaken")


def test_nothing_below_ten(here):
    rate(here, *[4] * 9)
    assert unit_figures(here.unit, here.season) is None


def test_ten_to_eleven_does_not_show(here):
    rate(here, *[4] * 10)
    ten = unit_figures(here.unit, here.season)
    for following in (2, 4, 4, 1, 4, 4, 4, 4, 4):
        rate(here, following)
        assert unit_figures(here.unit, here.season) == ten
    rate(here, 4)
    twenty = unit_figures(here.unit, here.season)
    assert ten is not None
    assert twenty is not None
    assert (ten.counts, twenty.counts) == ({4: 10}, {4: 18, 2: 1, 1: 1})
    assert (ten.rate, twenty.rate) == (Decimal("100.00"), Decimal("90.00"))


def test_a_void_does_not_show_by_itself_either(here):
    bad, *_ = rate(here, 2, *[4] * 9)
    before = unit_figures(here.unit, here.season)
    void(bad, minutes=30)
    assert unit_figures(here.unit, here.season) == before
    rate(here, *[4] * 10, minutes=60)
    after = unit_figures(here.unit, here.season)
    assert after is not None
    assert after.counts == {4: 19}


def test_defaults_and_other_seasons_do_not_count(here):
    rate(here, *[4] * 10, by_default=True)
    rate(here, *[4] * 10, season=None)
    rate(here, *[4] * 9)
    assert unit_figures(here.unit, here.season) is None
    rate(here, 3)
    figures = unit_figures(here.unit, here.season)
    assert figures is not None
    assert figures.counts == {4: 9, 3: 1}


def test_shares_by_level(here):
    rate(here, *[4] * 7, 3, 2, 1)
    figures = unit_figures(here.unit, here.season)
    assert figures is not None
    assert list(figures.lines) == [
        (4, 7, Decimal("70.00")),
        (3, 1, Decimal("10.00")),
        (2, 1, Decimal("10.00")),
        (1, 1, Decimal("10.00")),
    ]
    assert figures.rate == Decimal("80.00")


def test_all_void_has_no_rate():
    nothing = UnitFigures({}, satisfied=frozenset({4}), shown=(4,))
    assert nothing.rate is None
    assert list(nothing.lines) == [(4, 0, None)]


def test_as_many_queries_for_a_thousand(here, django_assert_num_queries):
    rate(here, *[4] * 1003)
    with django_assert_num_queries(4):
        figures = unit_figures(here.unit, here.season)
    assert figures is not None
    assert figures.total == 1000
