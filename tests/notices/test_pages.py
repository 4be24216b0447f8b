"""The inbox and the outbox as pages."""

import dataclasses
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingyi import casework, letters
from pingyi.audit.actions import SYSTEM
from pingyi.letters.states import Kind
from pingyi.notices.actions import notify, queue_message, queue_sms
from pingyi.notices.installed import Channel
from pingyi.notices.queries import outbox, unread_count
from pingyi.notices.wording import Sentence
from pingyi.people.roles import Role
from pingyi.ratings.opening import ask_for_code, send_wanted_codes
from pingyi.supervision.actions import rectification
from tests.casework.world import World, build
from tests.staff import signed_in

PHONE = "13812341234"


@pytest.fixture
def world(db) -> World:
    return build()


def tell(user, text: str, link: str = "/desk/") -> None:
    notify(users=[user], text=text, link=link, by=SYSTEM, at=timezone.now())


def test_a_notice_is_read_in_the_readers_language(world: World):
    said = Sentence("收到{kind}{number}。", "{kind} {number} received.")
    tell(world.caller, said.format(kind=Kind.CIRCULAR, number="7号"))
    tell(world.caller, "只有中文")
    client = signed_in(world.caller)
    for page in ("/inbox/", "/desk/", "/inbox/?q=circular+7"):
        assert "收到通报7号。" in client.get(page).content.decode()
    client.cookies["language"] = "en"
    english = client.get("/inbox/").content.decode()
    assert "Circular 7号 received." in english
    assert "收到" not in english
    assert "只有中文" in english
    assert "Circular 7号 received." in client.get("/desk/").content.decode()


@pytest.mark.parametrize("area", [casework.messages, letters.messages, rectification])
def test_every_sentence_of_ours_has_its_english(area):
    found = [value for value in vars(area).values() if isinstance(value, Sentence)]
    assert found
    for sentence in found:
        places = re.findall(r"{\w+}", sentence)
        assert sentence.en
        assert set(re.findall(r"{\w+}", sentence.en)) <= set(places)


def test_a_notice_is_unread_until_opened(world: World):
    tell(world.caller, "第一条", "/office/calls/")
    tell(world.caller, "第二条")
    tell(world.sorter, "别人的")
    client = signed_in(world.caller)
    page = client.get("/inbox/").content.decode()
    assert page.index("第二条") < page.index("第一条")
    assert "别人的" not in page
    assert unread_count(world.caller) == 2
    item = world.caller.inbox.get(text="第一条")
    response = client.post("/inbox/read/", {"item": item.pk})
    assert response.headers["Location"] == "/office/calls/"
    assert unread_count(world.caller) == 1
    tell(world.caller, "第三条")
    third = world.caller.inbox.get(text="第三条")
    tick = {"tick": third.pk, "next": "/inbox/?state=unread"}
    assert client.post("/inbox/read/", tick).headers["Location"] == "/inbox/?state=unread"
    assert unread_count(world.caller) == 1
    assert client.post("/inbox/read/").headers["Location"] == "/inbox/"
    assert (unread_count(world.caller), unread_count(world.sorter)) == (0, 1)


def test_the_inbox_is_filtered_by_words_and_by_what_was_read(world: World):
    for text in ("转来案件", "移交案件", "案件超期"):
        tell(world.caller, text)
    client = signed_in(world.caller)
    client.post("/inbox/read/", {"tick": world.caller.inbox.get(text="移交案件").pk})
    shown = client.get("/inbox/?state=unread").content.decode()
    assert "转来案件" in shown
    assert "移交案件" not in shown
    assert "移交案件" in client.get("/inbox/?state=read").content.decode()
    assert "转来案件" not in client.get("/inbox/?q=超期").content.decode()


def test_the_badge_costs_one_query_a_page(world: World):
    for _ in range(30):
        tell(world.caller, "一条")
    client = signed_in(world.caller)
    with CaptureQueriesContext(connection) as caught:
        page = client.get("/account/").content.decode()
    assert '<span class="count">30</span>' in page
    assert sum("inboxitem" in query["sql"] for query in caught) == 1


def test_nobody_is_led_away_from_here(world: World):
    client = signed_in(world.caller)
    response = client.post("/inbox/read/", {"next": "https://elsewhere.example/"})
    assert response.headers["Location"] == "/inbox/"


@pytest.mark.parametrize("item", ["x", "-1", "9" * 30, "٣"])
def test_a_notice_that_is_not_there(world: World, item):
    tell(world.caller, "一条")
    response = signed_in(world.caller).post("/inbox/read/", {"item": item})
    assert response.headers["Location"] == "/inbox/"
    assert unread_count(world.caller) == 1


def test_nobody_reads_anothers(world: World):
    tell(world.sorter, "别人的", "/office/sorting/")
    item = world.sorter.inbox.get()
    assert signed_in(world.caller).post("/inbox/read/", {"item": item.pk})["Location"] == "/inbox/"
    assert unread_count(world.sorter) == 1


def test_an_empty_inbox_has_a_next_step(world: World):
    assert 'href="/desk/"' in signed_in(world.caller).get("/inbox/").content.decode()


def test_telling_nobody_is_nothing(db):
    assert notify(users=[], text="x", link="/", by=SYSTEM, at=timezone.now()) == []


def test_the_outbox_masks_numbers_and_shows_texts_in_trial_mode_alone(world: World, settings):
    queue_sms(
        phone=PHONE,
        text="验证码 123456",
        purpose="code",
        area=world.district.pk,
        by=SYSTEM,
        at=timezone.now(),
    )
    client = signed_in(world.caller)
    page = client.get("/office/outbox/").content.decode()
    assert "138****1234" in page
    assert "验证码 123456" in page
    assert PHONE not in page
    assert b"123456" not in b"".join(client.get("/office/outbox/?export=csv"))
    settings.PINGYI = dataclasses.replace(settings.PINGYI, mode="production")
    page = client.get("/office/outbox/").content.decode()
    assert "138****1234" in page
    assert "123456" not in page


def test_each_office_sees_the_outbox_of_its_own_area(world: World):
    for area in (world.street, world.elsewhere, None):
        queue_sms(
            phone=PHONE,
            text="x",
            purpose=f"of {area and area.name}",
            area=area and area.pk,
            by=SYSTEM,
            at=timezone.now(),
        )
    own = signed_in(world.caller).get("/office/outbox/").content.decode()
    assert f"of {world.street.name}" in own
    assert f"of {world.elsewhere.name}" not in own
    assert "of None" not in own
    city = world.person(Role.CALLER, area=world.city)
    page = signed_in(city).get("/office/outbox/").content.decode()
    for where in (world.street.name, world.elsewhere.name, "None"):
        assert f"of {where}" in page


def test_codes_and_answers_stand_in_the_outbox_of_the_office_concerned(world: World):
    case = world.case("replied")
    ask_for_code(case.rating, at=timezone.now())
    send_wanted_codes(at=timezone.now(), by=SYSTEM)
    assert [message.purpose for message in outbox(world.caller, with_text=False)] == [
        "code",
        "case.reply",
    ]
    elsewhere = world.person(Role.CALLER, area=world.elsewhere)
    assert not outbox(elsewhere, with_text=False).exists()


def test_the_outbox_shows_letters_with_their_readers_masked(world: World):
    queue_message(
        channel=Channel.EMAIL,
        to="wang.li@office.cn",
        text="待办汇总",
        purpose="digest",
        area=world.district.pk,
        by=SYSTEM,
        at=timezone.now(),
    )
    page = signed_in(world.caller).get("/office/outbox/?channel=email").content.decode()
    assert "w***@office.cn" in page
    assert "待办汇总" in page
    assert "wang.li" not in page
    assert "w***" not in signed_in(world.caller).get("/office/outbox/?channel=sms").content.decode()


@pytest.mark.parametrize("role", [Role.SORTER, Role.UNIT_ADMIN, Role.INSPECTOR])
def test_the_outbox_is_the_callers(world: World, role):
    assert signed_in(world.person(role)).get("/office/outbox/").status_code == 403


@pytest.mark.parametrize("count", [3, 60])
def test_the_outbox_takes_few_queries(world: World, count, django_assert_max_num_queries):
    for _ in range(count):
        queue_sms(
            phone=PHONE,
            text="x",
            purpose="code",
            area=world.district.pk,
            by=SYSTEM,
            at=timezone.now(),
        )
    client = signed_in(world.caller)
    with django_assert_max_num_queries(11):
        client.get("/office/outbox/")


def test_one_chooses_ones_language_for_pages_and_mail(world: World):
    client = signed_in(world.caller)
    done = client.post("/account/", {"language": "en", "address": "", "digest": ""})
    assert done.status_code == 302
    world.caller.refresh_from_db()
    assert world.caller.language == "en"
    assert "Language" in client.get("/account/").content.decode(), "the cookie was set"
    assert client.post("/account/", {"language": "xx"}).status_code == 422
    assert "language" not in client.post("/account/", {"language": "en"}).cookies
    # Refused whole: the address is wrong, so the language stays too.
    client.post("/account/", {"language": "zh-hans", "address": "no address"})
    world.caller.refresh_from_db()
    assert world.caller.language == "en"
