"""A letter begun from a case's or a problem's page, and the way there and back."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pingyi.casework import actions
from pingyi.letters.models import Letter
from pingyi.people.roles import Role
from tests.casework.world import COMMENT, MATTER, PHONE, after
from tests.letters.world import Office, open_office
from tests.staff import signed_in
from tests.web.reading import form_values, words

NEW = "/office/letters/new/"


@pytest.fixture
def office(db) -> Office:
    return open_office()


def send(office: Office, **changes: object) -> dict[str, object]:
    return {
        "paper": f"{office.district.pk}:supervision",
        "title": "关于窗口值守的督办函",
        "body": "请查明值守情况。",
        "main": office.world.brigade.code,
        "wants_reply": "on",
        **changes,
    }


def test_the_form_knows_the_unit_and_the_number_and_nothing_of_the_rater(office):
    world = office.world
    case = world.case("to_place")
    manager = signed_in(world.manager)
    page = f"/office/cases/{case.number}/"
    there = f"{NEW}?case={case.number}"
    assert f'href="{there}"' in manager.get(page).content.decode()
    form = manager.get(there)
    values = form_values(form, "letter")
    assert values["main"] == world.brigade.code
    assert case.number in values["title"]
    assert case.number in values["body"]
    for hers in (COMMENT, PHONE, MATTER, COMMENT[:8]):
        assert hers not in form.content.decode()
    # As it is filled in, it can be sent: the number is nobody's telephone.
    sent = {name: values[name] for name in ("title", "body", "main")}
    done = manager.post(there, send(office, **sent), follow=True)
    letter = Letter.objects.get()
    assert done.redirect_chain == [(f"/office/letters/{letter.pk}/", 302)]
    assert "发函缘由" in words(done)
    assert case.number in words(done)


def test_the_case_tells_how_its_letter_fares(office):
    world = office.world
    case = world.case("to_place")
    manager, leader = signed_in(world.manager), signed_in(world.person(Role.LEADER))
    made = manager.post(f"{NEW}?case={case.number}", send(office))
    assert manager.post(f"{made.url}submit/", {"revision": 1}).status_code == 302
    assert leader.post(f"{made.url}issue/", {"revision": 1}).status_code == 302
    page = manager.get(f"/office/cases/{case.number}/")
    letter = Letter.objects.get()
    assert f'href="/office/letters/{letter.pk}/"' in page.content.decode()
    assert f"{letter.number} 关于窗口值守的督办函 已印发 答复 0 / 1" in words(page)
    assert "函件印发" in words(page)
    unit = signed_in(world.unit_admin)
    there = f"/unit/letters/{letter.recipients.get().pk}/"
    assert unit.post(f"{there}acknowledge/").status_code == 302
    assert unit.post(f"{there}reply/", {"text": "已整改"}).status_code == 302
    told = words(manager.get(f"/office/cases/{case.number}/"))
    for line in ("函件已签收", "函件已答复", "答复 1 / 1"):
        assert line in told
    assert "发函缘由" not in words(unit.get(there)), "the unit is not told which case it was"


def test_what_the_rater_wrote_comes_back_refused_with_the_form_filled(office):
    case = office.world.case("to_place")
    manager = signed_in(office.world.manager)
    wrong = manager.post(f"{NEW}?case={case.number}", send(office, body=COMMENT))
    assert wrong.status_code == 422
    assert form_values(wrong, "letter")["title"] == "关于窗口值守的督办函"
    assert f'action="{NEW}?case={case.number}"' in wrong.content.decode()
    made = manager.post(f"{NEW}?case={case.number}", send(office))
    edited = manager.post(f"{made.url}edit/", send(office, body=COMMENT, revision=1))
    assert edited.status_code == 422
    assert Letter.objects.get().body == "请查明值守情况。"


def test_an_embargoed_case_begins_letters_of_the_inspectors_alone(office):
    world = office.world
    case = world.case("sealed")
    there = f"{NEW}?case={case.number}"
    assert signed_in(world.manager).get(there).status_code == 404
    inspector = signed_in(world.inspector)
    assert there in inspector.get(f"/inspectors/{case.number}/").content.decode()
    form = inspector.get(there)
    assert "本案在保密期" in words(form)
    assert form_values(form, "letter")["main"] == ""
    office_paper = inspector.post(there, send(office))
    assert office_paper.status_code == 422
    made = inspector.post(there, send(office, paper=f"{office.inspectors.pk}:recommendation"))
    second = signed_in(world.newcomer(Role.INSPECTOR))
    assert case.number in words(second.get(made.url))


def test_nobody_begins_a_letter_from_what_they_may_not_see(office):
    world = office.world
    number = world.case("to_place").number
    stranger = signed_in(world.person(Role.CASE_MANAGER, area=world.elsewhere))
    for query in (f"case={number}", "case=2026-999999", "problem=W2026-9999", "case=%00"):
        assert stranger.get(f"{NEW}?{query}").status_code == 404
    assert signed_in(world.caller).get(f"{NEW}?case={number}").status_code == 403
    page = signed_in(world.caller).get(f"/office/cases/{number}/").content.decode()
    assert NEW not in page


def test_a_problems_page_begins_the_letter_to_the_unit_above(office):
    world = office.world
    manager = signed_in(world.manager)
    problem = actions.open_problem(
        title="排队", area=world.district, parent=world.bureau, by=world.manager, at=after(days=1)
    )
    there = f"{NEW}?problem={problem.number}"
    page = f"/office/problems/{problem.number}/"
    assert f'href="{there}"' in manager.get(page).content.decode()
    values = form_values(manager.get(there), "letter")
    assert values["main"] == world.bureau.code
    assert problem.number in values["title"]
    manager.post(there, send(office, main=world.bureau.code))
    letter = Letter.objects.get()
    shown = words(manager.get(page))
    assert "未编号 关于窗口值守的督办函 起草中" in shown
    assert "起草函件" in shown
    assert problem.number in words(manager.get(f"/office/letters/{letter.pk}/"))
    caller = signed_in(world.caller)
    assert caller.get(page).status_code == 200
    assert NEW not in caller.get(page).content.decode()
    manager.post(f"{page}close/", {"outcome": "已改"})
    assert manager.get(there).status_code == 404, "a closed problem begins no letter"


@pytest.mark.parametrize("kind", ["case", "problem"])
def test_more_letters_take_no_more_queries(office, kind):
    world = office.world
    manager = signed_in(world.manager)
    case = world.case("to_place")
    problem = actions.open_problem(
        title="排队", area=world.district, by=world.manager, at=after(days=1)
    )
    number = {"case": case.number, "problem": problem.number}[kind]
    page = f"/office/{kind}s/{number}/"

    def count(letters: int) -> int:
        for _ in range(letters):
            made = manager.post(f"{NEW}?{kind}={number}", send(office))
            assert made.status_code == 302
        with CaptureQueriesContext(connection) as caught:
            assert manager.get(page).status_code == 200
        return len(caught)

    count(2)
    assert count(0) == count(8)


def test_a_letter_written_before_is_linked_from_the_cases_page(office):
    world = office.world
    case = world.case("to_place")
    manager = signed_in(world.manager)
    there = f"/office/cases/{case.number}/letter/"
    assert f'href="{there}"' in manager.get(f"/office/cases/{case.number}/").content.decode()
    assert "没有可以关联的函件" in words(manager.get(there))
    manager.post(NEW, send(office))
    letter = Letter.objects.get()
    assert "关于窗口值守的督办函" in words(manager.get(there))
    assert manager.post(there, {"letter": "999999"}).status_code == 422
    done = manager.post(there, {"letter": str(letter.pk)}, follow=True)
    assert done.redirect_chain[0] == (f"/case/{case.number}/", 302)
    assert "未编号 关于窗口值守的督办函 起草中" in words(done)
    assert "关联函件" in words(done)
    assert case.number in words(manager.get(f"/office/letters/{letter.pk}/"))


def test_a_case_is_linked_from_the_letters_page(office):
    world = office.world
    case = world.case("to_place")
    hidden = world.case("sealed")
    manager = signed_in(world.manager)
    made = manager.post(NEW, send(office))
    there = f"{made.url}case/"
    assert f'href="{there}"' in manager.get(made.url).content.decode()
    for number in ("2026-999999", hidden.number, "x", "\x00", ""):
        wrong = manager.post(there, {"case": number})
        assert wrong.status_code == 422
        assert "link-case_error" in wrong.content.decode()
    done = manager.post(there, {"case": case.number}, follow=True)
    assert done.redirect_chain == [(made.url, 302)]
    assert f"案件： {case.number}" in words(done)
    assert words(manager.get(f"/office/cases/{case.number}/")).count("关于窗口值守的督办函") >= 1


def test_who_may_not_link_finds_no_page_for_it(office):
    world = office.world
    case = world.case("to_place")
    made = signed_in(world.manager).post(NEW, send(office))
    stranger = signed_in(world.person(Role.CASE_MANAGER, area=world.elsewhere))
    for there in (f"/office/cases/{case.number}/letter/", f"{made.url}case/"):
        assert stranger.get(there).status_code == 404
        assert stranger.post(there, {"letter": "1", "case": case.number}).status_code == 404
        assert signed_in(world.caller).get(there).status_code == 403
