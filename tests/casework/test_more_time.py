"""A clock paused or extended: asked for with a reason, decided by somebody else of the office."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pingyi.casework import queries
from pingyi.casework.actions import (
    answer_case,
    ask_for_time,
    grant_time,
    recall_dispatch,
    refuse_time,
    resume_clock,
)
from pingyi.casework.models import Case, CaseClock
from pingyi.casework.queries import timeline
from pingyi.casework.reasons import (
    CLOCK_LATE,
    EXTENDED,
    NO_REQUEST,
    NOT_YOURS,
    OWN_REQUEST,
    PAUSED_ALREADY,
    TIME_ASKED,
    Incomplete,
    NotAllowed,
    NotNow,
    Overtaken,
)
from pingyi.clocks import actions as clocks
from pingyi.kernel.workdays import SHANGHAI
from pingyi.notices.queries import inbox_of
from pingyi.people.roles import Role
from tests.casework.world import World, after

WHY = "等待法院裁判"
SOON = after(hours=20)


def handling(case: Case) -> CaseClock:
    return case.clocks.get(rule="handle_simple")


def due(clock: CaseClock) -> str:
    return f"{clock.due_at.astimezone(SHANGHAI):%m-%d}"


def asked(world: World, what: str = "pause", days: int | None = None, **options) -> Case:
    case = options.pop("case", None) or world.case("with_unit")
    by = options.pop("by", world.unit_admin)
    ask_for_time(case=case, what=what, days=days, reason=WHY, by=by, at=options.pop("at", SOON))
    return case


def test_asked_by_the_unit_nothing_changes_until_another_decides(world: World):
    case = asked(world)
    assert handling(case).paused_at is None
    assert list(queries.to_confirm(world.manager)) == [case]
    assert (
        inbox_of(world.manager).first().text == f"案件 {case.number} 申请暂停计时或延期，请决定。"
    )
    for person in (world.unit_admin, world.sorter):
        with pytest.raises(NotAllowed) as refused:
            grant_time(case=case, by=person, at=SOON)
        assert refused.value.reason == NOT_YOURS


def test_who_asked_does_not_decide(world: World):
    case = asked(world, by=world.manager)
    for decide, said in ((grant_time, {}), (refuse_time, {"reason": "不"})):
        with pytest.raises(NotAllowed) as refused:
            decide(case=case, by=world.manager, at=SOON, **said)
        assert refused.value.reason == OWN_REQUEST
    assert list(queries.to_confirm(world.manager)) == []
    city = world.person(Role.CASE_MANAGER, area=world.city)
    assert list(queries.to_confirm(city)) == [case]
    grant_time(case=case, by=city, at=SOON)


def test_a_paused_clock_is_not_overdue_and_runs_on_with_what_was_left(world: World):
    case = asked(world)
    assert due(handling(case)) == "06-08"
    grant_time(case=case, by=world.manager, at=SOON)
    much_later = after(days=60)
    rules = [clock.rule for clock in CaseClock.objects.late(much_later)]
    assert "handle_simple" not in rules
    clocks.stop(case.clocks.filter(rule="acknowledge"), at=SOON)
    assert not queries.late_cases(world.manager, much_later).exists()
    assert queries.cases_for(world.manager).get().due_paused == SOON
    resume_clock(case=case, by=world.caller, at=after(days=14))
    assert handling(case).paused_at is None
    assert due(handling(case)) == "06-22", "nine working days stood still, and Dragon Boat is free"
    assert handling(case).pauses.get().reason == WHY


def test_an_extension_adds_working_days_once(world: World):
    case = asked(world, "extension", 3)
    grant_time(case=case, by=world.manager, at=SOON)
    assert due(handling(case)) == "06-11"
    for days, reason in ((2, EXTENDED),):
        with pytest.raises(Incomplete) as refused:
            asked(world, "extension", days, case=case)
        assert refused.value.reason == reason
    asked(world, "pause", case=case)


def test_what_the_scheme_does_not_allow(world: World):
    case = world.case("with_unit")
    for what, days, field in (
        ("extension", None, "days"),
        ("extension", 6, "days"),
        ("holiday", None, "what"),
    ):
        with pytest.raises(Incomplete) as refused:
            asked(world, what, days, case=case)
        assert refused.value.reason.field == field
    with pytest.raises(Incomplete) as refused:
        ask_for_time(case=case, what="pause", reason=" ", by=world.unit_admin, at=SOON)
    assert refused.value.reason.field == "reason"


def test_one_request_at_a_time_before_it_is_overdue(world: World):
    case = asked(world)
    with pytest.raises(NotNow) as refused:
        asked(world, case=case, by=world.caller)
    assert refused.value.reason == TIME_ASKED
    grant_time(case=case, by=world.manager, at=SOON)
    with pytest.raises(Incomplete) as wrong:
        asked(world, case=case)
    assert wrong.value.reason == PAUSED_ALREADY
    late = world.case("with_unit")
    with pytest.raises(NotNow) as refused:
        asked(world, case=late, at=after(days=30))
    assert refused.value.reason == CLOCK_LATE


def test_asked_in_time_and_decided_too_late_nothing_is_given(world: World):
    case = asked(world)
    with pytest.raises(NotNow) as refused:
        grant_time(case=case, by=world.manager, at=after(days=30))
    assert refused.value.reason == CLOCK_LATE
    refuse_time(case=case, reason="已超期", by=world.manager, at=after(days=30))


def test_refused_the_clock_runs_on_and_the_unit_reads_why(world: World):
    case = asked(world)
    refuse_time(case=case, reason="可先办理", by=world.manager, at=SOON)
    assert due(handling(case)) == "06-08"
    assert "未同意" in inbox_of(world.unit_admin).first().text
    story = timeline(case, "unit", units=[world.brigade.pk])
    assert [(entry.step, entry.detail) for entry in story[-2:]] == [
        ("unit_asks_time", f"暂停计时\n{WHY}"),
        ("refuse_time", "可先办理"),
    ]


def test_the_offices_own_clock_is_no_unit_s_business(world: World):
    case = world.case("to_decide")
    asked(world, "extension", 5, case=case, by=world.caller)
    grant_time(case=case, by=world.manager, at=SOON)
    resume = timeline(case, "office")[-1]
    assert (resume.step, resume.detail) == ("grant_time", "延期 5 个工作日")
    story = [entry.step for entry in timeline(case, "unit", units=[world.brigade.pk])]
    assert not {"ask_time", "grant_time"} & set(story)
    with pytest.raises(NotNow):
        asked(world, case=case)


@pytest.mark.parametrize("end", ["answer", "recall"])
def test_a_request_ends_with_its_clock(world: World, end: str):
    case = asked(world)
    if end == "answer":
        answer_case(case=case, account="已核", measures="已改", by=world.unit_admin, at=SOON)
    else:
        recall_dispatch(case=case, reason="有误", by=world.manager, at=SOON)
    city = world.person(Role.CASE_MANAGER, area=world.city)
    assert list(queries.to_confirm(city)) == []
    with pytest.raises(NotNow) as refused:
        grant_time(case=case, by=city, at=SOON)
    assert refused.value.reason == NO_REQUEST
    asked(world, case=case, by=world.caller, at=SOON + timedelta(minutes=1))


def test_answering_ends_the_pause(world: World):
    case = asked(world)
    grant_time(case=case, by=world.manager, at=SOON)
    answer_case(case=case, account="已核", measures="已改", by=world.unit_admin, at=after(days=9))
    assert handling(case).met_at == handling(case).pauses.get().until == after(days=9)


def test_granted_by_one_while_another_refuses(world: World):
    case = asked(world)
    seen = Case.objects.select_related("area__parent", "unit").get(pk=case.pk)
    grant_time(case=case, by=world.manager, at=SOON)
    city = world.person(Role.CASE_MANAGER, area=world.city)
    with pytest.raises((Overtaken, NotNow)):
        refuse_time(case=seen, reason="不", by=city, at=SOON)
    assert case.time_requests.get().refused_at is None


def test_the_time_of_a_pause_is_read_as_it_was(world: World):
    case = asked(world)
    grant_time(case=case, by=world.manager, at=SOON)
    steps = [entry.step for entry in timeline(case, "office")][-2:]
    assert steps == ["unit_asks_time", "grant_time"]
    assert handling(case).pauses.get().since == datetime.fromisoformat(SOON.isoformat())


def test_the_unit_reads_that_its_clock_stood_still_and_ran_on_but_not_the_offices_reason(world):
    case = world.case("with_unit")
    asked(world, case=case, by=world.caller)
    grant_time(case=case, by=world.manager, at=SOON)
    resume_clock(case=case, by=world.manager, at=SOON + timedelta(days=2))
    story = timeline(case, "unit", units=[world.brigade.pk])[-3:]
    assert [(entry.who, entry.text, entry.detail) for entry in story] == [
        ("治庸办", "申请暂停或延期", "暂停计时"),
        ("治庸办", "同意暂停或延期", "暂停计时"),
        ("治庸办", "恢复计时", ""),
    ]
    assert timeline(case, "unit", units=[world.other_unit.pk]) == []
