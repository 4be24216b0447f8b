"""The best windows and people of a season, by their ratings: whom luck alone named is left out.

A rate is compared with that of its whole group. Of m windows that are all alike some look better by
chance, the more the more there are; so the interval (Wilson's) is as wide as makes that unlikely
for all of them together: at a level of 1 - 0.05 ÷ m its lower end lies above the group's rate for
any of them once in forty seasons (Bonferroni). Whoever is left is ordered by that lower end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q

from pingyi.casework.models import Verdict
from pingyi.casework.states import Finding as Verified
from pingyi.directory.models import Post, Season, ServicePoint
from pingyi.ratings.models import Rating, RatingMove, RatingVoid
from pingyi.rulebook import Level, Scheme
from pingyi.rulebook.model import Commendation
from pingyi.scoring.intervals import wilson
from pingyi.supervision.kinds import FindingKind
from pingyi.supervision.models import Finding

DOUBT = 0.05
"""(A) What the interval leaves out, at both its ends and for all that are compared together."""
_FOUND = (Verified.VERIFIED.value, Verified.PARTLY.value)
_STAINS = (FindingKind.BREACH.value, FindingKind.VETO.value)
"""(A) A unit that broke the discipline of rating, or is vetoed: its rates prove nothing."""


class Shares(NamedTuple):
    """`good` of `counted` ratings, defaults left out."""

    good: int
    counted: int


class Best(NamedTuple):
    """A window, or a post, by its id, among the best of its group; by which clause."""

    rule: str
    group: str
    unit: int
    point: int | None
    post: int | None
    shares: Shares


def best(
    rated: Mapping[int, Shares], *, number: int, min_ratings: int, but: Collection[int] = ()
) -> list[int]:
    """The keys of the `number` best, the very best first; a tie over the edge is let in. Those in
    `but` are compared and not named: whoever is must not hang on them."""
    counted = sum(one.counted for one in rated.values())
    compared = {key: one for key, one in rated.items() if one.counted >= min_ratings}
    if not compared:
        return []
    whole = sum(one.good for one in rated.values()) / counted
    level = 1 - DOUBT / len(compared)
    lows = {key: wilson(one.good, one.counted, level).low for key, one in compared.items()}
    above = [key for key in lows if lows[key] > whole and key not in but]
    above.sort(key=lambda key: (-lows[key], key))
    edge = lows[above[min(number, len(above)) - 1]] if above else 0.0
    return [key for key in above if lows[key] >= edge]


def best_of_season(season: Season, scheme: Scheme, *, at: datetime) -> list[Best]:
    """Whom the scheme's clauses name, as far as was known at `at`; in a few queries.

    Not a window, or a badge, with a verified complaint of the season, nor one that is retired. A
    rating that was moved speaks for nobody (A).
    """
    rules = [rule for rule in scheme.commendations.values() if rule.of != "units"]
    if not rules:
        return []
    stained = _stained(season, at)
    rows = [row for row in _counts(season, scheme, at) if row.unit not in stained]
    groups = dict(season.enrolments.standing(at).order_by("pk").values_list("unit_id", "group"))
    found: list[Best] = []
    for rule in rules:
        found += _by_rule(rule, [row for row in rows if row.unit in groups], groups, season, at)
    return found


class _Row(NamedTuple):
    unit: int
    point: int
    badge: str
    good: int
    counted: int


def _counts(season: Season, scheme: Scheme, at: datetime) -> Iterable[_Row]:
    """The season's ratings by window and badge, in one query."""
    satisfied = [level.rank for level in Level if level in scheme.rate.satisfied]
    void = RatingVoid.objects.filter(rating=OuterRef("pk"), at__lte=at)
    moved = RatingMove.objects.filter(rating=OuterRef("pk"), at__lte=at)
    given = Rating.objects.filter(season=season, by_default=False, recorded_at__lte=at)
    rows = given.filter(~Exists(void), ~Exists(moved)).order_by()
    good = Count("pk", filter=Q(level__in=satisfied))
    values = rows.values("unit", "point", "badge").annotate(good=good, n=Count("pk"))
    return map(_Row._make, values.values_list("unit", "point", "badge", "good", "n"))


def _by_rule(
    rule: Commendation,
    rows: Iterable[_Row],
    groups: Mapping[int, str],
    season: Season,
    at: datetime,
) -> list[Best]:
    """Counted and compared within each group."""
    windows = rule.of == "windows"
    posts = {} if windows else _posts()
    sums: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    units: dict[int, int] = {}
    for row in rows:
        key = row.point if windows else posts.get((row.unit, row.badge))
        if key is None:
            continue
        units[key] = row.unit
        sums[groups[row.unit]][key][0] += row.good
        sums[groups[row.unit]][key][1] += row.counted
    but = _complained(season, at, windows=windows) | _retired(windows=windows)
    most, enough = rule.number or 0, rule.min_ratings or 1
    found = []
    for group in sorted(sums):
        rated = {key: Shares(*counts) for key, counts in sums[group].items()}
        for key in best(rated, number=most, min_ratings=enough, but=but):
            point, post = (key, None) if windows else (None, key)
            found.append(Best(rule.id, group, units[key], point, post, rated[key]))
    return found


def _posts() -> dict[tuple[int, str], int]:
    rows = Post.objects.exclude(badge="").order_by("pk").values_list("unit_id", "badge", "pk")
    return {(unit, badge): pk for unit, badge, pk in rows}


def _retired(*, windows: bool) -> set[int]:
    gone = Q(retired_at__isnull=False) | Q(unit__retired_at__isnull=False)
    kind = ServicePoint if windows else Post
    return set(kind.objects.filter(gone).order_by().values_list("pk", flat=True))


def _complained(season: Season, at: datetime, *, windows: bool) -> set[int]:
    """The windows, or posts, with a complaint of the season that stood verified at `at`. Under
    embargo too: nobody can tell why somebody is not named."""
    found = Verdict.objects.counting(at).filter(finding__in=_FOUND, case__rating__season=season)
    if windows:
        return set(found.order_by().values_list("case__point", flat=True))
    posts = _posts()
    rows = found.order_by().values_list("case__rating__unit", "case__rating__badge")
    return {posts[row] for row in rows if row in posts}


def _stained(season: Season, at: datetime) -> set[int]:
    days = Q(on__gte=season.starts_on, on__lte=season.ends_on)
    found = Finding.objects.counting(at).filter(days, kind__in=_STAINS)
    return set(found.order_by().values_list("unit_id", flat=True))
