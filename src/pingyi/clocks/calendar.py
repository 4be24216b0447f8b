"""The city's working calendar: what the State Council publishes, and the city's own days over it.

`chinesecalendar` ends with the last published year; beyond it Monday to Friday are taken, marked
as not confirmed (see kernel.workdays).
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from pingyi.clocks.models import CalendarDay
from pingyi.kernel.workdays import Calendar


def city_calendar() -> Calendar:
    """The calendar as the database now has it: one small query, the calendar itself kept.

    A city overrides a handful of days a year, so reading them costs less than knowing whether
    another process has changed one.
    """
    return _calendar(tuple(CalendarDay.objects.values_list("date", "working")))


@lru_cache(maxsize=4)
def _calendar(overrides: tuple[tuple[date, bool], ...]) -> Calendar:
    return Calendar(dict(overrides))
