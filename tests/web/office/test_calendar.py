"""The calendar's page: a change is seen before it is made, moves what it said, and once."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingyi.audit.actions import SYSTEM, kind_of
from pingyi.casework.actions.steps import start_clock
from pingyi.casework.models import Case, CaseClock
from pingyi.clocks import calendar
from pingyi.clocks.actions import (
    CalendarOvertaken,
    NothingChanged,
    change_calendar,
    deadline_models,
    recompute,
)
from pingyi.clocks.models import CalendarChange, CalendarDay, CalendarMove
from pingyi.kernel.workdays import LAST_PUBLISHED_YEAR, SHANGHAI, Calendar
from pingyi.letters import actions as letters
from pingyi.people.roles import Role
from pingyi.supervision.actions import rectification, timing
from pingyi.web.office.calendar_moves import KINDS
from tests.casework.test_concurrency import at_once
from tests.casework.world import AT, World, build
from tests.notices.test_ladders import duty, item, letter
from tests.staff import signed_in

MONDAY = datetime(2026, 6, 1, 10, 0, tzinfo=SHANGHAI)
DAY = {"first": "2026-06-03", "last": "", "word": "free", "note": "市运会"}


def city_keeper(world: World):
    return world.person(Role.SCHEME_KEEPER, area=world.city)


def a_clock(world: World, rule: str = "verify", state: str = "to_place") -> Case:
    """A case with one clock, which runs from Monday, 1 June 2026."""
    case = world.case(state)
    case.clocks.running().update(stopped_at=AT)
    start_clock(case, rule, at=MONDAY)
    return case


def post(browser, **given):
    return browser.post("/office/calendar/change/", DAY | {"seen": "0"} | given)


def text_of(answer) -> str:
    return answer.content.decode()


def test_a_change_is_seen_before_it_is_made_and_the_list_is_kept(world: World):
    case, hours = a_clock(world), a_clock(world, "sort", "unsorted")
    browser = signed_in(city_keeper(world))
    asked = post(browser)
    assert asked.status_code == 200
    for said in ("将移动 1 个时限", case.number, "2026-06-10 23:59", "2026-06-11 23:59", "市运会"):
        assert said in text_of(asked), said
    assert "案件 · 认定 <strong>1</strong>" in text_of(asked), "counted by rule"
    assert hours.number not in text_of(asked)
    assert not CalendarChange.objects.exists(), "nothing was done yet"
    assert case.clocks.running().get().due_at == datetime(2026, 6, 10, 23, 59, 59, tzinfo=SHANGHAI)

    done = post(browser, confirmed="yes")
    assert done["Location"] == "/office/calendar/changes/1/"
    kept = text_of(browser.get("/office/calendar/changes/1/"))
    for said in ("移动了 1 个时限", case.number, "2026-06-10 23:59", "2026-06-11 23:59", "延后"):
        assert said in kept, said
    assert case.clocks.running().get().due_at == datetime(2026, 6, 11, 23, 59, 59, tzinfo=SHANGHAI)
    page = text_of(browser.get("/office/calendar/?year=2026"))
    assert "2026-06-03 休息" in page
    assert "/office/calendar/changes/1/" in page


def test_the_citys_word_is_taken_back(world: World):
    case = a_clock(world)
    browser = signed_in(city_keeper(world))
    post(browser, last="2026-06-04", confirmed="yes")
    assert CalendarDay.objects.count() == 2
    post(browser, last="2026-06-05", word="back", note="延期", seen="1", confirmed="yes")
    assert not CalendarDay.objects.exists()
    assert "2026-06-10" in text_of(browser.get("/office/calendar/changes/2/"))
    assert case.clocks.running().get().due_at.astimezone(SHANGHAI).day == 10
    assert CalendarChange.objects.get(number=2).days == {"2026-06-03": None, "2026-06-04": None}


def test_rectification_items_move_too_and_are_listed(world: World):
    made = rectification.open_list(title="清单", unit=world.brigade, by=world.manager, at=AT)
    rectification.add_item(
        of=made, problem="无人", measure="排班", owner="大队长", days=5, by=world.manager, at=AT
    )
    shown = text_of(post(signed_in(city_keeper(world))))
    assert "整改事项 · 整改 <strong>1</strong>" in shown
    assert "清单 · 1" in shown


def test_every_kind_of_clock_can_be_listed():
    assert set(KINDS) == {kind_of(model) for model in deadline_models()}  # type: ignore[arg-type]


def test_a_case_under_embargo_shows_in_no_list_and_no_count(world: World):
    world.case("sealed")
    clock = CaseClock.objects.get(rule="referral")
    start = datetime(2026, 6, 1, 10, 0, tzinfo=SHANGHAI)
    CaseClock.objects.filter(pk=clock.pk).update(started_at=start)
    browser = signed_in(city_keeper(world))
    assert "将移动 0 个时限" in text_of(post(browser))
    post(browser, confirmed="yes")
    assert CalendarMove.objects.filter(clock=clock.pk).exists(), "it moved all the same"
    assert "移动了 0 个时限" in text_of(browser.get("/office/calendar/changes/1/"))
    inspector = signed_in(world.person(Role.INSPECTOR, area=world.city))
    assert "移动了 1 个时限" in text_of(inspector.get("/office/calendar/changes/1/"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"first": ""}, "这个字段是必填项"),
        ({"first": "yesterday"}, "请输入一个有效的日期"),
        ({"first": "2014-06-03"}, "只能改"),
        ({"last": "2026-06-01"}, "不能早于起始日期"),
        ({"last": "2026-08-01"}, "一次最多改 31 天"),
        ({"word": "party"}, "选择一个有效的选项"),
        ({"note": ""}, "这个字段是必填项"),
        ({"note": "长" * 101}, "最多"),
        ({"word": "back"}, "没有要改的"),
    ],
)
def test_what_makes_no_sense_comes_back_filled_in(world: World, wrong, said):
    answer = post(signed_in(city_keeper(world)), **wrong)
    assert answer.status_code == 422
    assert "这些日子" in text_of(answer) if said == "没有要改的" else "error" in text_of(answer)
    if "note" not in wrong:
        assert 'value="市运会"' in text_of(answer)
    assert not CalendarChange.objects.exists()


def test_a_district_reads_it_and_does_not_change_it(world: World):
    browser = signed_in(world.manager)
    page = browser.get("/office/calendar/")
    assert page.status_code == 200
    assert "查看影响" not in text_of(page)
    assert post(browser).status_code == 403
    assert post(signed_in(world.person(Role.LEADER, area=world.city))).status_code == 403
    assert post(signed_in(world.person(Role.CASE_MANAGER, area=world.city))).status_code == 200


def test_whoever_comes_second_is_told_and_sees_the_effect_anew(world: World):
    case = a_clock(world)
    first, second = city_keeper(world), world.person(Role.CASE_MANAGER, area=world.city)
    post(signed_in(first), confirmed="yes")
    answer = post(signed_in(second), first="2026-06-04", confirmed="yes")
    assert answer.status_code == 409
    assert f"{first} 刚刚改了日历" in text_of(answer)
    assert "2026-06-12 23:59" in text_of(answer), "reckoned from what is there now"
    assert not CalendarDay.objects.filter(date=date(2026, 6, 4)).exists()
    assert 'name="seen" value="1"' in text_of(answer)
    again = post(signed_in(second), first="2026-06-04", seen="1", confirmed="yes")
    assert again.status_code == 302
    assert case.clocks.running().get().due_at.astimezone(SHANGHAI).day == 12


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_wins_and_the_other_is_told(transactional_db):
    world = build()
    case = a_clock(world)
    results = at_once(
        *(
            lambda day=day: change_calendar(
                days={day: False}, note="x", seen=0, by=SYSTEM, at=MONDAY
            )
            for day in (date(2026, 6, 3), date(2026, 6, 4))
        )
    )
    lost = [result for result in results if isinstance(result, Exception)]
    assert [type(error) for error in lost] == [CalendarOvertaken], results
    assert CalendarChange.objects.count() == CalendarDay.objects.count() == 1
    assert CalendarMove.objects.count() == 1
    assert case.clocks.running().get().due_at.astimezone(SHANGHAI).day == 11


def test_what_is_so_already_is_no_change(world: World):
    change_calendar(days={date(2026, 6, 3): False}, by=SYSTEM, at=MONDAY)
    with pytest.raises(NothingChanged):
        change_calendar(days={date(2026, 6, 3): False}, by=SYSTEM, at=MONDAY)
    assert CalendarChange.objects.count() == 1


def test_beyond_the_published_years_the_page_warns(world: World):
    page = text_of(
        signed_in(world.manager).get(f"/office/calendar/?year={LAST_PUBLISHED_YEAR + 1}")
    )
    assert f"{LAST_PUBLISHED_YEAR + 1} 年的放假安排尚未公布" in page
    assert page.count("unsure") > 300


def test_a_deadline_into_an_unpublished_year_is_marked_until_it_is_published(
    world: World, monkeypatch
):
    real = calendar._calendar
    monkeypatch.setattr(
        calendar, "_calendar", lambda days: Calendar(dict(days), published_through=2025)
    )
    case = a_clock(world)
    browser = signed_in(world.manager)
    for path in ("/office/cases/", f"/office/cases/{case.number}/"):
        assert "（暂定）" in text_of(browser.get(path)), path
    monkeypatch.setattr(calendar, "_calendar", real)
    assert recompute(by=SYSTEM, at=MONDAY)
    for path in ("/office/cases/", f"/office/cases/{case.number}/"):
        assert "（暂定）" not in text_of(browser.get(path)), path
    kept = CalendarChange.objects.get()
    assert (kept.days, kept.moves.get().confirmed) == ({}, True)
    told = text_of(browser.get(f"/office/calendar/changes/{kept.number}/"))
    assert "按新公布的日历重算" in told
    assert recompute(by=SYSTEM, at=MONDAY) == []
    assert CalendarChange.objects.count() == 1


def test_a_paused_clock_is_reckoned_when_it_runs_on(world: World):
    case = a_clock(world)
    case.clocks.running().update(paused_at=MONDAY)
    assert change_calendar(days={date(2026, 6, 3): False}, by=SYSTEM, at=MONDAY) == []


def test_the_preview_costs_the_same_at_ten_clocks_and_at_two_hundred(world: World):
    browser = signed_in(city_keeper(world))
    case = a_clock(world)
    clock = case.clocks.running().get()

    def more(count: int) -> None:
        at = timezone.now()
        made = Case.objects.bulk_create(
            Case(number=f"2026-{900 + Case.objects.count() + n}", unit=case.unit, area=case.area,
                 state="to_place", opened_at=at)
            for n in range(count)
        )  # fmt: skip
        CaseClock.objects.bulk_create(
            CaseClock(
                case=one,
                rule="verify",
                amount=clock.amount,
                unit=clock.unit,
                started_at=clock.started_at,
                due_at=clock.due_at,
            )
            for one in made
        )

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert post(browser).status_code == 200
        return len(seen)

    more(10)
    queries()
    few = queries()
    more(190)
    assert queries() == few < 45


def test_odd_years_show_this_one(world: World):
    browser = signed_in(world.manager)
    for year in ("", "x", "-1", "1999", "9" * 40, "²"):
        assert browser.get("/office/calendar/", {"year": year}).status_code == 200
    assert browser.get("/office/calendar/changes/99/").status_code == 404


def test_letters_duties_appeals_and_requests_move_too_and_extended_ones(world: World):
    """All that counts working days is reckoned again, by what it was given in all."""
    sent, due, one = letter(world).recipients.get(), duty(world), item(world)
    appeal = a_clock(world, "appeal_review")
    asked = world.person(Role.UNIT_ADMIN)
    timing.ask_for_time(item=one, what="extension", days=2, reason="等", by=asked, at=AT)
    timing.grant_time(item=one, by=world.manager, at=AT)
    letters.ask_for_days(recipient=sent, days=2, reason="等", by=asked, at=AT)
    letters.grant_days(recipient=sent, by=world.person(Role.LEADER), at=AT)
    expected = {
        "函件 · 签收函件": (sent.clocks.get(rule="letter_acknowledge"), "06-04"),
        "函件 · 答复函件": (sent.clocks.get(rule="letter_reply"), "06-15"),
        "整改事项 · 整改": (one.clocks.get(), "06-18"),
        "问责建议 · 问责落实": (due.clocks.get(), "06-24"),
        "案件 · 复核": (appeal.clocks.running().get(), "06-16"),
    }
    # The city's manager, who sees everything that moves.
    browser = signed_in(world.person(Role.CASE_MANAGER, area=world.city))
    shown = text_of(post(browser))
    for said in expected:
        assert f"{said} <strong>1</strong>" in shown, said
    post(browser, confirmed="yes")
    for said, (clock, day) in expected.items():
        clock.refresh_from_db()
        assert f"{clock.due_at.astimezone(SHANGHAI):%m-%d}" == day, said
