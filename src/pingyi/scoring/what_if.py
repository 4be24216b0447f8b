"""What would change a unit's place: the engine asked again, with one thing different.

Only the unit's own facts are scored again; the others stand where they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, NamedTuple

import msgspec

from pingyi.rulebook import Scheme
from pingyi.rulebook.model import Honour
from pingyi.scoring import standing
from pingyi.scoring.engine import merit, rated, score
from pingyi.scoring.forms import Event, Facts, Result, Satisfaction, UnitResult

MORE_RATINGS = 100
_VERIFIED = "rating.verified"


class Change(Enum):
    """What is different. A verified bad rating is the rating itself and its event."""

    ONE_VERIFIED_LESS = "one_verified_less"
    ONE_VERIFIED_MORE = "one_verified_more"
    ONE_EVENT_LESS = "one_event_less"
    ONE_EVENT_MORE = "one_event_more"
    MORE_SATISFIED = "more_satisfied"
    VETO_LIFTED = "veto_lifted"


class Asked(NamedTuple):
    """A change and the unit's own facts as they would be.

    `clause`: whose event it is · `channel`: through which ratings come or go.
    """

    change: Change
    own: Facts
    clause: str | None = None
    channel: str | None = None


class Outcome(NamedTuple):
    """The unit's total, place and awards if it were so."""

    change: Change
    clause: str | None
    channel: str | None
    total: Decimal
    rank: int
    place_from_last: int
    grade: str | None
    honour: str | None
    vetoed: bool


class Edge(NamedTuple):
    """How far it is to somewhere else in the ranking, in points of the total.

    `points` are to be gained if positive, may be lost if negative; 0 where totals are equal and
    other keys decide. `unit`: whose total that is; None where it is the bound of a `grade` ·
    `kind`: the next place above or below, or being inside or outside of the `honour` whose edge it
    is; `vetoed`, `above_vetoed`: a veto stands between, which no points can cross.
    """

    kind: Literal["above", "below", "inside", "outside", "vetoed", "above_vetoed"]
    points: Decimal
    unit: str | None
    honour: str | None = None
    grade: str | None = None


def outcomes(facts: Facts, scheme: Scheme, result: Result, code: str) -> list[Outcome]:
    """What each change would come to; none for a unit without a total."""
    one = _found(result, code)
    if one is None or one.total is None:
        return []
    group = _Group(facts, scheme, result, one)
    found = (group.outcome(asked) for asked in _changes(facts, scheme, one))
    return [outcome for outcome in found if outcome is not None]


def edges(facts: Facts, scheme: Scheme, result: Result, code: str) -> list[Edge]:
    """How far it is to the place above and below, and to the edge of each honour."""
    one = _found(result, code)
    if one is None or one.total is None:
        return []
    return list(_Group(facts, scheme, result, one).edges())


def _found(result: Result, code: str) -> UnitResult | None:
    return next((one for one in result.results if one.unit == code), None)


def _changes(facts: Facts, scheme: Scheme, one: UnitResult) -> Iterator[Asked]:
    own = Facts(
        season=facts.season,
        units=tuple(unit for unit in facts.units if unit.code == one.unit),
        satisfaction=tuple(row for row in facts.satisfaction if row.unit == one.unit),
        events=tuple(event for event in facts.events if event.unit == one.unit),
        measured=tuple(row for row in facts.measured if row.unit == one.unit),
        history=tuple(past for past in facts.history if past.unit == one.unit),
    )
    if one.vetoed:
        vetoes = {veto.event for veto in scheme.vetoes.values()}
        kept = tuple(event for event in own.events if event.kind not in vetoes)
        yield Asked(Change.VETO_LIFTED, msgspec.structs.replace(own, events=kept))
    channels = _channels(scheme, one.group)
    yield from _one_verified_less(own, channels)
    yield _one_verified_more(own, channels)
    for clause in scheme.points.values():
        # Approved points come from people; the verified bad rating is asked about above.
        if clause.as_approved or clause.event == _VERIFIED:
            continue
        if any(event.kind == clause.event for event in own.events):
            less = _without(own, clause.event)
            yield Asked(Change.ONE_EVENT_LESS, less, clause.id)
        more = (*own.events, Event(unit=one.unit, kind=clause.event))
        yield Asked(Change.ONE_EVENT_MORE, msgspec.structs.replace(own, events=more), clause.id)
    if row := _busiest(own.satisfaction, channels):
        more_of = msgspec.structs.replace(row, satisfied=row.satisfied + MORE_RATINGS)
        yield Asked(Change.MORE_SATISFIED, _with(own, row, more_of), channel=row.channel)


def _channels(scheme: Scheme, group: str) -> tuple[str, ...]:
    """The channels that the group's components count; () where every one does."""
    taken = [scheme.components[name] for name in scheme.weights(group)]
    if any(component.all_channels for component in taken):
        return ()
    return tuple(channel for component in taken for channel in component.channels)


def _one_verified_less(own: Facts, channels: Collection[str]) -> Iterator[Asked]:
    """Without the last verified bad rating, where there is one."""
    found = [row for row in own.satisfaction if row.verified_bad and _bad(row)]
    row = _busiest(found, channels)
    if row is None and not any(event.kind == _VERIFIED for event in own.events):
        return
    less = _without(own, _VERIFIED)
    if row is None:
        yield Asked(Change.ONE_VERIFIED_LESS, less)
        return
    level = "dissatisfied" if row.dissatisfied else "very_dissatisfied"
    fewer = {level: getattr(row, level) - 1, "verified_bad": row.verified_bad - 1}
    changed = _with(less, row, msgspec.structs.replace(row, **fewer))
    yield Asked(Change.ONE_VERIFIED_LESS, changed, channel=row.channel)


def _one_verified_more(own: Facts, channels: Sequence[str]) -> Asked:
    """With one more verified bad rating, where the unit has most of its ratings."""
    unit = own.units[0].code
    row = _busiest(own.satisfaction, channels)
    if row is None:
        row = Satisfaction(unit=unit, channel=channels[0] if channels else "qr")
    more = msgspec.structs.replace(
        row, dissatisfied=row.dissatisfied + 1, verified_bad=row.verified_bad + 1
    )
    events = (*own.events, Event(unit=unit, kind=_VERIFIED))
    changed = _with(msgspec.structs.replace(own, events=events), row, more)
    return Asked(Change.ONE_VERIFIED_MORE, changed, channel=row.channel)


def _without(own: Facts, kind: str) -> Facts:
    """Without the last event of a kind, if there is one."""
    found = [event for event in own.events if event.kind == kind]
    rest = tuple(event for event in own.events if not found or event is not found[-1])
    return msgspec.structs.replace(own, events=rest)


def _with(own: Facts, row: Satisfaction, changed: Satisfaction) -> Facts:
    """With a channel's row changed, or added."""
    rest = tuple(other for other in own.satisfaction if other is not row)
    return msgspec.structs.replace(own, satisfaction=(*rest, changed))


def _busiest(rows: Iterable[Satisfaction], channels: Collection[str]) -> Satisfaction | None:
    """The counted channel with the most ratings."""
    counted = [row for row in rows if not channels or row.channel in channels]
    return max(counted, key=_given, default=None)


def _bad(row: Satisfaction) -> int:
    return row.dissatisfied + row.very_dissatisfied


def _given(row: Satisfaction) -> int:
    return row.very_satisfied + row.satisfied + row.basically_satisfied + _bad(row)


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
        self._vetoed = {other.unit for other in ranked if other.vetoed}
        self._totals = {other.unit: other.total or Decimal() for other in ranked}
        self._merits: dict[str, tuple[Any, ...]] = {
            code: merit(total, vetoed, counted[code], scheme)
            for code, total, vetoed in (
                (other.unit, other.total or Decimal(), other.vetoed) for other in ranked
            )
        }
        self._sizes = standing.sizes(scheme, len(ranked))

    def outcome(self, asked: Asked) -> Outcome | None:
        """What it would come to; None where it would leave the unit without a total."""
        (then,) = score(asked.own, self._scheme).results
        if then.total is None:
            return None
        counted = rated(asked.own, self._scheme)[self._one.unit]
        changed = merit(then.total, then.vetoed, counted, self._scheme)
        above = sum(
            other > changed for code, other in self._merits.items() if code != self._one.unit
        )
        place = standing.Place(1 + above, len(self._merits), self._from_last(changed))
        grade = standing.grade(then.total, self._scheme)
        honour = standing.honour(place, grade, then.vetoed, self._scheme, self._sizes)
        return Outcome(
            asked.change,
            asked.clause,
            asked.channel,
            then.total,
            place.rank,
            place.from_last,
            grade,
            honour,
            then.vetoed,
        )

    def _from_last(self, changed: tuple[Any, ...]) -> int:
        others = (other for code, other in self._merits.items() if code != self._one.unit)
        return 1 + sum(other <= changed for other in others)

    def edges(self) -> Iterator[Edge]:
        own = self._merits[self._one.unit]
        ordered = sorted(self._merits, key=lambda code: (self._merits[code], code))
        worse = [code for code in ordered if self._merits[code] < own]
        better = [code for code in ordered if self._merits[code] > own]
        if self._one.vetoed and len(self._vetoed) < len(ordered):
            yield Edge("vetoed", Decimal(), None)
        if better and self._points_reach(better[0]):
            yield Edge("above", self._away(better[0]), better[0])
        if worse and self._points_reach(worse[-1]):
            yield Edge("below", self._away(worse[-1]), worse[-1])
        elif worse:
            yield Edge("above_vetoed", Decimal(), None)
        for rule in self._scheme.honours.values():
            if self._one.vetoed and rule.vetoed == "excluded":
                continue
            if edge := self._edge_of(rule, ordered):
                yield edge

    def _edge_of(self, rule: Honour, ordered: Sequence[str]) -> Edge | None:
        """By place and by grade, whichever is further to gain or nearer to lose."""
        far = [edge for edge in (self._by_place(rule, ordered), self._by_grade(rule)) if edge]
        if not far:
            return None
        if not all(self._points_reach(edge.unit) for edge in far):
            return None
        by_points, up = (max, 1) if rule.end == "top" else (min, -1)
        outside = [edge for edge in far if edge.kind == "outside"]
        if any(edge.points * up < 0 for edge in outside):  # a better grade than is asked for
            return None
        furthest = by_points(far, key=lambda edge: edge.points)
        return furthest._replace(kind="outside" if outside else "inside")

    def _by_place(self, rule: Honour, ordered: Sequence[str]) -> Edge | None:
        size = self._sizes[rule.id]
        if not 0 < size < len(ordered):
            return None
        # From the worst: those at the bottom come first.
        cut = size if rule.end == "bottom" else len(ordered) - size
        below, above = ordered[cut - 1], ordered[cut]
        high = self._merits[self._one.unit] >= self._merits[above]
        other = below if high else above
        inside = high == (rule.end == "top")
        return Edge("inside" if inside else "outside", self._away(other), other, rule.id)

    def _by_grade(self, rule: Honour) -> Edge | None:
        """How far the bound of the grade it asks for is: the lower one at the top."""
        if rule.grade is None or not self._sizes[rule.id]:
            return None
        grade = self._scheme.grades[rule.grade]
        bound = grade.at_least if rule.end == "top" else grade.below
        if bound is None:
            return None
        inside = self._one.grade == rule.grade
        away = bound - self._totals[self._one.unit]
        return Edge("inside" if inside else "outside", away, None, rule.id, rule.grade)

    def _points_reach(self, other: str | None) -> bool:
        """Whether points decide between the two: a veto stands before them."""
        return other is None or (other in self._vetoed) == self._one.vetoed

    def _away(self, other: str) -> Decimal:
        return self._totals[other] - self._totals[self._one.unit]
