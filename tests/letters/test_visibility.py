"""Who sees which letter: a unit what was sent to it, a desk its own."""

from __future__ import annotations

import pytest

from pingyi.letters import actions, queries
from pingyi.letters.models import Letter
from pingyi.letters.states import Kind
from pingyi.people.roles import Role
from tests.casework.world import AT

OFFICE = {
    Role.SORTER, Role.CALLER, Role.CASE_MANAGER, Role.SCHEME_KEEPER, Role.LEADER,
    Role.INSPECTOR, Role.SQUAD_MEMBER,
}  # fmt: skip


def sees(user, letter) -> bool:
    return Letter.objects.visible_to(user).filter(pk=letter.pk).exists()


def recommendation(office):
    inspector = office.world.inspector
    return office.draft(organ=office.inspectors, kind=Kind.RECOMMENDATION, by=inspector)


def test_a_unit_sees_only_what_was_issued_to_it(office):
    world = office.world
    letter = office.submitted()
    neighbour = world.person(Role.UNIT_ADMIN, unit=world.other_unit)
    below = world.person(Role.UNIT_ADMIN, unit=world.brigade)
    assert not sees(office.unit_admin, letter)
    actions.issue_letter(letter=letter, by=office.issuer, at=AT)
    assert sees(office.unit_admin, letter)
    assert not sees(neighbour, letter)
    assert not sees(below, letter)
    assert not Letter.objects.overseen_by(office.unit_admin).exists()
    actions.withdraw_letter(letter=letter, reason="错", by=office.issuer, at=AT)
    assert sees(office.unit_admin, letter), "it was told of it, and is told why it is no more"
    assert [r.unit for r in queries.received(office.unit_admin)] == [world.bureau]


@pytest.mark.parametrize("role", list(Role))
def test_a_desk_reads_its_own_areas_letters(office, role):
    world = office.world
    if role is Role.UNIT_ADMIN:
        return
    letter = office.draft(organ=office.district, by=world.manager)
    assert sees(world.person(role), letter) == (role in OFFICE)
    assert sees(world.person(role, area=world.city), letter) == (role in OFFICE)
    assert not sees(world.person(role, area=world.elsewhere), letter)


@pytest.mark.parametrize("role", list(Role))
def test_the_inspectors_letters_are_theirs_alone(office, role):
    letter = recommendation(office)
    assert sees(office.world.person(role), letter) == (role is Role.INSPECTOR)


def test_a_district_does_not_see_the_citys(office):
    letter = office.issued()
    assert not sees(office.world.manager, letter)


def test_what_waits_to_be_issued_and_never_ones_own(office):
    letter = office.submitted()
    assert list(queries.to_issue(office.issuer)) == [letter]
    assert not queries.to_issue(office.drafter).exists()
    assert not queries.to_issue(office.world.person(Role.LEADER)).exists(), "of the district"


def test_what_waits_for_a_unit(office):
    recipient = office.sent()
    circular = office.issued(kind=Kind.CIRCULAR, wants_reply=False).recipients.get()
    mine = queries.to_answer(office.unit_admin)
    assert set(mine) == {recipient, circular}
    actions.acknowledge(recipient=circular, by=office.unit_admin, at=AT)
    assert set(mine.all()) == {recipient}
    actions.reply_to_letter(recipient=recipient, text="已办", by=office.unit_admin, at=AT)
    assert not mine.all().exists()
    assert list(queries.to_judge(office.drafter)) == [recipient]
    assert not queries.to_judge(office.issuer).exists()
