"""How far a deadline's escalation has gone, as the lists and the case's page show it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from pingyi.accountability import escalation as duties
from pingyi.casework import actions
from pingyi.letters import escalation as letters
from pingyi.supervision import escalation as items
from tests.casework.world import World
from tests.notices.test_ladders import duty, item, unread
from tests.notices.test_ladders import letter as a_letter
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
    assert "时限提醒：办理超期 5 个工作日，已报市级" in page
    assert "认定" not in page.split("时限提醒", 1)[1], "nothing of the office's own clocks"


def test_an_unconfirmed_deadline_says_so_in_the_list(world: World):
    case = world.case(rating=world.rate(at=timezone.now()))
    case.clocks.update(confirmed=False)
    assert "（暂定）" in signed_in(world.manager).get("/office/cases/").content.decode()


def test_items_letters_and_duties_are_marked_and_filtered_in_every_list(world: World):
    """Of June, and never done: the city tier was told last."""
    one, sent, taken = item(world), a_letter(world), unread(world)
    assert duty(world)
    for job in (items, letters, duties):
        assert job.raise_due_steps(at=timezone.now()) > 0
    office, unit = signed_in(world.manager), signed_in(world.unit_admin)
    lists = (
        (office, f"/office/rectification/{one.of_id}/"),
        (unit, "/unit/rectification/"),
        (office, "/office/letters/"),
        (office, f"/office/letters/{sent.pk}/"),
        (unit, "/unit/letters/"),
        (office, "/office/duties/"),
        (unit, "/unit/duties/"),
    )
    for browser, there in lists:
        assert "已报市级" in browser.get(there).content.decode(), there
        key = "standing" if there.endswith(f"letters/{sent.pk}/") else "late"
        found = browser.get(f"{there}?{key}=city").content.decode()
        assert '<span class="tag bad">已报市级</span>' in found, there
    page = office.get(f"/office/letters/{taken.pk}/").content.decode()
    assert "已告领导" in page, "not acknowledged"
    assert taken.number not in office.get("/office/letters/?late=city").content.decode()
    assert taken.number in office.get("/office/letters/?late=leader").content.decode()


def test_an_unconfirmed_deadline_says_so_in_the_other_lists_too(world: World):
    one, sent, due = item(world), a_letter(world), duty(world)
    recipient = sent.recipients.get()
    for subject in (one, recipient, due):
        subject.clocks.update(confirmed=False)
    office, unit = signed_in(world.manager), signed_in(world.unit_admin)
    for browser, there in (
        (office, f"/office/rectification/{one.of_id}/"),
        (office, f"/office/rectification/items/{one.pk}/"),
        (unit, "/unit/rectification/"),
        (unit, f"/unit/rectification/{one.pk}/"),
        (office, f"/office/letters/{sent.pk}/"),
        (office, f"/office/letters/{sent.pk}/to/{recipient.pk}/"),
        (office, "/office/letters/overdue/"),
        (unit, "/unit/letters/"),
        (unit, f"/unit/letters/{recipient.pk}/"),
        (office, "/office/duties/"),
        (office, f"/office/duties/{due.pk}/"),
        (unit, "/unit/duties/"),
    ):
        assert "（暂定）" in browser.get(there).content.decode(), there
