"""In a real browser at phone width, as a citizen sees it."""

import os
import re

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from pingyi.ratings.models import Rating
from pingyi.rulebook import Level
from pingyi.web.citizen import pages
from tests.browsing import QUIET
from tests.casework.world import World, build

pytestmark = pytest.mark.browser

SENTENCE = "九点了窗口还没有人"
LARGE_TYPE = 22
TARGET = 44


@pytest.fixture
def world(transactional_db) -> World:
    pages.forget_pages()
    return build()


@pytest.fixture
def rating_page(browser_page, live_server, world: World) -> Page:
    page = browser_page(width=390)
    page.goto(f"{live_server.url}/r/{world.code}")
    return page


@pytest.fixture
def keeping_page(chromium_path: str, live_server, world: World):
    """A page in a browser that keeps left pages alive, as phones do and Playwright prevents."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path,
            args=list(QUIET),
            ignore_default_args=["--disable-back-forward-cache"],
        )
        page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
        page.goto(f"{live_server.url}/r/{world.code}?lang=zh")
        yield page
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def send(page: Page) -> None:
    page.locator(".send button").click()
    page.wait_for_url("**/t/*")


def test_a_bad_rating_in_two_taps_and_a_sentence(rating_page: Page):
    rating_page.locator("label[for=l2]").click()
    rating_page.fill("#comment", SENTENCE)
    send(rating_page)
    rating = Rating.objects.get()
    assert (rating.level, rating.comment) == (Level.DISSATISFIED.rank, SENTENCE)
    expect(rating_page.locator(".receipt")).to_have_text(rating.receipt)


def test_a_good_rating_in_two_taps(rating_page: Page):
    rating_page.locator("label[for=l4]").click()
    send(rating_page)
    assert Rating.objects.get().level == Level.SATISFIED.rank


def test_the_choice_and_sending_fit_one_screen(rating_page: Page):
    for target in ("label[for=l4]", "label[for=l3]", "label[for=l2]", ".send button"):
        box = rating_page.locator(target).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 844


def test_only_the_chosen_levels_reasons_are_shown(rating_page: Page):
    groups = rating_page.locator("fieldset.why")
    for chosen in ("l4", "l3", "l2"):
        rating_page.locator(f"label[for={chosen}]").click()
        visible = [groups.nth(n).is_visible() for n in range(groups.count())]
        assert visible.count(True) == 1
        assert rating_page.locator(f"fieldset.w{chosen[1]}").is_visible()


def test_without_a_level_the_browser_asks_for_one(rating_page: Page):
    rating_page.locator(".send button").click()
    assert "/r/" in rating_page.url
    assert not Rating.objects.exists()


def test_the_whole_form_by_keyboard(rating_page: Page):
    rating_page.locator("#l4").focus()
    rating_page.keyboard.press("ArrowDown")
    rating_page.keyboard.press("ArrowDown")
    assert rating_page.locator("#l2").is_checked()
    rating_page.locator("#comment").focus()
    rating_page.keyboard.type(SENTENCE)
    rating_page.locator(".send button").focus()
    rating_page.keyboard.press("Enter")
    rating_page.wait_for_url("**/t/*")
    assert Rating.objects.get().comment == SENTENCE


@pytest.mark.parametrize("look", ["", "?large=1", "?lang=en", "?lang=en&large=1"])
def test_targets_are_large_and_nothing_runs_over_the_edge(
    rating_page: Page, world: World, look: str
):
    rating_page.goto(rating_page.url + look)
    rating_page.locator("label[for=l2]").click()
    for summary in rating_page.locator("summary:visible").all():
        summary.click()
    wanted = "a:visible:not(.skip), button:visible, .tile:visible, .tick:visible, summary:visible"
    for target in rating_page.locator(wanted).all():
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= TARGET or box["width"] >= TARGET * 3, target.inner_text()
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert rating_page.evaluate(wide) == 0


def test_large_type_is_large_throughout(rating_page: Page):
    rating_page.get_by_text("大字版").click()
    rating_page.locator("label[for=l2]").click()
    sizes = rating_page.evaluate(
        """() => [...document.querySelectorAll('main *')]
            .filter(e => e.offsetParent && [...e.childNodes].some(
                n => n.nodeType === 3 && n.textContent.trim()))
            .map(e => [parseFloat(getComputedStyle(e).fontSize), e.textContent.slice(0, 20)])"""
    )
    assert sizes
    assert not [each for each in sizes if each[0] < LARGE_TYPE]


def test_english_stays_english(rating_page: Page):
    rating_page.get_by_text("English").click()
    rating_page.locator("label[for=l4]").click()
    send(rating_page)
    expect(rating_page.locator("h1")).to_have_text("Received")


def test_a_double_tap_counts_once(rating_page: Page):
    rating_page.locator("label[for=l4]").click()
    rating_page.locator(".send button").dblclick(no_wait_after=True)
    # Asked again and again: the second tap breaks the first one's navigation off.
    expect(rating_page).to_have_url(re.compile("/t/"))
    assert Rating.objects.count() == 1


def test_back_finds_nothing(keeping_page: Page):
    before = keeping_page.locator("[name=key]").get_attribute("value")
    keeping_page.locator("label[for=l2]").click()
    keeping_page.fill("#comment", SENTENCE)
    send(keeping_page)
    keeping_page.evaluate("setTimeout(() => history.back(), 0)")
    keeping_page.wait_for_url("**/r/*")
    expect(keeping_page.locator("[name=key]")).not_to_have_value(before or "")
    expect(keeping_page.locator("#comment")).to_have_value("")
    assert keeping_page.locator("input:checked").count() == 0


def test_back_finds_nothing_of_a_story_that_was_closed(keeping_page: Page):
    keeping_page.locator("label[for=l2]").click()
    keeping_page.fill("#comment", SENTENCE)
    keeping_page.locator("summary").last.click()
    keeping_page.fill("#private_word", "江上清风")
    send(keeping_page)
    keeping_page.fill("#private_word", "江上清风")
    keeping_page.get_by_role("button", name="用口令查看").click()
    keeping_page.wait_for_url("**/story")
    keeping_page.get_by_role("button", name="关闭").click()
    keeping_page.wait_for_url("**/t/*-*")
    keeping_page.evaluate("setTimeout(() => history.back(), 0)")
    keeping_page.wait_for_timeout(700)
    assert "办理情况" not in keeping_page.locator("h1").inner_text()


def test_the_browser_keeps_the_same_for_best_and_worst(browser_page, live_server, world: World):
    kept = set()
    for level in ("l4", "l2"):
        page = browser_page(width=390)
        page.goto(f"{live_server.url}/r/{world.code}")
        page.locator(f"label[for={level}]").click()
        page.fill("#comment", SENTENCE)
        send(page)
        rating = Rating.objects.latest("id")
        left = page.evaluate(
            """async () => JSON.stringify([history.length, location.href, document.referrer,
                document.cookie, localStorage.length, sessionStorage.length,
                (await caches.keys()).length, document.documentElement.outerHTML])"""
        )
        left += str(page.context.cookies())
        for group in (rating.receipt, *map("<span>{}</span>".format, rating.receipt.split("-"))):
            left = left.replace(group, "")
        kept.add(left)
    assert len(kept) == 1
