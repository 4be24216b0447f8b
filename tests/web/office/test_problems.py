"""Problems through the pages: ticked, joined, worked once, closed; and bulk closing."""

from __future__ import annotations

import pytest

from pingyi.casework import actions
from pingyi.casework.models import Case
from pingyi.casework.problem_models import Problem
from pingyi.people.roles import Role
from tests.casework.world import COMMENT, after
from tests.letters.world import open_office
from tests.staff import signed_in
from tests.web.reading import words

LIST = "/office/cases/"
BULK = "/office/cases/bulk/"
JOIN = "/office/problems/join/"


pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(world):
    return signed_in(world.manager)


def test_only_who_may_join_can_tick(world, manager):
    number = world.case("to_place").number
    assert f'value="{number}" form="bulk"' in manager.get(LIST).content.decode()
    for role in (Role.SORTER, Role.LEADER):
        page = signed_in(world.person(role)).get(LIST).content.decode()
        assert "bulk" not in page
    assert "选" not in manager.get(f"{LIST}?export=csv").getvalue().decode("utf-8-sig")


def test_ticked_cases_become_a_problem(world, manager):
    cases = [world.case("to_place"), world.case("unreachable"), world.case("sealed")]
    ticked = {"case": [case.number for case in cases], "deed": "join"}
    asked = manager.post(BULK, ticked)
    assert asked["Location"].startswith(JOIN)
    page = manager.get(asked["Location"])
    assert words(page).count("可以") == 3  # the head and two rows
    assert cases[2].number not in words(page)  # under embargo: not even named
    sent = {**ticked, "problem": "new", "title": "排队", "cause": "", "parent": "B1"}
    done = manager.post(JOIN, sent, follow=True)
    problem = Problem.objects.get()
    assert done.redirect_chain == [(f"/office/problems/{problem.number}/", 302)]
    assert (problem.area, problem.parent) == (world.district, world.bureau)
    assert "已办 2 件。" in words(done)
    assert problem.number in words(manager.get("/office/problems/"))
    assert problem.number in words(manager.get(f"{LIST}{cases[0].number}/"))
    again = manager.post(JOIN, sent)
    assert again.status_code == 422
    assert "案件已属于一个问题" in words(again)
    assert Problem.objects.count() == 1


def test_a_new_problem_needs_a_title_and_an_old_one_takes_more(world, manager):
    first, second = world.case("to_place"), world.case("to_place")
    sent = {"case": first.number, "problem": "new", "title": "", "parent": "nobody"}
    wrong = manager.post(JOIN, sent)
    assert wrong.status_code == 422
    assert "请写明是什么问题。" in words(wrong)
    assert "没有这个编码或全名的单位。" in words(wrong)
    manager.post(JOIN, sent | {"title": "排队", "parent": ""})
    number = Problem.objects.get().number
    manager.post(JOIN, {"case": second.number, "problem": number})
    assert Problem.objects.get().members.count() == 2


def _problem(world, *ends: str) -> tuple[str, list[Case]]:
    problem = actions.open_problem(
        title="排队", area=world.district, by=world.manager, at=after(days=1)
    )
    cases = [world.case(end) for end in ends]
    for case in cases:
        actions.join_problem(problem=problem, case=case, by=world.manager, at=after(days=1))
    return f"/office/problems/{problem.number}/", cases


def test_it_is_worked_once_on_its_page(world, manager):
    page, cases = _problem(world, "to_place", "to_place", "verified")
    shown = words(manager.get(page))
    for said in ("统一记录核查 2 件", "统一认定 2 件", "统一答复 1 件", world.brigade.name):
        assert said in shown
    manager.post(f"{page}check/", {"text": "现场核实"})
    decided = {"finding": "partly", "kind": "facility", "text": "窗口不足"}
    manager.post(f"{page}decide/", decided)
    done = manager.post(f"{page}reply/", {"text": "已增开两个窗口"}, follow=True)
    assert "已办 3 件。" in words(done)
    assert {case.state for case in Case.objects.all()} == {"replied"}
    assert [case.replies.count() for case in cases] == [1, 1, 1]
    closed = manager.post(f"{page}close/", {"outcome": "增开窗口"}, follow=True)
    assert "本问题已办结。" in words(closed)


def test_refusals_stand_at_the_form_and_failures_are_told_by_case(world, manager):
    page, (words_alone, _) = _problem(world, "unreachable", "to_place")
    empty = manager.post(f"{page}reply/", {"text": ""})
    assert empty.status_code == 422
    early = manager.post(f"{page}close/", {"outcome": "x"})
    assert early.status_code == 422
    assert "每位反映人都答复后才能办结" in words(early)
    decided = {"finding": "verified", "kind": "process", "text": "窗口不足"}
    done = manager.post(f"{page}decide/", decided, follow=True)
    assert "已办 1 件。" in words(done)
    assert f"{words_alone.number} 未办：不能仅凭评价文字认定属实" in words(done)


def test_it_is_dispatched_once_on_its_page(world, manager):
    page, cases = _problem(world, "to_place", "to_place", "verified")
    assert "统一转办 2 件" in words(manager.get(page))
    wrong = manager.post(f"{page}dispatch/", {"text": COMMENT, "grade": "simple"})
    assert wrong.status_code == 422
    assert 'id="dispatch-text_error"' in wrong.content.decode()
    assert COMMENT in wrong.content.decode()
    sent = {"text": "多人反映窗口排队，请核实。", "grade": "complex"}
    done = manager.post(f"{page}dispatch/", sent, follow=True)
    assert "已办 2 件。" in words(done)
    unit = signed_in(world.unit_admin)
    for case in cases[:2]:
        assert "多人反映窗口排队" in words(unit.get(f"/unit/cases/{case.number}/"))


def test_once_closed_a_case_still_leaves(world, manager):
    page, (case,) = _problem(world, "replied")
    manager.post(f"{page}close/", {"outcome": "增开窗口"})
    shown = words(manager.get(page))
    assert "本问题已办结。" in shown
    assert "移出案件" in shown
    assert "统一答复" not in shown
    late = manager.post(f"{page}about/", {"title": "x", "parent": "", "cause": ""})
    assert "该问题已办结" in words(late)
    manager.post(f"{page}leave/", {"case": case.number, "reason": "评价人不满意"})
    assert "问题下没有案件。" in words(manager.get(page))


def test_a_case_leaves_with_a_reason(world, manager):
    page, (case,) = _problem(world, "to_place")
    assert manager.post(f"{page}leave/", {"case": case.number, "reason": ""}).status_code == 422
    manager.post(f"{page}leave/", {"case": case.number, "reason": "另一件事"})
    assert "另一件事" in words(manager.get(page))
    assert "问题下没有案件。" in words(manager.get(page))


def test_others_read_it_and_strangers_find_nothing(world, manager):
    page, _ = _problem(world, "to_place")
    leader = signed_in(world.person(Role.LEADER))
    assert "统一认定" not in words(leader.get(page))
    assert leader.post(f"{page}about/", {"title": "x"}).status_code == 403
    stranger = signed_in(world.person(Role.CASE_MANAGER, area=world.elsewhere))
    assert stranger.get(page).status_code == 404
    assert stranger.post(f"{page}about/", {"title": "x"}).status_code == 404
    assert manager.post(f"{page}burn/").status_code == 404


def test_bulk_closing_closes_what_may_be_and_says_why_not(world, manager):
    unjudgeable = world.case("replied", rating=world.rate(phone=None, matter=None))
    early = world.case("to_place")
    numbers = [case.number for case in (unjudgeable, early)]
    done = manager.post(BULK, {"case": numbers, "deed": "close"}, follow=True)
    page = words(done)
    assert "已办 1 件。" in page
    assert f"{early.number} 未办：案件当前状态不能办理此步" in page
    unjudgeable.refresh_from_db()
    assert unjudgeable.state == "closed"


def test_nothing_ticked_says_so(world, manager):
    assert "没有勾选案件。" in words(manager.post(BULK, {"deed": "join"}, follow=True))
    assert "没有勾选案件" in words(manager.get(JOIN))


def test_the_letter_written_because_of_it_stands_on_its_page():
    office = open_office()
    world = office.world
    manager = signed_in(office.drafter)
    problem = actions.open_problem(title="排队", area=world.city, by=office.drafter, at=after())
    page = f"/office/problems/{problem.number}/"
    assert "关联函件" not in words(manager.get(page))
    letter = office.draft()
    assert "关联函件" in words(manager.get(page))
    done = manager.post(f"{page}letter/", {"letter": str(letter.pk)}, follow=True)
    assert "未编号 关于改进窗口服务的工作建议函 起草中" in words(done)
    actions.link_letter(problem=problem, letter=letter, by=office.drafter, at=after())
    assert problem.letters.count() == 1
    assert manager.post(f"{page}letter/", {"letter": "999"}).status_code == 422
