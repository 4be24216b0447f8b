"""What somebody said of the answer who left no phone: listed, recorded, told as a step."""

from __future__ import annotations

import pytest

from pingyi.casework.models import Case, Rejudgement
from pingyi.demo.cases import walk
from tests.casework.world import World, a_petition, after
from tests.staff import signed_in
from tests.web.reading import form_ids, words

HEARD = "/office/cases/?ask=heard&sort=due"


@pytest.fixture
def case(world: World) -> Case:
    case = a_petition(world)
    return walk(case, ["sort", "check", "verify", "reply"], hands=world.hands, at=after(hours=2))


def test_the_start_page_leads_to_the_list_and_the_list_to_the_form(world: World, case: Case):
    for user in (world.sorter, world.caller, world.manager):
        desk = signed_in(user)
        assert HEARD.replace("&", "&amp;") in desk.get("/desk/").content.decode()
        assert case.number in words(desk.get(HEARD))
        assert "hear" in form_ids(desk.get(f"/office/cases/{case.number}/"))


def test_what_she_says_reopens_or_closes_it(world: World, case: Case):
    desk, page = signed_in(world.caller), f"/office/cases/{case.number}/"
    answer = desk.post(f"{page}hear/", {"satisfied": "no", "words": "还是推"}, follow=True)
    assert "已登记反映人意见" in words(answer)
    assert "代记：反映人不满意，重新处置 还是推" in words(answer)
    assert Case.objects.get().state == "to_place"
    again = desk.post(f"{page}hear/", {"satisfied": "yes", "words": "算了"})
    assert again.status_code == 409
    assert "算了" in again.content.decode()
    assert Rejudgement.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"satisfied": ""}, {"satisfied": "no", "words": "长" * 501}])
def test_a_mistake_is_marked_and_comes_back(world: World, case: Case, wrong):
    answer = signed_in(world.caller).post(
        f"/office/cases/{case.number}/hear/", {"words": "还是推", **wrong}
    )
    assert answer.status_code == 422
    assert wrong.get("words", "还是推") in answer.content.decode()
    assert not Rejudgement.objects.exists()


def test_the_form_of_the_answer_says_how_she_is_told(world: World):
    for phone, said in (("", "再登记她的意见"), ("13900000001", "另发短信提醒")):
        case = a_petition(world, phone=phone)
        walk(case, ["sort", "check", "verify"], hands=world.hands, at=after(hours=2))
        assert said in words(signed_in(world.caller).get(f"/office/cases/{case.number}/"))


def test_a_rated_case_offers_no_such_form(world: World):
    case = world.case("replied")
    desk, page = signed_in(world.manager), f"/office/cases/{case.number}/"
    assert "hear" not in form_ids(desk.get(page))
    assert desk.post(f"{page}hear/", {"satisfied": "yes"}).status_code == 409
    assert not Rejudgement.objects.exists()
