"""A lead found when she is answered, after that, or at a look-back: to the inspectors, sealed; what
everybody knew before stays as it was."""

from __future__ import annotations

import pytest

from pingyi.audit.queries import events_about
from pingyi.casework import actions, policies, reasons
from pingyi.casework.models import Case
from pingyi.casework.queries import (
    citizen_reply,
    citizen_steps,
    inspectors_desk,
    may_rejudge,
    score_events,
    to_look_back,
    to_reply,
    verdict_of,
)
from pingyi.casework.reasons import NotAllowed, NotNow
from pingyi.casework.states import State
from pingyi.demo.cases import SAID, walk
from pingyi.notices.models import InboxItem
from pingyi.people.roles import Role
from tests.casework.world import World, a_petition, after

LATE = after(days=3)
ENDS = ("verified", "replied", "closed", "settled", "picked", "dismissed", "closed_unsatisfied")
"""To be answered, answered, closed in every way, picked for a look-back."""


def refer(case: Case, world: World, **changes):
    given = {"reason": "收钱办事", "by": world.caller, "at": LATE} | changes
    return actions.refer_case(case=case, **given)


def sealed(world: World, end: str = "closed") -> Case:
    case = world.case(end)
    refer(case, world)
    return case


def inspect(case: Case, world: World, *steps: str) -> None:
    walk(case, steps, hands=world.hands, at=after(days=5))


@pytest.mark.parametrize("end", ENDS)
def test_it_goes_to_the_inspectors_sealed_with_their_clock_alone(world: World, end: str):
    case = world.case(end)
    made = refer(case, world)
    case = Case.objects.get()
    assert (case.state, case.priority, case.embargoed) == ("referred", "lead", True)
    assert case.closed_at is None
    assert (made.embargoed, made.reason) == (True, "收钱办事")
    running = {clock.rule for clock in case.clocks.running()} - {"appeal_review"}
    assert running == {"referral"}
    assert list(inspectors_desk(world.inspector)) == [case]
    told = InboxItem.objects.filter(text__contains="移交案件").get()
    assert told.user == world.inspector
    assert "收钱" not in str(events_about(case).last().data)
    for user in (world.sorter, world.caller, world.manager, world.person(Role.LEADER)):
        assert not Case.objects.visible_to(user).exists()


@pytest.mark.parametrize("role", ["sorter", "caller", "manager"])
@pytest.mark.parametrize("end", ["verified", "replied", "closed"])
def test_whoever_comes_upon_it_refers_it(world: World, role: str, end: str):
    refer(world.case(end), world, by=getattr(world, role))
    assert Case.objects.get().embargoed


@pytest.mark.parametrize("role", [Role.UNIT_ADMIN, Role.LEADER, Role.INSPECTOR])
def test_nobody_else_does(world: World, role: Role):
    with pytest.raises(NotAllowed):
        refer(world.case("closed"), world, by=world.person(role))


def test_the_look_back_finds_it_and_waits_until_the_case_is_closed_again(world: World):
    case = world.case("picked")
    second = world.hands.second
    assert list(to_look_back(second)) == [case]
    refer(case, world, by=second)
    assert not to_look_back(second).exists()
    inspect(case, world, "release", "report", "verify", "reply", "accept")
    assert list(to_look_back(world.newcomer(Role.CALLER))) == [case]
    actions.record_look_back(
        case=case, way="site", put_right=True, note="已整改", by=world.newcomer(Role.CALLER),
        at=after(days=40),
    )  # fmt: skip
    assert not case.clocks.running().exists()


def test_before_the_verdict_it_is_referred_as_ever(world: World):
    case = world.case("to_place")
    with pytest.raises(NotAllowed):
        refer(case, world, lead=True)
    made = refer(case, world, by=world.manager)
    assert not made.embargoed
    for end in ("with_unit", "to_confirm"):
        with pytest.raises(NotNow):
            refer(world.case(end), world, by=world.manager)


def test_the_earlier_verdict_counts_on_and_the_later_one_from_its_release(world: World):
    case = world.case("closed")
    before = list(score_events(world.season, LATE))
    assert len(before) == 1
    refer(case, world)
    assert list(score_events(world.season, after(days=4))) == before
    inspect(case, world, "investigate", "conclude")
    assert list(score_events(world.season, after(days=7))) == before, "nothing tells the unit"
    actions.release_embargo(case=case, reason="结案", by=world.inspector, at=after(days=8))
    (now,) = score_events(world.season, after(days=9))
    assert now.at == verdict_of(case).at > before[0].at
    assert list(score_events(world.season, after(days=7))) == before, "as it was seen then"
    assert case.verdicts.count() == 2


def test_a_petition_is_referred_late_too(world: World):
    case = a_petition(world)
    walk(case, ["sort", "check", "verify", "reply"], hands=world.hands, at=after(hours=2))
    refer(case, world)
    with pytest.raises(NotNow):
        actions.rejudge(case=case, satisfied=True, by=world.caller, at=LATE)
    inspect(case, world, "conclude", "release", "reply")
    assert Case.objects.get().state == "replied"


@pytest.mark.parametrize("end", ["replied", "closed"])
def test_she_sees_what_she_saw_and_is_answered_anew(world: World, end: str):
    case = world.case(end)
    steps = citizen_steps(case.rating)
    refer(case, world)
    inspect(case, world, "conclude")
    assert citizen_steps(case.rating) == steps
    assert citizen_reply(case.rating).text == SAID["reply"]
    assert not may_rejudge(case.rating)
    assert not to_reply(world.caller).exists()
    walk(case, ["release"], hands=world.hands, at=after(days=8))
    assert list(to_reply(world.caller)) == [case]
    actions.reply_to_citizen(case=case, text="已处理", by=world.caller, at=after(days=9))
    assert citizen_reply(case.rating).text == "已处理"
    assert "正在进一步核查" in [step.text for step in citizen_steps(case.rating)]
    assert may_rejudge(case.rating)


def test_what_was_shown_of_an_earlier_referral_stays_shown(world: World):
    case = world.case("referred")
    inspect(case, world, "report", "verify", "reply")
    steps = citizen_steps(case.rating)
    assert "正在进一步核查" in [step.text for step in steps]
    refer(case, world, at=after(days=20))
    assert citizen_steps(case.rating) == steps


def test_a_void_rating_stays_void(world: World):
    case = world.case("void")
    refer(case, world)
    with pytest.raises(NotNow) as refused:
        inspect(case, world, "conclude")
    assert refused.value.reason == reasons.STAYS_VOID
    inspect(case, world, "release", "report")
    with pytest.raises(NotNow):
        inspect(case, world, "verify")
    for finding in ("verified", "unfounded"):
        with pytest.raises(NotNow) as refused:
            actions.decide_case(
                case=case, finding=finding, kind="conduct", reason="x", by=world.manager,
                at=after(days=9),
            )  # fmt: skip
        assert refused.value.reason == reasons.STAYS_VOID
    walk(case, ["propose_void"], hands=world.hands, at=after(days=10))
    third = world.newcomer(Role.CASE_MANAGER)
    actions.confirm_verdict(case=case, by=third, at=after(days=11))
    walk(case, ["reply"], hands=world.hands, at=after(days=12))
    assert Case.objects.get().state == "replied"
    assert list(score_events(world.season, after(days=20))) == []


def test_an_appeal_waits_for_the_release_and_is_reviewed_then(world: World):
    case = world.case("appealed")
    refer(case, world)
    review = {"case": case, "outcome": "dismissed", "reason": "属实", "by": world.hands.second}
    with pytest.raises(NotNow) as refused:
        actions.review_appeal(**review, at=after(days=4))
    assert refused.value.reason == reasons.EMBARGO
    inspect(case, world, "release")
    actions.review_appeal(**review, at=after(days=8))
    assert policies.open_appeal(case) is None


def test_under_embargo_it_is_not_referred_again(world: World):
    case = world.case("concluded")
    assert case.state == State.TO_REPLY
    with pytest.raises(NotNow) as refused:
        refer(case, world)
    assert refused.value.reason == reasons.EMBARGO
