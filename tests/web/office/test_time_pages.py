"""More time for a clock, on the pages of the unit and of the office."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from pingyi.people.roles import Role
from tests.casework.world import World, build
from tests.staff import signed_in
from tests.web.reading import form_ids

pytestmark = pytest.mark.django_db
CASES = "/office/cases/"
MINE = "/unit/cases/"


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture
def case(world: World):
    """With the unit since an hour ago."""
    found = world.case("with_unit", rating=world.rate(at=timezone.now() - timedelta(hours=8)))
    assert found.clocks.running().filter(rule="handle_simple").exists()
    return found


@pytest.mark.parametrize(
    "fields",
    [
        {"what": "holiday"},
        {"what": "extension", "days": ""},
        {"what": "extension", "days": "0"},
        {"what": "extension", "days": "6"},
        {"what": "extension", "days": "x"},
        {"reason": ""},
    ],
)
def test_what_does_not_fit_comes_back_filled_in(world: World, case, fields):
    given = {"what": "pause", "reason": "等待专家意见", **fields}
    page = signed_in(world.unit_admin).post(f"{MINE}{case.number}/ask-time/", given)
    assert page.status_code == 422
    assert 'class="error"' in page.content.decode()
    assert given["reason"] in page.content.decode()
    assert not case.time_requests.exists()


def test_the_unit_asks_the_office_pauses_and_lets_it_run_on(world: World, case):
    unit, manager = signed_in(world.unit_admin), signed_in(world.manager)
    given = {"what": "pause", "days": "", "reason": "等待专家意见"}
    page = unit.post(f"{MINE}{case.number}/ask-time/", given, follow=True).content.decode()
    assert "待另一人决定" in page
    assert '<p class="prewrap prose">等待专家意见</p>' in page
    assert case.number in manager.get(f"{CASES}?waits=yes").content.decode()
    page = manager.get(f"{CASES}{case.number}/")
    assert {"grant-time", "refuse-time"} <= form_ids(page)
    assert "等待专家意见" in page.content.decode()
    manager.post(f"{CASES}{case.number}/grant-time/")
    for client, there in ((manager, CASES), (unit, "/unit/"), (unit, f"{MINE}{case.number}/")):
        assert "已暂停" in client.get(there).content.decode(), there
    assert case.clocks.get(rule="handle_simple").paused_at is not None
    page = manager.get(f"{CASES}{case.number}/")
    assert "resume" in form_ids(page)
    manager.post(f"{CASES}{case.number}/resume/")
    assert "已暂停" not in manager.get(CASES).content.decode()
    assert case.clocks.get(rule="handle_simple").paused_at is None


def test_who_asked_is_told_that_another_decides(world: World, case):
    manager = signed_in(world.manager)
    given = {"what": "extension", "days": "3", "reason": "等待专家意见"}
    assert manager.post(f"{CASES}{case.number}/ask-time/", given).status_code == 302
    page = manager.get(f"{CASES}{case.number}/")
    theirs = signed_in(world.unit_admin).get(f"{MINE}{case.number}/").content.decode()
    assert "待另一人决定" in theirs
    assert "等待专家意见" not in theirs, "the office's reasons stay with the office"
    assert "您是申请人" in page.content.decode()
    assert "grant-time" not in form_ids(page)
    assert manager.post(f"{CASES}{case.number}/grant-time/").status_code == 409
    other = signed_in(world.newcomer(Role.CASE_MANAGER))
    assert other.post(f"{CASES}{case.number}/grant-time/").status_code == 302
    assert case.clocks.get(rule="handle_simple").amount == 8
