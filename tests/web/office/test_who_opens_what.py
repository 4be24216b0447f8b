"""Every desk and page, for every role: who opens it, whose cases it shows."""

import pytest

from pingyi.people.roles import Role
from tests.staff import signed_in

R = Role
OFFICE = {R.SORTER, R.CALLER, R.CASE_MANAGER, R.SCHEME_KEEPER}
OVERSEERS = OFFICE | {R.INSPECTOR, R.LEADER}

DESKS = {
    "/office/sorting/": {R.SORTER, R.CASE_MANAGER},
    "/office/calls/": {R.CALLER, R.CASE_MANAGER},
    "/office/checks/": {R.CALLER, R.CASE_MANAGER},
    "/office/cases/": OVERSEERS,
    "/unit/": {R.UNIT_ADMIN},
    "/inspectors/": {R.INSPECTOR},
    "/inspectors/all/": {R.INSPECTOR},
    "/desk/": set(Role),
    "/styleguide/": set(Role),
}


@pytest.mark.parametrize("role", list(Role))
def test_every_desk_opens_to_its_roles_alone(world, role):
    browser = signed_in(world.person(role))
    answers = {path: browser.get(path).status_code for path in DESKS}
    assert answers == {path: 200 if role in roles else 403 for path, roles in DESKS.items()}


@pytest.mark.parametrize("path", [path for path in DESKS if path != "/styleguide/"])
def test_nothing_opens_without_signing_in(client, db, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert "/accounts/login/" in answer.url


# The page of one case: (role, end of the case) → its own district or unit sees it.
CASE_PAGES = {
    ("/office/cases/{}/", "to_place"): OVERSEERS,
    ("/office/calls/{}/", "sorted"): {R.CALLER, R.CASE_MANAGER},
    ("/unit/cases/{}/", "with_unit"): {R.UNIT_ADMIN},
    ("/inspectors/{}/", "sealed"): {R.INSPECTOR},
    ("/inspectors/{}/", "referred"): {R.INSPECTOR},
}


@pytest.mark.parametrize(("page", "roles"), CASE_PAGES.items())
def test_a_cases_page_opens_to_its_own_people(world, page, roles):
    path, end = page
    number = world.case(end).number
    answers = {
        role: signed_in(world.person(role)).get(path.format(number)).status_code for role in Role
    }
    assert answers == {role: 200 if role in roles else 403 for role in Role}


@pytest.mark.parametrize(("page", "roles"), CASE_PAGES.items())
def test_another_districts_or_units_people_find_nothing(world, page, roles):
    path, end = page
    number = world.case(end).number
    for role in roles:
        where = {"unit": world.other_unit} if role is R.UNIT_ADMIN else {"area": world.elsewhere}
        stranger = signed_in(world.person(role, **where))
        assert stranger.get(path.format(number)).status_code == 404


def test_the_city_sees_its_districts(world):
    number = world.case("to_place").number
    browser = signed_in(world.person(R.CASE_MANAGER, area=world.city))
    assert browser.get(f"/office/cases/{number}/").status_code == 200
    assert number in browser.get("/office/cases/").content.decode()


def test_lists_show_ones_own_district_alone(world):
    number = world.case("to_place").number
    stranger = signed_in(world.person(R.CASE_MANAGER, area=world.elsewhere))
    for path in ("/office/cases/", "/office/cases/?export=csv"):
        answer = stranger.get(path)
        assert number not in b"".join(answer).decode()


@pytest.mark.parametrize("role", [R.CASE_MANAGER, R.LEADER, R.SORTER, R.CALLER])
def test_an_embargo_hides_the_case_from_the_office(world, role):
    number = world.case("sealed").number
    browser = signed_in(world.person(role))
    assert browser.get(f"/office/cases/{number}/").status_code == 404
    assert number not in browser.get("/office/cases/").content.decode()


def test_the_unit_sees_no_case_before_its_dispatch_nor_after_its_recall(world):
    from tests.casework.world import after

    browser = signed_in(world.unit_admin)
    before = world.case("to_place")
    assert browser.get(f"/unit/cases/{before.number}/").status_code == 404
    from pingyi.casework.actions import recall_dispatch

    given = world.case("with_unit")
    assert browser.get(f"/unit/cases/{given.number}/").status_code == 200
    recall_dispatch(case=given, reason="wrong unit", by=world.manager, at=after(days=1))
    assert browser.get(f"/unit/cases/{given.number}/").status_code == 404
    assert given.number not in browser.get("/unit/").content.decode()


@pytest.mark.parametrize(
    ("role", "leads_to"),
    [
        (R.CASE_MANAGER, "/office/cases/"),
        (R.LEADER, "/office/cases/"),
        (R.UNIT_ADMIN, "/unit/cases/"),
    ],
)
def test_one_link_to_a_case_serves_everybody(world, role, leads_to):
    case = world.case("with_unit")
    answer = signed_in(world.person(role)).get(f"/case/{case.number}/")
    assert answer.url == f"{leads_to}{case.number}/"


def test_the_link_tells_strangers_nothing(world):
    case = world.case("with_unit")
    stranger = signed_in(world.person(R.LEADER, area=world.elsewhere))
    assert stranger.get(f"/case/{case.number}/").status_code == 404
    assert stranger.get("/case/2026-999999/").status_code == 404


def test_posts_are_closed_like_pages(world):
    """Every form's address asks for the permission of its desk, and for a case in sight."""
    number = world.case("to_place").number
    leader, stranger = world.person(R.LEADER), world.person(R.CASE_MANAGER, area=world.elsewhere)
    words = {"words": "Please look into this", "grade": "simple"}
    seen = signed_in(leader).post(f"/office/cases/{number}/dispatch/", words)
    assert seen.status_code == 409
    assert "您没有办理此步的权限" in seen.content.decode()
    hidden = signed_in(stranger).post(f"/office/cases/{number}/dispatch/", words)
    assert hidden.status_code == 404
    barred = signed_in(world.unit_admin).post(f"/office/cases/{number}/dispatch/", words)
    assert barred.status_code == 403
    for path in (f"/office/cases/{number}/nothing/", f"/office/cases/{number}/answer/"):
        assert signed_in(world.manager).post(path).status_code == 404


@pytest.mark.parametrize("number", ["%00", "2026-000001%00", "x", "2026-0", "9" * 30])
def test_what_is_no_case_number_is_not_found(world, number):
    browser = signed_in(world.manager)
    for path in ("/case/{}/", "/office/cases/{}/", "/office/calls/{}/", "/office/cases/{}/close/"):
        assert browser.get(path.format(number)).status_code in (404, 405)
    assert browser.get(f"/office/sorting/?case={number}").status_code == 200
