"""S1 in a real browser: she on her phone, the staff at their desks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.utils import timezone

from pingyi.jobs.registry import job
from pingyi.people.roles import Role
from tests.scenarios.play import PHONE, WORD, stage
from tests.staff import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("SCREENSHOTS", "")


class Album:
    """Pictures of a page, numbered in the order taken, if somebody wants them."""

    def __init__(self) -> None:
        self.number = 0

    def add(self, page, name: str) -> None:
        self.number += 1
        if SHOTS:
            path = Path(SHOTS) / f"s1-{self.number:02}-{name}.png"
            page.screenshot(path=path, full_page=True)


def _fits(page) -> None:
    """Nothing sticks out sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"


def _sign_in(page, server: str, login: str) -> None:
    page.goto(f"{server}/accounts/login/")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.click("#sign-in button")


def _form(page, key: str, **fields: str):
    """Fill in the form `key` of a case page, opening what holds it, and send it."""
    form = page.locator(f"form#{key}")
    form.evaluate("form => form.closest('details')?.setAttribute('open', '')")
    for name, value in fields.items():
        found = form.locator(f"[name={name}]")
        if found.first.get_attribute("type") == "radio":
            form.locator(f"[name={name}][value={value}]").check()
        elif found.first.get_attribute("type") == "checkbox":
            found.check()
        elif found.first.evaluate("e => e.tagName") == "SELECT":
            found.select_option(value)
        else:
            found.fill(value)
    form.locator("button").last.click()
    page.wait_for_load_state()


@pytest.mark.parametrize("width", [390, 1440])
def test_from_the_scan_to_her_own_verdict(live_server, browser_page, width):
    play = stage(unit="蔡店区劳动保障监察大队", point="受理窗口")
    album = Album()
    server = live_server.url

    her = browser_page(width=390)
    her.goto(f"{server}/r/{play.code}")
    _fits(her)
    album.add(her, "scan")
    her.get_by_text("不满意", exact=True).first.click()
    her.fill("[name=comment]", "单位一直不给交社保，反映好几个月了没有下文。")
    for details in her.locator("details").all():
        details.evaluate("e => e.open = true")
    her.fill("[name=phone]", PHONE)
    her.locator("[name=call_back]").check()
    her.fill("[name=private_word]", WORD)
    album.add(her, "filled-in")
    her.get_by_role("button", name="提交评价").click()
    her.wait_for_url("**/t/**")
    _fits(her)
    album.add(her, "receipt")
    track = her.url
    job("open-cases").run(timezone.now())
    number = play.only_case(Role.SORTER, "/office/sorting/")

    desk = browser_page(width=width, height=900)
    steps = [
        ("sorter", "/office/sorting/", "sort", {"kind": "conduct", "note": "久拖不办"}),
        (
            "caller",
            f"/office/calls/{number}/",
            "call",
            {
                "outcome": "answered_stands",
                "note": "公司没有给她参加社保，大队三个月没有答复。",
                "consents_matter": "on",
            },
        ),
        (
            "case_manager",
            f"/office/cases/{number}/",
            "dispatch",
            {"unit": "U1", "words": "有市民反映投诉后长期未获处理，请核实。", "grade": "simple"},
        ),
        ("unit", f"/unit/cases/{number}/", "acknowledge", {}),
        (
            "unit",
            f"/unit/cases/{number}/",
            "answer",
            {"account": "经查属实。", "measures": "已责令用人单位补缴社保，当日到账。"},
        ),
        (
            "case_manager",
            f"/office/cases/{number}/",
            "decide",
            {"finding": "verified", "kind": "conduct", "reason": "三个月未处理，属实。"},
        ),
        (
            "case_manager",
            f"/office/cases/{number}/",
            "reply",
            {"text": "您反映的问题属实，单位已为您补缴社保。"},
        ),
    ]
    signed_in = ""
    for login, path, key, fields in steps:
        if login != signed_in:
            desk.context.clear_cookies()
            _sign_in(desk, server, login)
            _fits(desk)
            album.add(desk, f"{login}-home")
            signed_in = login
        desk.goto(server + path)
        _fits(desk)
        album.add(desk, f"{login}-before-{key}")
        _form(desk, key, **fields)
        assert desk.locator(".message.success").count(), f"{key}: {desk.inner_text('main')}"
        album.add(desk, f"{login}-after-{key}")

    desk.goto(f"{server}/scoreboard/2026/U1/")
    _fits(desk)
    assert "97.00" in desk.inner_text("main")
    album.add(desk, "score")
    desk.goto(f"{server}/office/cases/{number}/")
    album.add(desk, "case")

    her.goto(track)
    her.fill("[name=private_word]", WORD)
    her.locator("form:has([name=private_word]) button").first.click()
    her.wait_for_url("**/story")
    assert "单位已为您补缴社保" in her.inner_text("main")
    _fits(her)
    album.add(her, "story")
    her.locator("[name=satisfied][value=yes]").check()
    her.get_by_role("button", name="提交").click()
    her.wait_for_load_state()
    assert "您对办理满意吗" not in her.inner_text("main")
    album.add(her, "judged")
