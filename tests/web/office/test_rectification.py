"""Rectification and improvements on their pages: who is let in, what comes back, how it scales."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pingyi.audit.queries import reads_of
from pingyi.casework import actions as case_actions
from pingyi.files import vault
from pingyi.files.models import StoredFile
from pingyi.people.roles import Role
from pingyi.supervision.actions import rectification
from pingyi.supervision.actions.improvements import record_improvement
from pingyi.supervision.models import Improvement, ItemClock, RectificationItem, RectificationList
from tests.casework.world import AT, COMMENT, World, after, build
from tests.files.uploads import pdf, upload
from tests.staff import signed_in
from tests.web.reading import form_values, words

LISTS = "/office/rectification/"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(vault, "folder", lambda: tmp_path / "files")


@pytest.fixture
def world(db) -> World:
    return build()


@pytest.fixture
def item(world) -> RectificationItem:
    made = rectification.open_list(title="大队整改", unit=world.brigade, by=world.manager, at=AT)
    return rectification.add_item(
        of=made, problem="无人", measure="排班", owner="队长", days=5, by=world.manager, at=AT
    )


def evidence(world, item) -> tuple[str, str]:
    """The addresses of a reported item's evidence: at the office, and at the unit."""
    files = [upload("rota.pdf", pdf())]
    sent = rectification.submit_item(
        item=item, account="已排班", uploads=files, by=world.unit_admin, at=AT
    )
    row = sent.files.get()
    return (
        f"{LISTS}items/{item.pk}/files/{row.pk}/",
        f"/unit/rectification/{item.pk}/files/{row.pk}/",
    )


def test_evidence_is_had_by_the_office_and_the_unit_alone(world, item):
    office, unit = evidence(world, item)
    assert signed_in(world.manager).get(office).status_code == 200
    assert signed_in(world.unit_admin).get(unit).status_code == 200
    assert {look.what for look in reads_of(item)} == {"file"}
    elsewhere = signed_in(world.person(Role.CASE_MANAGER, area=world.elsewhere))
    other = signed_in(world.person(Role.UNIT_ADMIN, unit=world.other_unit))
    assert elsewhere.get(office).status_code == 404
    assert other.get(unit).status_code == 404
    assert other.get(office).status_code == 403
    second = rectification.add_item(
        of=item.of, problem="x", measure="x", owner="x", days=5, by=world.manager, at=AT
    )
    swapped = office.replace(f"items/{item.pk}/", f"items/{second.pk}/")
    assert signed_in(world.manager).get(swapped).status_code == 404


def test_another_districts_lists_are_not_there(world, item):
    stranger = signed_in(world.person(Role.CASE_MANAGER, area=world.elsewhere))
    assert "大队整改" not in words(stranger.get(LISTS))
    for path in (f"{LISTS}{item.of_id}/", f"{LISTS}items/{item.pk}/"):
        assert stranger.get(path).status_code == 404
    for path in (f"{LISTS}{item.of_id}/add/", f"{LISTS}items/{item.pk}/accept/"):
        assert stranger.post(path, {}).status_code == 404
    assert signed_in(world.sorter).post(f"{LISTS}{item.of_id}/add/", {}).status_code == 403


def test_what_was_filled_in_wrongly_comes_back_with_its_words(world, item):
    browser = signed_in(world.manager)
    page = browser.post(
        f"{LISTS}{item.of_id}/add/",
        {"problem": "厅里拥挤", "measure": "", "owner": "队长", "days": "0", "unit": "nowhere"},
    )
    assert page.status_code == 422
    assert form_values(page, "item")["problem"] == "厅里拥挤"
    html = page.content.decode()
    for field in ("measure", "days", "unit"):
        assert f'id="item-{field}_error"' in html, field
    page = browser.post(f"{LISTS}{item.of_id}/meeting/", {"on": "2199-01-01", "text": "下周再议"})
    assert page.status_code == 422
    assert form_values(page, "meeting")["text"] == "下周再议"


def test_a_closed_item_offers_nothing_more(world, item):
    evidence(world, item)
    browser = signed_in(world.manager)
    browser.post(f"{LISTS}items/{item.pk}/accept/", {})
    page = words(browser.get(f"{LISTS}items/{item.pk}/"))
    assert "此项已销号" in page
    again = browser.post(f"{LISTS}items/{item.pk}/accept/", {"words": "再一次"})
    assert again.status_code == 409
    assert form_values(again, "accept")["words"] == "再一次"


def test_one_document_and_no_second(world):
    sent = {
        "kind": "rule_made",
        "title": "值班制度",
        "what": "两人一岗",
        "unit": "B1-1",
        "on": "2026-06-01",
        "document": [upload("a.pdf", pdf()), upload("b.pdf", pdf())],
    }
    page = signed_in(world.manager).post("/office/improvements/new/", sent)
    assert page.status_code == 422
    assert "请重新选择文件：a.pdf、b.pdf" in words(page)
    assert not StoredFile.objects.exists()


def test_an_item_of_any_number_is_there_or_not(world):
    desk = signed_in(world.manager)
    for number in ("9" * 18, "9" * 40, "9" * 5_000):
        assert desk.get(f"/office/improvements/new/?item={number}").status_code == 404


def test_a_struck_out_improvement_is_no_longer_counted(world):
    made = record_improvement(
        kind="other",
        title="误登",
        what="误登",
        unit=world.brigade,
        on=date(2026, 6, 1),
        by=world.manager,
        at=AT,
    )
    browser = signed_in(world.manager)
    path = f"/office/improvements/{made.pk}/"
    assert browser.post(f"{path}strike/", {"reason": ""}).status_code == 422
    assert browser.post(f"{path}strike/", {"reason": "登错了"}).status_code == 302
    assert "误登" not in words(browser.get("/office/improvements/"))
    assert "登错了" in words(browser.get(path))


@pytest.mark.parametrize("path", [LISTS, "{list}", "/office/improvements/", "/unit/rectification/"])
def test_queries_do_not_grow_with_rows(world, item, path):
    user = world.unit_admin if path.startswith("/unit") else world.manager
    path = path.format(list=f"{LISTS}{item.of_id}/")

    def asked() -> int:
        cache.clear()
        browser = signed_in(user)
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(path).status_code == 200
        return len(caught)

    _many(world, item, 10)
    browser = signed_in(user)
    browser.get(path)
    few = asked()
    _many(world, item, 300)
    assert asked() <= few
    assert few < 25


def _many(world, item, count: int) -> None:
    start = item.of.items.count()
    stamp = {"at": AT, "by": "manager"}
    RectificationList.objects.bulk_create(
        RectificationList(title=f"清单 {n}", unit=world.brigade, **stamp) for n in range(count)
    )
    items = RectificationItem.objects.bulk_create(
        RectificationItem(
            of=item.of,
            number=start + n + 1,
            problem="p",
            measure="m",
            owner="o",
            unit=world.brigade,
            **stamp,
        )
        for n in range(count)
    )
    ItemClock.objects.bulk_create(
        ItemClock(
            item=each,
            rule="rectify",
            amount=1,
            unit="working_days",
            started_at=AT,
            due_at=AT + timedelta(days=1),
        )
        for each in items
    )
    Improvement.objects.bulk_create(
        Improvement(
            kind="other", title="t", what="w", unit=world.brigade, on=date(2026, 6, 1), **stamp
        )
        for _ in range(count)
    )


def test_a_list_is_born_of_a_problem(world):
    manager = signed_in(world.manager)
    at = after(days=1)
    problem = case_actions.open_problem(
        title="排队", area=world.district, parent=world.bureau, by=world.manager, at=at
    )
    case = world.case("to_place")
    case_actions.join_problem(problem=problem, case=case, by=world.manager, at=at)
    page, there = f"/office/problems/{problem.number}/", f"{LISTS}new/?problem={problem.number}"
    assert f'href="{there}"' in manager.get(page).content.decode()
    assert f'value="{world.bureau.code}"' in manager.get(there).content.decode()
    sent = {"title": COMMENT, "unit": world.bureau.code}
    quoted = manager.post(there, sent)
    assert quoted.status_code == 422, "no list quotes a rater of the problem"
    assert f'action="{there}"' in quoted.content.decode()
    made = manager.post(there, sent | {"title": "窗口整改清单"}, follow=True)
    found = RectificationList.objects.get()
    assert found.problem == problem
    assert f"来自问题 {problem.number}" in words(made)
    assert "窗口整改清单" in words(manager.get(page))
    item = {"problem": COMMENT, "measure": "排班", "owner": "大队长", "days": 5}
    assert manager.post(f"{LISTS}{found.pk}/add/", item).status_code == 422
    assert manager.post(f"{LISTS}{found.pk}/add/", item | {"problem": "无人"}).status_code == 302
    assert "窗口整改清单" in words(signed_in(world.person(Role.LEADER)).get(page))
    assert manager.get(f"{LISTS}new/?problem=W2026-9999").status_code == 404
    stranger = signed_in(world.person(Role.CASE_MANAGER, area=world.elsewhere))
    assert stranger.get(there).status_code == 404
