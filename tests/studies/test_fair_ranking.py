"""Ten cities of the study, smaller: the bounds that `make study` shows over a thousand."""

from __future__ import annotations

import io

import pytest
from studies.fair_ranking import BEGIN, END, WORLDS, study, table, written

from studies import fair_ranking


@pytest.fixture(scope="module")
def found():
    """Ten cities of 500 units."""
    cities = dict(zip(WORLDS, (4, 3, 3), strict=True))
    return {world: study(world, cities=cities[world], units=500) for world in WORLDS}


def test_intervals_hold_the_truth_as_often_as_they_say(found) -> None:
    units = sum(one.units for one in found.values())
    assert units == 5_000
    assert 0.93 <= sum(one.rate_covered for one in found.values()) / units <= 0.97
    assert 0.93 <= sum(one.bad_covered for one in found.values()) / units <= 0.97
    for one in found.values():
        # A single world of three or four cities: two standard errors more.
        assert 0.92 <= one.rate_coverage <= 0.98
        assert 0.92 <= one.bad_coverage <= 0.98


def test_few_of_those_named_are_named_wrongly(found) -> None:
    named = sum(one.named for one in found.values())
    assert named >= 3
    assert sum(one.named_wrongly for one in found.values()) <= max(1, 0.1 * named)


def test_points_alone_would_name_many_wrongly(found) -> None:
    for one in found.values():
        assert one.points_wrong / one.points_named > 0.3


def test_a_city_is_the_same_however_many_are_drawn() -> None:
    one, two = study("gamma", cities=1, units=100), study("gamma", cities=2, units=100)
    assert one.coverages == two.coverages[:1]


def test_the_table_goes_between_its_markers(found) -> None:
    text = table(found, units=1000)
    page = written(f"before\n{BEGIN}\nold\n{END}\nafter\n", text)
    assert page == f"before\n{BEGIN}\n{text}\n{END}\nafter\n"
    assert written(page, text) == page
    assert all(world in text for world in WORLDS.values())
    named = sum(one.named for one in found.values())
    assert f"All together {named} were named in 10 cities, " in text


def test_the_docs_have_the_markers_and_progress_is_told() -> None:
    assert BEGIN in fair_ranking.DOCS.read_text("utf-8")
    told = io.StringIO()
    study("gamma", cities=10, units=5, report=told)
    assert "10 of 10 cities" in told.getvalue()
