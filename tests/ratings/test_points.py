"""From a poster's code to the point and the rules of the day."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from pingyi.kernel.codes import new_point_code
from pingyi.ratings import points
from pingyi.ratings.points import Memory, PointGone, UnknownPoint
from tests.ratings.city import DAY, issue

pytestmark = pytest.mark.django_db


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_code_leads_to_its_point(city):
    found = points.load(f" {city.code.upper()} ")
    assert (found.code, found.id, found.unit_id) == (city.code, city.point.pk, city.unit.pk)


@pytest.mark.parametrize("code", ["", "x", "\x00", "2" * 9, "a" * 5000, "😀" * 9])
def test_what_is_no_code_is_unknown(city, code):
    with pytest.raises(UnknownPoint):
        points.load(code)


def test_a_code_nobody_printed_is_unknown(city):
    with pytest.raises(UnknownPoint):
        points.load(new_point_code())


def test_a_replaced_code_names_its_successor(city):
    new = issue(city.point)
    with pytest.raises(PointGone) as gone:
        points.load(city.code)
    assert gone.value.successor == new


def test_points_of_retired_units_are_gone(city):
    city.unit.retired_at = timezone.now()
    city.unit.save()
    with pytest.raises(PointGone) as gone:
        points.load(city.code)
    assert gone.value.successor is None


def test_between_seasons_the_last_rules_hold_and_no_season_counts(city):
    within, after = points.rules_on(DAY), points.rules_on(date(2027, 1, 5))
    assert within.season_id == city.season.pk
    assert after.season_id is None
    assert after.scheme is within.scheme
    assert points.rules_on(date(2000, 1, 1)).scheme.name == points.FALLBACK_SCHEME


def test_memory_asks_once_and_notices_a_replaced_code(city, django_assert_num_queries):
    clock = Clock()
    memory = Memory(clock)
    with pytest.raises(Memory.Miss):
        memory.point(city.code)
    memory.learn(city.code, DAY)
    with django_assert_num_queries(0):
        assert memory.point(city.code).id == city.point.pk
        assert memory.rules(DAY).season_id == city.season.pk
        memory.refresh()
    new = issue(city.point)
    assert memory.point(city.code)
    clock.now += points.FRESH_FOR
    memory.refresh()
    with pytest.raises(PointGone) as gone:
        memory.learn(city.code, DAY)
    assert gone.value.successor == new
    with pytest.raises(PointGone):
        memory.point(city.code)


@pytest.mark.parametrize("what", ["point", "unit", "season", "code"])
def test_every_change_that_matters_changes_the_revision(city, what):
    before = points.revision()
    if what == "season":
        city.season.ends_on = date(2026, 11, 30)
        city.season.save()
    elif what == "code":
        issue(city.point)
    else:
        changed = getattr(city, what)
        changed.retired_at = timezone.now()
        changed.save()
    assert points.revision() != before


def test_unknown_codes_do_not_fill_the_memory(city):
    memory = Memory(Clock(), most=1)
    for _ in range(3):
        with pytest.raises(UnknownPoint):
            memory.learn(new_point_code(), DAY)
    assert memory.learn(city.code, DAY)[0].id == city.point.pk
