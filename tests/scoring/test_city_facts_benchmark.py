"""The benchmark of a city's facts runs, on a very small city: scanning tells what tallies do."""

from __future__ import annotations

import pytest

from pingyi.directory.models import Enrolment
from pingyi.scoring import facts
from pingyi.shell.benchmarks import city_facts
from tests.casework.world import AT, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def season(monkeypatch):
    monkeypatch.setattr(city_facts, "UNITS", 3)
    monkeypatch.setattr(city_facts, "EVENTS", 9)
    world = build()
    for unit in (world.bureau, world.brigade, world.other_unit):
        Enrolment.objects.create(season=world.season, unit=unit, group=unit.group)
    for _ in range(5):
        world.rate(level="satisfied", comment="", phone=None)
    world.rate()
    monkeypatch.setattr(city_facts, "RATINGS", 24)
    return world.season


def test_every_measurement_is_taken(season):
    told = city_facts.timed(season, at=AT, rounds=2)
    assert len(told) >= 6
    measured = city_facts.measurements("sqlite", [list(one) for one in told])
    assert all(len(each.rounds) == 2 for each in measured)
    scan = measured[0]
    assert scan.at_least == 5
    assert scan.ratio is not None


def test_scanning_gives_the_same_facts_as_the_tallies(season):
    city_facts._multiply()
    tallied = facts.gather(season, at=AT)
    with city_facts._by_scanning(season):
        assert facts.gather(season, at=AT) == tallied
    assert sum(row.satisfied for row in tallied.satisfaction) == 20
