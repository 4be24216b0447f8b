"""All addresses there are: which are public, which permission each asks for, that none breaks."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import Client

from pingyi.people.actions import set_password
from pingyi.people.roles import PERMISSIONS, Role, roles_that_may
from tests.casework.world import AT, World
from tests.staff import PASSWORD, signed_in
from tests.web.addresses import PART, filled, parts_of, routes
from tests.web.test_walk import answers_to

PUBLIC = {
    # citizens
    "",
    "r/<str:code>",
    "t/",
    "t/<str:text>",
    "t/<str:text>/code",
    "t/<str:text>/mine",
    "t/<str:text>/story",
    # results
    "results/",
    "results/city/",
    "results/files/<int:pk>/list.<slug:suffix>",
    "results/<str:season>/",
    "results/<str:season>/<str:group>/",
    "results/<str:season>/units/<str:code>/",
    # machines
    "api/v1/ratings",
    "api/v1/scoreboard",
    "api/v1/openapi.json",
    "healthz",
    "readyz",
    "metrics",
    # the way in
    "accounts/login/",
    "accounts/logout/",
    "accounts/signup/",
    "accounts/inactive/",
    "accounts/2fa/authenticate/",
    "welcome/<str:token>/",
    "i18n/setlang/",
    # components with made-up content
    "styleguide/",
}
FOR_ALL_STAFF = {
    "desk/",
    "inbox/",
    "inbox/read/",
    "case/<case_number:number>/",
    "letter/<int:pk>/",
    "letter/<int:pk>/<int:recipient>/",
    "account/",
    "accounts/reauthenticate/",
    "accounts/password/change/",
    "accounts/2fa/",
    "accounts/2fa/reauthenticate/",
    "accounts/2fa/totp/activate/",
    "accounts/2fa/totp/deactivate/",
    "accounts/2fa/recovery-codes/",
    "accounts/2fa/recovery-codes/generate/",
    "accounts/2fa/recovery-codes/download/",
}
"""One's own things; every other page names its permission."""

NASTY = ("\0", "'%\"<>", "9" * 40, "-1e9", "\ud800" + "𠮷" * 300)
ASKED = """q page sort export area unit season group honour state kind late waits case show per_page
    assignee having problem district release point actor action subject reader role lang large
    next item panel year"""
SENT = """account action actor address addressees again annexes area assigned badge body by code
    assignee giver
    closed_from closed_to comment component confirmed copies counts_by data days desk digest
    document ends_on erase grounds put_right seed stage wanted way
    evidence file finding grade group hours includes_matter item items key kind lang language
    large last lead level listed login main matter measure measures name next note oldpassword
    on organ origin outcome owner paper password password1 password2 phone plan point points
    post private_word problem process_change proof reader reason receipt reference remove
    reply responsibility revision role route salutation satisfied scheme season send_code
    series signature source staff stands starts_on subject sure team text tick title unit
    uploads username value wants_reply what words first seen word
    agreed_at"""
"""Names of parameters and fields that some page reads."""


@pytest.fixture(autouse=True)
def _nothing_is_counted_yet():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def parts(world: World):
    return parts_of(world, world.case("with_unit"))


def test_every_public_address_is_listed_here(world, parts):
    found = set()
    for route, _ in routes():
        answer = Client().get(filled(route, parts))
        if not answer.get("Location", "").startswith("/accounts/login/"):
            found.add(route)
    assert found == PUBLIC - {"accounts/2fa/authenticate/"}  # which asks for the password first


def test_what_is_not_public_says_whom_it_is_for():
    for route, pattern in routes():
        asks = getattr(pattern.callback, "permissions", ())
        assert bool(asks) != (route in PUBLIC | FOR_ALL_STAFF), route


@pytest.mark.parametrize("role", list(Role))
def test_without_the_permission_neither_reading_nor_posting(role):
    """By the table that the walk of every role through every address is held to."""
    closed = {
        route
        for route, pattern in routes()
        if (asks := getattr(pattern.callback, "permissions", ()))
        and not any(role in PERMISSIONS[permission] for permission in asks)
    }
    answers = answers_to(role)
    assert closed
    for route in closed:
        for method in ("GET", "POST"):
            assert set(answers[method, route]) == {"-"}, route


def test_a_stranger_posts_nothing(world, parts):
    for route, _ in routes():
        if route in PUBLIC:
            continue
        answer = Client().post(filled(route, parts), {"x": "y"})
        assert (answer.status_code, answer["Location"][:16]) == (302, "/accounts/login/"), route


def _opener(pattern) -> Role | None:
    """A role that may open the page."""
    asks = getattr(pattern.callback, "permissions", ())
    return min((role for ask in asks for role in roles_that_may(ask)), default=None)


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.usefixtures("one_menu")
def test_nothing_that_is_asked_breaks_a_page(world, parts):
    """Odd values in every place of an address: an answer, and never a 500."""
    browsers = {role: signed_in(_with_password(world.person(role))) for role in Role}
    broken = set()
    for route, pattern in routes():
        if route == "accounts/logout/":
            continue
        role = _opener(pattern)
        browser = browsers[role or Role.SORTER]
        browser.raise_request_exception = False
        for method, address, sent in _odd_ways(route, parts):
            answer = getattr(browser, method)(address, sent)
            if answer.streaming:
                b"".join(answer)
            if answer.status_code >= 500:
                broken.add(f"{role}: {method} {address[:60]} {answer.exc_info}")
    assert not broken, sorted(broken)


def _with_password(user):
    set_password(user=user, password=PASSWORD, by=user, at=AT)
    return user


def _odd_ways(route: str, parts):
    """(method, address, what is sent)"""
    there = filled(route, parts)
    for value in NASTY:
        odd = quote(value, safe="", errors="surrogatepass")
        yield "get", f"{there}?" + "&".join(f"{name}={odd}" for name in ASKED.split()), None
        yield "post", there, dict.fromkeys(SENT.split(), value.encode(errors="ignore").decode())
        for part in PART.findall(route):
            others = {key: kept for key, kept in parts.items() if key[1] != part}
            yield "get", filled(route, others | {("", part): odd}), None
            yield "post", filled(route, others | {("", part): odd}), None
    yield from ((method, there, None) for method in ("put", "delete", "options", "head"))
    yield "get", f"{there}?export=csv&sort=x&page=0&q=%%0000", None
