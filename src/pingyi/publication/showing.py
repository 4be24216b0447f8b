"""What of a unit's ratings the public may see, so that no desk learns how somebody rated.

A unit reads the public pages too. Were its figures to move by single ratings from one release to
the next, it could tell how those few had rated; so they move in steps of at least ten new ratings,
and until then stand as they were released before (`ratings.unit_figures` says the same of live
figures).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from pingyi.directory.models import Season
from pingyi.publication.models import Release, ReleasedResult
from pingyi.ratings.models import Rating, RatingMove
from pingyi.ratings.unit_figures import STEP
from pingyi.scoring.lines import Ratings

Shown = tuple[int, int]
"""Satisfied ones of so many ratings."""


def shown(season: Season, through: date, counted: Mapping[str, Ratings]) -> dict[str, Shown]:
    """What the public sees of each unit in a release through that day.

    It keeps its distance from the releases before and after it in time: either the very figures
    of one of them, or ten ratings and more away from both.
    """
    earlier, later = _neighbours(season, through)
    return {code: apart(now, _of(earlier, code), _of(later, code)) for code, now in counted.items()}


def apart(now: Ratings, earlier: Sequence[Shown], later: Sequence[Shown]) -> Shown:
    """The figures themselves, if they are those of a neighbour in time, or ten ratings and more
    beyond the one before and short of the one after; else what the one before shows, or nothing.

    So they never fall from one release to a farther-reaching one, and any two of a season are the
    same or ten apart.
    """
    exact = (now.good, now.counted)
    if exact in (*earlier, *later):
        return exact
    room = [now.counted, *(now.counted - other[1] for other in earlier)]
    room += [other[1] - now.counted for other in later]
    if min(room) >= STEP:
        return exact
    return earlier[-1] if earlier else (0, 0)


def _of(shown_then: Mapping[str, Shown], code: str) -> list[Shown]:
    return [shown_then[code]] if code in shown_then else []


def _neighbours(season: Season, through: date) -> tuple[dict[str, Shown], dict[str, Shown]]:
    """What the nearest releases showed that reach as far or less far, and farther."""
    published = Release.objects.filter(season=season, published_at__isnull=False)
    earlier = published.filter(through__lte=through).order_by("through", "published_at").last()
    later = published.filter(through__gt=through).order_by("through", "published_at").first()
    return _shown_in(earlier), _shown_in(later)


def _shown_in(release: Release | None) -> dict[str, Shown]:
    if release is None:
        return {}
    rows = ReleasedResult.objects.filter(release=release).order_by()
    return {
        code: (good, counted)
        for code, good, counted in rows.values_list("code", "shown_good", "shown_counted")
    }


def reasons(season: Season, through: date) -> dict[str, dict[str, int]]:
    """How often each reason was given with a bad rating of a unit, in full tens; fewer are not
    told. Void ratings stay out; a moved one is told of the unit it belongs to."""
    moves = RatingMove.objects.filter(rating__season=season, day__lte=through).order_by("pk")
    moved = dict(moves.values_list("rating_id", "to_unit__code"))
    rows = (
        Rating.objects.filter(season=season, level__lte=2, day__lte=through, by_default=False)
        .exclude(reasons="")
        .exclude(void__day__lte=through)
        .order_by()
        .values_list("pk", "unit__code", "reasons")
    )
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for pk, unit, given in rows.iterator(chunk_size=5_000):
        found[moved.get(pk, unit)].update(given.replace(",", " ").split())
    return {
        unit: {
            code: number // STEP * STEP for code, number in sorted(counts.items()) if number >= STEP
        }
        for unit, counts in found.items()
    }
