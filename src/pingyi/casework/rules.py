"""The few rules of casework that are not transitions: which scheme's clocks, how many tries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Max
from django.utils.timezone import localtime

from pingyi import rulebook
from pingyi.casework.models import CallAttempt, Case, CaseClock, Verdict
from pingyi.casework.states import CallOutcome
from pingyi.clocks.calendar import city_calendar
from pingyi.directory.models import Area, Unit
from pingyi.directory.schemes import in_force
from pingyi.kernel.workdays import DueAt
from pingyi.ratings.points import rules_on

TRIES = 3
"""Calls without an answer, at different hours of the day, after which the rater counts as
unreachable, where her scheme does not say (A)."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def scheme_of(case: Case) -> rulebook.Scheme:
    """The scheme whose clocks the case follows: that of its rating's season.

    A case outside every season follows what holds on the day it was opened.
    """
    season = case.rating.season if case.rating is not None else None
    if season is not None:
        return in_force(season)
    return rules_on(localtime(case.opened_at).date()).scheme


def costs_points(verdict: Verdict) -> bool:
    """Whether the scheme takes points for the verdict. It has no say where the case did not begin
    with a rating; and says by itself whether a look-back that fails costs again."""
    scheme = scheme_of(verdict.case)
    if verdict.case.rating is None or scheme.verdicts is None:
        return False
    again = verdict.round == 0 or scheme.verdicts.again_if_look_back_fails
    return again and scheme.costs_points(verdict.finding, verdict.kind)


def appeal_until(verdict: Verdict) -> DueAt | None:
    """Until when the unit may appeal: counted from the day it could know, so after an embargo
    from its release. None if the scheme has no such clock."""
    case = verdict.case
    length = scheme_of(case).clocks.get("appeal")
    if length is None:
        return None
    releases = case.referrals.filter(embargoed=True, released_at__gt=verdict.at)
    known = releases.aggregate(last=Max("released_at"))["last"] or verdict.at
    return city_calendar().due_at(known, length.amount, length.unit)


def hours_tried(attempts: Iterable[CallAttempt]) -> list[CallAttempt]:
    """The calls without an answer that count, oldest first: each at an hour of the day of its own,
    an hour or more by the clock from all that count before it, whatever the day. So two calls
    around the full hour are one, and so are calls at ten on three days."""
    unanswered = (one for one in attempts if one.outcome == CallOutcome.NO_ANSWER)
    counted: list[CallAttempt] = []
    for tried in sorted(unanswered, key=lambda one: one.at):
        if all(_apart(tried.at, other.at) >= HOUR for other in counted):
            counted.append(tried)
    return counted


def tries_of(case: Case) -> int:
    """At how many different hours of the day the scheme has her called, before she counts as
    unreachable."""
    clock = scheme_of(case).clocks.get("call_back")
    return (clock.tries if clock is not None else 0) or TRIES


def hours_missing(case: Case) -> int:
    """At how many more hours of the day she is to be tried before she counts as unreachable."""
    return max(tries_of(case) - len(hours_tried(case.calls.all())), 0)


def _apart(one: datetime, other: datetime) -> timedelta:
    """How far two moments lie apart by the clock on the wall, the shorter way round."""
    gap = abs(one - other) % DAY
    return min(gap, DAY - gap)


def latest_agreed(case: Case, *, at: datetime) -> datetime | None:
    """Until when the rater may be called later, counted from a call `at`; None without a limit."""
    limit = scheme_of(case).clocks.get("call_later")
    return city_calendar().due_at(at, limit.amount, limit.unit).at if limit is not None else None


def clock_in_hand(case: Case) -> CaseClock | None:
    """The running clock of whoever must act, if the scheme allows it more time."""
    allowed = [rule for rule, length in scheme_of(case).clocks.items() if length.may_change]
    found: CaseClock | None = case.clocks.running().filter(rule__in=allowed).first()
    return found


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
