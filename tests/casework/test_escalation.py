"""The escalation ladder: each step of a clock once, to those of its tier, and to nobody else."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pingyi import rulebook
from pingyi.audit.queries import events
from pingyi.casework import actions
from pingyi.casework.actions.steps import start_clock
from pingyi.casework.escalation import CaseLadder
from pingyi.casework.escalation_models import Escalation
from pingyi.casework.models import Case, CaseClock
from pingyi.casework.queries import timeline
from pingyi.casework.states import TRANSITIONS, State, handler, is_clock
from pingyi.clocks import actions as clocks
from pingyi.clocks.actions import change_calendar
from pingyi.clocks.names import Tier
from pingyi.kernel.workdays import SHANGHAI
from pingyi.notices import ladder
from pingyi.notices.ladder import due_steps, furthest
from pingyi.notices.models import InboxItem
from pingyi.people.roles import Role
from pingyi.people.staff import Staff
from pingyi.rulebook.checks import OF_CASES
from tests.casework.test_concurrency import at_once
from tests.casework.world import FOUNDER, World, after, build

SECOND = timedelta(seconds=1)


def alone(case: Case, rule: str, *, at: datetime) -> CaseClock:
    """The case with this clock alone, started anew."""
    case.clocks.running().update(stopped_at=at)
    start_clock(case, rule, at=at)
    return case.clocks.running().get()


def staffed(world: World) -> World:
    """Somebody in every office role, in the district and in the city."""
    for area in (world.district, world.city):
        for role in (Role.SORTER, Role.CALLER, Role.CASE_MANAGER, Role.LEADER, Role.INSPECTOR):
            world.person(role, area=area)
    world.person(Role.UNIT_ADMIN)
    return world


def inboxes() -> list[str]:
    """Whose inboxes were written into, since they were last emptied."""
    found = sorted(InboxItem.objects.values_list("user__username", flat=True))
    InboxItem.objects.all().delete()
    return found


def raised() -> list[tuple[int, str]]:
    return list(Escalation.objects.order_by("pk").values_list("step", "to"))


CITY = ["case_manager@420100", "leader@420100"]
DISTRICT = {
    role: [f"{role}@420111"] for role in ("sorter", "caller", "case_manager", "leader", "inspector")
}
UNIT = ["unit_admin@b1-1"]
LADDERS = [
    # rule, the case's state, when it starts, and at which moment who is told
    ("sort", "unsorted", "06-01 10:00:00", [
        ("06-02 06:00:00", DISTRICT["sorter"]), ("06-02 10:00:00", DISTRICT["case_manager"]),
        ("06-02 22:00:00", DISTRICT["leader"]), ("06-03 10:00:00", CITY)]),
    ("call_back", "sorted", "06-01 10:00:00", [
        ("06-02 10:00:00", DISTRICT["caller"]), ("06-03 10:00:00", DISTRICT["case_manager"]),
        ("06-04 10:00:00", DISTRICT["leader"]), ("06-06 10:00:00", CITY)]),
    ("acknowledge", "with_unit", "06-01 10:00:00", [
        ("06-02 23:59:59", sorted(UNIT + DISTRICT["case_manager"])),
        ("06-04 23:59:59", DISTRICT["leader"])]),
    ("handle_simple", "with_unit", "06-01 10:00:00", [
        ("06-05 23:59:59", UNIT), ("06-08 23:59:59", DISTRICT["case_manager"]),
        ("06-10 23:59:59", DISTRICT["leader"]), ("06-15 23:59:59", CITY)]),
    ("handle_complex", "with_unit", "06-01 10:00:00", [
        ("06-17 23:59:59", UNIT), ("06-23 23:59:59", DISTRICT["case_manager"]),
        ("06-25 23:59:59", DISTRICT["leader"]), ("06-30 23:59:59", CITY)]),
    ("referral", "referred", "06-01 10:00:00", [
        ("06-03 23:59:59", DISTRICT["inspector"]), ("06-04 23:59:59", DISTRICT["leader"]),
        ("06-09 23:59:59", CITY)]),
    ("verify", "to_place", "06-01 10:00:00", [
        ("06-08 23:59:59", DISTRICT["case_manager"]), ("06-10 23:59:59", DISTRICT["case_manager"]),
        ("06-12 23:59:59", DISTRICT["leader"]), ("06-17 23:59:59", CITY)]),
    ("reply", "verified", "06-01 10:00:00", [
        ("06-02 23:59:59", DISTRICT["caller"]), ("06-03 23:59:59", DISTRICT["case_manager"]),
        ("06-05 23:59:59", DISTRICT["leader"])]),
    ("appeal_review", "with_unit", "06-01 10:00:00", [
        ("06-11 23:59:59", DISTRICT["case_manager"]), ("06-15 23:59:59", DISTRICT["leader"]),
        ("06-23 23:59:59", CITY)]),
    ("look_back_first", "closed", "06-01 10:00:00", [
        ("06-24 10:00:00", DISTRICT["case_manager"]), ("07-01 10:00:00", DISTRICT["case_manager"]),
        ("07-08 10:00:00", DISTRICT["leader"])]),
    ("look_back_second", "closed", "06-01 10:00:00", [
        ("08-23 10:00:00", DISTRICT["case_manager"]), ("08-30 10:00:00", DISTRICT["case_manager"]),
        ("09-06 10:00:00", DISTRICT["leader"])]),
]  # fmt: skip


def moment(text: str) -> datetime:
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(("rule", "state", "starts", "rungs"), LADDERS, ids=lambda v: str(v)[:14])
def test_every_rung_of_a_clock(world: World, rule, state, starts, rungs):
    """Dragon Boat Festival, 19 to 21 June 2026, is no working time."""
    case = staffed(world).case(state)
    InboxItem.objects.all().delete()
    alone(case, rule, at=moment(starts))
    for when, told in rungs:
        assert actions.raise_due_steps(at=moment(when) - SECOND) == 0, when
        assert actions.raise_due_steps(at=moment(when)) > 0, when
        assert inboxes() == told, when
    assert actions.raise_due_steps(at=moment(when) + timedelta(days=200)) == 0
    steps = rulebook.scheme("wuhan-2023").escalation(rule)
    assert raised() == [(step.at, step.to) for step in steps], "all of them, each once"


def test_every_ladder_is_tested_and_every_clock_of_a_case_has_one():
    started = {name for step in TRANSITIONS.values() for name in step.starts} - {"re_judge"}
    assert set(OF_CASES) == {rule for rule in rulebook.scheme("wuhan-2023").clocks
                             if any(is_clock(name, rule) for name in started)}  # fmt: skip
    assert {rungs[0] for rungs in LADDERS} == set(OF_CASES)
    for name in rulebook.names():
        scheme = rulebook.scheme(name)
        assert all(scheme.escalation(rule) for rule in OF_CASES)
        for rule in scheme.escalations.values():
            assert rule.assumed
            assert "（A）" in rule.zh
    assert {step.to for rule in OF_CASES for step in scheme.escalation(rule)} == set(Tier)


def test_whoever_has_an_appeal_to_review_is_the_office_wherever_the_case_is():
    assert handler("appeal_review", State.WITH_UNIT) is Role.CASE_MANAGER
    assert handler("verify", State.TO_CALL) is Role.CALLER
    assert handler("referral", State.REFERRED, embargoed=True) is Role.INSPECTOR


def test_what_an_inbox_and_an_event_say(world: World):
    case = staffed(world).case()
    InboxItem.objects.all().delete()
    clock = alone(case, "sort", at=after())
    actions.raise_due_steps(at=after(hours=20))
    item = InboxItem.objects.get()
    assert item.text == f"案件 {case.number} 的“分拣”时限 2026-06-02 10:00 到期，请抓紧办理。"
    assert item.link == f"/case/{case.number}/"
    actions.raise_due_steps(at=after(hours=24))
    assert InboxItem.objects.first().text.startswith(f"案件 {case.number} 的“分拣”时限已于")
    told = [event.data for event in events(actions=["clock.escalate"])]
    assert {"rule": "sort", "at": -4, "to": "handler", "told": 1} in told
    assert len(told) == 2
    assert furthest(clock.escalations.all()).to == "case_manager"


def test_the_story_tells_it_to_the_office_and_to_the_unit_of_its_own_clocks(world: World):
    case = staffed(world).case("with_unit")
    alone(case, "handle_simple", at=after(days=1))
    actions.raise_due_steps(at=moment("06-09 10:00:00"))
    said = timeline(case, "office")[-1]
    assert (said.text, said.detail) == (
        "时限提醒：办理到期前 1 个工作日，告知经办人",
        "告知 1 人",
    )
    start_clock(case, "appeal_review", at=after(days=1))
    actions.raise_due_steps(at=after(days=60))
    for units in (None, [world.brigade.pk]):
        told = [entry for entry in timeline(case, "unit", units=units) if entry.step == "escalate"]
        assert [(entry.who, entry.text, entry.detail) for entry in told] == [
            ("系统", "时限提醒：办理到期前 1 个工作日，已提醒本单位", ""),
            ("系统", "时限提醒：办理到期，已告知治庸办", ""),
            ("系统", "时限提醒：办理超期 2 个工作日，已告知本区领导", ""),
            ("系统", "时限提醒：办理超期 5 个工作日，已报市级", ""),
        ], "and of no clock of the office"
    stranger = timeline(case, "unit", units=[world.other_unit.pk])
    assert all(entry.step != "escalate" for entry in stranger)
    assert all(entry.step != "escalate" for entry in timeline(case, "citizen"))


def test_under_embargo_only_the_inspectors_hear_of_it(world: World):
    case = staffed(world).case("sealed")
    assert case.embargoed
    InboxItem.objects.all().delete()
    alone(case, "referral", at=after())
    actions.raise_due_steps(at=after(days=20))
    assert set(inboxes()) == {"inspector@420111", "inspector@420100"}
    assert len(raised()) == 3


def test_nobody_of_the_district_then_the_city_hears(world: World):
    world.person(Role.LEADER, area=world.city)
    case = world.case()
    InboxItem.objects.all().delete()
    alone(case, "sort", at=after())
    actions.raise_due_steps(at=after(hours=36))
    assert "leader@420100" in inboxes()


def test_a_step_that_reaches_nobody_is_raised_and_says_so(world: World):
    case = world.case()
    alone(case, "sort", at=after())
    actions.raise_due_steps(at=after(hours=36))
    assert Escalation.objects.get(to="leader").told == 0
    assert actions.raise_due_steps(at=after(hours=37)) == 0


def test_whoever_serves_the_unit_too_is_not_told_as_the_office(world: World):
    from pingyi.people.actions import appoint

    staffed(world)
    leader = world.person(Role.LEADER)
    appoint(user=leader, role=Role.UNIT_ADMIN, unit=world.bureau, by=FOUNDER, at=after())
    case = world.case()
    InboxItem.objects.all().delete()
    alone(case, "sort", at=after())
    actions.raise_due_steps(at=after(hours=36))
    told = inboxes()
    assert leader.username not in told
    assert "leader@420100" in told


def test_a_clock_paused_met_or_stopped_raises_nothing(world: World):
    case = world.case()
    clock = alone(case, "sort", at=after())
    clocks.pause(clock, reason="等", by=FOUNDER, at=after(hours=1))
    assert actions.raise_due_steps(at=after(days=9)) == 0
    clocks.resume(clock, at=after(hours=25))
    assert actions.raise_due_steps(at=after(hours=43, minutes=59)) == 0, "moved by the pause"
    assert actions.raise_due_steps(at=after(hours=44)) == 1
    clocks.meet(case.clocks, at=after(hours=45))
    assert actions.raise_due_steps(at=after(days=9)) == 0
    clock = alone(case, "reply", at=after())
    clocks.stop(case.clocks, at=after())
    assert actions.raise_due_steps(at=after(days=90)) == 0


def test_a_clock_met_while_the_job_runs_raises_nothing(world: World, monkeypatch):
    case = world.case()
    alone(case, "sort", at=after())
    listed = due_steps(CaseLadder(), after(hours=30))
    monkeypatch.setattr(ladder, "due_steps", lambda clocks, at: listed)
    clocks.meet(case.clocks, at=after(hours=29))
    assert actions.raise_due_steps(at=after(hours=30)) == 0
    assert not Escalation.objects.exists()


def test_a_moved_deadline_raises_what_was_not_reached_by_the_new_date(world: World):
    case = staffed(world).case("with_unit")
    alone(case, "handle_simple", at=after())
    actions.raise_due_steps(at=moment("06-06 00:00:00"))
    assert raised() == [(-1, "handler")]
    change_calendar(days={date(2026, 6, 8): False, date(2026, 6, 9): False}, note="市运会",
                    by=FOUNDER, at=moment("06-06 08:00:00"))  # fmt: skip
    assert actions.raise_due_steps(at=moment("06-09 12:00:00")) == 0, "the warning stays raised"
    assert actions.raise_due_steps(at=moment("06-10 23:59:59")) == 1
    assert raised() == [(-1, "handler"), (0, "case_manager")]


def test_a_clock_run_anew_has_a_ladder_of_its_own(world: World):
    case = world.case("to_place")
    alone(case, "verify", at=after())
    actions.raise_due_steps(at=after(days=60))
    before = len(raised())
    alone(case, "verify", at=after(days=60))
    actions.raise_due_steps(at=after(days=120))
    assert len(raised()) == 2 * before


def test_nobody_is_warned_before_a_clock_has_started(world: World, monkeypatch):
    short = rulebook.EscalationStep(at=-24, to="handler")
    monkeypatch.setattr(type(rulebook.scheme("wuhan-2023")), "escalation", lambda *_: (short,))
    alone(world.case(), "sort", at=after())
    assert actions.raise_due_steps(at=after(hours=5)) == 0


def test_a_case_outside_every_season_follows_the_rules_of_its_day(world: World):
    case = world.case()
    case.rating.__class__.objects.filter(pk=case.rating.pk).update(season=None)
    alone(case, "sort", at=after())
    assert len(due_steps(CaseLadder(), after(days=5))) == 4


def test_killed_half_way_the_rest_is_raised_the_next_time(world: World, monkeypatch):
    staffed(world)
    monkeypatch.setattr(ladder, "AT_ONCE", 1)
    alone(world.case(), "sort", at=after())
    real, calls = ladder.notify_each, []

    def killed(**given):
        calls.append(given)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(**given)

    monkeypatch.setattr(ladder, "notify_each", killed)
    with pytest.raises(KeyboardInterrupt):
        actions.raise_due_steps(at=after(days=5))
    assert len(raised()) == 2, "the third was not half done"
    assert actions.raise_due_steps(at=after(days=5)) == 2
    assert len(raised()) == 4
    assert actions.raise_due_steps(at=after(days=5)) == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_raise_each_step_once(transactional_db):
    world = staffed(build())
    for _ in range(5):
        alone(world.case(), "sort", at=after())
    InboxItem.objects.all().delete()
    both = at_once(*(lambda: actions.raise_due_steps(at=after(days=5)) for _ in range(2)))
    assert sum(both) == Escalation.objects.count() == 20
    assert events(actions=["clock.escalate"]).count() == 20
    assert len(inboxes()) == 5 * 5, "two of them in the city"


@pytest.mark.slow
def test_ten_thousand_open_clocks_cost_as_many_queries_as_ten(world: World):
    case = world.case()
    due = after(days=30)

    def more(count: int) -> None:
        made = Case.objects.bulk_create(
            Case(number=f"N{Case.objects.count() + n}", unit=case.unit, area=case.area,
                 state="unsorted", opened_at=after(days=n % 9))
            for n in range(count)
        )  # fmt: skip
        CaseClock.objects.bulk_create(
            CaseClock(
                case=one, rule="sort", amount=24, unit="hours", started_at=after(), due_at=due
            )
            for one in made
        )

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert due_steps(CaseLadder(), after(days=1)) == []
            assert actions.raise_due_steps(at=after(days=1)) == 0
        return len(seen)

    case.clocks.update(stopped_at=after())
    more(10)
    few = queries()
    more(9_990)
    assert queries() == few <= 10
    assert len(due_steps(CaseLadder(), due)) == 20_000


def test_a_hundred_steps_are_raised_in_as_many_queries_as_ten(world: World):
    staffed(world)

    def queries(count: int) -> int:
        for _ in range(count):
            alone(world.case(), "sort", at=after())
        with CaptureQueriesContext(connection) as seen:
            assert actions.raise_due_steps(at=after(hours=23)) == count
        return len(seen)

    assert queries(5) == queries(50)


def test_whoever_was_given_the_case_is_its_handler(world: World):
    staffed(world)
    second = world.newcomer(Role.CALLER)
    case = world.case("sorted")
    actions.assign_case(case=case, assignee=second, by=world.manager, at=after(hours=3))
    clock = alone(case, "call_back", at=after(hours=4))
    case.refresh_from_db()
    steps, staff = CaseLadder(), Staff()
    clock = steps.whole(CaseClock.objects.filter(pk=clock.pk)).get()
    assert steps.told(clock, Tier.HANDLER, staff) == {second.pk}
    assert steps.told(clock, Tier.CASE_MANAGER, staff) == {world.manager.pk}
    second.is_active = False
    second.save(update_fields=["is_active"])
    assert steps.told(clock, Tier.HANDLER, Staff()) == {world.caller.pk}
