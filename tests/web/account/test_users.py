"""Users' pages: who creates does not appoint, and nobody appoints themselves."""

from __future__ import annotations

import re

import pytest

from pingyi.directory.models import Area, Unit
from pingyi.people.models import User
from pingyi.people.permissions import roles_of
from pingyi.people.roles import Role
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Area:
    return Area.objects.create(code="420100", name="江城市", level="city")


@pytest.fixture
def system(city):
    return signed_in(staff("sys", Role.SYSTEM_ADMIN))


@pytest.fixture
def security(city):
    return signed_in(staff("sec", Role.SECURITY_ADMIN))


def test_create_then_appoint_takes_two(system, security):
    response = system.post("/users/", {"login": "Wang", "name": "王", "phone": "13812341234"})
    user = User.objects.get(username="wang")
    assert response["Location"] == f"/users/{user.pk}/"
    appointed = {"role": "sorter", "area": "420100", "unit": ""}
    assert system.post(f"/users/{user.pk}/appoint/", appointed).status_code == 403
    assert security.post(f"/users/{user.pk}/appoint/", appointed).status_code == 302
    assert roles_of(User.objects.get(pk=user.pk)) == {Role.SORTER}
    page = security.get(f"/users/{user.pk}/").content.decode()
    assert "13812341234" not in page
    assert "江城市" in page


@pytest.mark.parametrize(
    ("given", "marked"),
    [
        ({"login": "sys", "name": "x"}, "已被使用"),
        ({"login": "a b", "name": "x"}, "登录名只能由"),
        ({"login": "13812341234", "name": "x"}, "不能作登录名"),
        ({"login": "x", "name": "x", "phone": "12"}, "手机号"),
        ({"login": "", "name": "x"}, "error"),
        ({"login": "x" * 200, "name": "x"}, "error"),
    ],
)
def test_a_wrong_form_comes_back_filled_in(system, given, marked):
    page = system.post("/users/", given).content.decode()
    assert marked in page
    assert page.index('id="new-user"') < page.index("<table"), "what is wrong stands in sight"
    assert f'value="{given["login"]}"' in page or not given["login"]
    assert not User.objects.filter(name="x").exists()


@pytest.mark.parametrize(
    "given",
    [
        {"role": "sorter", "area": "", "unit": ""},
        {"role": "sorter", "area": "999999", "unit": ""},
        {"role": "unit_admin", "area": "420100", "unit": ""},
        {"role": "unit_admin", "area": "", "unit": "nope"},
        {"role": "king", "area": "420100", "unit": ""},
    ],
)
def test_a_wrong_appointment_is_refused_in_words(security, given):
    user = staff("li")
    response = security.post(f"/users/{user.pk}/appoint/", given)
    assert response.status_code == 422
    assert 'class="error"' in response.content.decode()
    assert not user.appointments.exists()


def test_areas_are_chosen_and_units_named(security, city):
    user = staff("li")
    unit = Unit.objects.create(code="B1", name="江城市人社局", group="offices", area=city)
    page = security.get(f"/users/{user.pk}/").content.decode()
    assert '<option value="420100">江城市 420100</option>' in page
    for wrong in ("人社厅", "\0"):
        page = security.post(f"/users/{user.pk}/appoint/", {"role": "unit_admin", "unit": wrong})
        assert page.status_code == 422
    security.post(f"/users/{user.pk}/appoint/", {"role": "unit_admin", "unit": "人社局"})
    assert user.appointments.get().unit == unit


def test_nobody_appoints_themselves(security):
    own = User.objects.get(username="sec")
    response = security.post(f"/users/{own.pk}/appoint/", {"role": "sorter", "area": "420100"})
    assert "不能给自己授权" in response.content.decode()


def test_the_three_administrators_are_three_persons(security):
    other = User.objects.get(username="sec")
    second = staff("aud", Role.AUDIT_ADMIN)
    response = security.post(f"/users/{second.pk}/appoint/", {"role": "system_admin"})
    assert "须由三人分任" in response.content.decode()
    assert roles_of(other) == {Role.SECURITY_ADMIN}


def test_an_appointment_ends(security, city):
    user = staff("li", Role.SORTER, area=city)
    held = user.appointments.get()
    security.post(f"/users/{user.pk}/dismiss/{held.pk}/")
    assert not user.appointments.filter(until=None).exists()
    assert security.post(f"/users/{user.pk + 99}/dismiss/{held.pk}/").status_code == 404


def test_a_link_is_shown_once_and_opens(security, client):
    user = staff("li")
    page = security.post(f"/users/{user.pk}/link/").content.decode()
    path = re.search(r"/welcome/[\w-]+/", page)
    assert client.get(path[0]).status_code == 200
    assert path[0] not in security.get(f"/users/{user.pk}/").content.decode()


def test_out_of_service_and_back(system):
    user = staff("li")
    system.post(f"/users/{user.pk}/deactivate/")
    assert not User.objects.get(pk=user.pk).is_active
    system.post(f"/users/{user.pk}/deactivate/")
    system.post(f"/users/{user.pk}/reactivate/")
    assert User.objects.get(pk=user.pk).is_active


def test_the_list_searches_filters_and_leaves_as_a_file(system, city):
    staff("li", Role.SORTER, area=city)
    staff("zhao", Role.CALLER, area=city)
    assert ">li<" in system.get("/users/?q=li").content.decode()
    assert ">zhao<" not in system.get("/users/?q=li").content.decode()
    assert ">zhao<" in system.get("/users/?role=caller").content.decode()
    lines = b"".join(system.get("/users/?export=csv").streaming_content).decode("utf-8-sig")
    assert lines.count("\n") == 4


@pytest.mark.parametrize("rows", [10, 200])
def test_the_list_takes_as_many_queries_however_long(system, rows, django_assert_max_num_queries):
    User.objects.bulk_create(User(username=f"u{n}") for n in range(rows))
    with django_assert_max_num_queries(12):
        system.get("/users/")
