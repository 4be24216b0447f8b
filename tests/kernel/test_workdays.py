"""Deadlines agree with a slow and independent reckoning, over twelve years of moved holidays."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pingyi.kernel.workdays import SHANGHAI, Calendar, DueAt, Pause, Working, end_of_day

CALENDAR = Calendar()
MINUTE = timedelta(minutes=1)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_seven_working_days_after_8_august_2017():
    assert CALENDAR.add_working_days(date(2017, 8, 8), 7) == (date(2017, 8, 17), True)
    due = CALENDAR.due_at(at("2017-08-08 09:30"), 7, "working_days")
    assert due == (at("2017-08-17 23:59:59"), True)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2017, 9, 30), True),  # a Saturday before the National Day week
        (date(2017, 10, 6), False),
        (date(2018, 12, 29), True),  # a Saturday, for the Monday after
        (date(2018, 12, 31), False),
        (date(2020, 1, 31), False),  # the Spring Festival as prolonged in 2020
        (date(2024, 2, 18), True),  # a Sunday
        (date(2025, 5, 5), False),
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),
    ],
)
def test_holidays_as_the_state_council_arranged_them(day, working):
    assert CALENDAR.is_working(day) == Working(working, confirmed=True)


def test_the_long_holiday_of_2017_is_left_out():
    assert CALENDAR.add_working_days(date(2017, 9, 29), 2).date == date(2017, 10, 9)


@pytest.mark.parametrize("day", [date(2027, 1, 4), date(2003, 6, 2), date(2099, 6, 1)])
def test_years_not_published_go_by_the_week_and_say_so(day):
    assert CALENDAR.is_working(day) == (day.weekday() < 5, False)
    assert CALENDAR.is_working(day + timedelta(5 - day.weekday())) == (False, False)


def test_a_deadline_into_an_unpublished_year_is_not_confirmed():
    through_2025 = Calendar(published_through=2025)
    within = through_2025.due_at(at("2025-12-10 09:00"), 5, "working_days")
    across = through_2025.due_at(at("2025-12-29 09:00"), 5, "working_days")
    assert within == (at("2025-12-17 23:59:59"), True)
    assert across == (at("2026-01-05 23:59:59"), False)
    assert CALENDAR.due_at(at("2025-12-29 09:00"), 5, "working_days") == (
        at("2026-01-06 23:59:59"),
        True,
    )


def test_a_day_on_the_way_that_is_not_confirmed_makes_the_deadline_so():
    through_2025 = Calendar({date(2026, 1, 5): True}, published_through=2025)
    assert through_2025.add_working_days(date(2025, 12, 31), 3).confirmed is False


def test_new_year_may_reach_back_into_the_last_week_of_the_last_published_year():
    through_2025 = Calendar(published_through=2025)
    assert through_2025.is_working(date(2025, 12, 25)).confirmed
    assert not through_2025.is_working(date(2025, 12, 26)).confirmed
    assert through_2025.is_working(date(2024, 12, 31)).confirmed


def test_coverage_cannot_be_claimed_beyond_the_data():
    assert Calendar(published_through=2090).is_working(date(2080, 5, 1)).confirmed is False


def test_the_citys_own_table_goes_first():
    closed, opened = date(2026, 11, 20), date(2026, 11, 22)
    calendar = Calendar({closed: False, opened: True, date(2027, 1, 1): False})
    assert calendar.is_working(closed) == (False, True)
    assert calendar.is_working(date(2027, 1, 1)) == (False, True)
    assert calendar.is_working(opened) == (True, True)
    assert calendar.add_working_days(date(2026, 11, 19), 1) == (opened, True)


def test_hours_and_days_are_clock_time():
    friday = at("2017-09-29 18:00")
    assert CALENDAR.due_at(friday, 24, "hours") == (at("2017-09-30 18:00"), True)
    assert CALENDAR.due_at(friday, 2, "days") == (at("2017-10-01 18:00"), True)
    assert Calendar(published_through=2010).due_at(friday, 2, "days").confirmed


def test_days_are_those_of_shanghai():
    late_in_utc = datetime(2017, 8, 7, 16, 30, tzinfo=UTC)  # 8 August, 00:30, in Shanghai
    due = CALENDAR.due_at(late_in_utc, 7, "working_days")
    assert due.at == at("2017-08-17 23:59:59")
    assert due.at.tzinfo is SHANGHAI
    hours = CALENDAR.due_at(late_in_utc, 1, "hours").at
    assert (hours.tzinfo, hours) == (SHANGHAI, at("2017-08-08 01:30"))


def test_summer_time_neither_gives_nor_takes_an_hour():
    before = at("1991-04-13 12:00")
    due = CALENDAR.due_at(before, 24, "hours").at
    assert due.astimezone(UTC) - before.astimezone(UTC) == timedelta(hours=24)


@pytest.mark.parametrize(
    ("amount", "unit", "pauses"),
    [
        (-1, "hours", []),
        (-1, "working_days", []),
        (1, "weeks", []),
        (1, "hours", [Pause(at("2017-08-09 10:00"), at("2017-08-09 09:00"))]),
        (1, "hours", [Pause(datetime(2017, 8, 9), at("2017-08-09 09:00"))]),  # noqa: DTZ001
    ],
)
def test_what_makes_no_sense_is_refused(amount, unit, pauses):
    with pytest.raises(ValueError, match=r"cannot|time zone|no unit"):
        CALENDAR.due_at(at("2017-08-08 09:00"), amount, unit, pauses=pauses)


@pytest.mark.parametrize("unit", ["hours", "working_days"])
def test_naive_moments_are_refused(unit):
    with pytest.raises(ValueError, match="time zone"):
        CALENDAR.due_at(datetime(2017, 8, 8), 1, unit)  # noqa: DTZ001


def test_working_days_are_counted_forwards():
    with pytest.raises(ValueError, match="forwards"):
        CALENDAR.add_working_days(date(2017, 8, 8), -1)


@pytest.mark.parametrize(
    ("begin", "end", "due"),
    [
        ("2017-08-09 10:00", "2017-08-09 18:00", "2017-08-10"),  # lifted the same day
        ("2017-08-09 10:00", "2017-08-10 09:00", "2017-08-11"),
        ("2017-08-10 10:00", "2017-08-14 09:00", "2017-08-14"),  # on the last day, over a week-end
        ("2017-08-11 10:00", "2017-08-14 09:00", "2017-08-10"),  # too late to matter
        ("2017-08-08 23:59:59.5", "2017-08-10 09:00", "2017-08-11"),
        ("2017-08-09 10:00", "2017-08-09 23:59:59", "2017-08-10"),
        ("2017-08-09 23:59:59", "2017-08-10 00:00", "2017-08-11"),
        ("2017-08-01 10:00", "2017-08-08 09:00", "2017-08-10"),  # over before the start
    ],
)
def test_a_pause_moves_by_the_working_days_that_end_in_it(begin, end, due):
    pause = Pause(at(begin), at(end))
    found = CALENDAR.due_at(at("2017-08-08 09:00"), 2, "working_days", pauses=[pause])
    assert found.at == end_of_day(date.fromisoformat(due))


# --- against a reckoning that walks through time ---

STARTS = st.datetimes(datetime(2015, 1, 1), datetime(2026, 10, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(second=0, microsecond=0, tzinfo=SHANGHAI)
)


@st.composite
def starts_and_pauses(draw, longest_hours):
    start = draw(STARTS)
    offsets = st.integers(-longest_hours * 20, longest_hours * 60)
    spans = draw(st.lists(st.tuples(offsets, st.integers(0, longest_hours * 30)), max_size=4))
    return start, [
        Pause(start + offset * MINUTE, start + (offset + length) * MINUTE)
        for offset, length in spans
    ]


def stands_still(moment, pauses):
    return any(begin <= moment < end for begin, end in pauses)


@settings(max_examples=60)
@given(starts_and_pauses(longest_hours=30), st.integers(0, 30))
def test_hours_agree_with_counting_minutes(given_, hours):
    start, pauses = given_
    now, left = start, hours * 60
    while left:
        left -= not stands_still(now, pauses)
        now += MINUTE
    assert CALENDAR.due_at(start, hours, "hours", pauses=pauses) == DueAt(now, confirmed=True)


@settings(max_examples=200)
@given(starts_and_pauses(longest_hours=600), st.integers(0, 30))
def test_working_days_agree_with_walking_through_the_days(given_, amount):
    start, pauses = given_
    day, left = start.date(), amount
    while left:
        day += timedelta(1)
        weekend = day.weekday() >= 5
        worked = day in chinese_calendar.workdays or not (
            weekend or day in chinese_calendar.holidays
        )
        if worked and not stands_still(at(f"{day} 23:59:59"), pauses):
            left -= 1
    due = CALENDAR.due_at(start, amount, "working_days", pauses=pauses)
    assert due.at == at(f"{day} 23:59:59")


@given(starts_and_pauses(longest_hours=600), st.integers(0, 20), st.integers(1, 20))
def test_an_extension_counts_on_from_the_old_deadline(given_, amount, more):
    start, pauses = given_
    for unit in ("hours", "days", "working_days"):
        old = CALENDAR.due_at(start, amount, unit, pauses=pauses)
        new = CALENDAR.due_at(old.at, more, unit, pauses=pauses)
        if not stands_still(old.at, pauses):
            assert new.at == CALENDAR.due_at(start, amount + more, unit, pauses=pauses).at


@given(STARTS, st.integers(0, 40))
def test_working_days_between_invert_adding(start, amount):
    due = CALENDAR.add_working_days(start.date(), amount)
    assert CALENDAR.working_days(start.date(), due.date) == amount


@pytest.mark.parametrize(
    ("due", "by", "unit", "moved"),
    [
        ("2026-06-08 23:59:59", -1, "working_days", "2026-06-05 23:59:59"),
        ("2026-06-08 23:59:59", 0, "working_days", "2026-06-08 23:59:59"),
        ("2026-06-05 23:59:59", 1, "working_days", "2026-06-08 23:59:59"),
        ("2026-06-22 23:59:59", -1, "working_days", "2026-06-18 23:59:59"),
        ("2026-06-18 23:59:59", 2, "working_days", "2026-06-23 23:59:59"),
        ("2026-06-06 10:00:00", -1, "working_days", "2026-06-04 23:59:59"),
        ("2026-06-02 10:00:00", -4, "hours", "2026-06-02 06:00:00"),
        ("2026-06-02 10:00:00", 3, "days", "2026-06-05 10:00:00"),
    ],
)
def test_so_long_before_or_after_a_deadline(due, by, unit, moved):
    """Dragon Boat Festival, 19 to 21 June 2026. On a free day nobody loses a working one."""
    assert CALENDAR.moved(at(due), by, unit) == at(moved)


@given(STARTS, st.integers(1, 20))
def test_before_a_working_deadline_so_many_days_are_left(start, count):
    due = CALENDAR.due_at(start, 25, "working_days").at
    before = CALENDAR.moved(due, -count, "working_days")
    assert CALENDAR.working_days(before.date(), due.date()) == count
    assert CALENDAR.moved(before, count, "working_days") == due


def test_moving_by_no_unit_is_refused():
    with pytest.raises(ValueError, match="no unit"):
        CALENDAR.moved(at("2026-06-02 10:00:00"), 1, "weeks")


def test_no_working_days_backwards():
    assert CALENDAR.working_days(date(2017, 8, 8), date(2017, 8, 1)) == 0
