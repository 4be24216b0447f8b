"""A season's course: each ended month's totals and places, from facts as they stood at its end.

Whatever is found later leaves them as they were: they are computed once and kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.core.cache import cache
from django.utils.timezone import get_default_timezone, localdate

from pingyi.directory.models import Season
from pingyi.directory.schemes import in_force_on
from pingyi.scoring import board

KEPT = 40 * 24 * 3600
"""Seconds. A month that has ended does not change."""


class Stood(NamedTuple):
    """A unit's total and place in its group at the end of a day; None where it had no total."""

    day: date
    total: Decimal | None
    rank: int | None
    of: int


def month_ends(season: Season, *, now: datetime) -> list[date]:
    """The last days of the season's months that lie before today, and its own last day."""
    last = min(season.ends_on, localdate(now) - timedelta(days=1))
    return [day for day in _ends(season.starts_on, season.ends_on) if day <= last]


def is_known(season: Season, group: str, *, now: datetime) -> bool:
    """Whether every ended month is computed already."""
    keys = [_key(season, group, day) for day in month_ends(season, now=now)]
    return len(cache.get_many(keys)) == len(keys)


def of_unit(season: Season, group: str, code: str, *, now: datetime) -> list[Stood]:
    """The unit's course through the ended months; what is not yet known of the group is computed,
    which takes a second or more a month in a city."""
    found = []
    for day in month_ends(season, now=now):
        key = _key(season, group, day)
        stood: dict[str, Stood] | None = cache.get(key)
        if stood is None:
            at = datetime.combine(day, time.max, get_default_timezone())
            then = board.at_time(season, at=at, now=now, group=group)
            stood = {
                one.unit: Stood(day, one.total, one.rank, one.of) for one in then.result.results
            }
            cache.set(key, stood, KEPT)
        if code in stood:
            found.append(stood[code])
    return found


def _ends(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield min(following - timedelta(days=1), last)
        day = following


def _key(season: Season, group: str, day: date) -> str:
    digest = in_force_on(season, day).digest[:16]
    return f"course/{season.pk}/{digest}/{group}/{day}"
