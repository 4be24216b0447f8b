"""“Basically satisfied” ratings by cause: what just passes today is a complaint tomorrow [001]."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from pingyi.casework.querysets import of_units
from pingyi.directory.models import ServicePoint
from pingyi.people.models import User
from pingyi.people.permissions import scope_of
from pingyi.ratings.models import Rating

LEVEL = 3
WINDOW = 90
"""Days counted, and as many before them to compare with (our assumption)."""
SAMPLES = 20


class Cause(NamedTuple):
    """A ticked reason's code ("" for none ticked), how often now, and in the window before."""

    code: str
    now: int
    before: int


def basically_satisfied(user: User, *, day: date) -> QuerySet[Rating]:
    """Those of two windows up to `day` within the user's reach, given and not void."""
    found = Rating.objects.filter(
        scope_of(user, "case.oversee").over(area="unit__area"),
        level=LEVEL,
        by_default=False,
        void__isnull=True,
        day__gt=day - timedelta(days=2 * WINDOW),
        day__lte=day,
    )
    own = scope_of(user, "case.answer").units
    return found.exclude(of_units(own)) if own else found


def by_reason(ratings: QuerySet[Rating], *, day: date) -> list[Cause]:
    """By ticked reason, the most frequent first; one rating may tick several."""
    now, before = _counts("pk", day)
    ticked = ratings.order_by().values_list("reasons")
    return _causes(ticked.annotate(now=now, before=before))


def by_point(ratings: QuerySet[Rating], *, day: date) -> QuerySet[ServicePoint]:
    """Points with any, with `now` and `before`."""
    now, before = _counts("ratings", day, lead="ratings__")
    return (
        ServicePoint.objects.filter(ratings__in=ratings.values("pk"))
        .select_related("unit__area")
        .annotate(now=now, before=before)
    )


def samples(ratings: QuerySet[Rating], point: ServicePoint) -> list[Rating]:
    """The latest of a point's that have words."""
    said = ratings.filter(point=point).exclude(comment="").order_by("-recorded_at", "-pk")
    return list(said[:SAMPLES])


def _counts(what: str, day: date, lead: str = "") -> tuple[Count, Count]:
    recent = Q(**{f"{lead}day__gt": day - timedelta(days=WINDOW)})
    return Count(what, filter=recent), Count(what, filter=~recent)


def _causes(rows: Iterable[tuple[str, int, int]]) -> list[Cause]:
    now: Counter[str] = Counter()
    before: Counter[str] = Counter()
    for reasons, recent, earlier in rows:
        for code in reasons.split(","):
            now[code] += recent
            before[code] += earlier
    found = [Cause(code, now[code], before[code]) for code in now | before]
    return sorted(found, key=lambda cause: (-cause.now, -cause.before, cause.code))
