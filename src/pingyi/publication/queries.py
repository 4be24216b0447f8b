"""What was released: for the public what is published, for the office the drafts too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import msgspec
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum

from pingyi.accountability.models import Decision, Fulfilment
from pingyi.casework.queries import sealed
from pingyi.directory.models import Season
from pingyi.people.models import User
from pingyi.people.permissions import may
from pingyi.publication.models import Release, ReleasedResult
from pingyi.publication.terms import Kind
from pingyi.scoring.engine import Result, UnitResult
from pingyi.supervision.models.improvements import Improvement


def visible_to(user: User) -> QuerySet[Release]:
    """All releases for whoever may read drafts; else those that are public."""
    found = Release.objects.select_related("season", "scheme")
    return found if may(user, "release.read") else found.filter(published_at__isnull=False)


def published() -> QuerySet[Release]:
    """Every release that is public, corrected ones too."""
    found = Release.objects.filter(published_at__isnull=False)
    return found.select_related("season", "scheme", "supersedes")


def standing() -> QuerySet[Release]:
    """The public releases that no public correction has replaced; the latest first."""
    corrections = Release.objects.filter(published_at__isnull=False, supersedes=OuterRef("pk"))
    return published().exclude(Exists(corrections)).order_by("-through", "-published_at", "-pk")


def latest(season: Season | None = None) -> Release | None:
    """The season's last word: of those standing, the one that reaches farthest; of all seasons
    where none is named. None before anything was released."""
    found = standing()
    if season is not None:
        found = found.filter(season=season)
    return found.first()


def season_result(season: Season) -> Release | None:
    """The season's released result, corrected if need be; None before there is one."""
    return standing().filter(season=season, kind=Kind.SEASON).first()


def decided() -> tuple[int | None, int | None]:
    """Moves whenever it was decided what follows from a release, or that was carried out."""
    last = (kind.objects.aggregate(last=Max("pk"))["last"] for kind in (Decision, Fulfilment))
    return next(last), next(last)


def correction_of(release: Release) -> Release | None:
    """The public release that replaced this one."""
    return release.corrections.filter(published_at__isnull=False).first()


def with_rules(found: QuerySet[ReleasedResult]) -> QuerySet[ReleasedResult]:
    """With their release and what names its rules; not the rules' whole text with each."""
    return found.select_related("release__season", "release__scheme").defer(
        "release__scheme__content"
    )


def top(release: Release, group: str, number: int | None = None) -> QuerySet[ReleasedResult]:
    """The group's best, ties over the edge included."""
    most = release.listed if number is None else number
    found = release.results.filter(group=group, rank__lte=most)
    return with_rules(found).order_by("rank", "code")


def bottom(release: Release, group: str, number: int | None = None) -> QuerySet[ReleasedResult]:
    """The group's last, the very last first; a tie over the edge names nobody."""
    most = release.listed if number is None else number
    found = release.results.filter(group=group, place_from_last__lte=most)
    return with_rules(found).order_by("place_from_last", "code")


def bulletin_last(release: Release, n: int = 3) -> list[ReleasedResult]:
    """The last `n` of every group in the bulletin's own period, whose heads are summoned for a
    talk (DOMAIN §1.10); by group, the very last first. A tie over the edge names nobody."""
    if not release.is_bulletin:
        return []
    found = _behind(release).filter(period_from_last__lte=n).select_related("unit__parent")
    return list(found.order_by("group", "period_from_last", "code"))


def worst_of_period(release: Release, group: str) -> QuerySet[ReleasedResult]:
    """The last ones of a group in the bulletin's own period, the very last first."""
    found = _behind(release).filter(group=group, period_from_last__lte=release.listed)
    return with_rules(found).order_by("period_from_last", "code")


def _behind(release: Release) -> QuerySet[ReleasedResult]:
    """Results with fewer points in the period than their group's first: whoever has as many as
    the first is not named among the last, whatever breaks the tie (A)."""
    best = release.results.filter(group=OuterRef("group")).order_by().values("group")
    return release.results.alias(
        best=Subquery(best.annotate(most=Max("period_total")).values("most"))
    ).filter(period_total__lt=F("best"))


def released_result(release: Release, group: str | None = None) -> Result:
    """A released result as the engine gave it, of one group or of all."""
    rows = release.results.order_by("pk")
    if group is not None:
        rows = rows.filter(group=group)
    return Result(
        scheme=release.scheme.name,
        season=release.season.code,
        results=tuple(row.result for row in rows),
    )


def public_result(release: Release, group: str | None = None) -> Result:
    """The same for the public: no numbers of cases, and no count of ratings, which would tell a
    desk how those few had rated who came since the release before. A bulletin honours nobody, and
    nothing follows from it: both are the season's result to say."""
    whole = released_result(release, group)
    components = release.scheme.scheme().components
    results = (_public(one, components) for one in whole.results)
    if release.kind != Kind.SEASON:
        results = (msgspec.structs.replace(one, honour=None, consequences=()) for one in results)
    return Result(scheme=whole.scheme, season=whole.season, results=tuple(results))


def _public(one: UnitResult, components: Iterable[str]) -> UnitResult:
    lines = tuple(
        msgspec.structs.replace(
            line, refs=None, count=None if line.clause in components else line.count
        )
        for line in one.lines
    )
    return msgspec.structs.replace(one, lines=lines)


def improvements(release: Release, code: str) -> QuerySet[Improvement]:
    """What the unit had made better for good in the season, as far as was recorded when the
    release was prepared; none that rests on a case under embargo. The latest first."""
    known = Improvement.objects.filter(
        unit__code=code,
        at__lte=release.as_of,
        on__gte=release.season.starts_on,
        on__lte=release.ends_on,
    ).exclude(struck_at__lte=release.as_of)
    secret = sealed(release.as_of).filter(case=OuterRef("case"))
    return known.exclude(Exists(secret)).exclude(case__embargoed=True).order_by("-on", "-pk")


# A course over time, of releases alone


def course(code: str, season: Season) -> list[ReleasedResult]:
    """A unit's released results of the season, the earliest first: of each month its last bulletin,
    then the season's result, whenever that was computed."""
    found = ReleasedResult.objects.filter(code=code, release__in=standing().filter(season=season))
    rows = with_rules(found).order_by("release__through", "release__published_at")
    periods = {
        f"{row.release.ends_on:%Y-%m}" if row.release.is_bulletin else season.code: row
        for row in rows
    }
    return sorted(periods.values(), key=lambda row: not row.release.is_bulletin)


def over_seasons(code: str) -> list[ReleasedResult]:
    """A unit's place in each season: the season's result, or the last release of one that has
    none yet; the earliest first."""
    found: dict[int, ReleasedResult] = {}
    rows = with_rules(ReleasedResult.objects.filter(code=code, release__in=standing()))
    for row in rows.order_by("release__season__starts_on", "release__through", "release__pk"):
        known = found.get(row.release.season_id)
        if known is None or row.release.kind == Kind.SEASON or known.release.is_bulletin:
            found[row.release.season_id] = row
    return list(found.values())


@dataclass(frozen=True)
class CityYear:
    """The whole city's satisfaction in one season, as released."""

    release: Release
    good: int
    counted: int
    units: int

    @property
    def rate(self) -> Fraction | None:
        return Fraction(self.good, self.counted) if self.counted else None


def city_course() -> list[CityYear]:
    """The city's satisfaction, season by season: of the season's result, or of the last release
    of one that has none yet; the earliest first."""
    chosen: dict[int, Release] = {}
    for release in standing():
        known = chosen.get(release.season_id)
        if known is None or (known.is_bulletin and not release.is_bulletin):
            chosen[release.season_id] = release
    sums = {
        row["release"]: row
        for row in ReleasedResult.objects.filter(release__in=chosen.values())
        .order_by()
        .values("release")
        .annotate(good_sum=Sum("good"), counted_sum=Sum("counted"))
    }
    years = []
    for release in sorted(chosen.values(), key=lambda one: one.season.starts_on):
        row = sums.get(release.pk, {"good_sum": 0, "counted_sum": 0})
        years.append(
            CityYear(release, row["good_sum"], row["counted_sum"], release.results.count())
        )
    return years


# What a draft changes


@dataclass(frozen=True)
class Difference:
    """A unit's place in one release beside another's."""

    now: ReleasedResult
    then: ReleasedResult | None

    @property
    def moved(self) -> int | None:
        """How many places up (positive) or down; None for a unit placed in one of them only."""
        if self.then is None or self.then.rank is None or self.now.rank is None:
            return None
        return self.then.rank - self.now.rank


def before_it(release: Release) -> Release | None:
    """What this release is compared with: the one it corrects, else the season's last before."""
    if release.supersedes is not None:
        return release.supersedes
    found = standing().filter(season=release.season).exclude(pk=release.pk)
    if release.published_at is not None:
        found = found.filter(published_at__lt=release.published_at)
    return found.first()


def differences(release: Release, other: Release) -> list[Difference]:
    """The units whose total, place or honour is another, the farthest moved first."""
    then = {row.code: row for row in other.results.all()}
    found = [
        Difference(row, then.get(row.code))
        for row in release.results.all()
        if _told(row) != _told(then.get(row.code))
    ]
    return sorted(found, key=lambda one: (-abs(one.moved or 0), one.now.pk))


def _told(row: ReleasedResult | None) -> tuple[object, ...] | None:
    return (row.total, row.rank, row.honour, row.vetoed) if row is not None else None


def of_season(season: Season) -> QuerySet[Release]:
    """The season's public releases, corrected ones too; the latest first."""
    found = published().filter(Q(season=season))
    return found.order_by("-through", "-published_at", "-pk")
