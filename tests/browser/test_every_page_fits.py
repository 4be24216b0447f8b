"""On a phone and on paper every page is whole: nothing is cut off at the edge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.test import Client

from pingyi.directory.models import ServicePoint, Unit
from pingyi.people.actions import set_password
from pingyi.people.models import User
from pingyi.people.roles import ADMINISTRATORS, Role
from tests.casework.world import AT, World, build
from tests.staff import PASSWORD, signed_in
from tests.web.addresses import filled, parts_of, routes

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

LONG = "武汉市洪山区人力资源和社会保障综合行政执法大队珞南街道派驻中队"
SHEET = '<link rel="stylesheet" href="/static/pingyi/pingyi.css">'
POSTERS = "/sheets/"
"""Pages of paper, as wide as paper is."""
MANY = 100
A4 = 642
"""Between the margins, in the pixels of print."""
WIDE = """() => {
  const name = each => each.tagName + "." + each.className;
  const cut = [...document.querySelectorAll(".scroll, .tabs")];
  const found = cut.filter(each => each.scrollWidth > each.clientWidth + 1).map(name);
  return document.documentElement.scrollWidth > innerWidth ? ["page", ...found] : found;
}"""


def everybody(world: World) -> list[User | None]:
    """A stranger, and one of each role, where the city's is what a page is about."""
    there = {role: {"area": world.city} for role in ADMINISTRATORS}
    return [None, *(world.person(role, **there.get(role, {})) for role in Role)]


def pages_of(user: User | None, addresses: list[str], language: str) -> Iterator[tuple[str, str]]:
    """The pages that open to the user, with their style in them."""
    style = f"<style>{Path(finders.find('pingyi/pingyi.css')).read_text()}</style>"
    client = Client()
    if user is not None:
        set_password(user=user, password=PASSWORD, by=user, at=AT)
        client = signed_in(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    for address in addresses:
        cache.clear()
        answer = client.get(address)
        if answer.status_code == 200 and "text/html" in answer["Content-Type"]:
            yield address, answer.content.decode().replace(SHEET, style)


@pytest.fixture(params=["zh-hans", "en"])
def pages(db, request) -> dict[str, str]:
    """Every page there is, as the first who may open it reads it; names are long."""
    world, found = build(), {}
    parts = parts_of(world, world.case("with_unit"))
    for model in (Unit, ServicePoint):
        model.objects.update(name=LONG)
    left = [filled(route, parts) for route, _ in routes() if not route.endswith(POSTERS)]
    for user in everybody(world):
        found.update(pages_of(user, left, request.param))
        left = [address for address in left if address not in found]
    return found


def test_nothing_is_cut_off_on_a_phone_or_on_paper(pages, browser_page):
    phone, paper, cut_off = browser_page(width=390), browser_page(width=A4), {}
    paper.emulate_media(media="print")
    for address, html in pages.items():
        for medium in (phone, paper):
            medium.set_content(html)
            if found := medium.evaluate(WIDE):
                cut_off[address] = found
    assert cut_off == {}
    assert len(pages) > MANY
