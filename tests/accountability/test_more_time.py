"""More time for a duty: the unit asks, or who decides on duties; another of these gives it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingyi.accountability import actions, ladders, policies
from pingyi.accountability.escalation import DutyLadder
from pingyi.accountability.models import Duty
from pingyi.audit.actions import SYSTEM
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
    Refusal,
)
from pingyi.clocks.actions import change_calendar
from pingyi.kernel.workdays import SHANGHAI
from pingyi.notices.models import InboxItem
from pingyi.people.actions import appoint
from pingyi.people.models import User
from pingyi.people.roles import Role
from tests.casework.test_concurrency import at_once
from tests.casework.world import FOUNDER
from tests.clocks.test_actions import slowly
from tests.staff import staff
from tests.supervision.city import AT, City, city

WHY = "等待上级会议安排"
SOON = AT + timedelta(hours=2)


@pytest.fixture
def town(db) -> City:
    return city("jiangmen-2008", "public_facing", units=2)


def decided(town: City) -> Duty:
    """An apology to be made within five working days of Monday, 1 June."""
    town.find(town.units[0], "monitoring.violation")
    ladders.propose_from_facts(by=SYSTEM, at=AT)
    duty = Duty.objects.get()
    return actions.decide_duty(duty=duty, outcome="accepted", by=leader(town), at=AT)


def leader(town: City) -> User:
    return town.person(Role.LEADER)


def second(town: City) -> User:
    return town.person(Role.CASE_MANAGER)


@pytest.fixture
def admin(town) -> User:
    return staff("admin", Role.UNIT_ADMIN, unit=town.units[0])


@pytest.fixture
def duty(town, admin) -> Duty:
    return decided(town)


def asked(duty: Duty, by: User, what="extension", days=3, *, at=SOON, reason=WHY):
    return actions.ask_for_time(duty=duty, what=what, days=days, reason=reason, by=by, at=at)


def due(duty: Duty) -> str:
    return f"{duty.clocks.get().due_at.astimezone(SHANGHAI):%m-%d %H:%M:%S}"


def told(user: User) -> list[tuple[str, str]]:
    found = InboxItem.objects.filter(user=user).order_by("pk")
    said = [(item.text, item.link) for item in found]
    found.delete()
    return said


def test_the_unit_asks_and_another_extends_it(town, duty, admin):
    told(admin)
    asked(duty, admin)
    assert due(duty) == "06-08 23:59:59", "nothing moves before somebody agreed"
    text = f"问责事项 {duty.ref} 申请暂停计时或延期，请决定。"
    assert (text, f"/office/duties/{duty.pk}/") in told(leader(town))
    assert list(Duty.objects.all().waiting_for_a_second()) == [duty]
    actions.grant_time(duty=duty, by=second(town), at=SOON)
    assert due(duty) == "06-11 23:59:59"
    assert told(admin) == [
        (f"问责事项 {duty.ref} 的暂停或延期申请已同意。", f"/unit/duties/{duty.pk}/")
    ]
    assert not Duty.objects.all().waiting_for_a_second().exists()
    said = [event.action for event in events_about(duty)]
    assert said[-2:] == ["duty.ask_time", "duty.grant_time"]


def test_a_pause_stops_the_clock_until_the_office_lets_it_run_on(town, duty, admin):
    asked(duty, admin, "pause", None)
    actions.grant_time(duty=duty, by=second(town), at=SOON)
    assert not Duty.objects.late(AT + timedelta(days=60)).exists()
    assert not DutyLadder().running().exists(), "nobody is told of what stands still"
    with pytest.raises(NotAllowed):
        actions.resume_duty(duty=duty, by=admin, at=SOON)
    actions.resume_duty(duty=duty, by=leader(town), at=SOON + timedelta(days=2))
    assert due(duty) == "06-09 23:59:59", "Tuesday stood still"
    with pytest.raises(NotNow) as refused:
        actions.resume_duty(duty=duty, by=leader(town), at=SOON + timedelta(days=2))
    assert refused.value.reason == NOT_PAUSED


def test_done_it_needs_no_more_time(town, duty, admin):
    asked(duty, admin, "pause", None)
    actions.grant_time(duty=duty, by=second(town), at=SOON)
    asked(duty, admin)
    later = AT + timedelta(days=3)
    actions.fulfil_duty(duty=duty, on=AT.date(), place="会上", by=leader(town), at=later)
    clock = duty.clocks.get()
    assert clock.met_at == clock.pauses.get().until == later
    with pytest.raises(NotNow) as refused:
        actions.grant_time(duty=duty, by=second(town), at=later)
    assert refused.value.reason == NO_REQUEST
    with pytest.raises(NotNow) as refused:
        asked(duty, admin, at=later)
    assert refused.value.reason == NO_CLOCK


def test_undecided_it_has_no_clock(town, admin):
    town.find(town.units[0], "monitoring.violation")
    ladders.propose_from_facts(by=SYSTEM, at=AT)
    with pytest.raises(NotNow) as refused:
        asked(Duty.objects.get(), leader(town))
    assert refused.value.reason == NO_CLOCK


def test_whoever_asked_does_not_decide(town, duty):
    asked(duty, leader(town))
    for decide, given_ in ((actions.grant_time, {}), (actions.refuse_time, {"reason": "不"})):
        with pytest.raises(NotAllowed) as refused:
            decide(duty=duty, by=leader(town), at=SOON, **given_)
        assert refused.value.reason == OWN_REQUEST
    actions.grant_time(duty=duty, by=second(town), at=SOON)
    assert duty.clocks.get().amount == 8


def test_who_neither_asks_nor_decides(town, duty, admin):
    other = staff("other", Role.UNIT_ADMIN, unit=town.units[1])
    strangers = (town.person(Role.CALLER), town.person(Role.INSPECTOR), other)
    for user in strangers:
        with pytest.raises(NotAllowed):
            asked(duty, user)
    asked(duty, admin)
    for user in (*strangers, admin):
        with pytest.raises(NotAllowed):
            actions.grant_time(duty=duty, by=user, at=SOON)
    manager = second(town)
    appoint(user=manager, role=Role.UNIT_ADMIN, unit=town.units[0], by=FOUNDER, at=AT)
    manager.__dict__.pop("_appointments", None)
    with pytest.raises(NotAllowed) as refused:
        actions.grant_time(duty=duty, by=manager, at=SOON)
    assert refused.value.reason == OWN_UNIT


@pytest.mark.parametrize(
    ("what", "days", "reason", "field"),
    [
        ("holiday", 3, WHY, "what"),
        ("extension", None, WHY, "days"),
        ("extension", 6, WHY, "days"),
        ("pause", None, " ", "reason"),
        ("pause", None, "长" * 201, "reason"),
        ("pause", None, "打 13812341234", "reason"),
    ],
)
def test_what_does_not_fit_is_named(duty, admin, what, days, reason, field):
    with pytest.raises(Incomplete) as refused:
        asked(duty, admin, what, days, reason=reason)
    assert refused.value.reason.field == field


def test_once_as_the_scheme_says_one_at_a_time_and_in_time(town, duty, admin):
    with pytest.raises(NotNow) as refused:
        asked(duty, admin, at=AT + timedelta(days=30))
    assert refused.value.reason == CLOCK_LATE
    asked(duty, admin)
    with pytest.raises(NotNow) as refused:
        asked(duty, leader(town))
    assert refused.value.reason == TIME_ASKED
    with pytest.raises(NotNow):
        actions.grant_time(duty=duty, by=second(town), at=AT + timedelta(days=30))
    actions.grant_time(duty=duty, by=second(town), at=SOON)
    with pytest.raises(Incomplete) as wrong:
        asked(duty, admin)
    assert wrong.value.reason == EXTENDED


def test_refused_the_clock_runs_on_and_the_unit_is_told(town, duty, admin):
    asked(duty, admin)
    with pytest.raises(Incomplete):
        actions.refuse_time(duty=duty, reason="", by=second(town), at=SOON)
    told(admin)
    actions.refuse_time(duty=duty, reason="可先安排", by=second(town), at=SOON)
    assert due(duty) == "06-08 23:59:59"
    assert "未同意" in told(admin)[0][0]
    asked(duty, admin)


def test_a_scheme_that_allows_none_gives_none(duty, admin, monkeypatch):
    rule = policies.LENGTHS["sort"]
    monkeypatch.setattr(policies, "rule_of", lambda duty, clock: rule)
    with pytest.raises(NotNow) as refused:
        asked(duty, admin)
    assert refused.value.reason == NO_CLOCK


@pytest.mark.django_db(transaction=True)
def test_two_decide_at_once_and_it_is_given_once(transactional_db):
    town = city("jiangmen-2008", "public_facing", units=2)
    duty = decided(town)
    asked(duty, town.person(Role.CASE_MANAGER, "asker"))
    users = leader(town), second(town)

    def granting(user):
        def run():
            try:
                return actions.grant_time(duty=Duty.objects.get(), by=user, at=SOON)
            except Refusal:
                return None

        return run

    both = at_once(*(granting(user) for user in users))
    assert sum(one is not None for one in both) == 1
    assert duty.clocks.get().amount == 8


def test_a_changed_calendar_moves_an_extended_duty(town, duty, admin):
    asked(duty, admin)
    actions.grant_time(duty=duty, by=second(town), at=SOON)
    change_calendar(days={date(2026, 6, 9): False}, by=FOUNDER, at=SOON)
    assert due(duty) == "06-12 23:59:59"


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    start=st.datetimes(datetime(2015, 1, 1), datetime(2026, 9, 1)),  # noqa: DTZ001
    wait=st.integers(0, 40),
    still=st.integers(0, 20 * 24),
    more=st.integers(1, 5),
    paused=st.booleans(),
)
def test_duties_paused_and_extended_against_a_slow_count(
    town, duty, start, wait, still, more, paused
):
    """Whatever was given, the deadline is that of a day-by-day count of all of it."""
    started, spans = start.replace(microsecond=0, tzinfo=SHANGHAI), []
    with transaction.atomic():
        clock = duty.clocks.get()
        clock.started_at, clock.due_at = started, slowly(started, 5, "working_days", [])
        clock.save()
        at = started + timedelta(hours=wait)
        if paused:
            asked(duty, leader(town), "pause", None, at=at)
            actions.grant_time(duty=duty, by=second(town), at=at)
            spans, at = [(at, at + timedelta(hours=still))], at + timedelta(hours=still)
            actions.resume_duty(duty=duty, by=second(town), at=at)
        asked(duty, leader(town), "extension", more, at=at)
        actions.grant_time(duty=duty, by=second(town), at=at)
        assert duty.clocks.get().due_at == slowly(started, 5 + more, "working_days", spans)
        transaction.set_rollback(True)


def test_of_a_joint_duty_any_of_its_units_asks_and_none_of_them_decides(town):
    one, two = (staff(f"admin{n}", Role.UNIT_ADMIN, unit=town.units[n]) for n in (0, 1))
    for unit in town.units:
        town.find(unit, "monitoring.violation", matter="上班炒股")
    ladders.propose_from_facts(by=SYSTEM, at=AT)
    duty = Duty.objects.get()
    assert duty.is_joint
    actions.decide_duty(duty=duty, outcome="accepted", by=leader(town), at=AT)
    asked(duty, two)
    manager = second(town)
    appoint(user=manager, role=Role.UNIT_ADMIN, unit=town.units[1], by=FOUNDER, at=AT)
    manager.__dict__.pop("_appointments", None)
    with pytest.raises(NotAllowed) as refused:
        actions.grant_time(duty=duty, by=manager, at=SOON)
    assert refused.value.reason == OWN_UNIT
    told(one)
    actions.grant_time(duty=duty, by=leader(town), at=SOON)
    assert [text for text, _ in told(one)] == [f"问责事项 {duty.ref} 的暂停或延期申请已同意。"]


def test_a_promised_date_is_nobodys_to_put_off(duty, admin):
    duty.clocks.update(rule="promise")
    with pytest.raises(NotNow) as refused:
        asked(duty, admin)
    assert refused.value.reason == NO_CLOCK
