"""A sorter who never touches the mouse, in a real browser; and one without scripts."""

from __future__ import annotations

import pytest
from django.conf import settings

from pingyi.casework.models import Case
from tests.staff import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(live_server, world, browser_page):
    """The sorter's desk with two cases, open at desktop width."""
    from tests.casework.world import after

    world.case(rating=world.rate(at=after(hours=-3), comment="the first words"))
    world.case(rating=world.rate(comment="the second words"))

    def opened(**options):
        page = browser_page(width=1440, height=900, **options)
        cookie = signed_in(world.sorter).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        page.goto(f"{live_server.url}/office/sorting/")
        return page

    return opened


def test_sorting_by_keys_alone(desk):
    page = desk()
    page.keyboard.press("2")
    page.keyboard.press("Tab")
    page.keyboard.type("j, 1 and / are words here")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=the second words")
    first = Case.objects.order_by("pk").first()
    assert (first.kind, first.sorting.note) == ("process", "j, 1 and / are words here")

    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('tr') !== null")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"


def test_sorting_without_scripts(desk):
    page = desk(java_script_enabled=False)
    page.check("text=作风")
    page.click("button:has-text('提交，看下一件')")
    assert page.locator("text=the second words").count() == 1
