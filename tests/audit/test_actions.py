"""The one shape of a write: who, when, one transaction, never without its event."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pingyi.audit import queries
from pingyi.audit.actions import (
    SYSTEM,
    NamedActor,
    UnrecordedAction,
    action,
    in_action,
    log_read,
    record,
)
from pingyi.directory.models import Area

AT = datetime(2026, 11, 21, 10, 40, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@action("area.create")
def create_area(*, code: str, by, at) -> Area:
    area = Area.objects.create(code=code, name="江城市", level="city")
    record(area, code=code)
    return area


def test_an_action_leaves_its_event():
    area = create_area(code="420100", by=NamedActor("li"), at=AT)
    (event,) = queries.events_about(area)
    assert (event.action, event.actor, event.at, event.subject_kind, event.data) == (
        "area.create",
        "li",
        AT,
        "area",
        {"code": "420100"},
    )


def test_an_action_that_records_nothing_stores_nothing():
    @action("area.create_silently")
    def create_silently(*, by, at):
        Area.objects.create(code="420100", name="江城市", level="city")

    with pytest.raises(UnrecordedAction):
        create_silently(by=SYSTEM, at=AT)
    assert not Area.objects.exists()


def test_a_failing_action_leaves_neither_row_nor_event():
    @action("area.fail")
    def fail(*, by, at):
        create_area(code="420100", by=by, at=at)
        raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail(by=SYSTEM, at=AT)
    assert not Area.objects.exists()
    assert not queries.events().exists()


def test_an_inner_action_does_not_speak_for_the_outer_one():
    @action("area.outer")
    def outer(*, by, at):
        create_area(code="420100", by=by, at=at)

    with pytest.raises(UnrecordedAction):
        outer(by=SYSTEM, at=AT)
    assert not Area.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        {"at": AT},
        {"by": "li", "at": AT},
        {"by": SYSTEM},
        {"by": SYSTEM, "at": AT.replace(tzinfo=None)},
    ],
)
def test_who_and_an_aware_when_are_needed(arguments):
    with pytest.raises(TypeError):
        create_area(code="420100", **arguments)


def test_positional_arguments_are_refused():
    with pytest.raises(TypeError):
        create_area("420100", by=SYSTEM, at=AT)


def test_an_event_outside_an_action_is_refused():
    assert not in_action()
    with pytest.raises(UnrecordedAction):
        record(Area(pk=1))


def test_reads_of_personal_data_are_logged_with_their_reason():
    area = create_area(code="420100", by=SYSTEM, at=AT)
    log_read(area, what="phone", reason="回访", by=NamedActor("wang"), at=AT)
    (read,) = queries.reads_of(area)
    assert (read.reader, read.what, read.reason) == ("wang", "phone", "回访")
    assert list(queries.reads()) == [read]
    assert [e.action for e in queries.events(actions=["area.create"])] == ["area.create"]
