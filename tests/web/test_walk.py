"""Every address, and every deed, × every role × own, other or the city's place, against walk.txt.

Each walker asks every address of things in the *own* district and unit of the table's second
column. A changed answer turns this red: put the new one into the table once it is what should be.
`python -m tests.web.write_walk` writes what is, to be read line by line before it is committed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from pingyi.people.actions import set_password
from pingyi.people.models import User
from pingyi.people.roles import ADMINISTRATORS, Role
from tests.casework.world import AT, World
from tests.staff import PASSWORD, signed_in
from tests.web.addresses import filled, parts_of, routes
from tests.web.deeds import KEYS, Asked, all_deeds

TABLE = Path(__file__).with_name("walk.txt")
SIGNS = {
    200: "+",
    302: ">",
    303: ">",
    403: "-",
    404: "0",
    405: "m",
    400: "?",
    429: "?",
    409: "?",
    422: "?",
}
THREE = [role for role in Role if role is not Role.UNIT_ADMIN and role not in ADMINISTRATORS]
GROUPS = ["stranger", Role.UNIT_ADMIN, *THREE, "administrators"]
KEYED = re.compile(r"(.*/)<\w+:key>/$")
"""An address that takes its deed by a key."""
ASIDE = {"accounts/logout/"}
"""Would end the walk."""

DEEDS_BELOW = "# Each deed,"
NOTHING: Mapping[str, Any] = {}
Answers = dict[tuple[str, str], str]


def _browser(user: User) -> Client:
    set_password(user=user, password=PASSWORD, by=user, at=AT)
    browser = signed_in(user)
    browser.get("/inbox/")  # its first use is noted, which each step of the walk would undo
    return browser


def walkers(world: World, group: str) -> Iterator[Client]:
    """The browsers of a group, in the table's order."""
    if group == "stranger":
        yield Client()
    elif group == "administrators":
        for role in Role:
            if role in ADMINISTRATORS:
                yield _browser(world.person(role, area=world.city))
    elif group == Role.UNIT_ADMIN:
        yield _browser(world.person(Role.UNIT_ADMIN))
        yield _browser(world.person(Role.UNIT_ADMIN, unit=world.other_unit))
    else:
        for area in (world.district, world.elsewhere, world.city):
            yield _browser(world.person(Role(group), area=area))


def walk(world: World, group: str) -> Answers:
    """What each method and route answers to the group's walkers, one sign each."""
    parts = parts_of(world, world.case("with_unit"))
    browsers = list(walkers(world, group))
    return {
        (method, route): "".join(
            _sign(browser, method, filled(route, parts)) for browser in browsers
        )
        for route, _ in routes()
        for method in ("GET", "POST")
        if route not in ASIDE
    }


def _sign(browser: Client, method: str, address: str, given: Mapping[str, Any] = NOTHING) -> str:
    """The answer's sign; whatever the request did is undone."""
    cache.clear()  # no limit of tries is to be met on the way
    with transaction.atomic():
        answer = browser.post(address, given) if given else browser.generic(method, address)
        if answer.streaming:
            b"".join(answer)
        transaction.set_rollback(True)
    return SIGNS[answer.status_code]


def do_all(world: World, groups: Iterable[str]) -> dict[str, Answers]:
    """What every deed answers to each group's walkers: all on the same things, each undone."""
    asked = all_deeds(world)
    found: dict[str, Answers] = {}
    for group in groups:
        browsers = list(walkers(world, group))
        found[group] = {
            ("POST", f"{deed.route}{deed.key}/"): "".join(
                _sign(browser, "POST", address_of(deed), deed.given) for browser in browsers
            )
            for deed in asked
        }
    return found


def address_of(deed: Asked) -> str:
    parts = {("", name): part for name, part in deed.parts.items()}
    return filled(f"{deed.route}{deed.key}/", parts)


def expected(*, deeds: bool = False) -> dict[str, Answers]:
    """The table's answers, by group: of addresses, or of deeds."""
    found: dict[str, Answers] = {group: {} for group in GROUPS}
    addresses, mark, below = TABLE.read_text().partition(DEEDS_BELOW)
    for line in (mark + below if deeds else addresses).splitlines():
        if line and not line.startswith("#"):
            method, *signs, route = line.split()
            for group, sign in zip(GROUPS, signs, strict=True):
                found[group][method, "" if route == "/" else route] = sign
    return found


def answers_to(role: Role) -> Answers:
    """The table's answers to the walkers in that role."""
    if role not in ADMINISTRATORS:
        return expected()[role]
    place = [each for each in Role if each in ADMINISTRATORS].index(role)
    return {asked: signs[place] for asked, signs in expected()["administrators"].items()}


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.usefixtures("one_menu")
def test_every_address_answers_as_the_table_says(world: World, group: str):
    answers, table = walk(world, group), expected()[group]
    assert set(answers) == set(table), "every address has its line, and there is no other"
    wrong = {asked: (table[asked], sign) for asked, sign in answers.items() if table[asked] != sign}
    assert not wrong, f"{group}: (table, answer)"


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.usefixtures("one_menu")
def test_every_deed_is_done_by_whom_the_table_says(world: World):
    answers, table = do_all(world, GROUPS), expected(deeds=True)
    for group in GROUPS:
        assert set(answers[group]) == set(table[group]), "every deed has its line"
        wrong = {
            asked: (table[group][asked], sign)
            for asked, sign in answers[group].items()
            if table[group][asked] != sign
        }
        assert not wrong, f"{group}: (table, answer)"


def test_every_key_has_its_lines_and_somebody_who_does_it():
    table = expected(deeds=True)
    asked = {("POST", f"{route}{key}/") for route, keys in KEYS.items() for key in keys}
    assert set(table["stranger"]) == asked
    for one in asked:
        signs = "".join(answers[one] for answers in table.values())
        assert signs[0] == ">", "a stranger is sent to sign in"
        assert {">", "+"} & set(signs[1:]), f"{one}: nobody does it"


def test_every_address_with_a_key_says_its_keys():
    """A new one is walked deed by deed too."""
    ends = {match[1] for route, _ in routes() if (match := KEYED.match(route))}
    assert ends == set(KEYS)
