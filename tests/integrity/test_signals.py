"""Odd bursts are marked and everything counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from pingyi.audit.actions import SYSTEM
from pingyi.audit.models import Event
from pingyi.integrity import actions
from pingyi.integrity.models import Signal
from pingyi.ratings import store
from pingyi.ratings.models import PointTally
from tests.ratings.city import AT, City, small_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db) -> City:
    return small_city()


def rated(city: City, count: int, *, start: datetime = AT, seconds: float = 300, **given) -> None:
    step = timedelta(seconds=seconds / count)
    entries = [city.entry(at=start + number * step, **given) for number in range(count)]
    with transaction.atomic(), connection.cursor() as cursor:
        store.write(cursor, connection.vendor, entries)


def test_200_in_five_minutes_behind_one_address_all_count_and_are_marked(city):
    rated(city, 200)
    assert actions.raise_burst_signals(by=SYSTEM, at=AT + timedelta(minutes=10)) == 2
    assert PointTally.objects.get().count == 200
    network = Signal.objects.get(kind=Signal.Kind.NETWORK_BURST)
    assert (network.point, network.count, network.started_at) == (city.point, 200, AT)
    assert Event.objects.filter(action="signal.raise").count() == 2


def test_looking_again_raises_nothing_new_and_a_longer_burst_grows(city):
    later = AT + timedelta(minutes=10)
    rated(city, 40)
    actions.raise_burst_signals(by=SYSTEM, at=later)
    assert actions.raise_burst_signals(by=SYSTEM, at=later) == 0
    rated(city, 10, start=AT + timedelta(minutes=5), seconds=60)
    assert actions.raise_burst_signals(by=SYSTEM, at=later) == 2
    assert Signal.objects.get(kind=Signal.Kind.NETWORK_BURST).count == 50


@pytest.mark.parametrize("counts", [(40, 60), (60, 40)])
def test_of_two_networks_that_begin_at_once_the_greater_is_marked(city, counts):
    for network, count in enumerate(counts, 1):
        rated(city, count, address=f"10.0.{network}.1")
    actions.raise_burst_signals(by=SYSTEM, at=AT + timedelta(minutes=10))
    assert Signal.objects.get(kind=Signal.Kind.NETWORK_BURST).count == 60


def test_many_bursts_are_raised_some_at_once_and_none_is_left_out(city, monkeypatch):
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    rated(city, 40)
    assert actions.raise_burst_signals(by=SYSTEM, at=AT + timedelta(minutes=10)) == 2
    assert Signal.objects.count() == 2


def test_a_few_ratings_or_many_addresses_are_not_odd(city):
    rated(city, 2)
    with transaction.atomic(), connection.cursor() as cursor:
        entries = [city.entry(address=f"10.0.1.{number}") for number in range(100)]
        store.write(cursor, connection.vendor, entries)
    assert actions.raise_burst_signals(by=SYSTEM, at=AT) == 0


def test_the_last_minutes_before_midnight_are_seen_after_it(city):
    midnight = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)
    rated(city, 40, start=midnight - timedelta(minutes=6))
    assert actions.raise_burst_signals(by=SYSTEM, at=midnight + timedelta(minutes=2)) == 2


def test_long_days_are_read_in_slices(city, monkeypatch):
    monkeypatch.setattr(actions, "_SLICE", 7)
    rated(city, 40)
    rated(city, 3, start=AT - timedelta(days=3))
    assert actions.raise_burst_signals(by=SYSTEM, at=AT) == 2
    assert Signal.objects.get(kind=Signal.Kind.NETWORK_BURST).count == 40
