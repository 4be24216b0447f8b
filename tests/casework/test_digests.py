"""The day's overview: once, on a working day, to who wants it; figures and links, nothing else."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from pingyi.audit import sealing
from pingyi.audit.actions import SYSTEM
from pingyi.audit.keys import keyring
from pingyi.casework.digests import lines_for, send_digests
from pingyi.notices.actions import notify
from pingyi.notices.models import TEXT, TO, Digest, Outgoing
from pingyi.people.actions import deactivate_user, set_mail
from pingyi.people.policies import Refused
from pingyi.people.roles import Role
from tests.casework.world import COMMENT, PHONE, World, build

MONDAY = datetime(2026, 6, 8, 1, 0, tzinfo=UTC)
"""09:00 in Wuhan."""


@pytest.fixture
def world(db) -> World:
    return build()


def wants(user, address: str = "a@office.cn", *, digest: bool = True):
    return set_mail(user=user, address=address, digest=digest, by=user, at=MONDAY)


def letters() -> list[tuple[str, str]]:
    opened = keyring().decrypt
    return [
        (
            opened(bytes(message.to_cipher), context=TO),
            opened(bytes(message.text_cipher), context=TEXT),
        )
        for message in Outgoing.objects.filter(purpose="digest")
    ]


def test_figures_and_links_and_nothing_else(world: World):
    case = world.case("sorted")
    notify(users=[world.caller], text="x", link="/", by=SYSTEM, at=MONDAY)
    wants(world.caller)
    assert send_digests(at=MONDAY) == 1
    ((to, text),) = letters()
    assert to == "a@office.cn"
    lines = text.splitlines()
    assert lines[0] == "【评议】2026-06-08 待办汇总"
    assert "待回访：1（超期 1）" in lines
    assert "未读消息：1" in lines
    assert any(line.endswith("/office/calls/") for line in lines)
    for personal in (PHONE, COMMENT, case.number, case.rating.receipt, world.brigade.name):
        assert personal not in text
    digest = Digest.objects.get()
    assert digest.counts == {"unread": 1, "calls": 1}
    assert digest.message.area_id == world.district.pk


def test_once_a_day_whoever_sends_it(world: World):
    world.case("sorted")
    wants(world.caller)
    for hours in (0, 0, 1, 8):
        send_digests(at=MONDAY + timedelta(hours=hours))
    assert len(letters()) == 1
    send_digests(at=MONDAY + timedelta(days=1))
    assert len(letters()) == 2


@pytest.mark.parametrize(
    "at",
    [
        MONDAY - timedelta(days=1),  # Sunday
        MONDAY - timedelta(hours=2),  # seven in the morning
        datetime(2026, 10, 1, 2, tzinfo=UTC),  # National Day
    ],
)
def test_not_on_a_free_day_nor_before_work(world: World, at):
    wants(world.caller)
    assert send_digests(at=at) == 0
    assert not Digest.objects.exists()


def test_nothing_waiting_no_letter_and_nobody_is_asked_again(world: World):
    wants(world.caller)
    assert send_digests(at=MONDAY) == 1
    assert not letters()
    assert send_digests(at=MONDAY) == 0


def test_only_to_who_wants_it_and_still_works_here(world: World):
    world.case("sorted")
    wants(world.caller, digest=False)
    wants(world.manager)
    deactivate_user(user=world.manager, by=SYSTEM, at=MONDAY)
    assert send_digests(at=MONDAY) == 0


def test_without_a_mail_server_no_day_is_used_up(world: World, settings):
    world.case("sorted")
    wants(world.caller)
    settings.PINGYI = dataclasses.replace(settings.PINGYI, mode="production")
    assert send_digests(at=MONDAY) == 0
    assert not Digest.objects.exists()


def test_in_her_own_language(world: World):
    world.case("sorted")
    user = wants(world.caller)
    user.language = "en"
    user.save(update_fields=["language"])
    send_digests(at=MONDAY)
    assert "To be called back: 1 (1 overdue)" in letters()[0][1]


def test_what_is_under_embargo_is_counted_for_the_inspectors_alone(world: World):
    world.case("sealed")
    assert [line.key for line in lines_for(world.inspector, at=MONDAY)] == [
        "unread",
        "investigating",
    ]
    assert not lines_for(world.manager, at=MONDAY)


def test_the_audit_administrator_gets_the_head_of_the_chain(world: World):
    world.case("sorted")
    sealing.seal(at=MONDAY)
    wants(world.person(Role.AUDIT_ADMIN))
    send_digests(at=MONDAY)
    head = sealing.head()
    assert head.digest == sealing.verify().head
    assert f"第 {head.links} 条，{head.digest}" in letters()[0][1]


@pytest.mark.parametrize("address", ["", "x", "a@b@c", "李@office.cn", f"{'a' * 250}@b.cn"])
def test_an_overview_needs_an_address(world: World, address):
    with pytest.raises(Refused):
        wants(world.caller, address)
