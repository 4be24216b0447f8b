"""Counts of ratings out of the tallies: per unit and channel, live or through any past day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Count, F, Max, Q, Sum

from pingyi.casework.models import Referral, Verdict
from pingyi.casework.queries import hidden
from pingyi.casework.states import Finding
from pingyi.directory.models import Enrolment, Season
from pingyi.ratings.models import PointTally, Rating, RatingMove, RatingVoid, UnitTally
from pingyi.rulebook import Level
from pingyi.supervision import inputs


class Counted(NamedTuple):
    """So many ratings of a unit, by its id; `level` is the rank of `rulebook.Level`."""

    unit: int
    channel: str
    level: int
    by_default: bool
    number: int


_VERIFIED = (Finding.VERIFIED.value, Finding.PARTLY.value)
_KEY = ("channel", "level", "by_default")
_OF_RATING = [f"rating__{name}" for name in _KEY]


def live_counts(season: Season, group: str | None = None) -> Iterable[Counted]:
    """The season's counts as they stand; one query."""
    found = UnitTally.objects.filter(season=season)
    if group is not None:
        units = Enrolment.objects.filter(season=season, group=group).values("unit")
        found = found.filter(unit__in=units)
    return map(Counted._make, found.order_by().values_list("unit_id", *_KEY, "count"))


def counts_through(season: Season, day: date) -> Iterator[Counted]:
    """The season's counts as they stood at the end of `day`; in five queries.

    The daily tallies know no season, and voids and moves count on their own day: those that
    crossed the season's border are set right one by one.
    """
    first, last = season.starts_on, min(day, season.ends_on)
    yield from _tallied(first, last)
    yield from _undone(_later_facts(Q(day__gte=first, day__lte=last) & ~Q(rating__season=season)))
    yield from _later_facts(Q(day__gt=season.ends_on, day__lte=day, rating__season=season))


def counts_given(season: Season, *, since: date, through: date, at: datetime) -> Iterator[Counted]:
    """Of the season, the ratings given from the day `since` through `through`, each where it was
    known at `at` to belong, without those void by the end of `through`; in five queries.

    Each adds one somewhere or nothing anywhere, so no sum is negative. What those days took from
    ratings given before, or moved of them, is undone: it belongs to the days they were given.
    """
    first, last = max(since, season.starts_on), min(through, season.ends_on)
    yield from _tallied(first, last)
    yield from _undone(_later_facts(Q(day__gte=first, day__lte=last)))
    given = Q(rating__season=season, rating__day__gte=first, rating__day__lte=last)
    yield from _voided(given & Q(day__lte=through))
    yield from _moved(given & Q(at__lte=at))


def _tallied(first: date, last: date) -> Iterator[Counted]:
    days = PointTally.objects.filter(day__gte=first, day__lte=last)
    summed = days.order_by().values("point__unit_id", *_KEY).annotate(sum=Sum("count"))
    yield from map(Counted._make, summed.values_list("point__unit_id", *_KEY, "sum"))


def _later_facts(of: Q) -> Iterator[Counted]:
    """What the voids and moves `of` describes took from units, or gave them."""
    yield from _voided(of)
    yield from _moved(of)


def _voided(of: Q) -> Iterator[Counted]:
    voids = RatingVoid.objects.placed().filter(of).order_by()
    for row in voids.values_list("unit_id", *_OF_RATING):
        yield Counted._make((*row, -1))


def _moved(of: Q) -> Iterator[Counted]:
    moves = RatingMove.objects.filter(of).order_by()
    for left, reached, *key in moves.values_list("from_unit_id", "to_unit_id", *_OF_RATING):
        yield Counted._make((left, *key, -1))
        yield Counted._make((reached, *key, 1))


def _undone(facts: Iterable[Counted]) -> Iterator[Counted]:
    return (one._replace(number=-one.number) for one in facts)


def of_returns(returned: Iterable[inputs.Returned]) -> Iterator[Counted]:
    """What channels outside the program counted, as its own counts."""
    for row in returned:
        for level in Level:
            if number := getattr(row, level.value):
                yield Counted(row.unit, row.channel, level.rank, False, number)
        if row.default:
            yield Counted(row.unit, row.channel, Level.SATISFIED.rank, True, row.default)


def verified_bad(
    season: Season,
    at: datetime,
    *,
    through: date | None = None,
    with_embargoed: bool = False,
) -> dict[tuple[int, str], int]:
    """How many of the season's bad ratings stood verified at `at`, by unit and channel; of those
    given through the day `through`, where one is given."""
    shown = Verdict.objects.counting(at, but=None if with_embargoed else hidden(at))
    found = shown.filter(finding__in=_VERIFIED, case__rating__season=season, round=0)
    if through is None:
        found = found.exclude(case__rating__void__at__lte=at)
    else:
        found = found.filter(case__rating__day__lte=through)
        found = found.exclude(case__rating__void__day__lte=through)
    rows = found.order_by().values_list("unit_id", "case__rating__channel").annotate(Count("pk"))
    return {(unit, channel): count for unit, channel, count in rows}


def revision(season: Season) -> tuple[object, ...]:
    """Changes whenever a fact of the season's scores may have: what a kept board is known by."""
    tallies = UnitTally.objects.filter(season=season).aggregate(Sum("count"), Count("pk"))
    verdicts = Verdict.objects.aggregate(Max("pk"), Count("withdrawn_at"))
    # Not how many are sealed: one released while another is sealed would leave that as it was.
    embargoes = Referral.objects.aggregate(Max("pk"), Count("released_at"))
    enrolled = season.enrolments.aggregate(Max("pk"), Count("pk"))
    return (
        *tallies.values(),
        Rating.objects.aggregate(last=Max("pk"))["last"],
        RatingVoid.objects.count(),
        RatingMove.objects.count(),
        *verdicts.values(),
        *embargoes.values(),
        *enrolled.values(),
        *inputs.revision(season),
        season.scheme,
        str(season.versions),
        season.starts_on,
        season.ends_on,
        season.counts_by,
    )


class MonthCount(NamedTuple):
    """Ratings of one month, without defaults: `good` of `given`."""

    year: int
    month: int
    good: int
    given: int


def by_month(
    season: Season,
    satisfied: Iterable[int],
    *,
    unit: int | None = None,
    areas: Collection[str] | None = None,
) -> list[MonthCount]:
    """The season's ratings by month, of one unit, of the units in some areas (by code), or of all.

    `satisfied` are ranks of levels.
    """
    found = PointTally.objects.filter(
        day__gte=season.starts_on, day__lte=season.ends_on, by_default=False
    )
    if unit is not None:
        found = found.filter(point__unit=unit)
    if areas is not None:
        found = found.filter(point__unit__area__code__in=areas)
    rows = (
        found.order_by()
        .values(year=F("day__year"), month=F("day__month"))
        .annotate(
            good=Sum("count", filter=Q(level__in=list(satisfied)), default=0), given=Sum("count")
        )
    )
    months = [MonthCount(r["year"], r["month"], r["good"], r["given"]) for r in rows]
    return sorted(months)
