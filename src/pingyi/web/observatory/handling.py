"""How bad ratings are handled, for the leader's page: rates, times, what was found, what moves.

Every figure counts the season's cases that the reader may see, and says out of how many.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from django.core.cache import cache
from django.db.models import Case as When_
from django.db.models import F, Q, Sum, Value, When
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from pingyi.casework.models import Case
from pingyi.casework.querysets import CaseQuerySet
from pingyi.casework.states import Kind
from pingyi.directory.models import Season
from pingyi.people.models import User
from pingyi.ratings.models import PointTally
from pingyi.web.components.charts import Bar, bars
from pingyi.web.components.words import say, span_text
from pingyi.web.observatory.outcomes import Outcomes
from pingyi.web.observatory.places import Places
from pingyi.web.observatory.rows import per_cent

KEPT = 300
"""Seconds for which movers are kept: they read two months' days."""
MONTH = timedelta(days=30)
SHOWN = 5
LEAST = 3
"""Bad ratings by which a unit's month must differ to be named a mover (A)."""


@dataclass(frozen=True)
class Rate:
    """A rate with what it counts, and out of how many."""

    label: str | Promise
    text: str
    part: int
    of: int
    meaning: str | Promise
    url: str

    @property
    def told(self) -> str:
        """What it counts, out of how many, and what that means."""
        return f"{self.part:,} / {self.of:,} · {self.meaning}"


@dataclass(frozen=True)
class Stage:
    """How long a stage takes in the middle, over so many cases."""

    label: str | Promise
    text: str
    count: int


@dataclass(frozen=True)
class Mover:
    """A unit's bad ratings in the last thirty days and the thirty before."""

    name: str
    url: str
    now: int
    before: int

    @property
    def change(self) -> int:
        return self.now - self.before

    @property
    def by(self) -> int:
        """How far, the shape telling which way."""
        return abs(self.change)

    @property
    def shape(self) -> str:
        return "▲" if self.change > 0 else "▼"


STAGES = (
    _("从评价到分拣"),
    _("从评价到回访"),
    _("从转办到单位答复"),
    _("从移交到纪检报告"),
    _("从认定到答复评价人"),
)
"""What `outcomes.STAGES` are called."""


def cases_of(user: User, season: Season) -> CaseQuerySet:
    """The cases of the season's ratings, and those of any other origin opened in the season, that
    the user may see."""
    begins = make_aware(datetime.combine(season.starts_on, time.min))
    ends = make_aware(datetime.combine(season.ends_on + timedelta(days=1), time.min))
    others = Q(rating=None, opened_at__gte=begins, opened_at__lt=ends)
    return Case.objects.visible_to(user).filter(Q(rating__season=season) | others)


def three_rates(of: Outcomes) -> list[Rate]:
    """Response, resolution, satisfaction, as a 12345 office is judged (definitions: (A)): of
    cases of every origin."""
    every = reverse("office:cases")
    ended = f"{every}?state=closed"
    return [
        _rate(_("响应率"), of.in_time, of.due, _("按时回访或核查"), every),
        _rate(_("解决率"), of.solved, of.ended, _("回访当场解决，或再评满意"), ended),
        _rate(_("满意率（办理）"), of.content, of.judged, _("评价人、反映人对办理再评满意"), ended),
    ]


def _rate(label: Any, part: int, of: int, meaning: Any, url: str) -> Rate:
    return Rate(label, per_cent(Fraction(part, of) if of else None), part, of, meaning, url)


def stages(of: Outcomes) -> list[Stage]:
    """The median time of each stage, by the clocks that were met."""
    return [
        Stage(label, "–" if middle is None else span_text(timedelta(seconds=middle)), count)
        for label, (middle, count) in zip(STAGES, of.times, strict=True)
    ]


def verified_by_kind(of: Outcomes) -> list[Bar]:
    """The cases in which a verdict that counts found the rating right, by what it was about."""
    url = reverse("office:cases")
    shown = [kind for kind in Kind if of.kinds.get(kind.value)]
    return bars([(say(kind), of.kinds[kind.value], f"{url}?kind={kind}") for kind in shown])


def waiting_longest(user: User, at: datetime) -> list[Case]:
    """The cases overdue the longest: what wants a leader's word now."""
    late = Case.objects.overseen_by(user).late(at).with_due()
    order = (F("due_at").asc(nulls_last=True), "pk")
    first = list(late.order_by(*order).values_list("pk", flat=True)[:SHOWN])
    return list(Case.objects.filter(pk__in=first).with_clocks().order_by(*order))


def movers(season: Season, places: Places, today: date, key: str) -> list[list[Mover]]:
    """Units whose bad ratings rose, and fell, the most against the thirty days before."""
    found: list[list[Mover]] | None = cache.get(f"movers/{key}")
    if found is None:
        changed = sorted(_changed(season, places, today), key=lambda m: (-abs(m.change), m.name))
        found = [
            [one for one in changed if one.change >= LEAST][:SHOWN],
            [one for one in changed if one.change <= -LEAST][:SHOWN],
        ]
        cache.set(f"movers/{key}", found, KEPT)
    return found


def _changed(season: Season, places: Places, today: date) -> list[Mover]:
    middle, first = today - MONTH, today - 2 * MONTH
    days = PointTally.objects.filter(day__gt=first, day__lte=today, level__lte=2, by_default=False)
    near = days.filter(point__unit__area__code__in=list(places.district_of))
    sums = (
        near.order_by()
        .annotate(late=When_(When(day__gt=middle, then=Value(1)), default=Value(0)))
        .values_list("point__unit__code", "point__unit__name", "late")
        .annotate(Sum("count"))
    )
    units: dict[tuple[str, str], list[int]] = {}
    for code, name, late, count in sums:
        units.setdefault((code, name), [0, 0])[late] += count
    return [
        Mover(name, reverse("observatory:unit", args=[season.code, code]), now, before)
        for (code, name), (before, now) in units.items()
    ]
