"""How far a deadline's escalation has gone, as the lists and the case's page show it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from pingyi.casework import actions
from tests.casework.world import World
from tests.staff import signed_in


def test_lists_and_pages_mark_whom_a_deadline_was_told_to(world: World):
    now = timezone.now()
    late = world.case(rating=world.rate(at=now - timedelta(hours=37)))
    fresh = world.case(rating=world.rate(at=now))
    actions.raise_due_steps(at=now)
    browser = signed_in(world.manager)
    shown = browser.get("/office/cases/").content.decode()
    assert shown.count('<span class="tag warn">已告领导</span>') == 1
    found = browser.get("/office/cases/?late=leader").content.decode()
    assert late.number in found
    assert fresh.number not in found
    assert late.number not in browser.get("/office/cases/?late=city").content.decode()
    page = browser.get(f"/office/cases/{late.number}/").content.decode()
    assert "已告领导" in page
    assert "时限提醒：分拣超期 12 小时，告知本区领导" in page


def test_a_unit_sees_the_mark_on_its_own_clocks_alone(world: World):
    now = timezone.now()
    case = world.case("with_unit", rating=world.rate(at=now - timedelta(days=40)))
    actions.raise_due_steps(at=now)
    browser = signed_in(world.unit_admin)
    assert "已告领导" in browser.get("/unit/").content.decode(), "of what is due next"
    page = browser.get(f"/unit/cases/{case.number}/").content.decode()
    assert "已报市级" in page
    assert "时限提醒" not in page


def test_an_unconfirmed_deadline_says_so_in_the_list(world: World):
    case = world.case(rating=world.rate(at=timezone.now()))
    case.clocks.update(confirmed=False)
    assert "（暂定）" in signed_in(world.manager).get("/office/cases/").content.decode()
