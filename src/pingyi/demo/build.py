"""Builds the demo city: on paper, its directory, its people, its ratings, its cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Q

from pingyi.audit.actions import NamedActor
from pingyi.casework.models import Case
from pingyi.casework.rules import office_of
from pingyi.casework.states import State
from pingyi.clocks.calendar import city_calendar
from pingyi.demo import (
    accounting,
    founding,
    history,
    letters,
    names,
    publishing,
    quick,
    rectifying,
    trail,
)
from pingyi.demo.docket import Docket
from pingyi.demo.history import History, Place
from pingyi.demo.plan import SCALES, plan
from pingyi.demo.report import Report
from pingyi.demo.staff import Login, assemble
from pingyi.directory.models import Area, PointCode, Unit
from pingyi.kernel.workdays import SHANGHAI
from pingyi.ratings.bulk import PastContact, load_history
from pingyi.ratings.models import Rating

BUILDER = NamedActor("demo")
_OPENED_BEFORE = timedelta(days=20)
YEARS_BEFORE = 2
PRINTED = 18
"""How many logins are printed."""


class NotEmpty(RuntimeError):
    """The database holds something already."""


@dataclass(frozen=True)
class City:
    """What was built; `logins` are told this once, `point_code` is a poster of the unit among
    them: who rates there can walk the case through every desk."""

    name: str
    units: int
    points: int
    ratings: int
    cases: int
    point_code: str
    logins: list[Login]


def build(*, scale: str, seed: int, at: datetime, report: Report) -> City:
    """Fill the empty database with a city that looks lived-in up to `at`. Raises NotEmpty.

    The same scale, seed and day give the same city, but for passwords and encryption.
    """
    if trail.holds_anything():
        raise NotEmpty
    with quick.unsynced():
        return _built(scale=scale, seed=seed, at=at, report=report)


def _built(*, scale: str, seed: int, at: datetime, report: Report) -> City:
    size = SCALES[scale]
    today = at.astimezone(SHANGHAI).date()
    first = max(first_day(today), today - timedelta(days=size.days))
    opened = date(first.year - YEARS_BEFORE, 1, 1) if size.before else first
    founded = datetime.combine(opened, time(9), SHANGHAI) - _OPENED_BEFORE
    report.stage("directory")
    paper = plan(size, seed)
    seasons = founding.open_years(opened, today, by=BUILDER, at=founded)
    places = founding.settle(paper, seed=seed, by=BUILDER, at=founded)
    city = Area.objects.get(parent=None)
    trail.found(city=city, scale=scale, seed=seed, by=BUILDER, at=founded)

    staff = assemble(district=_busiest(places), seed=seed, by=BUILDER, at=founded)

    report.stage("ratings", size.ratings + YEARS_BEFORE * size.before)
    calendar = city_calendar()
    now = history.History(
        places=places,
        first=first,
        until=at,
        total=size.ratings,
        seed=seed,
        season_of=lambda day: next(
            (s.pk for s in seasons if s.starts_on <= day <= s.ends_on), None
        ),
        is_working=lambda day: calendar.is_working(day).working,
    )
    loaded = 0
    for past in (*_years_before(now, size.before), now):
        contacts: dict[UUID, PastContact] = {}
        for count in load_history(history.ratings(past, contacts), contacts, by=BUILDER, at=at):
            report.advance(count)
            loaded += count

    report.stage("cases", Rating.objects.filter(level__lte=2).count())
    docket = Docket(staff, seed, at, report, BUILDER)
    docket.close_old(keep=size.walked)
    docket.walk_recent(at_most=size.walked)

    accounting.record_findings(staff, seed=seed, at=at)
    publishing.publish(staff, now=at)
    accounting.hold_to_account(staff, by=BUILDER, at=at)

    report.stage("people", PRINTED)
    unit = _unit_to_try()
    rectifying.put_right(staff, unit, now=at)
    letters.write(staff, unit, by=BUILDER, founded=founded, at=at)
    logins = staff.logins(unit, advance=report.advance)
    code = PointCode.objects.filter(point__unit=unit, replaced_at=None).order_by("pk")[0]
    return City(
        names.CITY[1],
        len(paper.units),
        len(paper.points),
        loaded,
        Case.objects.count(),
        code.code,
        logins,
    )


def _years_before(now: History, total: int) -> Iterator[History]:
    """The years before, each the gloomier the longer ago: people were not always so content."""
    if not total:
        return
    for ago in range(YEARS_BEFORE, 0, -1):
        year = now.first.year - ago
        yield replace(
            now,
            first=date(year, 1, 1),
            until=datetime(year, 12, 31, 23, 59, 59, tzinfo=SHANGHAI),
            total=total,
            gloom=1.0 + 2.0 * ago,
        )


def first_day(today: date) -> date:
    """Where history begins: this year's first day, or last July while the year is young."""
    return date(today.year, 1, 1) if today.month > 3 else date(today.year - 1, 7, 1)


def _busiest(places: list[Place]) -> Area:
    """The district whose points draw most ratings."""
    district_of = {unit.pk: office_of(unit) for unit in Unit.objects.select_related("area__parent")}
    drawn: dict[Area, float] = defaultdict(float)
    for place in places:
        drawn[district_of[place.unit]] += place.weight
    return max(
        (area for area in drawn if area.level == Area.Level.DISTRICT),
        key=lambda area: (drawn[area], area.code),
    )


def _unit_to_try() -> Unit:
    """The unit with most cases waiting for its answer, or with most cases."""
    waiting = Count("cases", filter=Q(cases__state=State.WITH_UNIT.value, cases__embargoed=False))
    return Unit.objects.annotate(waiting=waiting, all=Count("cases")).order_by(
        "-waiting", "-all", "code"
    )[0]
