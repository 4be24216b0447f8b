"""The few rules of casework that are not transitions: which scheme's clocks, how many tries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.timezone import localtime

from pingyi import rulebook
from pingyi.casework.models import CallAttempt, Case
from pingyi.casework.states import CallOutcome
from pingyi.directory.models import Area, Season, Unit
from pingyi.directory.seasons import season_on

TRIES = 3
"""Calls without an answer, in different hours, after which the rater counts as unreachable (A)."""

FALLBACK_SCHEME = "wuhan-2023"
"""Whose clocks a case follows that lies in no season, where none came before it either."""


def scheme_of(case: Case) -> rulebook.Scheme:
    """The scheme whose clocks the case follows: that of its rating's season.

    A rating outside every season follows the season of the day it was opened, else the last one
    before that day.
    """
    season = case.rating.season if case.rating is not None else None
    if season is None:
        season = season_on(localtime(case.opened_at).date()) or _last_before(case.opened_at)
    return rulebook.scheme(season.scheme if season else FALLBACK_SCHEME)


def _last_before(at: datetime) -> Season | None:
    return Season.objects.filter(ends_on__lt=localtime(at).date()).order_by("-ends_on").first()


def hours_tried(attempts: Iterable[CallAttempt]) -> int:
    """In how many different hours of the clock nobody answered."""
    return len(
        {
            localtime(attempt.at).strftime("%Y-%m-%d %H")
            for attempt in attempts
            if attempt.outcome == CallOutcome.NO_ANSWER
        }
    )


def office_of(unit: Unit) -> Area:
    """The area whose office works a unit's cases: its district, or the city."""
    area = unit.area
    while area.level == Area.Level.STREET and area.parent is not None:
        area = area.parent
    return area


def line_of(unit: Unit) -> list[Unit]:
    """The unit and those above it, nearest first."""
    line: list[Unit] = []
    above: Unit | None = unit
    while above is not None and above not in line:
        line.append(above)
        above = above.parent
    return line
