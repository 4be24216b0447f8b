"""The city's working calendar: what the State Council publishes, and the city's own days over it.

`chinesecalendar` ends with the last published year; beyond it Monday to Friday are taken, marked
as not confirmed (see kernel.workdays).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from pingyi.clocks.models import CalendarDay
from pingyi.kernel.workdays import Calendar


def city_calendar(changed: Mapping[date, bool | None] = MappingProxyType({})) -> Calendar:
    """The calendar as the database now has it: one small query, the calendar itself kept.

    With `changed`, as it would be: None takes the city's word on a day back.

    A city overrides a handful of days a year, so reading them costs less than knowing whether
    another process has changed one.
    """
    days: dict[date, bool | None] = dict(CalendarDay.objects.values_list("date", "working"))
    days |= changed
    return _calendar(tuple((day, word) for day, word in days.items() if word is not None))


@lru_cache(maxsize=4)
def _calendar(overrides: tuple[tuple[date, bool], ...]) -> Calendar:
    return Calendar(dict(overrides))
