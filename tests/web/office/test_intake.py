"""Opening cases by hand, and citizens' messages: list, page, import with preview."""

from __future__ import annotations

import importlib
from urllib.parse import quote

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile

from pingyi.audit.queries import events
from pingyi.casework.intake_models import CitizenMessage
from pingyi.casework.models import Case
from pingyi.people.roles import Role
from tests.casework.test_messages_import import GOOD, HEAD, load, read
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


HERS = (
    HEAD
    + "9,李秋鸿 13812341234 鹤归路9号,李秋鸿投诉 13612341234,2026/5/24 8:00:00,"
    + "我是李 秋鸿，住鹤归路9号，打139 1234 1234 没人接，市民呼声,请李秋鸿来电027-87654321,,,\n"
    + "10,市民,市民的路灯,2026/5/24 8:00:00,市民说路灯坏了,,,,\n"
)


def test_of_messages_is_shown_and_found_what_names_nobody(world, manager):
    load(world, read(world, HERS))
    message = CitizenMessage.objects.get(number="9")
    there = "/office/messages/"
    pages = [manager.get(f"{there}{query}") for query in ("", "?export=csv", f"{message.pk}/")]
    for page in pages:
        text = b"".join(page).decode("utf-8-sig")
        for hers in ("秋鸿", "鹤归路9号", "13612341234", "13812341234", "139 1234 1234"):
            assert hers not in text
        assert "［姓名］投诉" in text
    assert "［姓名］来电027-87654321" in words(pages[2]), "an office's own number may be read"
    for text in ("李秋鸿", "13612341234", "1361234", "鹤归路9号", "%", "1234"):
        assert "［姓名］投诉" not in words(manager.get(f"{there}?q={quote(text)}")), text
    for text in ("市民呼声", "没人接", "投诉", "9"):
        assert "［姓名］投诉" in words(manager.get(f"{there}?q={text}")), text
    assert "市民的路灯" in words(manager.get(there)), "a word for anybody is nobody's name"


def test_a_case_opened_by_hand_keeps_her_name_out_of_its_summary(world, sorter):
    sent = {
        "origin": "petition", "unit": "B1-1", "dated": "2026-06-01", "name": "李秋鸿",
        "phone": "13812341234", "summary": "李秋鸿来访，电话 13812341234，反映推诿",
    }  # fmt: skip
    sorter.post("/office/cases/new/", sent)
    assert Case.objects.get().source.summary == "［姓名］来访，电话 ［手机号］，反映推诿"


def test_messages_loaded_before_are_shown_likewise(world):
    load(world, read(world, HERS))
    CitizenMessage.objects.update(shown_subject="", shown_text="")
    made = importlib.import_module("pingyi.casework.migrations.0020_messages_as_shown")
    made.fill(apps, None)
    message = CitizenMessage.objects.get(number="9")
    assert message.shown_subject == "［姓名］投诉 ［手机号］"
    assert message.shown_text.startswith("我是［姓名］，住［姓名］，打［手机号］")


def test_ticked_messages_are_opened_at_once_each_with_its_event(world, manager):
    load(world, read(world))  # the first is opened by itself, the others name no unit
    there, keys = "/office/messages/", list(CitizenMessage.objects.values_list("pk", flat=True))
    assert manager.get(there).content.decode().count('name="message"') == 2
    none = manager.post(there, {"message": keys}, follow=True)
    assert "1 未办：该留言已经立案" in words(none)
    assert "2 未办：没有单位，请填写" in words(none)
    assert Case.objects.count() == 1
    wrong = manager.post(there, {"message": keys, "unit": "没有这个单位"})
    assert wrong.status_code == 422
    assert wrong.content.decode().count(" checked>") == 2
    assert "没有这个单位" in wrong.content.decode()
    done = manager.post(f"{there}?channel=message_board", {"message": keys, "unit": "B1-1"})
    assert done["Location"] == f"{there}?channel=message_board"
    told = words(manager.get(there))
    assert "已办 2 件。" in told
    assert "1 未办：该留言已经立案" in told
    opened = Case.objects.exclude(source__message__number="1")
    assert {case.source.summary for case in opened} == {"路灯", "停车"}
    by = world.person(Role.CASE_MANAGER, area=world.city).audit_name
    assert events().filter(action="message.open_case", actor=by).count() == 2
    again = manager.post(there, {"message": keys, "unit": "B1-1"}, follow=True)
    assert words(again).count("该留言已经立案") == 3
    assert Case.objects.count() == 3


def test_of_ticked_messages_only_those_within_reach_and_not_too_many(world, manager):
    load(world, read(world))
    keys = list(CitizenMessage.objects.values_list("pk", flat=True))
    stranger = signed_in(world.person(Role.SORTER, area=world.elsewhere))
    stranger.post("/office/messages/", {"message": [*keys, "x", "9" * 30], "unit": "X1"})
    assert Case.objects.count() == 1
    assert manager.post("/office/messages/", {"message": ["1"] * 51}).status_code == 422
    assert "没有勾选留言" in words(manager.post("/office/messages/", {}, follow=True))
    assert signed_in(world.unit_admin).post("/office/messages/", {}).status_code in (403, 404)


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
