"""Moving a case to another unit, on the case's page: proposed by one, decided by another."""

from __future__ import annotations

import pytest

from pingyi.directory.models import ServicePoint
from pingyi.people.roles import Role
from tests.casework.world import World, build
from tests.staff import signed_in
from tests.web.reading import form_ids

pytestmark = pytest.mark.django_db
CASES = "/office/cases/"


@pytest.fixture
def world() -> World:
    made = build()
    ServicePoint.objects.create(unit=made.other_unit, name="婚姻登记窗口", kind="window")
    return made


def address(case, key: str) -> str:
    return f"{CASES}{case.number}/{key}/"


def propose(world: World, case, **fields: str):
    given = {"unit": "武昌区民政局", "point": "婚姻", "reason": "属民政局", **fields}
    return signed_in(world.sorter).post(address(case, "move"), given)


@pytest.mark.parametrize(
    "fields",
    [{"unit": "没有的局"}, {"point": "没有的窗口"}, {"reason": " "}, {"unit": "B1-1", "point": ""}],
)
def test_what_does_not_fit_comes_back_filled_in(world: World, fields):
    case = world.case("sorted")
    page = propose(world, case, **fields)
    assert page.status_code == 422
    text = page.content.decode()
    assert 'class="error"' in text
    assert (fields.get("unit") or "武昌区民政局") in text
    assert not case.moves.exists()


def test_proposed_waits_on_the_desk_and_is_confirmed_from_its_page(world: World):
    case = world.case("with_unit")
    assert propose(world, case).status_code == 302
    person = world.newcomer(Role.CASE_MANAGER)
    second = signed_in(person)
    assert "office/cases/?waits=yes" in second.get("/desk/").content.decode()
    assert case.number in second.get(f"{CASES}?waits=yes").content.decode()
    page = second.get(f"{CASES}{case.number}/")
    assert {"confirm-move", "refuse-move"} <= form_ids(page)
    assert "武昌区民政局 · 婚姻登记窗口" in page.content.decode()
    done = second.post(address(case, "confirm-move"), follow=True)
    assert done.redirect_chain == [(CASES, 302)], "of another district now"
    assert f"{case.number} 已移交其他单位" in done.content.decode()
    assert f"/{case.number}/" not in done.content.decode()
    assert signed_in(world.unit_admin).get(f"/unit/cases/{case.number}/").status_code == 404
    there = signed_in(world.person(Role.CASE_MANAGER, area=world.elsewhere))
    assert "武昌区民政局" in there.get(f"{CASES}{case.number}/").content.decode()


def test_refused_it_stays_and_may_be_read_in_the_story(world: World):
    case = world.case("sorted")
    propose(world, case)
    second = signed_in(world.newcomer(Role.CASE_MANAGER))
    assert second.post(address(case, "refuse-move"), {"reason": ""}).status_code == 422
    done = second.post(address(case, "refuse-move"), {"reason": "就是这个窗口"}, follow=True)
    assert "就是这个窗口" in done.content.decode()
    assert "待第二人" not in done.content.decode().split("<main")[1].split("<section")[1]


def test_who_proposed_sees_why_the_decision_is_not_theirs(world: World):
    case = world.case("sorted")
    manager = signed_in(world.manager)
    manager.post(address(case, "move"), {"unit": "X1", "reason": "属民政局"})
    page = manager.get(f"{CASES}{case.number}/")
    assert "confirm-move" not in form_ids(page)
    assert "您办理过本案" in page.content.decode()
    assert manager.post(address(case, "confirm-move")).status_code == 409
