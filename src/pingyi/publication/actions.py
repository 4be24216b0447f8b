"""Results are prepared by one person, frozen as they are, and published by another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import msgspec
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from pingyi import __version__
from pingyi.audit.actions import Actor, action, record
from pingyi.directory.models import Area, Season, Unit
from pingyi.directory.schemes import in_force, keep
from pingyi.notices.actions import notify
from pingyi.notices.wording import Sentence
from pingyi.people.permissions import holders_of
from pingyi.publication import freezing, policies, showing
from pingyi.publication.freezing import Basis, Computed
from pingyi.publication.models import Release, ReleasedBest, ReleasedResult
from pingyi.publication.policies import Refused, Why
from pingyi.publication.terms import Kind, Period, period_of
from pingyi.rulebook import Scheme
from pingyi.scoring.best import best_of_season
from pingyi.scoring.engine import UnitResult

BATCH = 1_000
LISTED = 10
"""How many of a group's best and last a release lists by a scheme that does not say (A)."""
TO_CHECK = Sentence(
    "有一份结果稿已备好，请另一人核对并发布。",
    "A release is prepared: somebody else is to check and publish it.",
)


@action("release.prepare")
def prepare(
    *,
    season: Season,
    kind: Kind,
    through: date | None = None,
    listed: int | None = None,
    note: str = "",
    by: Actor,
    at: datetime,
) -> Release:
    """Freeze the results through the day `through`, the last of a bulletin's period; a season's
    result goes through yesterday. Public only once somebody else has published it.

    It lists as many of each group's first and last as the scheme says, unless told otherwise.
    """
    today = localdate(at)
    last = policies.through_of(season, kind, through or season.ends_on, today)
    if why := policies.unfit(season, kind, last, today):
        raise Refused(why)
    scheme = in_force(season, at)
    return _freeze(
        Release(
            season=season,
            kind=str(kind),
            through=last,
            listed=listed or listed_by(scheme),
            note=note,
        ),
        scheme=scheme,
        by=by,
        at=at,
    )


def listed_by(scheme: Scheme) -> int:
    """How many of a group's first and last a release lists by the scheme."""
    return scheme.releases.listed if scheme.releases else LISTED


@action("release.correct")
def correct(*, release: Release, reason: str, by: Actor, at: datetime) -> Release:
    """Freeze the same period anew, with what is known by now: the facts that were withdrawn or
    released from embargo since. By the same rules; the old release stays as it is."""
    if why := policies.uncorrectable(release):
        raise Refused(why)
    if not reason.strip():
        raise Refused(Why.NO_REASON)
    today = localdate(at)
    anew = Release(
        season=release.season,
        kind=release.kind,
        through=policies.through_of(release.season, release.of_kind, release.through, today),
        listed=release.listed,
        note=release.note,
        supersedes=release,
        reason=reason.strip(),
    )
    return _freeze(anew, scheme=release.scheme.scheme(), by=by, at=at)


@action("release.publish")
def publish(*, release: Release, by: Actor, at: datetime) -> Release:
    """Make it public. Refused to whoever prepared it, and while it cites a case under embargo."""
    if why := policies.unpublishable(release, by):
        raise Refused(why)
    _settle(release, published_at=at, published_by=by.audit_name)
    record(release, result=release.result_digest, scheme=release.scheme.digest)
    return release


@action("release.give_up")
def give_up(*, release: Release, by: Actor, at: datetime) -> Release:
    """It will not be published; what was frozen stays on record."""
    _settle(release, given_up_at=at, given_up_by=by.audit_name)
    record(release)
    return release


def _settle(release: Release, **fields: object) -> None:
    prepared = Release.objects.filter(
        pk=release.pk, published_at__isnull=True, given_up_at__isnull=True
    )
    if not prepared.update(**fields):
        raise Refused(Why.NOT_PREPARED)
    for name, value in fields.items():
        setattr(release, name, value)


def _freeze(release: Release, *, scheme: Scheme, by: Actor, at: datetime) -> Release:
    season = release.season
    period = _period(release)
    before = freezing.before(season, scheme, at=at, through=release.through)
    computed = freezing.compute(
        Basis(
            season=season,
            scheme=scheme,
            through=release.through,
            as_of=at,
            period=period,
            history=before.history,
        )
    )
    release.starts_on = period.starts_on if period else season.starts_on
    release.as_of = release.prepared_at = at
    release.prepared_by = by.audit_name
    release.scheme = keep(scheme, at=at)
    release.scheme_before = keep(before.scheme, at=at) if before.scheme else None
    release.result_before = before.release
    release.engine = f"pingyi {__version__}"
    release.facts_digest = computed.facts_digest
    release.result_digest = computed.result_digest
    release.period_digest = computed.period_digest
    try:
        with transaction.atomic():
            release.save(force_insert=True)
    except IntegrityError:  # somebody else prepared it at this very moment
        raise Refused(Why.BEING_PREPARED) from None
    ReleasedResult.objects.bulk_create(_rows(release, computed), batch_size=BATCH)
    ReleasedBest.objects.bulk_create(_best(release, scheme), batch_size=BATCH)
    record(
        release,
        kind=release.kind,
        through=str(release.through),
        units=len(computed.result.results),
        result=release.result_digest,
        scheme=scheme.digest,
        said=freezing.said_digest(release),
    )
    _tell_the_second_person(release, by=by, at=at)
    return release


def _tell_the_second_person(release: Release, *, by: Actor, at: datetime) -> None:
    """Those of the whole city who may publish it, but not whoever prepared it."""
    for city in Area.objects.filter(parent=None).order_by("pk"):
        readers = holders_of("release.publish", area=city).exclude(username=by.audit_name)
        link = f"/office/releases/{release.pk}/"
        notify(users=readers, text=TO_CHECK, link=link, by=by, at=at)


def _period(release: Release) -> Period | None:
    if not release.is_bulletin:
        return None
    period = period_of(release.of_kind, release.through)
    return Period(max(period.starts_on, release.season.starts_on), release.through)


def _rows(release: Release, computed: Computed) -> Iterator[ReleasedResult]:
    districts = _districts()
    units = {
        code: (pk, name, parent or "", *districts[area])
        for pk, code, name, parent, area in Unit.objects.order_by().values_list(
            "pk", "code", "name", "parent__code", "area_id"
        )
    }
    in_period = {one.unit: one for one in computed.period.results} if computed.period else {}
    shown = showing.shown(release.season, release.through, computed.ratings)
    given = showing.reasons(release.season, release.through)
    for one in computed.result.results:
        pk, name, parent, district_code, district = units[one.unit]
        counted = computed.ratings[one.unit]
        good, of = shown[one.unit]
        yield ReleasedResult(
            release=release,
            unit_id=pk,
            code=one.unit,
            name=name,
            group=one.group,
            district_code=district_code,
            district=district,
            parent=parent,
            total=one.total,
            rank=one.rank,
            of=one.of,
            place_from_last=one.place_from_last,
            grade=one.grade or "",
            honour=one.honour or "",
            vetoed=one.vetoed,
            good=counted.good,
            counted=counted.counted,
            shown_good=good,
            shown_counted=of,
            reasons=given.get(one.unit, {}),
            content=msgspec.json.encode(one).decode(),
            **_in_period(in_period.get(one.unit)),
        )


def _best(release: Release, scheme: Scheme) -> Iterator[ReleasedBest]:
    """A season's best windows and people; of a bulletin none."""
    if release.is_bulletin:
        return
    for one in best_of_season(release.season, scheme, at=release.as_of):
        yield ReleasedBest(
            release=release,
            rule=one.rule,
            group=one.group,
            unit_id=one.unit,
            point_id=one.point,
            post_id=one.post,
            good=one.shares.good,
            counted=one.shares.counted,
        )


def _districts() -> dict[int, tuple[str, str]]:
    """Each area's district, or the city itself, by its code and name."""
    found = {}
    for area in Area.objects.select_related("parent__parent"):
        own = area
        while own.level == Area.Level.STREET and own.parent is not None:
            own = own.parent
        found[area.pk] = (own.code, own.name)
    return found


def _in_period(one: UnitResult | None) -> dict[str, object]:
    if one is None:
        return {}
    return {
        "period_total": one.total,
        "period_rank": one.rank,
        "period_of": one.of,
        "period_from_last": one.place_from_last,
    }
