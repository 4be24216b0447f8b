"""The chain over events: any change, gap or swap shows, and the database refuses it anyway."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from pingyi.audit.actions import SYSTEM
from pingyi.audit.models import Event, Seal
from pingyi.audit.protection import APPENDED_ONLY, protect, unprotect
from pingyi.audit.sealing import seal, verify
from tests.audit.test_actions import create_area

AT = datetime(2026, 11, 21, 10, 40, tzinfo=UTC)


@pytest.fixture
def _unprotected(db):
    unprotect(connection)


@pytest.fixture
def events(db) -> list[Event]:
    for n in range(5):
        create_area(code=f"42010{n}", by=SYSTEM, at=AT)
    return list(Event.objects.order_by("id"))


def test_every_event_is_linked_once(events):
    assert seal(at=AT, limit=3) == 3
    assert seal(at=AT) == 2
    assert seal(at=AT) == 0
    found = verify()
    assert (found.links, found.unsealed, found.holds) == (5, 0, True)
    assert found.head == bytes(Seal.objects.get(position=5).digest).hex()


def test_an_empty_chain_holds(db):
    assert verify().holds


def test_an_event_that_committed_late_is_linked_later(events):
    seal(at=AT)
    late = Event.objects.create(
        id=events[-1].id + 100, at=AT, action="x", actor="x", subject_kind="x", subject_id="1"
    )
    later = Event.objects.create(
        id=events[-1].id + 50, at=AT, action="x", actor="x", subject_kind="x", subject_id="1"
    )
    assert seal(at=AT) == 2
    assert Seal.objects.get(event=later).position < Seal.objects.get(event=late).position
    assert verify().holds


@pytest.mark.usefixtures("_unprotected")
@pytest.mark.parametrize(
    "change",
    [
        {"actor": "somebody else"},
        {"data": {"code": "forged"}},
        {"action": "area.delete"},
        {"subject_id": "0"},
        {"at": datetime(2020, 1, 1, tzinfo=UTC)},
    ],
)
def test_a_changed_event_shows(events, change):
    seal(at=AT)
    Event.objects.filter(pk=events[2].pk).update(**change)
    assert verify().broken_at == 3


@pytest.mark.usefixtures("_unprotected")
def test_a_removed_event_shows(events):
    seal(at=AT)
    Seal.objects.filter(position=2).delete()
    Event.objects.filter(pk=events[1].pk).delete()
    assert verify().broken_at == 2


@pytest.mark.usefixtures("_unprotected")
def test_swapped_links_show(events):
    seal(at=AT)
    first, second = Seal.objects.get(position=1), Seal.objects.get(position=2)
    Seal.objects.filter(position__in=(1, 2)).delete()
    Seal.objects.create(position=1, event=second.event, digest=first.digest, sealed_at=AT)
    Seal.objects.create(position=2, event=first.event, digest=second.digest, sealed_at=AT)
    assert verify().broken_at == 1


@pytest.mark.parametrize("table", APPENDED_ONLY)
@pytest.mark.parametrize("sql", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_the_database_refuses_to_change_what_was_appended(events, table, sql):
    seal(at=AT)
    if table == "audit_readaccess":
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO audit_readaccess (at, reader, what, subject_kind, subject_id, reason)"
                " VALUES (%s, 'x', 'x', 'x', '1', 'x')",
                [AT],
            )
    unprotect(connection)
    protect(connection)
    column = {"audit_seal": "position"}.get(table, "id")
    with pytest.raises(DatabaseError, match="appended only"), transaction.atomic():
        connection.cursor().execute(sql.format(table, column, column))
