"""A batch into the database: once per key, contacts sealed, tallies equal to the facts."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from pingyi.audit.keys import keyring
from pingyi.ratings import contacts, store
from pingyi.ratings.models import Contact, PointTally, Rating, UnitTally
from pingyi.ratings.store import Fate

pytestmark = pytest.mark.django_db


def written(*entries):
    with transaction.atomic(), connection.cursor() as cursor:
        return store.write(cursor, connection.vendor, entries)


def test_a_rating_is_stored_as_it_was_given(city):
    entry = city.entry(
        level="dissatisfied", reasons=["214", "207"], comment="“\\窗口”{空}\t无人\n,"
    )
    assert written(entry) == [(Fate.WRITTEN, entry.receipt)]
    rating = Rating.objects.get()
    assert rating.receipt == entry.receipt
    assert rating.key == uuid.UUID(entry.key)
    assert (rating.level, rating.reasons, rating.comment) == (
        2,
        "207,214",
        "“\\窗口”{空}\t无人\n,".strip(),
    )
    assert (rating.point, rating.unit, rating.season) == (city.point, city.unit, city.season)
    assert (rating.recorded_at, rating.day) == (entry.recorded_at, date(2026, 6, 1))
    assert bytes(rating.digest) == entry.digest
    assert bytes(rating.network_mark) == entry.network_mark != entry.device_mark
    assert not rating.by_default
    assert not Contact.objects.exists()


def test_the_day_is_the_citys(city):
    late = city.entry(at=datetime(2026, 6, 1, 16, 30, tzinfo=UTC))
    written(late)
    assert Rating.objects.get().day == PointTally.objects.get().day == date(2026, 6, 2)


def test_a_retry_counts_once_and_gets_the_same_receipt(city):
    key = str(uuid.uuid4())
    first, again = city.entry(key=key), city.entry(key=key)
    written(first)
    assert written(again) == [(Fate.REPEATED, first.receipt)]
    other = city.entry(key=key, level="basically_satisfied")
    assert written(other) == [(Fate.CONFLICT, first.receipt)]
    assert Rating.objects.count() == 1
    assert UnitTally.objects.get().count == PointTally.objects.get().count == 1


def test_a_double_tap_in_one_batch_counts_once(city):
    key = str(uuid.uuid4())
    batch = [city.entry(key=key), city.entry(), city.entry(key=key)]
    batch.append(city.entry(key=key, comment="另一句"))
    fates = written(*batch)
    assert sorted(fate.name for fate, _ in fates[::2] + fates[3:]) in (
        ["CONFLICT", "REPEATED", "WRITTEN"],
        ["CONFLICT", "CONFLICT", "WRITTEN"],
    )
    assert len({receipt for _, receipt in fates}) == 2
    assert Rating.objects.count() == 2
    assert (
        PointTally.objects.get(level=4).count
        + sum(PointTally.objects.exclude(level=4).values_list("count", flat=True))
        == 2
    )


def test_a_contact_is_sealed(city):
    entry = city.entry(
        contact={"phone": "13812341234", "call_back": True},
        matter="办 2026-17",
        private_word="江豚",
    )
    written(entry)
    contact = Contact.objects.get()
    ring = keyring()
    assert contact.rating.receipt == entry.receipt
    assert contact.call_back
    assert contacts.open_phone(contact, keyring=ring) == "13812341234"
    assert contacts.open_matter(contact, keyring=ring) == "办 2026-17"
    assert bytes(contact.phone_print) == ring.fingerprint("13812341234", context="contact.phone")
    assert contacts.word_matches(contact, " 江豚 ", receipt=entry.receipt, keyring=ring)
    assert not contacts.word_matches(contact, "江猪", receipt=entry.receipt, keyring=ring)
    assert not contacts.word_matches(contact, "江豚", receipt="other", keyring=ring)


def test_tallies_add_up_over_batches(city):
    for size in (1, 3, 5):
        written(*(city.entry() for _ in range(size)))
        written(*(city.entry(level="dissatisfied", comment="慢") for _ in range(size)))
    assert dict(UnitTally.objects.values_list("level", "count")) == {4: 9, 2: 9}
    assert dict(PointTally.objects.values_list("level", "count")) == {4: 9, 2: 9}


def test_between_seasons_only_the_day_is_counted(city):
    city.season.delete()
    written(city.entry())
    assert Rating.objects.get().season is None
    assert not UnitTally.objects.exists()
    assert PointTally.objects.get().count == 1
