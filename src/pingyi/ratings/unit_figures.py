"""What a unit may know of its own ratings: figures that move only in full tens.

Were they to move with each rating, the desk could tell how the person just served had rated
(10 → 11). So they stand as they did when the last full ten was complete, voids and moves included;
a season with fewer than ten ratings shows nothing. Default ratings were given by nobody and stay
out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, Q, QuerySet

from pingyi.directory.models import Season, Unit
from pingyi.directory.schemes import in_force
from pingyi.ratings.models import Rating, RatingMove
from pingyi.rulebook import Level

STEP = 10
"""New ratings it takes before a unit's figures move."""


@dataclass(frozen=True)
class UnitFigures:
    """A unit's ratings of a season by level (5 best to 1), void ones left out."""

    counts: dict[int, int]
    satisfied: frozenset[int]
    """The levels the season's scheme counts as satisfied."""
    shown: tuple[int, ...]
    """The levels a rater can choose, best first."""

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def rate(self) -> Decimal | None:
        """Satisfied ratings in per cent, to two places; None without any rating."""
        return self._share(sum(self.counts.get(level, 0) for level in self.satisfied))

    @property
    def lines(self) -> Iterator[tuple[int, int, Decimal | None]]:
        """(level, how many, per cent), best first."""
        for level in Level:
            count = self.counts.get(level.rank, 0)
            if count or level.rank in self.shown:
                yield level.rank, count, self._share(count)

    def _share(self, count: int) -> Decimal | None:
        if not self.total:
            return None
        share = Decimal(100 * count) / self.total
        return share.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def unit_figures(unit: Unit, season: Season) -> UnitFigures | None:
    """The unit's figures as of its last full ten ratings; None before there are ten."""
    # By its points: ratings are indexed by point.
    given = Rating.objects.filter(point__unit=unit, season=season, by_default=False)
    complete = given.count() // STEP * STEP
    if not complete:
        return None
    last, at = given.order_by("pk").values_list("pk", "recorded_at")[complete - 1]
    away, here = _moved(unit, season, at)
    counts = _by_level(given.filter(pk__lte=last).exclude(pk__in=away), at)
    if here:
        counts += _by_level(Rating.objects.filter(pk__in=here, by_default=False), at)
    scheme = in_force(season)
    return UnitFigures(
        dict(counts),
        satisfied=frozenset(level.rank for level in scheme.rate.satisfied),
        shown=tuple(level.rank for level in scheme.levels),
    )


def _by_level(ratings: QuerySet[Rating], at: datetime) -> Counter[int]:
    """Those not void by `at`."""
    standing = ratings.exclude(void__at__lte=at).order_by()
    return Counter(dict(standing.values_list("level").annotate(n=Count("pk"))))


def _moved(unit: Unit, season: Season, at: datetime) -> tuple[set[int], set[int]]:
    """The season's ratings that by `at` had been moved away from the unit, and those moved here
    from another."""
    moves = RatingMove.objects.filter(
        Q(from_unit=unit) | Q(to_unit=unit), rating__season=season, at__lte=at
    ).order_by("pk")
    last = dict(moves.values_list("rating_id", "to_unit_id"))
    if not last:
        return set(), set()
    own = set(Rating.objects.filter(pk__in=last, unit=unit).values_list("pk", flat=True))
    stays = {rating for rating, to in last.items() if to == unit.pk}
    return last.keys() - stays, stays - own
