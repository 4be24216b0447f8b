"""Look-backs through the pages: drawn, listed, carried out by somebody new."""

from __future__ import annotations

import pytest
from django.utils import timezone

from pingyi.casework.second_looks import Sample
from pingyi.people.roles import Role
from tests.casework.world import World
from tests.staff import signed_in
from tests.web.reading import words

pytestmark = pytest.mark.django_db
PAGE = "/office/look-backs/"
DRAW = {"stage": "first", "closed_from": "2026-06-01", "closed_to": "2026-06-30", "wanted": "5"}


def test_drawn_and_carried_out(world: World):
    case = world.case("closed")
    manager = signed_in(world.manager)
    assert "还没有回头看" in words(manager.get(PAGE))
    drawn = manager.post(f"{PAGE}draw/", DRAW | {"seed": "六月"}, follow=True)
    assert "从 1 件中抽取 1 件，种子 六月。" in words(drawn)
    assert Sample.objects.get().population == [case.number]
    assert "您办理过本案" in words(manager.get(f"/office/cases/{case.number}/"))
    second = signed_in(world.newcomer(Role.CALLER))
    assert "待回头看" in words(second.get("/desk/"))
    assert case.number in words(second.get(f"{PAGE}?state=waiting&q=六月"))
    sent = {"way": "site", "put_right": "no", "note": ""}
    missing = second.post(f"/office/cases/{case.number}/look-back/", sent)
    assert missing.status_code == 422
    assert missing.content.decode().count(" checked") >= 2
    done = second.post(f"/office/cases/{case.number}/look-back/", sent | {"note": "仍无人值守"})
    assert done.status_code == 302
    page = words(second.get(f"/office/cases/{case.number}/"))
    assert "领导责任" in page
    assert "仍无人值守" in page
    assert "未整改" in words(second.get(PAGE))
    file = b"".join(second.get(f"{PAGE}?export=csv")).decode("utf-8-sig")
    assert "抽样，种子 六月" in file


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"wanted": "0"}, 422),
        ({"closed_to": "2026-05-01"}, 422),
        ({"closed_from": "x"}, 422),
        ({"closed_from": "2020-01-01", "closed_to": "2020-02-01"}, 409),
    ],
)
def test_a_draw_that_cannot_be_comes_back_filled_in(world: World, wrong, status):
    world.case("closed")
    answer = signed_in(world.manager).post(f"{PAGE}draw/", DRAW | {"seed": "留着"} | wrong)
    assert answer.status_code == status
    assert 'value="留着"' in answer.content.decode()
    assert not Sample.objects.exists()


def test_one_is_chosen_by_hand(world: World):
    case = world.case("closed")
    manager = signed_in(world.manager)
    picked = manager.post(f"/office/cases/{case.number}/pick/", {"stage": "second"})
    assert picked.status_code == 302
    assert "指定" in words(manager.get(PAGE))
    assert timezone.now() > case.look_backs.get().at


def test_of_two_who_look_back_the_second_is_told_and_keeps_what_they_wrote(world: World):
    case = world.case("picked")
    people = world.newcomer(Role.CALLER), world.newcomer(Role.CASE_MANAGER)
    first, second = (signed_in(person) for person in people)
    there = f"/office/cases/{case.number}/look-back/"
    sent = {"way": "site", "put_right": "no", "note": "仍无人值守"}
    assert first.post(there, sent).status_code == 302
    late = second.post(there, {"way": "phone", "put_right": "yes", "note": "已有人值守两周"})
    assert late.status_code == 409
    assert "已有人值守两周" in late.content.decode()
    assert str(people[0]) in words(late), "who was quicker"
    found = case.look_backs.get()
    assert (found.note, found.put_right) == ("仍无人值守", False)
