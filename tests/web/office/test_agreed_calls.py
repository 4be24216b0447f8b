"""The caller's page takes the time agreed; her desk is ordered by it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.timezone import localtime

from pingyi.casework.actions import log_call
from pingyi.casework.models import CallAttempt, Case
from tests.casework.world import World
from tests.staff import signed_in


@pytest.fixture
def case(world: World) -> Case:
    return world.case("sorted", rating=world.rate(at=timezone.now() - timedelta(hours=5)))


def text(moment) -> str:
    return f"{localtime(moment):%Y-%m-%dT%H:%M}"


def test_a_time_is_agreed_on_the_page(world: World, case: Case):
    browser = signed_in(world.caller)
    page = f"/office/calls/{case.number}/"
    agreed = timezone.now() + timedelta(days=1)
    sent = {"outcome": "call_later", "note": "开会", "agreed_at": text(agreed)}
    assert browser.post(page, sent).status_code == 302
    kept = CallAttempt.objects.get().agreed_at
    assert kept == agreed.replace(second=0, microsecond=0)
    shown = f"{localtime(kept):%Y-%m-%d %H:%M}"
    assert shown in browser.get(page).content.decode()
    assert shown in browser.get("/office/calls/").content.decode()


@pytest.mark.parametrize(
    ("agreed", "said"),
    [
        ("", "必填"),
        ("tomorrow", "时间无效"),
        ("0001-01-01T00:00", "请核对年份"),
        ("9999-12-31T23:59", "请核对年份"),
        (text(timezone.now() - timedelta(hours=1)), "约定的时间须在此刻之后"),
        (text(timezone.now() + timedelta(days=8)), "按方案，不得晚于"),
    ],
)
def test_a_time_that_makes_no_sense_comes_back_filled_in(world: World, case: Case, agreed, said):
    sent = {"outcome": "call_later", "note": "她在开会", "agreed_at": agreed}
    answer = signed_in(world.caller).post(f"/office/calls/{case.number}/", sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert "她在开会" in page
    assert agreed in page
    assert not CallAttempt.objects.exists()


def test_the_desk_puts_agreed_calls_in_their_place(world: World, case: Case):
    now = timezone.now()
    later, due, agreed = case, world.case("sorted"), world.case("sorted")
    log_call(
        case=later,
        outcome="call_later",
        agreed_at=now + timedelta(hours=9),
        by=world.caller,
        at=now,
    )
    log_call(
        case=agreed, outcome="call_later", agreed_at=now - timedelta(minutes=5),
        by=world.caller, at=now - timedelta(hours=2),
    )  # fmt: skip
    page = signed_in(world.caller).get("/office/calls/").content.decode()
    found = [page.index(one.number) for one in (agreed, due, later)]
    assert found == sorted(found)
    assert page.count("该打了") == 1
    for key in ("turn", "-turn", "agreed", "-agreed"):
        assert signed_in(world.caller).get(f"/office/calls/?sort={key}").status_code == 200
    exported = signed_in(world.caller).get("/office/calls/?export=csv")
    assert f"{localtime(now + timedelta(hours=9)):%Y-%m-%d %H:%M}" in b"".join(exported).decode()
