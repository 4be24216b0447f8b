"""Opening cases by hand, and citizens' messages: list, page, import with preview."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pingyi.casework.intake_models import CitizenMessage
from pingyi.casework.models import Case
from pingyi.people.roles import Role
from tests.casework.test_messages_import import GOOD, load, read
from tests.staff import signed_in
from tests.web.reading import form_ids, words

NEW = "/office/cases/new/"
SENT = {
    "origin": "hotline",
    "unit": "劳动监察",
    "point": "投诉",
    "number": "R-7",
    "dated": "2026-05-30",
    "summary": "电话无人接",
    "reply_owed": "on",
}


@pytest.fixture
def sorter(world):
    return signed_in(world.sorter)


def test_a_case_is_opened_by_hand_and_its_page_says_where_it_comes_from(world, sorter):
    answer = sorter.post(NEW, SENT | {"name": "李梅", "phone": "13900000001"}, follow=True)
    case = Case.objects.get()
    assert answer.redirect_chain == [(f"/office/cases/{case.number}/", 302)]
    assert (case.unit, case.point, case.origin) == (world.brigade, world.point, "hotline")
    page = words(answer)
    for said in ("热线", "电话无人接", "R-7", "2026-05-30", "须答复反映人", "李*", "139****0001"):
        assert said in page
    assert "13900000001" not in page
    assert "评价人没有写文字" not in page


def test_it_is_worked_through_every_desk(world, sorter):
    sorter.post(NEW, SENT | {"phone": "13900000001", "call_back": "on"})
    number = Case.objects.get().number
    desk = words(sorter.get("/office/sorting/"))
    assert "热线" in desk
    assert "电话无人接" in desk
    sorter.post(f"/office/sorting/{number}/", {"kind": "conduct"})
    caller = signed_in(world.caller)
    script = words(caller.get(f"/office/calls/{number}/"))
    assert f"您反映过{world.brigade.name}的一件事" in script
    manager = signed_in(world.manager)
    for path in ("/office/cases/", f"/office/cases/{number}/", "/office/cases/?export=csv"):
        assert manager.get(path).status_code == 200
    assert "热线" in words(manager.get("/office/cases/?origin=hotline"))
    assert "没有符合条件的记录" in words(manager.get("/office/cases/?origin=check"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit": "没有这个"}, "unit"),
        ({"unit": "洪山区"}, "unit"),
        ({"unit": "X1"}, "unit"),
        ({"point": "没有"}, "point"),
        ({"dated": "2999-01-01"}, "dated"),
        ({"origin": "rating"}, "origin"),
        ({"phone": "1"}, "phone"),
        ({"summary": ""}, "summary"),
    ],
)
def test_what_is_wrong_is_marked_and_the_form_comes_back(world, sorter, changes, field):
    answer = sorter.post(NEW, SENT | changes)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'id="new-case-{field}_error"' in page
    assert 'value="R-7"' in page
    assert not Case.objects.exists()


def test_several_units_are_listed_to_choose_from(world, sorter):
    page = words(sorter.post(NEW, SENT | {"unit": "洪山区"}))
    assert "B1 洪山区人社局" in page
    assert "B1-1 洪山区劳动监察大队" in page


def _upload(browser, text: str = GOOD, channel: str = "message_board"):
    file = SimpleUploadedFile("messages.csv", text.encode("gb18030"))
    return browser.post("/office/messages/import/", {"channel": channel, "file": file})


@pytest.fixture
def manager(world):
    return signed_in(world.person(Role.CASE_MANAGER, area=world.city))


def test_a_file_is_previewed_then_loaded_as_shown(world, manager):
    sent = _upload(manager)
    assert sent.status_code == 302
    preview = words(manager.get(sent["Location"]))
    for said in ("新留言 3", "早已导入，不变 0", "不满意，自动立案 1", "不满意，缺单位待立案 1"):
        assert said in preview
    assert not CitizenMessage.objects.exists()
    done = manager.post(sent["Location"], follow=True)
    assert "已导入 3 条，其中 1 条立案；0 条早已导入，未变。" in words(done)
    again = _upload(manager)
    assert "文件里的留言早已导入。" in words(manager.get(again["Location"]))
    gone = manager.post(f"{again['Location']}give-up/", follow=True)
    assert "已放弃" in words(gone)
    assert CitizenMessage.objects.count() == 3


def test_bad_rows_are_named_and_nothing_is_kept(world, manager):
    answer = _upload(manager, GOOD.replace("2026-05-24", "yesterday"))
    assert answer.status_code == 422
    assert "messages 第 3 行: sent_at: 不是时间" in words(answer)
    assert not CitizenMessage.objects.exists()


def test_the_list_the_page_and_the_case_of_a_message(world, manager):
    load(world, read(world, GOOD.replace("无单位", "请打 13812341234")))
    listed = words(manager.get("/office/messages/"))
    assert "不满意，待立案" in listed
    assert "路灯" in listed
    assert "没有符合条件" not in words(manager.get("/office/messages/?opened=bad"))
    message = CitizenMessage.objects.get(number="3")
    page = manager.get(f"/office/messages/{message.pk}/")
    assert "［手机号］" in words(page)
    assert "13812341234" not in page.content.decode()
    sent = {"unit": "B1-1", "summary": "停车难"}
    opened = manager.post(f"/office/messages/{message.pk}/", sent, follow=True)
    assert "留言" in words(opened)
    assert "停车难" in words(opened)
    assert "open-message" not in form_ids(manager.get(f"/office/messages/{message.pk}/"))
    assert manager.post(f"/office/messages/{message.pk}/", sent).status_code == 409


def test_another_district_finds_no_message(world, manager):
    load(world, read(world))
    message = CitizenMessage.objects.get(number="1")
    stranger = signed_in(world.person(Role.SORTER, area=world.elsewhere))
    assert stranger.get(f"/office/messages/{message.pk}/").status_code == 404
    assert "还没有留言" in words(stranger.get("/office/messages/"))


def test_a_case_under_embargo_shows_nowhere_on_its_message(world, manager):
    load(world, read(world))
    case = Case.objects.get()
    sent = {"kind": "conduct", "lead": "on", "note": "收钱"}
    assert manager.post(f"/office/sorting/{case.number}/", sent, follow=True).status_code == 200
    message = CitizenMessage.objects.get(number="1")
    for path in ("/office/messages/", f"/office/messages/{message.pk}/"):
        assert case.number not in manager.get(path).content.decode()
