"""Unfounded and void take a second person, who was not on the case."""

from __future__ import annotations

import pytest

from pingyi.casework import bulk, queries
from pingyi.casework.actions import confirm_verdict, decide_case, send_back
from pingyi.casework.models import Case
from pingyi.casework.policies import worked_on
from pingyi.casework.queries import timeline, verdict_of
from pingyi.casework.reasons import NOT_NEW, OVERTAKEN, OWN_UNIT, NotAllowed, Overtaken
from pingyi.demo.cases import walk
from pingyi.notices.queries import inbox_of
from pingyi.people.actions import appoint
from pingyi.people.roles import Role
from pingyi.ratings.models import RatingVoid
from tests.casework.world import AT, FOUNDER, World, after

LATER = after(days=2)


def proposed(world: World, finding: str = "void", kind: str = "malicious") -> Case:
    case = world.case("to_decide")
    decide_case(
        case=case, finding=finding, kind=kind, reason="同一人同日连评", by=world.manager, at=LATER
    )
    return case


@pytest.mark.parametrize("finding", ["void", "unfounded"])
def test_the_first_proposes_and_nothing_counts_yet(world: World, finding: str):
    case = proposed(world, finding)
    assert case.state == "to_confirm"
    assert verdict_of(case) is None
    assert not RatingVoid.objects.exists()
    assert case.clocks.running().get().rule == "verify", "the office's clock runs on"


def test_the_second_confirms_and_it_counts_from_then_on(world: World):
    case = proposed(world)
    second = world.newcomer(Role.CASE_MANAGER)
    verdict = confirm_verdict(case=case, by=second, at=after(days=3))
    assert (verdict.at, verdict.by, verdict.finding) == (after(days=3), second.username, "void")
    assert RatingVoid.objects.get().by == second.username
    assert case.state == "to_reply"


def test_the_second_sends_it_back_with_a_reason_and_the_first_is_told(world: World):
    case = proposed(world)
    send_back(case=case, reason="证据不足", by=world.newcomer(Role.CASE_MANAGER), at=after(days=3))
    assert case.state == "to_decide"
    assert inbox_of(world.manager).get().text.startswith(f"案件 {case.number}")
    assert "证据不足" in [entry.detail for entry in timeline(case, "office")]
    decide_case(
        case=case,
        finding="void",
        kind="malicious",
        reason="补充",
        by=world.manager,
        at=after(days=4),
    )
    assert case.proposals.count() == 2


@pytest.mark.parametrize("who", ["manager", "caller", "sorter"])
def test_whoever_was_on_the_case_confirms_nothing(world: World, who: str):
    case = proposed(world)
    person = getattr(world, who)
    appoint(user=person, role=Role.CASE_MANAGER, area=world.city, by=FOUNDER, at=AT)
    with pytest.raises(NotAllowed) as refused:
        confirm_verdict(case=case, by=person, at=after(days=3))
    assert refused.value.reason == NOT_NEW
    assert case not in queries.to_confirm(person)


def test_a_small_district_has_the_citys_office_as_its_second(world: World):
    city = world.person(Role.CASE_MANAGER, area=world.city)
    case = proposed(world)
    assert inbox_of(city).get().link == f"/case/{case.number}/"
    assert list(queries.to_confirm(city)) == [case]
    assert list(queries.to_confirm(world.manager)) == []
    confirm_verdict(case=case, by=city, at=after(days=3))


def test_where_the_district_has_a_second_the_city_is_left_alone(world: World):
    city = world.person(Role.CASE_MANAGER, area=world.city)
    near = world.newcomer(Role.CASE_MANAGER)
    proposed(world)
    assert inbox_of(near).count() == 1
    assert not inbox_of(city).exists()


def test_nobody_confirms_for_their_own_unit(world: World):
    case = proposed(world)
    second = world.newcomer(Role.CASE_MANAGER)
    appoint(user=second, role=Role.UNIT_ADMIN, unit=world.bureau, by=FOUNDER, at=AT)
    with pytest.raises(NotAllowed) as refused:
        confirm_verdict(case=case, by=second, at=after(days=3))
    assert refused.value.reason == OWN_UNIT


def test_confirmed_by_one_while_another_sends_it_back(world: World):
    case = proposed(world)
    seen = Case.objects.select_related("area__parent").get(pk=case.pk)
    confirm_verdict(case=case, by=world.newcomer(Role.CASE_MANAGER), at=after(days=3))
    with pytest.raises(Overtaken) as refused:
        send_back(
            case=seen,
            reason="晚了",
            by=world.person(Role.CASE_MANAGER, area=world.city),
            at=after(days=3),
        )
    assert refused.value.reason == OVERTAKEN
    assert case.proposals.get().sent_back_at is None


def test_who_is_named_in_a_fact_loaded_with_the_case_was_on_it(world: World):
    rating = world.rate()
    said = bulk.Said(AT, world.caller.username, "说明")
    past = bulk.PastCase(
        number="2026-000777", rating_id=rating.pk, unit_id=world.brigade.pk,
        point_id=world.point.pk, area_id=world.district.pk, kind=bulk.Kind.CONDUCT, opened_at=AT,
        sorting=said._replace(by=world.sorter.username), call=said, check=None, handled=None,
        finding=None, decision=None, reply=said, closed_at=AT,
    )  # fmt: skip
    bulk.load_closed(batch=[past], scheme=bulk_scheme(), by=FOUNDER, at=AT)
    case = Case.objects.get()
    assert worked_on(case, world.sorter)
    assert worked_on(case, world.caller)
    assert not worked_on(case, world.manager)


def bulk_scheme():
    from pingyi import rulebook

    return rulebook.scheme("wuhan-2023")


def test_the_unit_reads_the_verdict_once_it_is_confirmed(world: World):
    case = proposed(world, "unfounded", "policy")
    assert not [e for e in timeline(case, "unit") if e.step in ("propose", "confirm")]
    walk(case, ["confirm"], hands=world.hands, at=after(days=3))
    last = timeline(case, "unit")[-1]
    assert (last.step, last.who) == ("confirm", "治庸办")
    assert "同一人同日连评" in last.detail
