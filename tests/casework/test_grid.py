"""From × step × role, the whole grid, from the table; and the same through the actions."""

from datetime import datetime

import pytest

from pingyi.audit.actions import CITIZEN, SYSTEM, NamedActor
from pingyi.audit.queries import events_about
from pingyi.casework import policies, reasons
from pingyi.casework.actions import ask_for_time, grant_time, propose_move, resume_clock
from pingyi.casework.models import Case
from pingyi.casework.states import HEARD, RATER, TRANSITIONS, State, Transition
from pingyi.casework.states import SYSTEM as BY_SYSTEM
from pingyi.demo.cases import walk
from pingyi.people.actions import appoint
from pingyi.people.roles import Role, roles_that_may
from tests.casework.world import AT, FOUNDER, World, a_petition, after

LATER = after(days=60)

IN_STATE = {
    State.UNSORTED: "unsorted",
    State.TO_CALL: "sorted",
    State.TO_CHECK: "unreachable",
    State.TO_PLACE: "to_place",
    State.WITH_UNIT: "with_unit",
    State.REFERRED: "referred",
    State.TO_DECIDE: "to_decide",
    State.TO_CONFIRM: "to_confirm",
    State.TO_REPLY: "verified",
    State.REPLIED: "replied",
    State.CLOSED: "closed",
}
UNDER_EMBARGO = {State.REFERRED: "sealed", State.TO_REPLY: "concluded"}
ONLY_UNDER_EMBARGO = {"conclude", "release", "release_concluded"}
NEVER_OF_A_RATING = {"close_unowed", *HEARD}
"""Whoever rated awaits an answer, and judges it herself."""


def test_every_state_is_built():
    assert set(IN_STATE) == set(State)


_WALKED = ("sort", "stand", "dispatch", "acknowledge", "answer", "verify", "reply")
_AGAIN = (*_WALKED, "protest", "appeal")
APPEALED = {
    State.TO_PLACE: _AGAIN,
    State.WITH_UNIT: (*_AGAIN, "dispatch"),
    State.REFERRED: (*_AGAIN, "refer"),
    State.TO_DECIDE: (*_AGAIN, "dispatch", "answer"),
    State.TO_CONFIRM: (*_AGAIN, "dispatch", "answer", "propose_unfounded"),
    State.TO_REPLY: (*_WALKED[:-1], "appeal"),
    State.REPLIED: (*_WALKED, "appeal"),
    State.CLOSED: (*_WALKED, "accept", "appeal"),
}
"""To each state in which an appeal can wait, the way there."""
REVIEWS = {"uphold", "uphold_in_hand", "dismiss"}
LOOKS = {"look_back_kept", "look_back_failed"}
MOVES = {"move", "move_dispatched", "move_answered", "move_overturned"}
ANSWERS_TO_A_MOVE = MOVES | {"refuse_move"}
TIMED = {State.TO_CHECK: "unreachable", State.TO_PLACE: "to_place", State.WITH_UNIT: "with_unit",
         State.TO_DECIDE: "to_decide"}  # fmt: skip
ANSWERS_TO_A_REQUEST = {"grant_time", "refuse_time"}
THEIR_ANSWERS = {"inspectors_grant_time", "inspectors_refuse_time"}
ABOUT_TIME = {"ask_time", "unit_asks_time", "resume", "inspectors_ask_time", "inspectors_resume",
              *ANSWERS_TO_A_REQUEST, *THEIR_ANSWERS}  # fmt: skip
"""Steps on the clock in hand; by `LATER` it is overdue, and nothing is asked any more."""
MOVABLE = {
    State.UNSORTED: "unsorted",
    State.TO_CALL: "sorted",
    State.TO_CHECK: "unreachable",
    State.TO_PLACE: "to_place",
    State.WITH_UNIT: "with_unit",
    State.TO_DECIDE: "to_decide",
    State.TO_REPLY: "unfounded",
    State.CLOSED: "settled",
}
"""Each state in which another unit can be proposed; the closed case was settled on the phone."""


def allowed(state: State, name: str, role: Role, *, embargoed: bool) -> bool:
    """What the table says, worked out apart from the policies."""
    step = TRANSITIONS[name]
    if step.permission in (RATER, BY_SYSTEM) or role not in roles_that_may(step.permission):
        return False
    if embargoed != step.sealed and step.name != "note_investigation":
        return False
    moot = {"appeal", *REVIEWS, *LOOKS, *ANSWERS_TO_A_MOVE, *ABOUT_TIME, *NEVER_OF_A_RATING}
    if name == "propose_move" and state in (State.TO_REPLY, State.CLOSED):
        return False  # these have a verdict that holds the rating to the unit
    return name not in moot and state in step.sources


@pytest.mark.parametrize("embargoed", [False, True])
def test_from_step_role(world: World, embargoed: bool):
    ends = UNDER_EMBARGO if embargoed else IN_STATE
    cases = {state: world.case(end) for state, end in ends.items()}
    for state, case in cases.items():
        assert case.state == state
        for name, step in TRANSITIONS.items():
            for role in Role:
                new = name in policies.NEW_HANDS
                person = world.newcomer(role) if new else world.person(role)
                reason = policies.why_not(step, case, person, at=LATER)
                expected = allowed(state, name, role, embargoed=embargoed)
                assert (reason is None) == expected, (state, name, role, reason)


@pytest.mark.parametrize("state", APPEALED)
def test_from_step_role_while_an_appeal_waits(world: World, state: State):
    case = world.case()
    walk(case, APPEALED[state], hands=world.hands, at=after(hours=2))
    assert case.state == state
    for name, step in TRANSITIONS.items():
        for role in Role:
            person = world.newcomer(role) if name in policies.NEW_HANDS else world.person(role)
            reason = policies.why_not(step, case, person, at=after(days=3))
            known = step.permission not in (RATER, BY_SYSTEM)
            may = known and role in roles_that_may(step.permission)
            expected = may and state in step.sources and not step.sealed
            if name in {*LOOKS, *ANSWERS_TO_A_MOVE, "propose_move"}:
                expected = False
            if name in {"resume", "inspectors_resume", *ANSWERS_TO_A_REQUEST, *THEIR_ANSWERS}:
                expected = False
            if name in ("appeal", "close", "note_investigation", *NEVER_OF_A_RATING):
                expected = expected and name == "note_investigation"
            if name in {"note_investigation", "inspectors_ask_time"}:
                expected = may and state in step.sources
            assert (reason is None) == expected, (state, name, role, reason)


def test_from_step_role_while_a_look_back_waits(world: World):
    case = world.case("picked")
    for name in (*LOOKS, "pick_look_back"):
        step = TRANSITIONS[name]
        for role in Role:
            reason = policies.why_not(step, case, world.newcomer(role), at=LATER)
            expected = name in LOOKS and role in roles_that_may(step.permission)
            assert (reason is None) == expected, (name, role, reason)
            if name in LOOKS and role in (Role.CALLER, Role.CASE_MANAGER):
                reason = policies.why_not(step, case, world.person(role), at=LATER)
                assert reason == reasons.NOT_NEW


@pytest.mark.parametrize("state", MOVABLE)
def test_from_step_role_while_a_move_waits(world: World, state: State):
    case = world.case(MOVABLE[state])
    step = TRANSITIONS["propose_move"]
    for role in Role:
        may = policies.why_not(step, case, world.person(role), at=LATER) is None
        assert may == (role in roles_that_may("case.move")), role
    propose_move(
        case=case, unit=world.other_unit, reason="武昌区的事", by=world.sorter, at=after(days=2)
    )
    for name, step in TRANSITIONS.items():
        for role in Role:
            new = name in policies.NEW_HANDS
            person = world.newcomer(role) if new else world.person(role)
            reason = policies.why_not(step, case, person, at=LATER)
            expected = allowed(state, name, role, embargoed=False)
            if name in {"propose_move", "decide", "propose", "dispatch", "reply"}:
                expected = False
            if name in ANSWERS_TO_A_MOVE:
                expected = state in step.sources and role is Role.CASE_MANAGER
            if state is State.CLOSED and name == "pick_look_back":
                expected = False  # nothing was verified
            assert (reason is None) == expected, (state, name, role, reason)


@pytest.mark.parametrize("state", TIMED)
def test_from_step_role_while_more_time_is_asked_for_given_and_over(world: World, state: State):
    case = world.case(TIMED[state])
    soon = after(hours=20)
    _only(world, case, soon, {"ask_time"} | ({"unit_asks_time"} & _from(state)))
    ask_for_time(case=case, what="pause", reason="等法院", by=world.caller, at=soon)
    _only(world, case, soon, ANSWERS_TO_A_REQUEST)
    grant_time(case=case, by=world.manager, at=soon)
    _only(world, case, LATER, {"ask_time", "resume"} | ({"unit_asks_time"} & _from(state)))
    resume_clock(case=case, by=world.caller, at=LATER)
    _only(world, case, after(days=90), set())


@pytest.mark.parametrize("end", ["referred", "sealed"])
def test_from_step_role_while_the_inspectors_ask_for_more_time(world: World, end: str):
    case = world.case(end)
    soon = after(hours=20)
    other = world.newcomer(Role.INSPECTOR)
    _only(world, case, soon, {"inspectors_ask_time"})
    ask_for_time(case=case, what="pause", reason="等鉴定", by=other, at=soon)
    _only(world, case, soon, THEIR_ANSWERS)
    for name in THEIR_ANSWERS:
        assert policies.why_not(TRANSITIONS[name], case, other, at=soon) == reasons.OWN_REQUEST
    grant_time(case=case, by=world.inspector, at=soon)
    _only(world, case, LATER, {"inspectors_ask_time", "inspectors_resume"})
    resume_clock(case=case, by=other, at=LATER)
    _only(world, case, after(days=90), set())


def _from(state: State) -> set[str]:
    return {name for name, step in TRANSITIONS.items() if state in step.sources}


def _only(world: World, case: Case, at: datetime, names: set[str]) -> None:
    """Of the steps on clocks, these and no others can be taken, by whoever holds them."""
    for name in ABOUT_TIME:
        step = TRANSITIONS[name]
        for role in Role:
            reason = policies.why_not(step, case, world.person(role), at=at)
            may = name in names and role in roles_that_may(step.permission)
            assert (reason is None) == may, (name, role, reason)


@pytest.mark.parametrize("end", ["verified", "replied", "closed", "reopened"])
def test_a_verdict_can_be_appealed_in_time(world: World, end: str):
    case = world.case(end)
    step = TRANSITIONS["appeal"]
    assert policies.why_not(step, case, world.unit_admin, at=after(days=3)) is None
    assert policies.why_not(step, case, world.unit_admin, at=LATER) == reasons.APPEAL_OVER
    for role in set(Role) - {Role.UNIT_ADMIN}:
        reason = policies.why_not(step, case, world.person(role), at=after(days=3))
        assert reason == reasons.NOT_YOURS


@pytest.mark.parametrize("phone", ["", "13900000001"])
def test_from_step_role_of_who_spoke_up_otherwise(world: World, phone: str):
    """Answered: with a phone she has a receipt to open; without one the office hears her."""
    case = a_petition(world, phone=phone)
    walk(case, ["sort", "check", "verify", "reply"], hands=world.hands, at=after(hours=2))
    for name in (*HEARD, "close"):
        step = TRANSITIONS[name]
        for role in Role:
            reason = policies.why_not(step, case, world.person(role), at=after(days=1))
            may = name in HEARD and not phone and role in roles_that_may(step.permission)
            assert (reason is None) == may, (name, role, reason)
            offered = [o.step for o in policies.offers(case, world.person(role), at=after(days=1))]
            assert (step in offered) == (may or (name == "close" and role is Role.CASE_MANAGER))


def test_buttons_offer_what_the_policy_allows(world: World):
    for end in IN_STATE.values():
        case = world.case(end)
        for role in Role:
            for offer in policies.offers(case, world.person(role), at=LATER):
                again = policies.why_not(offer.step, case, world.person(role), at=LATER)
                assert offer.reason == again
                assert offer.enabled == (again is None)
                assert case.state in offer.step.sources


@pytest.mark.parametrize("name", sorted(TRANSITIONS))
def test_only_the_rater_and_the_program_act_without_account(world: World, name: str):
    step = TRANSITIONS[name]
    state = next((s for s in State if s in step.sources), State.UNSORTED)
    case = Case(area=world.district, unit=world.brigade, state=state)
    assert policies.holds(step, case, CITIZEN) == (step.permission == RATER)
    assert policies.holds(step, case, SYSTEM) == step.automatic
    assert not policies.holds(step, case, NamedActor("passer-by"))


def test_some_steps_take_somebody_new_to_the_case(world: World):
    for end in IN_STATE.values():
        case = world.case(end)
        for name in policies.NEW_HANDS:
            step = TRANSITIONS[name]
            if (
                case.state not in step.sources
                or name in REVIEWS | LOOKS | ANSWERS_TO_A_MOVE | ABOUT_TIME
            ):
                continue
            for login, person in world.people.items():
                worked = events_about(case).filter(actor=person.audit_name).exists()
                if policies.holds(step, case, person) and worked:
                    reason = policies.why_not(step, case, person, at=LATER)
                    assert reason == reasons.NOT_NEW, (end, name, login)


def test_another_district_has_no_say(world: World):
    for end in IN_STATE.values():
        case = world.case(end)
        for role in Role:
            if role is Role.UNIT_ADMIN:
                stranger = world.person(role, unit=world.other_unit)
            else:
                stranger = world.person(role, area=world.elsewhere)
            for step in TRANSITIONS.values():
                assert policies.why_not(step, case, stranger, at=LATER) == reasons.NOT_YOURS


def test_the_city_tier_reaches_every_district(world: World):
    case = world.case("unsorted")
    sorter = world.person(Role.SORTER, area=world.city)
    assert policies.why_not(TRANSITIONS["sort_to_call"], case, sorter, at=LATER) is None


@pytest.mark.parametrize("unit", ["brigade", "bureau"])
def test_nobody_works_a_case_of_their_own_unit(world: World, unit: str):
    case = world.case("unsorted")
    appoint(user=world.manager, role=Role.UNIT_ADMIN, unit=getattr(world, unit), by=FOUNDER, at=AT)
    for name, step in TRANSITIONS.items():
        if "case_manager" in roles_that_may_or_none(step):
            reason = policies.why_not(step, case, world.manager, at=LATER)
            assert reason == reasons.OWN_UNIT, name


def test_serving_another_unit_is_no_hindrance(world: World):
    case = world.case("unsorted")
    appoint(user=world.sorter, role=Role.UNIT_ADMIN, unit=world.other_unit, by=FOUNDER, at=AT)
    assert policies.why_not(TRANSITIONS["sort_to_call"], case, world.sorter, at=LATER) is None


def roles_that_may_or_none(step: Transition) -> frozenset[Role]:
    known = step.permission not in (RATER, BY_SYSTEM)
    return roles_that_may(step.permission) if known else frozenset()
