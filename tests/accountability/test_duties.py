"""Duties: what the rules propose, once; what a person decides; done, or overdue."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils.timezone import make_aware

from pingyi.accountability import actions, escalation, ladders
from pingyi.accountability.models import Duty
from pingyi.audit.actions import SYSTEM
from pingyi.casework.models import Case, Verdict
from pingyi.casework.problem_models import Problem
from pingyi.casework.reasons import Incomplete, NotAllowed, NotNow
from pingyi.directory.models import Area, Season, Unit
from pingyi.notices.models import InboxItem
from pingyi.people.actions import appoint
from pingyi.people.roles import Role
from pingyi.supervision.actions import findings
from tests.staff import signed_in, staff
from tests.supervision.city import AT, City, city
from tests.web.reading import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> City:
    return city("jiangmen-2008", "public_facing", units=7)


def verified(town: City, unit: Unit, day: date, number: str = "") -> Case:
    """A case that stands verified since that day."""
    at = make_aware(datetime.combine(day, datetime.min.time()))
    case = Case.objects.create(
        number=number or f"2026-{Case.objects.count() + 1:06}",
        unit=unit,
        area=town.area,
        state="to_reply",
        opened_at=at,
    )
    Verdict.objects.create(
        case=case,
        unit=case.unit,
        finding="verified",
        kind="conduct",
        reason="属实",
        at=at,
        by="manager",
    )
    return case


def named(town: City, case: Case, name: str = "李四"):
    return actions.name_person(
        case=case, unit=case.unit, name=name, by=town.person(Role.CASE_MANAGER), at=AT
    )


def proposed(town: City, at=AT) -> list[tuple[str, str]]:
    ladders.propose_from_facts(by=SYSTEM, at=at)
    open_ = Duty.objects.filter(state="proposed").order_by("pk")
    return [(duty.rule, duty.unit.code) for duty in open_]


def test_the_ladder_rung_by_rung(town):
    Season.objects.create(
        code="2025",
        scheme="jiangmen-2008",
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 12, 31),
    )
    unit = town.units[0]
    days = [date(2026, 1, 5), date(2026, 2, 5), date(2026, 3, 5), date(2026, 4, 5)]
    reached = []
    for day in days:
        named(town, verified(town, unit, day))
        proposed(town)
        reached.append(Duty.objects.filter(on="person").first().rule)
    assert reached == ["first-complaint", "second-complaint", "third-complaint", "fourth-complaint"]
    named(town, verified(town, unit, date(2024, 6, 1)))  # 4 Apr 2024 lies within two years
    proposed(town)
    assert "fifth-complaint" in {duty.rule for duty in Duty.objects.filter(state="proposed")}


def test_what_is_older_than_two_years_is_not_counted(town):
    unit = town.units[0]
    named(town, verified(town, unit, date(2024, 4, 5)))
    named(town, verified(town, unit, date(2026, 4, 5)))
    assert ("first-complaint", "D1") in proposed(town)
    assert not Duty.objects.filter(rule="second-complaint").exists()


def test_proposing_twice_proposes_once(town):
    named(town, verified(town, town.units[0], date(2026, 3, 1)))
    first = proposed(town)
    assert proposed(town) == first
    assert Duty.objects.count() == len(first) == 2  # the person's talk, the head's apology


def test_a_naming_withdrawn_takes_the_proposal_back_and_a_new_one_lets_it_stand(town):
    case = verified(town, town.units[0], date(2026, 3, 1))
    naming = named(town, case)
    assert ("first-complaint", "D1") in proposed(town)
    actions.withdraw_naming(naming=naming, by=town.person(Role.CASE_MANAGER), at=AT)
    assert ("first-complaint", "D1") not in proposed(town)
    assert Duty.objects.get(rule="first-complaint").state == "lapsed"
    named(town, case)
    assert ("first-complaint", "D1") in proposed(town)


def test_one_complaint_in_person_two_in_public(town):
    one = town.units[0]
    verified(town, one, date(2026, 3, 1))
    assert proposed(town) == [("one-complaint", "D1")]
    verified(town, one, date(2026, 4, 1))
    assert proposed(town) == [("more-complaints", "D1")]
    assert Duty.objects.get(rule="one-complaint").state == "lapsed"


LATER = AT + timedelta(days=3)


def seal(case: Case, day: date) -> None:
    """Under embargo since the day began."""
    at = make_aware(datetime.combine(day, datetime.min.time()))
    case.referrals.create(
        area=case.area, reason="收钱", embargoed=True, came_from="to_place", at=at, by="manager"
    )
    Case.objects.filter(pk=case.pk).update(embargoed=True, state="referred")


def release(case: Case) -> None:
    case.referrals.update(released_at=LATER, released_by="inspector")
    Case.objects.filter(pk=case.pk).update(embargoed=False)


def test_what_was_found_under_embargo_counts_once_released(town):
    case = verified(town, town.units[0], date(2026, 3, 2))
    seal(case, date(2026, 3, 1))
    assert proposed(town, LATER) == []
    release(case)
    assert proposed(town, LATER) == [("one-complaint", "D1")]


def test_what_was_found_before_the_sealing_counts_all_along(town):
    case = verified(town, town.units[0], date(2026, 3, 1))
    named(town, case)
    before = proposed(town)
    assert len(before) == 2
    seal(case, date(2026, 6, 2))
    case.verdicts.create(
        unit=case.unit, finding="unfounded", kind="conduct", reason="x", at=LATER, by="inspector"
    )
    assert proposed(town, LATER) == before, "neither taken back nor decided anew"
    release(case)
    assert proposed(town, LATER) == []


def test_whom_the_inspectors_name_or_clear_under_embargo_is_told_by_no_duty(town):
    one, two = (verified(town, unit, date(2026, 3, 1)) for unit in town.units[:2])
    naming = named(town, one, "李四")
    before = proposed(town)
    for case in (one, two):
        seal(case, date(2026, 6, 2))
    inspector = town.person(Role.INSPECTOR)
    actions.withdraw_naming(naming=naming, by=inspector, at=LATER)
    two.refresh_from_db()
    actions.name_person(case=two, unit=two.unit, name="王五", by=inspector, at=LATER)
    assert proposed(town, LATER) == before
    for case in (one, two):
        release(case)
    assert ("first-complaint", "D1") not in proposed(town, LATER)
    assert ("first-complaint", "D2") in proposed(town, LATER)


def test_caught_alone_and_caught_together(town):
    one, two, three = town.units[:3]
    made = town.find(one, "covert_check.violation", matter="上班炒股")
    town.find(three, "exposure")
    town.find(three, "quality.error")  # costs a point; nobody apologises for it
    assert proposed(town) == [("caught", "D1"), ("caught", "D3")]
    town.find(two, "monitoring.violation", matter="上班炒股")
    assert proposed(town) == [("caught", "D3"), ("caught-together", "D1")]
    assert codes(Duty.objects.get(rule="caught-together")) == ["D1", "D2"]
    findings.annul_finding(finding=made, reason="查无此事", by=town.person(Role.LEADER), at=AT)
    assert set(proposed(town)) == {("caught", "D3"), ("caught", "D2")}


def codes(duty: Duty) -> list[str]:
    return [unit.code for unit in duty.units]


def joined(town: City, *cases: Case) -> Problem:
    problem = Problem.objects.create(
        number=f"W2026-{Problem.objects.count() + 1:04}", title="午休无人", area=town.area,
        opened_at=AT, opened_by="m",
    )  # fmt: skip
    for case in cases:
        problem.members.create(case=case, joined_at=AT, joined_by="m")
    return problem


def test_several_departments_in_one_problem_apologise_together(town):
    one, two, three = town.units[:3]
    cases = [verified(town, unit, date(2026, 3, 1)) for unit in (two, one, one, three)]
    problem = joined(town, *cases[:2])
    assert proposed(town) == [
        ("problem-together", "D1"), ("one-complaint", "D1"), ("one-complaint", "D3")
    ]  # fmt: skip
    duty = Duty.objects.get(rule="problem-together")
    assert (codes(duty), duty.what, duty.refs) == (["D1", "D2"], "apologise_jointly", "W2026-0001")
    assert set(duty.cases.all()) == set(cases[:2])
    # A third department more is another duty; of one alone there is none.
    problem.members.create(case=cases[3], joined_at=AT, joined_by="m")
    proposed(town)
    standing = Duty.objects.filter(rule="problem-together", state="proposed")
    assert codes(standing.get()) == ["D1", "D2", "D3"]
    problem.members.exclude(case__unit=one).update(left_at=AT, left_by="m")
    assert {rule for rule, _ in proposed(town)} == {"one-complaint", "more-complaints"}


def test_in_one_problem_the_unfounded_and_those_under_embargo_do_not_count(town):
    one, two = town.units[:2]
    cases = [verified(town, unit, date(2026, 3, 1)) for unit in (one, two)]
    joined(town, *cases)
    cases[1].verdicts.update(finding="unfounded")
    assert proposed(town) == [("one-complaint", "D1")]
    cases[1].verdicts.update(finding="partly")
    seal(cases[1], date(2026, 2, 1))
    assert proposed(town) == [("one-complaint", "D1")]


def test_of_two_districts_it_is_the_citys(town):
    one, two = town.units[:2]
    for n, unit in enumerate((one, two)):
        unit.area = Area.objects.create(
            code=f"44070{n + 1}", name=f"{n}区", level="district", parent=town.area
        )
        unit.save()
    joined(town, *(verified(town, unit, date(2026, 3, 1)) for unit in (one, two)))
    proposed(town)
    assert Duty.objects.get(rule="problem-together").area == town.area


def test_wuhan_has_no_ladder():
    town = city("wuhan-2023", "offices")
    verified(town, town.units[0], date(2026, 3, 1))
    assert proposed(town) == []


# ── decided, done ────────────────────────────────────────────────────


@pytest.fixture
def duty(town) -> Duty:
    town.find(town.units[0], "monitoring.violation")
    proposed(town)
    return Duty.objects.get()


def decide(town: City, duty: Duty, outcome: str = "accepted", by=None, **words: Any) -> Duty:
    return actions.decide_duty(
        duty=duty, outcome=outcome, by=by or town.person(Role.LEADER), at=AT, **words
    )


def test_decided_done_with_date_and_place(town, duty):
    decide(town, duty)
    clock = duty.clocks.get()
    assert (clock.rule, clock.amount, clock.unit) == ("apology", 5, "working_days")
    later = AT + timedelta(days=2)
    actions.fulfil_duty(
        duty=duty, on=AT.date(), place="市作风建设大会", by=town.person(Role.LEADER), at=later
    )
    duty.refresh_from_db()
    clock.refresh_from_db()
    assert (duty.state, clock.met_at, duty.fulfilment.place) == ("done", later, "市作风建设大会")


def test_overdue_is_a_question_not_a_flag(town, duty):
    decide(town, duty)
    due = duty.clocks.get().due_at
    assert not Duty.objects.late(due).exists()
    assert list(Duty.objects.late(due + timedelta(seconds=1))) == [duty]


def test_against_the_proposal_takes_a_reason(town, duty):
    for given in ({"outcome": "waived"}, {"outcome": "other", "reason": "另有安排"}):
        with pytest.raises(Incomplete):
            decide(town, duty, **given)
    decide(town, duty, "waived", reason="已由上级统一处理")
    assert (duty.state, duty.decision.reason) == ("waived", "已由上级统一处理")
    assert not duty.clocks.exists()


def test_decided_once_even_by_two_at_once(town, duty):
    twin = Duty.objects.get()
    decide(town, duty)
    with pytest.raises(NotNow):
        decide(town, twin, "waived", reason="不")
    assert Duty.objects.get().decision.outcome == "accepted"


def test_what_was_decided_does_not_lapse(town, duty):
    decide(town, duty)
    findings.annul_finding(
        finding=town.units[0].findings.get(), reason="误", by=town.person(Role.LEADER), at=AT
    )
    proposed(town)
    assert Duty.objects.get().state == "accepted"


def test_who_may_and_who_sees(town, duty):
    admin = staff("admin", Role.UNIT_ADMIN, unit=town.units[0])
    assert not Duty.objects.told_to(admin).exists()
    with pytest.raises(NotAllowed):
        decide(town, duty, by=town.person(Role.SORTER))
    with pytest.raises(NotAllowed):
        decide(town, duty, by=admin)
    decide(town, duty)
    assert list(Duty.objects.told_to(admin)) == [duty]
    other = staff("other", Role.UNIT_ADMIN, unit=town.units[1])
    assert not Duty.objects.told_to(other).exists()


@pytest.fixture
def joint(town) -> Duty:
    joined(town, *(verified(town, unit, date(2026, 3, 1)) for unit in town.units[:2]))
    proposed(town)
    return decide(town, Duty.objects.get(rule="problem-together"))


def do_part(town: City, duty: Duty, unit: Unit | None) -> Duty:
    return actions.fulfil_duty(
        duty=duty, on=AT.date(), place="日报", unit=unit, by=town.person(Role.LEADER), at=AT
    )


def test_together_it_is_done_once_each_has_done_it(town, joint):
    one, two, three = town.units[:3]
    do_part(town, joint, one)
    joint = Duty.objects.get(pk=joint.pk)
    assert (joint.state, joint.clocks.get().met_at, joint.to_act) == ("accepted", None, [two])
    for unit in (None, three, one):
        with pytest.raises(Incomplete) as refused:
            do_part(town, joint, unit)
        assert refused.value.reason.field == "unit"
    do_part(town, joint, two)
    joint = Duty.objects.get(pk=joint.pk)
    assert (joint.state, joint.clocks.get().met_at, joint.to_act) == ("done", AT, [])


def test_each_of_them_reads_it_and_is_told_until_it_has_acted(town, joint):
    admins = [staff(f"admin-{unit.code}", Role.UNIT_ADMIN, unit=unit) for unit in town.units[:3]]
    assert [Duty.objects.told_to(admin).count() for admin in admins] == [1, 1, 0]
    do_part(town, joint, town.units[0])
    page = words(signed_in(admins[1]).get(f"/unit/duties/{joint.pk}/"))
    assert "第1局 状态 已落实" in page
    assert "第2局 状态 未落实" in page
    escalation.raise_due_steps(at=joint.clocks.get().due_at)
    told = InboxItem.objects.filter(user__in=admins).values_list("user", flat=True)
    assert list(told) == [admins[1].pk], "the first has apologised"


def test_nobody_decides_on_what_a_unit_of_theirs_takes_part_in(town, joint):
    both = staff("both", Role.LEADER, area=town.area)
    appoint(user=both, role=Role.UNIT_ADMIN, unit=town.units[1], by=SYSTEM, at=AT)
    assert not Duty.objects.visible_to(both).filter(pk=joint.pk).exists()
    with pytest.raises(NotAllowed):
        actions.fulfil_duty(
            duty=joint, on=AT.date(), place="日报", unit=town.units[0], by=both, at=AT
        )


def test_done_before_it_was_decided_is_refused(town, duty):
    with pytest.raises(NotNow):
        actions.fulfil_duty(
            duty=duty, on=AT.date(), place="日报", by=town.person(Role.LEADER), at=AT
        )
