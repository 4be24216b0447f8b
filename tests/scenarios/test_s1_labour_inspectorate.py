"""S1: no social insurance for months; rated, called back, dispatched, paid; three points less."""

from __future__ import annotations

import pytest
from django.utils import timezone

from pingyi.audit import queries as audit
from pingyi.casework.models import Case
from pingyi.people.roles import Role
from tests.scenarios.play import PHONE, WORD, stage

pytestmark = pytest.mark.django_db
STORY = "单位一直不给交社保，向大队反映好几个月了，没有下文。"


def test_the_story(clock):
    play = stage(unit="蔡店区劳动保障监察大队", point="受理窗口", at=clock("2026-03-02"))
    before = play.score()

    def come(day: str, hour: str) -> None:
        clock(day, hour)
        play.come_back()

    # She rates dissatisfied by QR, asks to be called back, and keeps a private word.
    she = play.rate("dissatisfied", comment=STORY, phone=PHONE, call_back="true", private_word=WORD)
    number = play.only_case(Role.SORTER, "/office/sorting/")
    case = Case.objects.get(number=number)
    assert number not in play.see(Role.UNIT_ADMIN, "/unit/")

    # Within 24 hours it is sorted; within two days she is called back and tells all.
    come("2026-03-03", "09:30")
    play.do(Role.SORTER, f"/office/sorting/{number}/", kind="conduct", note="久拖不办")
    come("2026-03-04", "09:00")
    desk = play.see(Role.CALLER, f"/office/calls/{number}/")
    assert PHONE not in desk
    assert "139****5678" in desk
    shown = play[Role.CALLER].post(
        f"/office/calls/{number}/reveal/", {"what": "phone", "reason": "回访评价人"}
    )
    assert PHONE in shown.content.decode()
    play.do(
        Role.CALLER,
        f"/office/calls/{number}/",
        outcome="answered_stands",
        note="公司没有给她参加社保，大队三个月没有答复。",
        consents_matter="on",
    )

    # The office dispatches in its own words, with her matter since she agreed.
    play.do(
        Role.CASE_MANAGER,
        f"/office/cases/{number}/dispatch/",
        unit="U1",
        words="有市民反映用人单位未参加社会保险，投诉后长期未获处理。请核实并答复。",
        grade="simple",
    )
    unit_page = play.see(Role.UNIT_ADMIN, f"/unit/cases/{number}/")
    assert "长期未获处理" in unit_page
    for secret in (STORY, PHONE, "139****5678", WORD):
        assert secret not in unit_page

    # Within a week the employer has paid.
    come("2026-03-05", "11:00")
    play.do(Role.UNIT_ADMIN, f"/unit/cases/{number}/acknowledge/")
    come("2026-03-06", "16:00")
    play.do(
        Role.UNIT_ADMIN,
        f"/unit/cases/{number}/answer/",
        account="经查属实，承办人未及时立案。",
        measures="已责令用人单位补缴社保，当日到账；向当事人致歉。",
    )
    come("2026-03-09", "09:00")
    play.do(
        Role.CASE_MANAGER,
        f"/office/cases/{number}/decide/",
        finding="verified",
        kind="conduct",
        reason="投诉后三个月未处理，属实。",
    )

    # Three points less at once, and the line links to the case.
    assert (before, play.score()) == ("100.00", "97.00")
    lines = play.see(Role.CASE_MANAGER, "/scoreboard/2026/U1/")
    assert f'href="/case/{number}/"' in lines
    led_to = play[Role.CASE_MANAGER].get(f"/case/{number}/")
    assert led_to["Location"] == f"/office/cases/{number}/"

    # She is told, and judges the handling.
    play.do(
        Role.CASE_MANAGER,
        f"/office/cases/{number}/reply/",
        text="您反映的问题属实，单位已为您补缴社保。",
    )
    assert "单位已为您补缴社保" in she.open()
    she.judge(satisfied=True, words="谢谢")
    case.refresh_from_db()
    assert case.state == "closed"

    # Every step stands with who and when, and no deadline was missed.
    steps = [(event.action, event.actor) for event in audit.events_about(case)]
    assert [actor for _action, actor in steps] == [
        "system",
        "sorter",
        "caller",
        "case_manager",
        "unit",
        "unit",
        "case_manager",
        "case_manager",
        "citizen",
    ]
    days = [timezone.localtime(event.at).day for event in audit.events_about(case)]
    assert days == [2, 3, 4, 4, 5, 6, 9, 9, 9]
    met = {one.rule: one for one in case.clocks.all()}
    assert {"sort", "call_back", "acknowledge", "handle_simple", "reply"} <= set(met)
    for rule, one in met.items():
        assert one.stopped_at or (one.met_at and one.met_at <= one.due_at), rule
    assert [read.reader for read in audit.reads_of(case)] == ["caller"]


def test_the_unit_learns_nothing_before_the_dispatch():
    play = stage(unit="蔡店区劳动保障监察大队", point="受理窗口")
    play.rate("dissatisfied", comment=STORY)
    number = play.only_case(Role.SORTER, "/office/sorting/")
    assert play[Role.UNIT_ADMIN].get(f"/unit/cases/{number}/").status_code == 404
    assert play[Role.UNIT_ADMIN].get(f"/office/cases/{number}/").status_code in (403, 404)
