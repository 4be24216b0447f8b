"""Where a person would search a list she can; and a list's file says what the list says."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from pingyi.accountability import ladders
from pingyi.accountability.actions import decide_duty
from pingyi.accountability.models import Duty
from pingyi.audit.actions import SYSTEM
from pingyi.casework.actions import appeal_verdict, pick_look_back, record_look_back
from pingyi.casework.states import Stage, Way
from pingyi.letters import actions as letters
from pingyi.people.models import User
from pingyi.people.roles import Role
from pingyi.privacy import requests
from pingyi.privacy.models import RequestKind
from pingyi.supervision.actions import rectification
from pingyi.web.components.words import moment_text
from tests.casework.world import AT, World, after
from tests.letters.world import Office, open_office
from tests.staff import signed_in, staff
from tests.supervision.city import AT as DUTY_AT
from tests.supervision.city import city
from tests.web.reading import words

pytestmark = pytest.mark.django_db

Prepared = tuple[User, str, str, list[str], list[str]]
"""Who looks, where, a word of a row, and what is searched for that finds it, and does not."""


def repeated_points(world: World) -> Prepared:
    now = timezone.now()
    for _once in range(2):
        world.case(rating=world.rate(at=now))
    return world.manager, "/office/repeats/", world.point.name, ["投诉窗", "监察大队"], ["社保"]


def repeated_persons(world: World) -> Prepared:
    world.case()
    last = world.case().number
    there = "/office/repeats/?of=persons"
    return world.manager, there, last, [last[5:], "没有人在", "劳动监察大队"], ["社保"]


def replies(office: Office) -> Prepared:
    recipient = office.sent()
    letters.reply_to_letter(recipient=recipient, text="已办理", by=office.unit_admin, at=AT)
    letter = recipient.letter
    hits = [recipient.unit.name[1:], letter.number, letter.plain_title[1:]]
    return office.drafter, "/office/letters/replies/", letter.number, hits, ["别的单位"]


def _item(world: World):
    of = rectification.open_list(title="大队整改", unit=world.brigade, by=world.manager, at=AT)
    given = {"problem": "午间无人", "measure": "轮流排班", "owner": "周队长", "days": 5}
    return rectification.add_item(of=of, **given, by=world.manager, at=AT)


def items_of_the_office(world: World) -> Prepared:
    there = f"/office/rectification/{_item(world).of_id}/"
    return world.manager, there, "午间无人", ["间无", "轮流", "周队", "监察大队"], ["社保"]


def items_of_the_unit(world: World) -> Prepared:
    _item(world)
    hits = ["间无", "轮流", "周队", "大队整改"]
    return world.unit_admin, "/unit/rectification/", "午间无人", hits, ["社保"]


def data_requests(world: World) -> Prepared:
    made = requests.file_request(
        rating=world.rate(), kind=RequestKind.SEE, note="来信 17 号", by=world.manager, at=AT
    )
    hits = [f"R-{made.pk}", f"{made.pk}", "来信", world.manager.username]
    return world.manager, "/office/requests/", f"R-{made.pk}", hits, ["R-999", "社保"]


def appeals(world: World) -> Prepared:
    case = world.case("closed")
    appeal_verdict(case=case, grounds="停机有记录", by=world.unit_admin, at=after(days=3))
    return world.manager, "/office/appeals/", case.number, ["停机", case.number], ["社保"]


def look_backs(world: World) -> Prepared:
    case = world.case("closed")
    by, at = world.hands.second, after(days=20)
    pick_look_back(case=case, stage=Stage.FIRST, by=by, at=at)
    told = {"way": Way.SITE, "put_right": True, "note": "窗口有人值守"}
    record_look_back(case=case, **told, by=world.newcomer(Role.CALLER), at=after(days=21))
    return world.manager, "/office/look-backs/", case.number, ["值守", case.number], ["社保"]


def _found(browser: Client, there: str, text: str) -> str:
    return words(browser.get(f"{there}{'&' if '?' in there else '?'}{urlencode({'q': text})}"))


@pytest.mark.parametrize(
    "prepare",
    [
        repeated_points, repeated_persons, items_of_the_office, items_of_the_unit,
        data_requests, appeals, look_backs,
    ],
    ids=lambda prepare: prepare.__name__,
)  # fmt: skip
def test_it_is_found_by_what_it_says_and_by_nothing_else(
    world: World, prepare: Callable[[World], Prepared]
):
    _looked_for(*prepare(world))


def test_replies_to_judge_are_found_by_unit_and_letter():
    _looked_for(*replies(open_office()))


def _looked_for(user: User, there: str, row: str, hits: list[str], misses: list[str]) -> None:
    browser = signed_in(user)
    assert row in words(browser.get(there))
    for text in hits:
        assert row in _found(browser, there, text), text
    for text in [*misses, f"{hits[0][0]}%{hits[0][-1]}", "__", "\\", "'"]:
        assert row not in _found(browser, there, text), text


def test_a_units_duties_are_searched_by_what_it_reads_of_them():
    town = city("jiangmen-2008", "public_facing", units=7)
    town.find(town.units[0], "monitoring.violation")
    ladders.propose_from_facts(by=SYSTEM, at=DUTY_AT)
    duty = Duty.objects.get()
    decided = {"outcome": "other", "words": "书面检查", "reason": "情节轻微"}
    decide_duty(duty=duty, **decided, by=town.person(Role.LEADER), at=DUTY_AT)
    browser = signed_in(staff("own", Role.UNIT_ADMIN, unit=town.units[0]))
    for text in ("书面检查", "面检", town.units[0].name):
        assert duty.ref in _found(browser, "/unit/duties/", text), text
    for text in ("情节轻微", "书%查", "社保"):
        assert duty.ref not in _found(browser, "/unit/duties/", text), text


@pytest.mark.parametrize(
    ("end", "who", "there", "rule"),
    [
        ("with_unit", "unit_admin", "/unit/", "handle_simple"),
        ("appealed", "manager", "/office/appeals/", "appeal_review"),
        ("picked", "manager", "/office/look-backs/", "look_back_first"),
    ],
)
def test_a_lists_file_says_by_when(world: World, end: str, who: str, there: str, rule: str):
    case = world.case(end)
    file = b"".join(signed_in(getattr(world, who)).get(f"{there}?export=csv")).decode("utf-8-sig")
    rules = ["acknowledge", rule] if rule == "handle_simple" else [rule]
    due = min(clock.due_at for clock in case.clocks.filter(rule__in=rules) if clock.is_running)
    assert moment_text(due) in file
