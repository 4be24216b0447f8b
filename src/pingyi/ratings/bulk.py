"""The bulk door: many past ratings at once, with their tallies; one event per batch.

For history that was gathered elsewhere, and for the demo city. A rating given now comes through
the intake instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from pingyi.audit.actions import Actor, action, record
from pingyi.audit.keys import keyring
from pingyi.ratings import tallies
from pingyi.ratings.contacts import PHONE
from pingyi.ratings.models import Contact, Rating

BATCH = 50_000


class PastRating(NamedTuple):
    """One rating as its row will be; the fields are those of `Rating`, in this order.

    `digest` and the marks may be any bytes: nobody will send this rating again.
    """

    key: UUID
    digest: bytes
    receipt: str
    point_id: int
    unit_id: int
    season_id: int | None
    channel: str
    level: int
    by_default: bool
    reasons: str
    comment: str
    badge: str
    recorded_at: datetime
    day: date
    device_mark: bytes | None
    network_mark: bytes | None


@dataclass(frozen=True)
class PastContact:
    """A phone left with a past rating, and whether a call back was asked for."""

    phone: str
    call_back: bool


def load_history(
    ratings: Iterable[PastRating],
    contacts: Mapping[UUID, PastContact],
    *,
    by: Actor,
    at: datetime,
) -> Iterator[int]:
    """Load `ratings` batch by batch, each its own transaction; yields each batch's size.

    `contacts` is read after the ratings it belongs to were drawn from `ratings`, so a generator
    may fill it on the way. Memory stays that of one batch.
    """
    waiting = iter(ratings)
    while batch := list(islice(waiting, BATCH)):
        yield load_ratings(batch=batch, contacts=contacts, by=by, at=at)


@action("rating.load")
def load_ratings(
    *, batch: list[PastRating], contacts: Mapping[UUID, PastContact], by: Actor, at: datetime
) -> int:
    """Store one batch of past ratings and add them to the tallies; returns how many."""
    _insert(Rating, PastRating._fields, [_as_stored(row) for row in batch])
    _store_contacts({row.key: contacts[row.key] for row in batch if row.key in contacts})
    with connection.cursor() as cursor:
        tallies.add(cursor, (_change(row) for row in batch))
    first = Rating.objects.get(key=batch[0].key)
    record(first, count=len(batch), first_day=str(batch[0].day), last_day=str(batch[-1].day))
    return len(batch)


def _change(row: PastRating) -> tallies.Change:
    return tallies.Change(
        row.season_id, row.unit_id, row.point_id, row.channel, row.level, row.by_default, row.day
    )


def _as_stored(row: PastRating) -> tuple[Any, ...]:
    """The row as the database takes it; SQLite keeps UUIDs and moments (in UTC) as text."""
    if connection.vendor != "sqlite":
        return row
    moment = row.recorded_at.astimezone(UTC).replace(tzinfo=None)
    key, *middle, _moment, day, device, network = row
    return (key.hex, *middle, str(moment), day.isoformat(), device, network)


def _insert(model: type[Any], fields: Iterable[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows of prepared values the fastest way the database has."""
    columns = [model._meta.get_field(field).column for field in fields]
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608


def _store_contacts(contacts: Mapping[UUID, PastContact]) -> None:
    ring = keyring()
    keys = list(contacts)
    for start in range(0, len(keys), 500):
        found = Rating.objects.filter(key__in=keys[start : start + 500])
        Contact.objects.bulk_create(
            Contact(
                rating_id=pk,
                phone_cipher=ring.encrypt(contacts[key].phone, context=PHONE),
                phone_print=ring.fingerprint(contacts[key].phone, context=PHONE),
                call_back=contacts[key].call_back,
            )
            for pk, key in found.order_by("id").values_list("pk", "key")
        )
