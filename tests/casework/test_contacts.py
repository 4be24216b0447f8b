"""What could name her is shown one thing at a time, with a reason, and the reading is logged."""

import pytest

from pingyi.audit.queries import reads, reads_of
from pingyi.casework.actions import Contact, dispatch_case, recall_dispatch, reveal_contact
from pingyi.casework.reasons import Incomplete, NotAllowed, NotNow
from pingyi.demo.cases import walk
from pingyi.people.actions import appoint
from pingyi.people.roles import Role
from tests.casework.world import AT, FOUNDER, MATTER, PHONE, World, after

LATER = after(days=1)


def reveal(case, by, what="phone", reason="回访") -> str:
    return reveal_contact(case=case, what=what, reason=reason, by=by, at=LATER)


def test_the_phone_is_shown_and_the_reading_logged(world: World):
    case = world.case("sorted")
    assert reveal(case, world.caller) == PHONE
    read = reads_of(case).get()
    assert (read.reader, read.what, read.reason, read.at) == (
        world.caller.username, "phone", "回访", LATER,
    )  # fmt: skip
    assert reveal(case, world.manager, Contact.MATTER, "核对") == MATTER
    assert [r.what for r in reads_of(case)] == ["phone", "matter"]


@pytest.mark.parametrize(
    ("what", "reason", "code", "field"),
    [
        ("phone", " ", "needs", "reason"),
        ("phone", "因" * 201, "too_long", "reason"),
        ("address", "回访", "needs", "what"),
    ],
)
def test_what_and_why_must_be_said(world: World, what, reason, code, field):
    with pytest.raises(Incomplete) as refused:
        reveal(world.case("sorted"), world.caller, what, reason)
    assert (refused.value.reason.code, refused.value.reason.field) == (code, field)
    assert not reads().exists()


def test_what_she_did_not_leave_cannot_be_shown(world: World):
    nothing = world.case("sorted", rating=world.rate(phone=None, matter=None))
    for what in Contact:
        with pytest.raises(Incomplete) as refused:
            reveal(nothing, world.caller, what)
        assert refused.value.reason.code == "no_contact"
    with pytest.raises(Incomplete):
        reveal(world.case("sorted", rating=world.rate(phone=None)), world.caller)
    assert not reads().exists()


@pytest.mark.parametrize("role", [Role.SORTER, Role.LEADER, Role.SCHEME_KEEPER, Role.AUDIT_ADMIN])
def test_others_are_not_shown_it(world: World, role):
    with pytest.raises(NotAllowed):
        reveal(world.case("sorted"), world.person(role))
    with pytest.raises(NotAllowed):
        reveal(world.case("sorted"), world.person(Role.CALLER, area=world.elsewhere))
    assert not reads().exists()


def test_nor_who_serves_the_rated_unit_too(world: World):
    appoint(user=world.caller, role=Role.UNIT_ADMIN, unit=world.bureau, by=FOUNDER, at=AT)
    with pytest.raises(NotAllowed) as refused:
        reveal(world.case("sorted"), world.caller)
    assert refused.value.reason.code == "own_unit"


def test_under_embargo_the_inspectors_alone(world: World):
    case = world.case("sealed")
    with pytest.raises(NotNow) as refused:
        reveal(case, world.caller)
    assert refused.value.reason.code == "embargo"
    assert reveal(case, world.inspector) == PHONE


def test_the_unit_sees_the_matter_alone_and_only_if_it_was_given(world: World):
    case = world.case("sorted")
    walk(case, ["stand_and_agree"], hands=world.hands, at=LATER)
    with pytest.raises(NotAllowed):
        reveal(case, world.unit_admin, "matter")
    dispatch_case(case=case, words="请核实", includes_matter=True, by=world.manager, at=LATER)
    assert reveal(case, world.unit_admin, "matter") == MATTER
    assert reads_of(case).get().reader == world.unit_admin.username
    with pytest.raises(NotAllowed):
        reveal(case, world.unit_admin, "phone")
    with pytest.raises(NotAllowed):
        reveal(case, world.person(Role.UNIT_ADMIN, unit=world.other_unit), "matter")
    recall_dispatch(case=case, reason="收回", by=world.manager, at=LATER)
    with pytest.raises(NotAllowed):
        reveal(case, world.unit_admin, "matter")


def test_a_lead_found_after_the_dispatch_takes_nothing_back_that_would_tell_of_it(world: World):
    from pingyi.casework.actions import refer_case

    case = world.case("sorted")
    walk(case, ["stand_and_agree"], hands=world.hands, at=LATER)
    dispatch_case(case=case, words="请核实", includes_matter=True, by=world.manager, at=LATER)
    walk(case, ["answer"], hands=world.hands, at=LATER)
    refer_case(case=case, reason="收钱", lead=True, by=world.manager, at=LATER)
    assert reveal(case, world.unit_admin, "matter") == MATTER


def test_without_consent_the_unit_is_not_shown_the_matter(world: World):
    case = world.case("with_unit")
    with pytest.raises(NotAllowed):
        reveal(case, world.unit_admin, "matter")
