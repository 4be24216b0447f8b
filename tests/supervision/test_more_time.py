"""More time for a rectification item: who asks, who decides, what becomes of its clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingyi.audit.queries import events_about
from pingyi.casework.reasons import (
    CLOCK_LATE,
    EXTENDED,
    NO_CLOCK,
    NO_REQUEST,
    NOT_PAUSED,
    OWN_REQUEST,
    OWN_UNIT,
    TIME_ASKED,
    Incomplete,
    NotAllowed,
    NotNow,
    Overtaken,
    Refusal,
)
from pingyi.clocks.actions import change_calendar
from pingyi.kernel.workdays import SHANGHAI
from pingyi.notices.models import InboxItem
from pingyi.people.actions import appoint
from pingyi.people.roles import Role
from pingyi.supervision.actions import rectification, timing
from pingyi.supervision.models import RectificationItem
from tests.casework.test_concurrency import at_once
from tests.casework.world import AT, FOUNDER, PHONE, World, after, build
from tests.clocks.test_actions import slowly

WHY = "等待财政评审"
SOON = after(hours=2)


@pytest.fixture
def world(db) -> World:
    return build()


def listed(world: World, days: int = 5) -> RectificationItem:
    of = rectification.open_list(title="大队整改", unit=world.brigade, by=world.manager, at=AT)
    return rectification.add_item(
        of=of, problem="无人值守", measure="排班", owner="大队长", days=days, by=world.manager,
        at=AT,
    )  # fmt: skip


@pytest.fixture
def item(world: World) -> RectificationItem:
    assert world.unit_admin
    return listed(world)


def asked(world, item, what="extension", days=3, *, by=None, at=SOON, reason=WHY):
    return timing.ask_for_time(
        item=item, what=what, days=days, reason=reason, by=by or world.unit_admin, at=at
    )


def due(item: RectificationItem) -> str:
    clock = item.clocks.latest("pk")
    return f"{clock.due_at.astimezone(SHANGHAI):%m-%d %H:%M:%S}"


def told(user) -> list[str]:
    found = list(InboxItem.objects.filter(user=user).order_by("pk").values_list("text", flat=True))
    InboxItem.objects.filter(user=user).delete()
    return found


def test_the_unit_asks_and_another_extends_it(world, item):
    told(world.unit_admin)
    told(world.manager)
    asked(world, item)
    assert due(item) == "06-08 23:59:59", "nothing moves before somebody agreed"
    assert told(world.manager) == ["整改清单有一项申请暂停计时或延期，请决定。"]
    assert list(RectificationItem.objects.waiting_for_a_second()) == [item]
    timing.grant_time(item=item, by=world.manager, at=SOON)
    assert due(item) == "06-11 23:59:59"
    assert told(world.unit_admin) == ["整改清单有一项的暂停或延期申请已同意。"]
    assert not RectificationItem.objects.waiting_for_a_second().exists()
    said = [event.action for event in events_about(item)]
    assert said[-2:] == ["rectification.ask_time", "rectification.grant_time"]


def test_a_pause_stops_the_clock_until_the_office_lets_it_run_on(world, item):
    asked(world, item, "pause", None)
    timing.grant_time(item=item, by=world.manager, at=SOON)
    assert not RectificationItem.objects.late(after(days=60)).exists()
    with pytest.raises(Refusal):
        timing.resume_item(item=item, by=world.unit_admin, at=SOON)
    timing.resume_item(item=item, by=world.manager, at=SOON + timedelta(days=2))
    assert due(item) == "06-09 23:59:59", "Tuesday stood still"
    with pytest.raises(NotNow) as refused:
        timing.resume_item(item=item, by=world.manager, at=SOON + timedelta(days=2))
    assert refused.value.reason == NOT_PAUSED


def test_reporting_ends_the_pause_and_the_request(world, item):
    asked(world, item, "pause", None)
    timing.grant_time(item=item, by=world.manager, at=SOON)
    asked(world, item)
    rectification.submit_item(item=item, account="已改", by=world.unit_admin, at=after(days=3))
    clock = item.clocks.get()
    assert clock.met_at == clock.pauses.get().until == after(days=3)
    with pytest.raises(NotNow) as refused:
        timing.grant_time(item=item, by=world.manager, at=after(days=3))
    assert refused.value.reason == NO_REQUEST
    with pytest.raises(NotNow) as refused:
        asked(world, item, at=after(days=3))
    assert refused.value.reason == NO_CLOCK


def test_whoever_asked_does_not_decide(world, item):
    asked(world, item, by=world.manager)
    for decide in (timing.grant_time, timing.refuse_time):
        given = {"reason": "不"} if decide is timing.refuse_time else {}
        with pytest.raises(NotAllowed) as refused:
            decide(item=item, by=world.manager, at=SOON, **given)
        assert refused.value.reason == OWN_REQUEST
    city = world.person(Role.CASE_MANAGER, area=world.city)
    timing.grant_time(item=item, by=city, at=SOON)
    assert item.clocks.get().amount == 8


def test_who_neither_asks_nor_decides(world, item):
    strangers = (
        world.caller,
        world.inspector,
        world.person(Role.CASE_MANAGER, area=world.elsewhere),
        world.person(Role.UNIT_ADMIN, unit=world.other_unit),
    )
    for user in strangers:
        with pytest.raises(NotAllowed):
            asked(world, item, by=user)
    asked(world, item)
    for user in (*strangers, world.unit_admin):
        with pytest.raises(NotAllowed):
            timing.grant_time(item=item, by=user, at=SOON)
    second = world.newcomer(Role.CASE_MANAGER)
    appoint(user=second, role=Role.UNIT_ADMIN, unit=world.bureau, by=FOUNDER, at=AT)
    second.__dict__.pop("_appointments", None)
    with pytest.raises(NotAllowed) as refused:
        timing.grant_time(item=item, by=second, at=SOON)
    assert refused.value.reason == OWN_UNIT


@pytest.mark.parametrize(
    ("what", "days", "reason", "field"),
    [
        ("holiday", 3, WHY, "what"),
        ("extension", None, WHY, "days"),
        ("extension", 6, WHY, "days"),
        ("pause", None, " ", "reason"),
        ("pause", None, "长" * 201, "reason"),
        ("pause", None, f"打 {PHONE}", "reason"),
    ],
)
def test_what_does_not_fit_is_named(world, item, what, days, reason, field):
    with pytest.raises(Incomplete) as refused:
        asked(world, item, what, days, reason=reason)
    assert refused.value.reason.field == field


def test_once_as_the_scheme_says_and_one_at_a_time(world, item):
    asked(world, item)
    with pytest.raises(NotNow) as refused:
        asked(world, item)
    assert refused.value.reason == TIME_ASKED
    timing.grant_time(item=item, by=world.manager, at=SOON)
    with pytest.raises(Incomplete) as refused:
        asked(world, item)
    assert refused.value.reason == EXTENDED


def test_overdue_there_is_no_more_time_to_give(world, item):
    with pytest.raises(NotNow) as refused:
        asked(world, item, at=after(days=30))
    assert refused.value.reason == CLOCK_LATE
    asked(world, item)
    with pytest.raises(NotNow):
        timing.grant_time(item=item, by=world.manager, at=after(days=30))


def test_refused_the_clock_runs_on_and_the_unit_is_told(world, item):
    asked(world, item)
    with pytest.raises(Incomplete):
        timing.refuse_time(item=item, reason="", by=world.manager, at=SOON)
    told(world.unit_admin)
    timing.refuse_time(item=item, reason="可先办理", by=world.manager, at=SOON)
    assert due(item) == "06-08 23:59:59"
    assert "未同意" in told(world.unit_admin)[0]
    asked(world, item)


def test_a_scheme_that_says_nothing_gives_nothing(world, item, monkeypatch):
    from pingyi.supervision import item_policies

    monkeypatch.setattr(item_policies, "rule_of", lambda clock: None)
    with pytest.raises(NotNow) as refused:
        asked(world, item)
    assert refused.value.reason == NO_CLOCK


def test_granted_by_one_while_another_refuses(world, item):
    asked(world, item)
    city = world.person(Role.CASE_MANAGER, area=world.city)
    timing.grant_time(item=item, by=world.manager, at=SOON)
    with pytest.raises((Overtaken, NotNow)):
        timing.refuse_time(item=item, reason="不", by=city, at=SOON)
    assert item.clocks.get().requests.get().refused_at is None


@pytest.mark.django_db(transaction=True)
def test_two_grant_at_once_and_it_is_given_once(transactional_db):
    world = build()
    item = listed(world)
    asked(world, item)
    city = world.person(Role.CASE_MANAGER, area=world.city)

    def granting(user):
        def run():
            same = RectificationItem.objects.select_related("of__unit__area", "unit").get()
            try:
                return timing.grant_time(item=same, by=user, at=SOON)
            except Refusal:
                return None

        return run

    both = at_once(granting(world.manager), granting(city))
    assert sum(one is not None for one in both) == 1
    assert item.clocks.get().amount == 8


def test_a_changed_calendar_moves_an_extended_item(world, item):
    asked(world, item)
    timing.grant_time(item=item, by=world.manager, at=SOON)
    change_calendar(days={date(2026, 6, 9): False}, by=FOUNDER, at=SOON)
    assert due(item) == "06-12 23:59:59"


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    days=st.integers(2, 40),
    start=st.datetimes(datetime(2015, 1, 1), datetime(2026, 9, 1)),  # noqa: DTZ001
    wait=st.integers(0, 40),
    still=st.integers(0, 20 * 24),
    more=st.integers(1, 40),
    paused=st.booleans(),
)
def test_items_paused_and_extended_against_a_slow_count(
    world, days, start, wait, still, more, paused
):
    """Whatever the office gave, the deadline is that of a day-by-day count of all of it."""
    started = start.replace(microsecond=0, tzinfo=SHANGHAI)
    second, spans = world.person(Role.CASE_MANAGER, area=world.city), []
    with transaction.atomic():
        of = rectification.open_list(title="清单", unit=world.brigade, by=second, at=started)
        item = rectification.add_item(
            of=of, problem="问", measure="措", owner="长", days=days, by=second, at=started
        )
        at = started + timedelta(hours=wait)
        if paused:
            asked(world, item, "pause", None, by=world.manager, at=at)
            timing.grant_time(item=item, by=second, at=at)
            spans, at = [(at, at + timedelta(hours=still))], at + timedelta(hours=still)
            timing.resume_item(item=item, by=second, at=at)
        more = min(more, days)
        asked(world, item, "extension", more, by=world.manager, at=at)
        timing.grant_time(item=item, by=second, at=at)
        clock = item.clocks.get()
        assert clock.due_at == slowly(started, days + more, "working_days", spans)
        transaction.set_rollback(True)
