"""Voids, and the proof that tallies are what the facts add up to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from django.db import connection, transaction

from pingyi.audit.actions import SYSTEM
from pingyi.audit.models import Event
from pingyi.ratings import proof, store
from pingyi.ratings.actions import AlreadyVoid, void_rating
from pingyi.ratings.models import PointTally, Rating, UnitTally
from pingyi.shell.check_tallies import check_tallies
from tests.ratings.city import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def rated(city):
    entries = [city.entry() for _ in range(5)]
    entries += [city.entry(level="dissatisfied", comment="慢") for _ in range(3)]
    entries.append(city.entry(at=AT + timedelta(days=40)))
    with transaction.atomic(), connection.cursor() as cursor:
        store.write(cursor, connection.vendor, entries)
    return city


def proved() -> tuple[int, list[str]]:
    found = proof.prove(at=AT + timedelta(days=41))
    return found.ratings, [str(difference) for difference in found.differences]


def test_tallies_agree_also_after_voids(rated):
    assert proved() == (9, [])
    bad = Rating.objects.filter(level=2).first()
    later = AT + timedelta(days=3)
    void = void_rating(rating=bad, reason="误评", by=SYSTEM, at=later)
    assert (void.day, void.by) == (date(2026, 6, 4), "system")
    assert UnitTally.objects.get(level=2).count == 2
    assert PointTally.objects.get(day=date(2026, 6, 1), level=2).count == 3
    assert PointTally.objects.get(day=date(2026, 6, 4), level=2).count == -1
    assert proved() == (9, [])
    event = Event.objects.get(action="rating.void")
    assert "误评" not in str(event.data)


def test_a_rating_is_voided_once(rated):
    bad = Rating.objects.filter(level=2).first()
    void_rating(rating=bad, reason="误评", by=SYSTEM, at=AT)
    with pytest.raises(AlreadyVoid):
        void_rating(rating=bad, reason="误评", by=SYSTEM, at=AT)
    assert proved() == (9, [])


def test_every_difference_is_named(rated, monkeypatch):
    monkeypatch.setattr(proof, "SLICE", 2)
    UnitTally.objects.filter(level=2).update(count=7)
    PointTally.objects.filter(level=4, day=date(2026, 6, 1)).delete()
    ratings, differences = proved()
    assert ratings == 9
    assert len(differences) == 2
    assert "level 2" in differences[0]
    assert "7, but the facts give 3" in differences[0]
    assert "0, but the facts give 5" in differences[1]


def test_the_command_says_what_it_found(rated):
    good = CliRunner().invoke(check_tallies)
    assert (good.exit_code, good.output.splitlines()[-1]) == (0, "9 ratings, tallies agree")
    UnitTally.objects.filter(level=2).update(count=7)
    bad = CliRunner().invoke(check_tallies)
    assert bad.exit_code == 1
    assert "7, but the facts give 3" in bad.output
