"""The inbox and the outbox as pages."""

import dataclasses

import pytest
from django.utils import timezone

from pingyi.audit.actions import SYSTEM
from pingyi.notices.actions import notify, queue_sms
from pingyi.notices.queries import unread_count
from pingyi.people.roles import Role
from tests.casework.world import World, build
from tests.staff import signed_in

PHONE = "13812341234"


@pytest.fixture
def world(db) -> World:
    return build()


def tell(user, text: str, link: str = "/desk/") -> None:
    notify(users=[user], text=text, link=link, by=SYSTEM, at=timezone.now())


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
    assert client.post("/inbox/read/").headers["Location"] == "/inbox/"
    assert (unread_count(world.caller), unread_count(world.sorter)) == (0, 1)


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
    queue_sms(phone=PHONE, text="验证码 123456", purpose="code", by=SYSTEM, at=timezone.now())
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


@pytest.mark.parametrize("role", [Role.SORTER, Role.UNIT_ADMIN, Role.INSPECTOR])
def test_the_outbox_is_the_callers(world: World, role):
    assert signed_in(world.person(role)).get("/office/outbox/").status_code == 403


@pytest.mark.parametrize("count", [3, 60])
def test_the_outbox_takes_few_queries(world: World, count, django_assert_max_num_queries):
    for _ in range(count):
        queue_sms(phone=PHONE, text="x", purpose="code", by=SYSTEM, at=timezone.now())
    client = signed_in(world.caller)
    with django_assert_max_num_queries(9):
        client.get("/office/outbox/")
