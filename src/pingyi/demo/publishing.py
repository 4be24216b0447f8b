"""What the demo city has made public: the results of years past, this year's monthly bulletins.

And a draft of last week's, which waits for somebody to check and publish it.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from pingyi.demo.staff import Staff
from pingyi.directory.models import Season
from pingyi.kernel.workdays import SHANGHAI
from pingyi.people.roles import Role
from pingyi.publication import actions
from pingyi.publication.policies import Refused
from pingyi.publication.terms import Kind, over_by

_AFTER = timedelta(days=3)
_NOON = time(12)


def publish(staff: Staff, *, now: datetime) -> int:
    """Release what is over by `now`, each a few days after its end; returns how many."""
    today = now.astimezone(SHANGHAI).date()
    found = []
    for season in Season.objects.order_by("starts_on"):
        if season.ends_on + _AFTER <= today:
            found.append((season.ends_on, season, Kind.SEASON))
        else:
            months = over_by(Kind.MONTHLY, today, since=season.starts_on, until=season.ends_on)
            found += [(one.ends_on, season, Kind.MONTHLY) for one in months]
    released = [
        (through, season, kind)
        for through, season, kind in sorted(found, key=lambda one: one[0])
        if through + _AFTER < today and _rated_by(season, through)
    ]
    for through, season, kind in released:
        _release(staff, season, kind, through)
    _draft(staff, today, now)
    return len(released)


def _rated_by(season: Season, through: date) -> bool:
    return season.ratings.filter(day__lte=through).exists()


def _release(staff: Staff, season: Season, kind: Kind, through: date) -> None:
    at = datetime.combine(through + _AFTER, _NOON, SHANGHAI)
    keeper, leader = staff.of(Role.SCHEME_KEEPER, staff.city), staff.of(Role.LEADER, staff.city)
    draft = actions.prepare(season=season, kind=kind, through=through, by=keeper, at=at)
    try:
        actions.publish(release=draft, by=leader, at=at + timedelta(hours=3))
    except Refused:  # a case it cites is under embargo by now
        actions.give_up(release=draft, by=leader, at=at + timedelta(hours=3))


def _draft(staff: Staff, today: date, now: datetime) -> None:
    season = Season.objects.filter(starts_on__lte=today, ends_on__gte=today).first()
    if season is None:
        return
    weeks = over_by(Kind.WEEKLY, today, since=season.starts_on, until=season.ends_on)
    last = next(weeks, None)
    if last is not None and _rated_by(season, last.ends_on):
        actions.prepare(
            season=season,
            kind=Kind.WEEKLY,
            through=last.ends_on,
            by=staff.of(Role.SCHEME_KEEPER, staff.city),
            at=now,
        )
