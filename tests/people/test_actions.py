"""Users, appointments and one-time links."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db import connection

from pingyi.audit.actions import SYSTEM
from pingyi.audit.queries import events, events_about
from pingyi.directory.models import Area, Unit
from pingyi.kernel.workdays import SHANGHAI
from pingyi.people import actions, links
from pingyi.people.models import OneTimeLink, User
from pingyi.people.permissions import may, roles_of
from pingyi.people.policies import Refused, Why
from pingyi.people.roles import Role

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)
BY = {"by": SYSTEM, "at": NOW}
GOOD = "Bridge-River-77"


def refused(why: Why):
    return pytest.raises(Refused, check=lambda error: error.why is why and str(error))


@pytest.fixture
def city() -> Area:
    return Area.objects.create(code="420100", name="武汉市", level="city")


@pytest.fixture
def user() -> User:
    return actions.create_user(login="wang", name="王", phone="138 1234 1234", **BY)


def test_a_user_is_created_without_password_and_the_phone_is_encrypted(user):
    assert not user.has_usable_password()
    assert actions.phone_of(user) == "13812341234"
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM people_user")
        assert b"13812341234" not in b"".join(map(bytes, filter(_blob, cursor.fetchone())))
    assert "138" not in str([event.data for event in events()])
    actions.edit_user(user=user, name="王五", phone="", **BY)
    assert actions.phone_of(User.objects.get()) == ""
    assert events_about(user).last().data == {"changed": ["name", "phone"]}


@pytest.mark.parametrize(
    ("login", "phone", "why"),
    [
        ("WANG", "", Why.LOGIN_TAKEN),
        ("ｗａｎｇ ", "", Why.LOGIN_TAKEN),
        ("a b", "", Why.LOGIN_UNFIT),
        ("x" * 151, "", Why.LOGIN_UNFIT),
        ("+86 138 1234 1234", "", Why.LOGIN_IS_PHONE),
        ("System", "", Why.LOGIN_RESERVED),
        ("ｃｉｔｉｚｅｎ", "", Why.LOGIN_RESERVED),
        ("shell", "", Why.LOGIN_RESERVED),
        ("li", "12345", Why.PHONE_UNFIT),
    ],
)
def test_users_that_cannot_be(user, login, phone, why):
    with refused(why):
        actions.create_user(login=login, phone=phone, **BY)


def test_appointed_and_dismissed(user, city):
    held = actions.appoint(user=user, role=Role.SORTER, area=city, **BY)
    assert may(user, "case.sort")
    with refused(Why.HELD_ALREADY):
        actions.appoint(user=user, role=Role.SORTER, area=city, **BY)
    actions.end_appointment(appointment=held, **BY)
    assert not may(User.objects.get(), "case.sort")
    with refused(Why.ENDED_ALREADY):
        actions.end_appointment(appointment=held, **BY)
    assert [e.action for e in events_about(user)] == ["user.create", "user.appoint", "user.dismiss"]


def test_one_person_holds_one_administrators_role(user, city):
    actions.appoint(user=user, role=Role.SYSTEM_ADMIN, **BY)
    for role in (Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        with refused(Why.TWO_ADMINISTRATORS):
            actions.appoint(user=user, role=role, **BY)
    actions.appoint(user=user, role=Role.SORTER, area=city, **BY)
    assert roles_of(user) == {Role.SYSTEM_ADMIN, Role.SORTER}


def test_the_scope_fits_the_role_and_nobody_appoints_themselves(user, city):
    unit = Unit.objects.create(code="U", name="U", group="offices", area=city)
    with refused(Why.NEEDS_UNIT):
        actions.appoint(user=user, role=Role.UNIT_ADMIN, area=city, **BY)
    with refused(Why.NEEDS_AREA):
        actions.appoint(user=user, role=Role.SORTER, unit=unit, **BY)
    with refused(Why.OWN_APPOINTMENT):
        actions.appoint(user=user, role=Role.SORTER, area=city, by=user, at=NOW)
    unit.retired_at = NOW
    with refused(Why.UNIT_RETIRED):
        actions.appoint(user=user, role=Role.UNIT_ADMIN, unit=unit, **BY)
    actions.deactivate_user(user=user, **BY)
    with refused(Why.USER_INACTIVE):
        actions.appoint(user=user, role=Role.SORTER, area=city, **BY)
    with refused(Why.USER_INACTIVE):
        actions.deactivate_user(user=user, **BY)
    actions.reactivate_user(user=user, **BY)
    with refused(Why.USER_ACTIVE):
        actions.reactivate_user(user=user, **BY)


def test_a_link_opens_once_and_only_its_digest_is_kept(user):
    token = actions.issue_link(user=user, **BY)
    kept = OneTimeLink.objects.get()
    assert token.encode() not in bytes(kept.digest)
    assert token not in str([event.data for event in events()])
    assert links.address(token).endswith(f"/welcome/{token}/")
    found = links.find(token, at=NOW + timedelta(days=6))
    with pytest.raises(ValidationError):
        actions.use_link(link=found, password="12345", by=user, at=NOW)
    actions.use_link(link=found, password=GOOD, by=user, at=NOW)
    assert authenticate(username="wang", password=GOOD, request=_request()) == user
    assert links.find(token, at=NOW) is None
    with refused(Why.LINK_SPENT):
        actions.use_link(link=found, password=GOOD, by=user, at=NOW)


def test_links_expire_are_superseded_and_end_with_the_user(user):
    first = actions.issue_link(user=user, **BY)
    assert links.find(first, at=NOW + timedelta(days=7)) is None
    second = actions.issue_link(user=user, **BY)
    assert links.find(first, at=NOW) is None
    assert links.find(second, at=NOW)
    assert links.find("nonsense", at=NOW) is None
    late = links.find(second, at=NOW)
    actions.deactivate_user(user=user, **BY)
    assert links.find(second, at=NOW) is None
    with refused(Why.LINK_SPENT):
        actions.use_link(link=late, password=GOOD, by=user, at=NOW)
    with refused(Why.USER_INACTIVE):
        actions.issue_link(user=user, **BY)


def test_a_password_is_checked(user):
    with pytest.raises(ValidationError):
        actions.set_password(user=user, password="password", **BY)
    actions.set_password(user=user, password=GOOD, **BY)
    assert User.objects.get().check_password(GOOD)


def _blob(value: object) -> bool:
    return isinstance(value, bytes | memoryview)


def _request():
    from django.test import RequestFactory

    return RequestFactory().post("/accounts/login/")
