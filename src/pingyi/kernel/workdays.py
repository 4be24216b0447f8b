"""Working days and deadlines, by the calendar of the State Council and a city's own changes to it.

China moves working days around its holidays (调休); each November the arrangement of the next year
is published. Beyond what is published Monday to Friday are taken for working days, and everything
reckoned so is marked as not confirmed, to be reckoned again later.

How deadlines are counted (DOMAIN §6):
- `hours`: clock time, holidays or not.
- `days`: n × 24 hours of clock time; "called back within 2 days" is 48 hours.
- `working_days`: until the end (23:59:59) of the n-th working day, counted from the next day.

Moments must be aware; days are those of Asia/Shanghai, and so are the moments returned.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import chinese_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")

Unit = Literal["hours", "days", "working_days"]

_FIRST_YEAR = min(chinese_calendar.holidays).year
LAST_PUBLISHED_YEAR = max(chinese_calendar.holidays).year
"""The last year whose arrangement the installed calendar carries."""
_CLOCK = {"hours": timedelta(hours=1), "days": timedelta(days=1)}
_END_OF_DAY = time(23, 59, 59)
_DAY = timedelta(days=1)


class Working(NamedTuple):
    working: bool
    confirmed: bool
    """Whether it rests on a published calendar or on the city's own word."""


class Due(NamedTuple):
    date: date
    confirmed: bool


class DueAt(NamedTuple):
    at: datetime
    """The last moment in time, in Asia/Shanghai; late is what comes after it."""
    confirmed: bool


class Pause(NamedTuple):
    """A deadline stands still from `begin` up to, but not including, `end`."""

    begin: datetime
    end: datetime


class Calendar:
    """Which days are worked.

    `overrides` is the city's own table: date to whether it is worked; it goes before everything
    and counts as confirmed. `published_through` is the last year whose arrangement is known; by
    default the last one that chinesecalendar carries.
    """

    def __init__(
        self,
        overrides: Mapping[date, bool] | None = None,
        *,
        published_through: int = LAST_PUBLISHED_YEAR,
    ) -> None:
        self._overrides = dict(overrides or {})
        self._last_year = min(published_through, LAST_PUBLISHED_YEAR)

    def is_working(self, day: date) -> Working:
        if day in self._overrides:
            return Working(self._overrides[day], confirmed=True)
        if _FIRST_YEAR <= day.year <= self._last_year:
            return Working(chinese_calendar.is_workday(day), self._is_settled(day))
        return Working(day.weekday() < 5, confirmed=False)

    def add_working_days(self, start: date, count: int) -> Due:
        """The `count`-th working day after `start`; `start` itself for 0.

        Confirmed when every day on the way is. Raises ValueError for a negative count.
        """
        return self._nth_working_day(start, count, paused=set())

    def working_days(self, after: date, through: date) -> int:
        """How many days after `after`, up to and including `through`, are worked."""
        days = (after + n * _DAY for n in range(1, (through - after).days + 1))
        return sum(self.is_working(day).working for day in days)

    def due_at(
        self, start: datetime, amount: int, unit: Unit, *, pauses: Iterable[Pause] = ()
    ) -> DueAt:
        """When something started at `start` is due.

        With pauses, in clock units: when `amount` of unpaused time has passed. In working days:
        the end of the n-th working day whose end lies in no pause; so a pause moves the deadline
        by the working days that end within it, and one lifted the same day moves nothing.
        Pauses may overlap; those after the deadline change nothing. For a pause not yet lifted
        give the present as its end: that is the deadline if it were lifted now.

        An extension is `due_at` from the old deadline. Raises ValueError for a naive moment, a
        negative amount, a pause that ends before it begins, an unknown unit.
        """
        merged = _merged(pauses)
        if amount < 0:
            raise ValueError("a deadline cannot lie before its start")
        if unit in _CLOCK:
            return DueAt(_after(_aware(start), amount * _CLOCK[unit], merged), confirmed=True)
        if unit != "working_days":
            raise ValueError(f"no unit {unit!r}")
        paused = {day for pause in merged for day in _days_ending_in(pause)}
        due = self._nth_working_day(_aware(start).date(), amount, paused)
        return DueAt(end_of_day(due.date), due.confirmed)

    def moved(self, due: datetime, by: int, unit: Unit) -> datetime:
        """`by` units after a deadline, before it if negative.

        In working days: the end of the n-th working day after it; before it, the end of the day
        from which on so many working days are left. Raises ValueError as `due_at` does.
        """
        if unit in _CLOCK:
            return _aware(due) + by * _CLOCK[unit]
        if unit != "working_days":
            raise ValueError(f"no unit {unit!r}")
        day = _aware(due).date()
        if by == 0:
            return _aware(due)
        if by > 0:
            return end_of_day(self._nth_working_day(day, by, paused=set()).date)
        while by or not self.is_working(day).working:
            by += self.is_working(day).working
            day -= _DAY
        return end_of_day(day)

    def _nth_working_day(self, start: date, count: int, paused: set[date]) -> Due:
        if count < 0:
            raise ValueError("working days are counted forwards")
        day, confirmed = start, True
        while count:
            day += _DAY
            status = self.is_working(day)
            confirmed = confirmed and status.confirmed
            count -= status.working and day not in paused
        return Due(day, confirmed)

    def _is_settled(self, day: date) -> bool:
        # New Year's arrangement may reach back into December, as to 29 and 31 Dec 2018, and is
        # published with the next year's.
        return day.year < self._last_year or (day.month, day.day) <= (12, 25)


def end_of_day(day: date) -> datetime:
    """The last second of a day in Asia/Shanghai."""
    return datetime.combine(day, _END_OF_DAY, SHANGHAI)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(SHANGHAI)


def _merged(pauses: Iterable[Pause]) -> list[Pause]:
    """In order, without overlaps."""
    merged: list[Pause] = []
    for begin, end in sorted((_aware(begin), _aware(end)) for begin, end in pauses):
        if end < begin:
            raise ValueError("a pause cannot end before it begins")
        if merged and begin <= merged[-1].end:
            merged[-1] = Pause(merged[-1].begin, max(end, merged[-1].end))
        else:
            merged.append(Pause(begin, end))
    return merged


def _after(start: datetime, duration: timedelta, pauses: list[Pause]) -> datetime:
    # Reckoned in UTC: Shanghai had summer time until 1991.
    due = start.astimezone(UTC) + duration
    for pause in pauses:
        begin = max(pause.begin.astimezone(UTC), start.astimezone(UTC))
        if begin < due and pause.end > begin:
            due += pause.end - begin
    return due.astimezone(SHANGHAI)


def _days_ending_in(pause: Pause) -> Iterable[date]:
    first = pause.begin.date()
    days = (first + n * _DAY for n in range((pause.end.date() - first).days + 1))
    return (day for day in days if pause.begin <= end_of_day(day) < pause.end)
