"""More time for the inspectors' clock: one of them asks, another decides; why, stays with them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingyi.casework import queries, search
from pingyi.casework.actions import (
    ask_for_time,
    conclude_case,
    grant_time,
    refuse_time,
    release_embargo,
    report_findings,
    resume_clock,
)
from pingyi.casework.models import Case, CaseClock
from pingyi.casework.reasons import NO_REQUEST, NOT_YOURS, OWN_REQUEST, OWN_UNIT, NotAllowed, NotNow
from pingyi.casework.search import matching
from pingyi.casework.timeline import timeline
from pingyi.kernel.workdays import SHANGHAI
from pingyi.notices.queries import inbox_of
from pingyi.people.actions import appoint
from pingyi.people.models import User
from pingyi.people.roles import Role
from tests.casework.world import AT, FOUNDER, World, after, build
from tests.clocks.test_actions import slowly

WHY = "等待笔迹鉴定"
SOON = after(hours=20)


@pytest.fixture
def world(db) -> World:
    return build()


@pytest.fixture
def other(world: World) -> User:
    assert world.inspector
    return world.newcomer(Role.INSPECTOR)


def referral(case: Case) -> CaseClock:
    return case.clocks.get(rule="referral")


def due(case: Case) -> str:
    return f"{referral(case).due_at.astimezone(SHANGHAI):%m-%d}"


def asked(case: Case, by: User, what: str = "pause", days: int | None = None, at=SOON) -> Case:
    ask_for_time(case=case, what=what, days=days, reason=WHY, by=by, at=at)
    return case


@pytest.mark.parametrize("end", ["referred", "sealed"])
def test_one_asks_another_lets_it_stand_still_and_run_on(world: World, other: User, end: str):
    case = asked(world.case(end), world.inspector)
    assert referral(case).paused_at is None
    assert inbox_of(other).first().text == f"案件 {case.number} 申请暂停计时或延期，请决定。"
    assert list(queries.inspectors_desk(other).waiting_for_another_inspector()) == [case]
    before = due(case)
    grant_time(case=case, by=other, at=SOON)
    assert not CaseClock.objects.filter(rule="referral").late(after(days=60)).exists()
    resume_clock(case=case, by=world.inspector, at=SOON + timedelta(days=1))
    assert (before, due(case)) == ("06-04", "06-05"), "Tuesday stood still"
    assert referral(case).pauses.get().reason == WHY


def test_who_asked_does_not_decide_nor_anybody_else(world: World, other: User):
    case = asked(world.case("referred"), world.inspector, "extension", 2)
    for decide, said in ((grant_time, {}), (refuse_time, {"reason": "不"})):
        with pytest.raises(NotAllowed) as refused:
            decide(case=case, by=world.inspector, at=SOON, **said)
        assert refused.value.reason == OWN_REQUEST
        for role in set(Role) - {Role.INSPECTOR}:
            with pytest.raises(NotAllowed) as refused:
                decide(case=case, by=world.person(role), at=SOON, **said)
            assert refused.value.reason == NOT_YOURS
    appoint(user=other, role=Role.UNIT_ADMIN, unit=world.bureau, by=FOUNDER, at=AT)
    other.__dict__.pop("_appointments", None)
    with pytest.raises(NotAllowed) as refused:
        grant_time(case=case, by=other, at=SOON)
    assert refused.value.reason == OWN_UNIT
    city = world.person(Role.INSPECTOR, area=world.city)
    grant_time(case=case, by=city, at=SOON)
    assert due(case) == "06-08"


def test_the_office_is_asked_nothing(world: World):
    case = asked(world.case("referred"), world.inspector)
    manager = world.newcomer(Role.CASE_MANAGER)
    assert not queries.to_confirm(manager).exists()
    assert not Case.objects.waiting_for_a_second().exists()
    assert case.number not in "".join(item.text for item in inbox_of(manager))


@pytest.mark.parametrize("end", ["referred", "sealed"])
def test_why_stays_with_the_inspectors(world: World, other: User, end: str):
    case = asked(world.case(end), world.inspector)
    refuse_time(case=case, reason="先查台账", by=other, at=SOON)
    asked(case, world.inspector, "extension", 2)
    grant_time(case=case, by=other, at=SOON)
    if case.embargoed:
        release_embargo(case=case, reason="已核", by=other, at=after(days=1))
    theirs = [(entry.step, entry.detail) for entry in timeline(case, "inspectors")]
    assert ("inspectors_ask_time", f"暂停计时\n{WHY}") in theirs
    assert ("inspectors_refuse_time", "先查台账") in theirs
    offices = {entry.step: entry.detail for entry in timeline(case, "office")}
    assert offices["inspectors_ask_time"] == "延期 2 个工作日"
    assert offices["inspectors_refuse_time"] == ""
    assert offices["inspectors_grant_time"] == "延期 2 个工作日"
    for audience in ("unit", "citizen"):
        told = {entry.step for entry in timeline(case, audience)}
        assert not told & {"inspectors_ask_time", "inspectors_grant_time"}
    assert WHY not in search.words_of(case).replace(" ", "")
    assert not Case.objects.filter(matching("笔迹")).exists()


def test_under_embargo_nobody_but_the_inspectors_hears_of_it(world: World, other: User):
    case = world.case("sealed")
    others = {person: inbox_of(person).count() for person in (world.manager, world.unit_admin)}
    asked(case, world.inspector)
    grant_time(case=case, by=other, at=SOON)
    assert {person: inbox_of(person).count() for person in others} == others
    assert "已同意" in inbox_of(world.inspector).first().text


@pytest.mark.parametrize("end", ["referred", "sealed"])
def test_what_ends_the_clock_ends_its_pause_and_what_was_asked(world: World, other: User, end: str):
    case = asked(world.case(end), world.inspector)
    grant_time(case=case, by=other, at=SOON)
    asked(case, other, "extension", 1)
    if case.embargoed:
        given = {"finding": "verified", "kind": "conduct", "account": "属实"}
        conclude_case(case=case, by=world.inspector, at=after(days=9), **given)
    else:
        report_findings(case=case, account="属实", by=world.inspector, at=after(days=9))
    clock = referral(case)
    assert clock.met_at == clock.pauses.get().until == after(days=9)
    assert not Case.objects.all().waiting_for_another_inspector().exists()
    if not case.embargoed:
        with pytest.raises(NotNow) as refused:
            grant_time(case=case, by=world.manager, at=after(days=9))
        assert refused.value.reason == NO_REQUEST


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    start=st.datetimes(datetime(2015, 1, 1), datetime(2026, 9, 1)),  # noqa: DTZ001
    wait=st.integers(0, 20),
    still=st.integers(0, 30 * 24),
    more=st.integers(1, 3),
    paused=st.booleans(),
    extended=st.booleans(),
)
def test_paused_and_extended_against_a_slow_count(
    world, other, start, wait, still, more, paused, extended
):
    """Whatever the inspectors gave each other, the deadline is that of a day-by-day count."""
    started = start.replace(microsecond=0, tzinfo=SHANGHAI)
    spans, at = [], started + timedelta(hours=wait)
    with transaction.atomic():
        case = world.case("sealed")
        clock = referral(case)
        clock.started_at, clock.due_at = started, slowly(started, 3, "working_days", [])
        clock.save()
        if paused:
            asked(case, world.inspector, at=at)
            grant_time(case=case, by=other, at=at)
            spans, at = [(at, at + timedelta(hours=still))], at + timedelta(hours=still)
            resume_clock(case=case, by=world.inspector, at=at)
        if extended:
            asked(case, other, "extension", more, at=at)
            grant_time(case=case, by=world.inspector, at=at)
        length = 3 + more * extended
        assert referral(case).due_at == slowly(started, length, "working_days", spans)
        transaction.set_rollback(True)
