"""Proves the tallies against the facts they count, while the city goes on rating."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max

from pingyi.ratings.entry import local_day
from pingyi.ratings.models import PointTally, Rating, RatingMove, RatingVoid, UnitTally

SLICE = 50_000
"""Ratings counted by one query: a longer one would keep an embedded database's writer waiting."""

_UNIT = ("season_id", "unit_id", "channel", "level", "by_default")
_POINT = ("day", "point_id", "channel", "level", "by_default")
_KIND = ("channel", "level", "by_default")
_FACT = ("season_id", "unit_id", "point_id", *_KIND, "day")


@dataclass(frozen=True)
class Difference:
    """A tally that is not what the facts add up to."""

    table: str
    key: tuple[Any, ...]
    tallied: int
    counted: int

    def __str__(self) -> str:
        names = _UNIT if self.table == "unit" else _POINT
        where = ", ".join(
            f"{name.removesuffix('_id')} {value}"
            for name, value in zip(names, self.key, strict=True)
        )
        return f"{self.table} tally ({where}): {self.tallied}, but the facts give {self.counted}"


@dataclass(frozen=True)
class Proof:
    """How many ratings were counted, and every difference found."""

    ratings: int
    differences: list[Difference]


class _Sums:
    def __init__(self) -> None:
        self.units: Counter[tuple[Any, ...]] = Counter()
        self.points: Counter[tuple[Any, ...]] = Counter()

    def add(self, fact: tuple[Any, ...], count: int) -> None:
        season, unit, point, *kind, day = fact
        if season is not None:
            self.units[(season, unit, *kind)] += count
        self.points[(day, point, *kind)] += count


def prove(*, at: datetime) -> Proof:
    """Count all facts and compare. Sees one moment of the database, however long it takes.

    PostgreSQL gives such a moment for as long as needed. With SQLite what can no longer change is
    counted first, in slices, and the rest in one short transaction.
    """
    facts, tallied = _Sums(), _Sums()
    recent = local_day(at) - timedelta(days=2)
    with _one_moment():
        last = _count_ratings(facts, after=0)
        _read_point_tallies(tallied, before=recent)
        with transaction.atomic():
            _count_ratings(facts, after=last)
            _count_voids(facts)
            _count_moves(facts)
            _read_point_tallies(tallied, since=recent)
            _read_unit_tallies(tallied)
            ratings = Rating.objects.count()
    differences = [
        Difference(table, key, of_tallies[key], of_facts[key])
        for table, of_tallies, of_facts in (
            ("unit", tallied.units, facts.units),
            ("point", tallied.points, facts.points),
        )
        for key in sorted(of_tallies.keys() | of_facts.keys(), key=repr)
        if of_tallies[key] != of_facts[key]
    ]
    return Proof(ratings, differences)


@contextmanager
def _one_moment() -> Iterator[None]:
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _count_ratings(facts: _Sums, *, after: int) -> int:
    """Count the ratings with ids beyond `after`; the last one's id."""
    last = Rating.objects.aggregate(Max("pk"))["pk__max"] or 0
    for start in range(after, last, SLICE):
        rows = (
            Rating.objects.filter(pk__gt=start, pk__lte=min(start + SLICE, last))
            .order_by()
            .values_list(*_FACT)
            .annotate(count=Count("pk"))
        )
        for *fact, count in rows:
            facts.add(tuple(fact), count)
    return max(last, after)


def _count_voids(facts: _Sums) -> None:
    kind = [f"rating__{name}" for name in _KIND]
    rows = RatingVoid.objects.placed().order_by()
    for row in rows.values_list("rating__season_id", "unit_id", "point_id", *kind, "day"):
        facts.add(row, -1)


def _count_moves(facts: _Sums) -> None:
    kind = [f"rating__{name}" for name in _KIND]
    moves = RatingMove.objects.order_by()
    for sign, side in ((-1, "from"), (1, "to")):
        place = (f"{side}_unit_id", f"{side}_point_id")
        for row in moves.values_list("rating__season_id", *place, *kind, "day"):
            facts.add(row, sign)


def _read_unit_tallies(tallied: _Sums) -> None:
    for *key, count in UnitTally.objects.order_by().values_list(*_UNIT, "count"):
        tallied.units[tuple(key)] += count


def _read_point_tallies(
    tallied: _Sums, *, before: date | None = None, since: date | None = None
) -> None:
    days = PointTally.objects.order_by("day").values_list("day", flat=True).distinct()
    days = days.filter(day__lt=before) if before else days.filter(day__gte=since)
    for day in list(days):
        rows = PointTally.objects.filter(day=day).order_by().values_list(*_POINT, "count")
        for *key, count in rows:
            tallied.points[tuple(key)] += count
