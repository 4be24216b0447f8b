"""Proof that a release says what its facts say: computed again, and compared bit for bit."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from pingyi.audit.queries import events_about
from pingyi.publication import freezing
from pingyi.publication.freezing import Basis, Computed
from pingyi.publication.models import Release, ReleasedResult
from pingyi.publication.terms import Period
from pingyi.scoring import facts
from pingyi.scoring.engine import FactsError, Result, UnitResult


@dataclass(frozen=True)
class Moved:
    """A unit whose result would be another today, as `total · rank`; "" where it has none."""

    unit: str
    released: str
    now: str


@dataclass(frozen=True)
class Verification:
    """`intact`: the frozen rows are what was released, by its digest and the log of events ·
    `facts_stand`: the facts as they stood at its moment are found unchanged · `same`: computed anew
    they give the very result.
    """

    release: Release
    intact: bool
    facts_stand: bool
    same: bool
    moved: tuple[Moved, ...] = ()
    trouble: str = ""

    @property
    def verified(self) -> bool:
        return self.intact and self.facts_stand and self.same


def verify_release(release: Release) -> Verification:
    """Compute the release again from the facts as they stood at its moment. Stores nothing.

    By the scheme version it was made under, whatever its file says today, and the groups of the
    time, whatever enrolments say today.
    """
    rows = list(release.results.order_by("pk"))
    frozen = _frozen(release, rows)
    intact = freezing.digest(frozen.to_json()) == release.result_digest
    intact = intact and freezing.said_digest(release) == _said_then(release)
    try:
        again = freezing.compute(_basis(release, rows))
    except FactsError as error:
        return Verification(release, intact, False, False, trouble=str(error))
    same = (
        again.result_digest == release.result_digest
        and again.period_digest == release.period_digest
        and all(_agrees(row, again) for row in rows)
    )
    return Verification(
        release,
        intact=intact,
        facts_stand=again.facts_digest == release.facts_digest,
        same=same,
        moved=tuple(_moved(frozen, again.result)),
    )


def _said_then(release: Release) -> str | None:
    """What the log of events holds of the preparing."""
    made = events_about(release).filter(action__in=("release.prepare", "release.correct")).first()
    return made.data.get("said") if made is not None else None


def _basis(release: Release, rows: list[ReleasedResult]) -> Basis:
    scheme = release.scheme.scheme()
    if release.result_before is not None:
        history = freezing.released_past(release.result_before)
    elif release.scheme_before is not None:
        history = facts.past(
            release.season,
            scheme,
            at=release.as_of,
            through=release.through,
            scheme_before=release.scheme_before.scheme(),
        )
    else:
        history = []
    return Basis(
        season=release.season,
        scheme=scheme,
        through=release.through,
        as_of=release.as_of,
        period=Period(release.starts_on, release.through) if release.is_bulletin else None,
        history=history,
        enrolled={row.code: row.group for row in rows},
    )


def _frozen(release: Release, rows: list[ReleasedResult]) -> Result:
    """The result as released, put together from its rows."""
    return Result(
        scheme=release.scheme.name,
        season=release.season.code,
        results=tuple(row.result for row in rows),
    )


def _agrees(row: ReleasedResult, again: Computed) -> bool:
    """Whether a row's columns say what its result and ratings say."""
    one, counted = row.result, again.ratings.get(row.code)
    told = (row.total, row.rank, row.of, row.place_from_last, row.honour, row.vetoed)
    true = (one.total, one.rank, one.of, one.place_from_last, one.honour or "", one.vetoed)
    if told != true or counted is None or (row.good, row.counted) != counted[:2]:
        return False
    return row.code == one.unit and row.group == one.group


def _moved(frozen: Result, now: Result) -> list[Moved]:
    then = {one.unit: one for one in frozen.results}
    today = {one.unit: one for one in now.results}
    return [
        Moved(code, _told(then.get(code)), _told(today.get(code)))
        for code in sorted({*then, *today})
        if _exact(then.get(code)) != _exact(today.get(code))
    ]


def _exact(one: UnitResult | None) -> bytes:
    return msgspec.json.encode(one)


def _told(one: UnitResult | None) -> str:
    return "" if one is None else f"{one.total} · {one.rank}"
