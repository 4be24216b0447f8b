"""What a release says, computed from the facts: by whoever prepares it, and again to verify it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import msgspec

from pingyi.directory.models import Season
from pingyi.directory.schemes import in_force
from pingyi.publication.models import Release, ReleasedBest, ReleasedResult
from pingyi.publication.terms import Kind, Period
from pingyi.rulebook import Scheme
from pingyi.scoring import facts as gathering
from pingyi.scoring.engine import Facts, Past, Result, Satisfaction, UnitResult, score
from pingyi.scoring.forms import RESULT_DECODER
from pingyi.scoring.lines import Ratings, ratings
from pingyi.scoring.standing import season_before


@dataclass(frozen=True)
class Basis:
    """What a release is computed from, besides the facts.

    Bulletins: `period`, whose last day is `through`. `history` is what the season before came to.
    `enrolled` (code to group) stands in for today's enrolments.
    """

    season: Season
    scheme: Scheme
    through: date
    as_of: datetime
    period: Period | None
    history: Sequence[Past]
    enrolled: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Computed:
    """The season's result so far, the period's for a bulletin, and each unit's ratings."""

    facts: Facts
    result: Result
    period: Result | None
    ratings: Mapping[str, Ratings]

    @property
    def facts_digest(self) -> str:
        return digest(msgspec.json.encode(_bare(self.facts)))

    @property
    def result_digest(self) -> str:
        return digest(self.result.to_json())

    @property
    def period_digest(self) -> str:
        return digest(self.period.to_json()) if self.period is not None else ""


def compute(basis: Basis) -> Computed:
    """Gather the facts and compute; nothing is stored."""
    gathered = gathering.gather(
        basis.season,
        at=basis.as_of,
        through=basis.through,
        history=basis.history,
        scheme=basis.scheme,
        enrolled=basis.enrolled,
    )
    counts: dict[str, list[Satisfaction]] = defaultdict(list)
    for row in gathered.satisfaction:
        counts[row.unit].append(row)
    return Computed(
        facts=gathered,
        result=score(gathered, basis.scheme),
        period=_of_period(basis, gathered),
        ratings={
            unit.code: ratings(counts[unit.code], basis.scheme.rate) for unit in gathered.units
        },
    )


def _of_period(basis: Basis, now: Facts) -> Result | None:
    """The bulletin's own period by itself: what came in it, under the season's scheme. A unit to
    which nothing happened stands at no place: it is not the period's last (A)."""
    if basis.period is None:
        return None
    came = gathering.of_days(
        basis.season,
        now,
        since=basis.period.starts_on,
        through=basis.through,
        at=basis.as_of,
    )
    return score(came, basis.scheme)


def _bare(facts: Facts) -> Facts:
    """What counts: a unit may be renamed or moved without any score being touched."""
    bare = (
        msgspec.structs.replace(unit, name=None, area=None, parent=None) for unit in facts.units
    )
    return msgspec.structs.replace(facts, units=tuple(bare))


def digest(content: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


# What is read of a release, beside its result

_OWN = ("starts_on", "through", "as_of", "listed", "reason", "note")
_NOT_SAID = {"id", "release"}
_OF_BEST = ("rule", "group", "unit_id", "point_id", "post_id", "good", "counted")


def said_digest(release: Release) -> str:
    """SHA-256 of all that the stored release and its rows say, names and public figures too.

    It stands in the event of the preparing, and so under the log's seal, not beside the rows.
    """
    stored = Release.objects.filter(pk=release.pk).values(*_OWN).get()
    names = [field.attname for field in ReleasedResult._meta.fields if field.name not in _NOT_SAID]
    rows = ReleasedResult.objects.filter(release=release).order_by("code").values(*names)
    said = hashlib.sha256(_plain(stored))
    for row in rows.iterator(chunk_size=1_000):
        said.update(_plain(row))
    for best in ReleasedBest.objects.filter(release=release).order_by("pk").values(*_OF_BEST):
        said.update(_plain(best))
    return said.hexdigest()


def _plain(said: Mapping[str, object]) -> bytes:
    """The same bytes whichever database gave the values."""
    values = {
        name: f"{value.normalize():f}" if isinstance(value, Decimal) else value
        for name, value in said.items()
    }
    return msgspec.json.encode(values, order="deterministic")


# What the season before came to


@dataclass(frozen=True)
class Before:
    """The season before: its released result if there is one, else its scheme."""

    release: Release | None = None
    scheme: Scheme | None = None
    history: Sequence[Past] = ()


def before(season: Season, scheme: Scheme, *, at: datetime, through: date) -> Before:
    """What was released of the season before by `at`; computed where nothing was."""
    if not any(rule.before for rule in scheme.consequences.values()):
        return Before()
    found = Season.objects.filter(code=season_before(season.code)).first()
    if found is None:
        return Before()
    released = (
        Release.objects.filter(season=found, kind=Kind.SEASON, published_at__lte=at)
        .order_by("through", "published_at", "pk")
        .last()
    )
    if released is not None:
        return Before(release=released, history=released_past(released))
    own = in_force(found, at)
    return Before(
        scheme=own,
        history=gathering.past(season, scheme, at=at, through=through, scheme_before=own),
    )


def released_past(release: Release) -> list[Past]:
    """A released result as the next season's history."""
    return [
        past_of(release.season.code, RESULT_DECODER.decode(content))
        for content in release.results.values_list("content", flat=True)
    ]


def past_of(season: str, one: UnitResult) -> Past:
    """A unit's result, as a later season remembers it."""
    return Past(
        season=season,
        unit=one.unit,
        total=one.total,
        honour=one.honour,
        place_from_last=one.place_from_last,
        grade=one.grade,
    )
