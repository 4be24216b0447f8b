"""Which role holds which permission on cases, written out: a change here is a decision."""

import pytest

from pingyi.people.roles import PERMISSIONS, Role, roles_that_may

SORTER, CALLER, MANAGER, KEEPER = (
    Role.SORTER, Role.CALLER, Role.CASE_MANAGER, Role.SCHEME_KEEPER,
)  # fmt: skip
INSPECTOR, LEADER, UNIT = Role.INSPECTOR, Role.LEADER, Role.UNIT_ADMIN

HOLDERS = {
    "case.sort": {SORTER, MANAGER},
    "case.call": {CALLER, MANAGER},
    "case.check": {CALLER, MANAGER},
    "case.instruct": {LEADER},
    "case.move": {SORTER, CALLER, MANAGER},
    "case.dispatch": {MANAGER},
    "case.refer": {SORTER, MANAGER},
    "case.refer_late": {SORTER, CALLER, MANAGER},
    "case.answer": {UNIT},
    "case.appeal": {UNIT},
    "case.investigate": {INSPECTOR},
    "case.decide": {MANAGER},
    "case.open": {SORTER, MANAGER},
    "case.reply": {CALLER, MANAGER},
    "case.hear": {SORTER, CALLER, MANAGER},
    "case.see_to": {SORTER, CALLER, MANAGER},
    "case.assign": {MANAGER},
    "case.close": {MANAGER},
    "case.read": {SORTER, CALLER, MANAGER, KEEPER, INSPECTOR, LEADER, UNIT},
    "case.oversee": {SORTER, CALLER, MANAGER, KEEPER, INSPECTOR, LEADER},
    "contact.reveal": {CALLER, MANAGER, INSPECTOR},
}


def test_every_permission_on_cases_is_written_here():
    assert {p for p in PERMISSIONS if p.startswith(("case.", "contact."))} == set(HOLDERS)


@pytest.mark.parametrize("permission", sorted(HOLDERS))
def test_held_by_these_roles_and_no_others(permission: str):
    assert roles_that_may(permission) == HOLDERS[permission]


def test_administrators_leaders_and_squads_move_no_case():
    still = ("case.read", "case.oversee", "case.instruct")  # an instruction moves nothing
    moving = set().union(*(HOLDERS[p] for p in HOLDERS if p not in still))
    assert not moving & {
        LEADER, Role.SQUAD_MEMBER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN,
    }  # fmt: skip


def test_an_undeclared_permission_is_a_mistake():
    with pytest.raises(KeyError):
        roles_that_may("case.fly")
