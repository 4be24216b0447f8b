"""What would change a unit's place: the engine asked again, with one thing different.

Only the unit's own facts are scored again; the others stand where they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, NamedTuple

import msgspec

from pingyi.rulebook import Scheme
from pingyi.scoring import standing
from pingyi.scoring.engine import merit, rated, score
from pingyi.scoring.forms import Event, Facts, Result, Satisfaction, UnitResult

MORE_RATINGS = 100
_VERIFIED = "rating.verified"


class Change(Enum):
    """What is different."""

    ONE_VERIFIED_LESS = "one_verified_less"
    ONE_VERIFIED_MORE = "one_verified_more"
    MORE_SATISFIED = "more_satisfied"


class Outcome(NamedTuple):
    """The unit's total and place if it were so."""

    change: Change
    total: Decimal
    rank: int
    place_from_last: int
    honour: str | None


class Edge(NamedTuple):
    """How far it is to somewhere else in the ranking, in points of the total.

    `points` are to be gained if positive, may be lost if negative; 0 where totals are equal and
    other keys decide. `unit`: whose total that is · `kind`: the next place above or below, or being
    inside or outside of the `honour` whose edge it is.
    """

    kind: Literal["above", "below", "inside", "outside"]
    points: Decimal
    unit: str
    honour: str | None = None


def outcomes(facts: Facts, scheme: Scheme, result: Result, code: str) -> list[Outcome]:
    """What each change would come to; none for a unit without a total."""
    one = _found(result, code)
    if one is None or one.total is None:
        return []
    group = _Group(facts, scheme, result, one)
    return [group.outcome(change, changed) for change, changed in _changes(facts, code)]


def edges(facts: Facts, scheme: Scheme, result: Result, code: str) -> list[Edge]:
    """How far it is to the place above and below, and to the edge of each honour by number."""
    one = _found(result, code)
    if one is None or one.total is None:
        return []
    return list(_Group(facts, scheme, result, one).edges())


def _found(result: Result, code: str) -> UnitResult | None:
    return next((one for one in result.results if one.unit == code), None)


def _changes(facts: Facts, code: str) -> Iterator[tuple[Change, Facts]]:
    own = Facts(
        season=facts.season,
        units=tuple(unit for unit in facts.units if unit.code == code),
        satisfaction=tuple(row for row in facts.satisfaction if row.unit == code),
        events=tuple(event for event in facts.events if event.unit == code),
        measured=tuple(row for row in facts.measured if row.unit == code),
        history=tuple(past for past in facts.history if past.unit == code),
    )
    verified = [event for event in own.events if event.kind == _VERIFIED]
    if verified:
        rest = tuple(event for event in own.events if event is not verified[-1])
        yield Change.ONE_VERIFIED_LESS, msgspec.structs.replace(own, events=rest)
    more = (*own.events, Event(unit=code, kind=_VERIFIED))
    yield Change.ONE_VERIFIED_MORE, msgspec.structs.replace(own, events=more)
    if own.satisfaction:
        busiest = max(own.satisfaction, key=_given)
        rows = tuple(
            msgspec.structs.replace(row, satisfied=row.satisfied + MORE_RATINGS)
            if row is busiest
            else row
            for row in own.satisfaction
        )
        yield Change.MORE_SATISFIED, msgspec.structs.replace(own, satisfaction=rows)


def _given(row: Satisfaction) -> int:
    fine = row.very_satisfied + row.satisfied + row.basically_satisfied
    return fine + row.dissatisfied + row.very_dissatisfied


class _Group:
    """The units of a group that have a total, best first, with what orders them."""

    def __init__(self, facts: Facts, scheme: Scheme, result: Result, one: UnitResult) -> None:
        self._scheme = scheme
        self._one = one
        ranked = [
            other
            for other in result.results
            if other.group == one.group and other.total is not None
        ]
        counted = rated(facts, scheme)
        self._totals = {other.unit: other.total or Decimal() for other in ranked}
        self._merits: dict[str, tuple[Any, ...]] = {
            code: merit(total, vetoed, counted[code], scheme)
            for code, total, vetoed in (
                (other.unit, other.total or Decimal(), other.vetoed) for other in ranked
            )
        }
        self._sizes = standing.sizes(scheme, len(ranked))

    def outcome(self, change: Change, own: Facts) -> Outcome:
        (then,) = score(own, self._scheme).results
        total = then.total or Decimal()
        counted = rated(own, self._scheme)[self._one.unit]
        changed = merit(total, then.vetoed, counted, self._scheme)
        above = sum(
            other > changed for code, other in self._merits.items() if code != self._one.unit
        )
        of = len(self._merits)
        place = standing.Place(1 + above, of, self._from_last(changed))
        grade = standing.grade(total, self._scheme)
        honour = standing.honour(place, grade, then.vetoed, self._scheme, self._sizes)
        return Outcome(change, total, place.rank, place.from_last, honour)

    def _from_last(self, changed: tuple[Any, ...]) -> int:
        others = (other for code, other in self._merits.items() if code != self._one.unit)
        return 1 + sum(other <= changed for other in others)

    def edges(self) -> Iterator[Edge]:
        own = self._merits[self._one.unit]
        ordered = sorted(self._merits, key=lambda code: (self._merits[code], code))
        worse = [code for code in ordered if self._merits[code] < own]
        better = [code for code in ordered if self._merits[code] > own]
        if better:
            yield Edge("above", self._away(better[0]), better[0])
        if worse:
            yield Edge("below", self._away(worse[-1]), worse[-1])
        for rule in self._scheme.honours.values():
            size = self._sizes[rule.id]
            if not 0 < size < len(ordered) or rule.grade is not None:
                continue
            # From the worst: those at the bottom come first.
            cut = size if rule.end == "bottom" else len(ordered) - size
            below, above = ordered[cut - 1], ordered[cut]
            first = self._merits[above]
            high = own >= first
            kind: Literal["inside", "outside"] = (
                "inside" if high == (rule.end == "top") else "outside"
            )
            other = below if high else above
            yield Edge(kind, self._away(other), other, rule.id)

    def _away(self, other: str) -> Decimal:
        return self._totals[other] - self._totals[self._one.unit]
