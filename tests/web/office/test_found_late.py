"""A lead found once the case was decided is referred from its page, and gone from the office."""

from __future__ import annotations

import pytest

from pingyi.casework.models import Case
from pingyi.people.roles import Role
from tests.casework.world import World
from tests.staff import signed_in
from tests.web.reading import form_ids, words

CASES = "/office/cases/"


@pytest.mark.parametrize("end", ["verified", "replied", "closed", "picked"])
@pytest.mark.parametrize("role", [Role.SORTER, Role.CALLER, Role.CASE_MANAGER])
def test_it_goes_from_the_page_to_the_inspectors_desk(world: World, end: str, role: Role):
    case, desk = world.case(end), signed_in(world.person(role))
    page = f"{CASES}{case.number}/"
    shown = desk.get(page)
    assert "refer" in form_ids(shown)
    assert "只移交涉腐线索" in words(shown)
    assert 'name="lead"' not in shown.content.decode()
    answer = desk.post(f"{page}refer/", {"reason": "收过礼金"}, follow=True)
    assert answer.redirect_chain == [(CASES, 302)]
    assert "已移交纪检" in words(answer)
    assert desk.get(page).status_code == 404
    inspector = signed_in(world.inspector)
    listed = words(inspector.get("/inspectors/"))
    for said in (case.number, "涉腐线索", "保密中"):
        assert said in listed
    assert "事后发现线索，移交纪检 收过礼金" in words(inspector.get(f"/inspectors/{case.number}/"))


def test_why_is_asked_for(world: World):
    case = world.case("closed")
    answer = signed_in(world.caller).post(f"{CASES}{case.number}/refer/", {"reason": " "})
    assert answer.status_code == 422
    assert not Case.objects.get().embargoed


def test_who_comes_second_is_told(world: World):
    case = world.case("replied")
    page = f"{CASES}{case.number}/"
    signed_in(world.manager).post(f"{page}close/", {})
    first = signed_in(world.caller).post(f"{page}refer/", {"reason": "收过礼金"})
    assert first.status_code == 302
    again = signed_in(world.sorter).post(f"{page}refer/", {"reason": "也知道"})
    assert again.status_code == 404, "it has left everybody's sight"


def test_a_leader_is_not_offered_it(world: World):
    case = world.case("closed")
    leader = signed_in(world.person(Role.LEADER))
    assert "refer" not in form_ids(leader.get(f"{CASES}{case.number}/"))
    assert leader.post(f"{CASES}{case.number}/refer/", {"reason": "x"}).status_code == 409
