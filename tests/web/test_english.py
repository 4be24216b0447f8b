"""Read in English, no page keeps a word of Chinese but for the city's own data."""

from __future__ import annotations

import pytest
from django.test import Client

from pingyi.demo.cases import ENDS, walk
from pingyi.demo.cases import SAID as SPOKEN
from pingyi.directory.models import Area, ServicePoint, Unit
from pingyi.people.models import User
from pingyi.people.roles import Role
from tests.casework.world import after
from tests.web.reading import reader, untranslated

SAID = {key: f"said: {key}" for key in SPOKEN}
DESKS = {
    Role.SORTER: ["/office/sorting/"],
    Role.CALLER: ["/office/calls/", "/office/checks/"],
    Role.CASE_MANAGER: ["/office/cases/", "/office/cases/?q=nothing", "/office/cases/?state=x"],
    Role.UNIT_ADMIN: ["/unit/"],
    Role.INSPECTOR: ["/inspectors/", "/inspectors/all/"],
}
PAGES = {
    "/office/cases/{}/": Role.CASE_MANAGER,
    "/office/calls/{}/": Role.CALLER,
    "/unit/cases/{}/": Role.UNIT_ADMIN,
    "/inspectors/{}/": Role.INSPECTOR,
}


@pytest.fixture
def abroad(world):
    """The same small city, its data in English."""
    for model in (Area, Unit, ServicePoint):
        for row in model.objects.all():
            model.objects.filter(pk=row.pk).update(name=f"{model.__name__} {row.pk}")
    world.brigade.refresh_from_db()
    return world


def case(world, end: str):
    return world.case(end, rating=world.rate(comment="nobody was there"), said=SAID)


@pytest.mark.parametrize("role", list(Role))
def test_everybodys_start(abroad, role):
    browser = reader(abroad.person(role), "en")
    for path in ("/desk/", "/styleguide/"):
        left = untranslated(browser.get(path))
        assert [word for word in left if word not in SAMPLES] == []


SAMPLES = {"江岸区政务服务中心", "武昌区公证处"}


@pytest.mark.parametrize(("role", "paths"), DESKS.items())
def test_desks_empty_and_full(abroad, role, paths):
    browser = reader(abroad.person(role), "en")
    assert [untranslated(browser.get(path)) for path in paths] == [[]] * len(paths)
    for end in ("unsorted", "sorted", "unreachable", "with_unit", "sealed", "referred"):
        case(abroad, end)
    assert [untranslated(browser.get(path)) for path in paths] == [[]] * len(paths)


@pytest.mark.parametrize("end", ENDS)
def test_a_case_at_every_end(abroad, end):
    number = case(abroad, end).number
    for path, role in PAGES.items():
        answer = reader(abroad.person(role), "en").get(path.format(number))
        if answer.status_code == 200:
            assert (path, untranslated(answer)) == (path, [])


def test_refusals_and_errors(abroad):
    manager = reader(abroad.person(Role.CASE_MANAGER), "en")
    number = case(abroad, "to_place").number
    proposed = case(abroad, "to_place")
    walk(proposed, ["propose_void"], hands=abroad.hands, at=after(days=3), said=SAID)
    second = reader(abroad.newcomer(Role.CASE_MANAGER), "en")
    answers = [
        manager.post(f"/office/cases/{number}/dispatch/", {}),
        manager.post(f"/office/cases/{number}/dispatch/", {"words": "13812341234", "grade": "x"}),
        manager.post(f"/office/cases/{number}/reply/", {"text": "too early"}),
        second.post(f"/office/cases/{proposed.number}/confirm/"),
        manager.get("/office/cases/2026-000000/"),
        manager.get("/inspectors/"),
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 409, 200, 404, 403]
    assert [untranslated(answer) for answer in answers] == [[]] * len(answers)


def test_the_language_is_switched_by_a_button(abroad):
    browser = reader(abroad.manager)
    browser.post("/i18n/setlang/", {"language": "en", "next": "/desk/"})
    assert untranslated(browser.get("/desk/")) == []
    browser.post("/i18n/setlang/", {"language": "zh-hans", "next": "/desk/"})
    assert untranslated(browser.get("/desk/")) != []


def test_the_language_is_switched_before_signing_in_too(db):
    visitor = Client()
    here = "/accounts/login/"
    answer = visitor.post("/i18n/setlang/", {"language": "en"}, headers={"referer": here})
    assert answer["Location"] == here
    assert '<html lang="en"' in visitor.get(here).content.decode()


def test_the_names_of_people_are_data(abroad):
    User.objects.filter(pk=abroad.manager.pk).update(name="买买提·吐尔逊")
    browser = reader(User.objects.get(pk=abroad.manager.pk), "en")
    assert set(untranslated(browser.get("/desk/"))) == {"买买提", "吐尔逊"}
