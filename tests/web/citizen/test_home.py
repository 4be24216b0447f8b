"""The first page, and the pages that stand when others fall."""

import dataclasses

import pytest
from django.template.loader import render_to_string
from django.test import Client

from tests.casework.world import World
from tests.web.citizen.reading import Page, heading_jumps, unlabelled


def home(**query: str) -> Page:
    return Page(Client().get("/", query).content.decode())


def links(page: Page) -> list[str]:
    return [a.get("href") for a in page.all("a")]


def test_it_tells_the_published_clocks(world: World):
    text = home().one("main").text
    for clock in ("24 小时内", "2 日内", "7 个工作日内"):
        assert clock in text
    assert "within 24 hours" in home(lang="en").one("main").text


def test_it_leads_on(world: World, settings):
    assert {"/accounts/login/", f"/r/{world.code}"} <= set(links(home()))
    settings.PINGYI = dataclasses.replace(settings.PINGYI, mode="production")
    assert f"/r/{world.code}" not in links(home())


def test_it_stands_before_there_is_any_point(db):
    assert home().one("h1").text


@pytest.mark.parametrize("name", ["400", "403_csrf", "500"])
def test_an_error_page_needs_nothing_and_speaks_both_languages(name):
    page = Page(render_to_string(f"{name}.html"))
    assert page.one("h1").text
    assert page.one("div", lang="en").text
    assert links(page) == ["/", "/"]
    assert not heading_jumps(page)
    assert not unlabelled(page)
    assert page.one("style").text


def test_a_form_without_its_token_is_told_kindly(world: World):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/accounts/login/", {"login": "x", "password": "y"})
    assert response.status_code == 403
    assert "这一页已失效" in response.content.decode()
