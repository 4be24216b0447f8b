"""Whose turn it is finds a number in the inbox, and nobody else does."""

from __future__ import annotations

import pytest

from pingyi.notices.models import InboxItem
from pingyi.people.roles import Role

pytestmark = pytest.mark.django_db


def _told() -> dict[str, str]:
    return {item.user.username: item.text for item in InboxItem.objects.select_related("user")}


def test_a_dispatch_is_told_to_the_units_administrators_alone(world):
    mine = world.unit_admin
    world.person(Role.UNIT_ADMIN, unit=world.other_unit)
    case = world.case("with_unit")
    told = _told()
    assert set(told) == {mine.username}
    assert case.number in told[mine.username]
    assert case.rating.comment not in told[mine.username]


def test_a_referral_is_told_to_the_areas_inspectors_alone(world):
    mine = world.inspector
    world.unit_admin  # noqa: B018  is there, and is not told
    world.person(Role.INSPECTOR, area=world.elsewhere)
    case = world.case("referred")
    assert set(_told()) == {mine.username}
    assert InboxItem.objects.get().link == f"/case/{case.number}/"
