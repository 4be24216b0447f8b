"""What a release may be, and the periods bulletins cover. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from pingyi.kernel.terms import Term


class Kind(Term):
    """Bulletins came out weekly in 2018, half-monthly in 2019, monthly in 2020 (DOMAIN §1.5)."""

    WEEKLY = "weekly", "周通报", "Weekly bulletin"
    HALF_MONTHLY = "half_monthly", "半月通报", "Half-monthly bulletin"
    MONTHLY = "monthly", "月通报", "Monthly bulletin"
    SEASON = "season", "年度结果", "Season result"


BULLETINS = (Kind.WEEKLY, Kind.HALF_MONTHLY, Kind.MONTHLY)


class Period(NamedTuple):
    """The days a bulletin covers, both included."""

    starts_on: date
    ends_on: date


def period_of(kind: Kind, day: date) -> Period:
    """The period of that kind `day` lies in: Monday to Sunday; to the 15th, and on to the month's
    end; a month. ValueError for a season, whose days are its own."""
    if kind is Kind.WEEKLY:
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if kind is Kind.MONTHLY:
        return Period(first, last)
    if kind is Kind.HALF_MONTHLY:
        middle = first.replace(day=15)
        return Period(first, middle) if day <= middle else Period(first.replace(day=16), last)
    raise ValueError(kind)


def over_by(kind: Kind, day: date, *, since: date, until: date) -> Iterator[Period]:
    """The periods of that kind within `since` and `until` that were over before `day`, the latest
    first; the first and the last are cut to fit."""
    end = min(until, day - timedelta(days=1))
    while end >= since:
        period = period_of(kind, end)
        if period.ends_on < day or end == until:
            yield Period(max(period.starts_on, since), min(period.ends_on, until))
        end = period.starts_on - timedelta(days=1)
