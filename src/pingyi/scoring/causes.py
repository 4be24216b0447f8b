"""Which clauses move a unit where two schemes score the same facts.

A unit moves by its own points, by those of the units it passes or is passed by, or by a clause that
gives nobody a point: ties, vetoes, grades, honours. Each is named as its table is in the file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import msgspec

from pingyi.rulebook import Scheme
from pingyi.rulebook.model import Component
from pingyi.scoring.forms import UnitResult

_WORDS = {"title", "zh", "source", "assumed"}  # what a clause says of itself changes nothing


class Cause(NamedTuple):
    """A clause that moves a unit or changes what it is awarded.

    `difference`: what it does to the unit's own points, in per cent of full marks; None where it
    does nothing to them · `others`: how many units it moved past this one, or this one past them.
    """

    clause: str
    difference: Fraction | None = None
    others: int = 0


class Scored(NamedTuple):
    """A unit under both schemes; `own`: its points' differences by clause, the greatest first."""

    now: UnitResult
    then: UnitResult
    difference: Fraction | None
    own: tuple[Cause, ...]


class Changes:
    """The clauses other than points that a draft changes."""

    def __init__(self, scheme: Scheme, draft: Scheme) -> None:
        self.vetoes = _changed("vetoes", scheme.vetoes, draft.vetoes)
        self._grades = _changed("grades", scheme.grades, draft.grades)
        self._honours = _changed("honours", scheme.honours, draft.honours)
        self._missing = _rule(scheme.missing) != _rule(draft.missing)
        self._rate = _rule(scheme.rate) != _rule(draft.rate)
        self._rounding = _rule(scheme.rounding) != _rule(draft.rounding)
        self._components = {*scheme.components, *draft.components}
        self._same_components = {
            group: _same_components(scheme, draft, group)
            for group in scheme.groups
            if group in draft.groups
        }
        # Equal totals are ordered by keys, and a key by how ratings count.
        self.ties = "ties" if scheme.ties.keys != draft.ties.keys else "rate"

    def entering(self, one: Scored) -> str:
        """The clause by which a unit comes to a total, or loses it."""
        if self._missing:
            return "missing"
        lines = [line.clause for line in (*one.now.lines, *one.then.lines)]
        component = next((clause for clause in lines if clause in self._components), lines[0])
        return self.of_line(component, one.now, one.then)

    def of_line(self, clause: str, now: UnitResult, then: UnitResult) -> str:
        """The clause by which a line differs: its own; of a component that says what it said, how
        ratings count, what becomes of those missing, or rounding."""
        if clause not in self._same_components[now.group]:
            return clause
        if self._missing and _clauses(now) != _clauses(then):
            return "missing"
        if self._rate:
            return "rate"
        if self._missing:
            return "missing"
        return "rounding" if self._rounding else clause

    def awards(self, one: Scored) -> Iterator[Cause]:
        """The clauses that give it another veto, grade or honour."""
        now, then = one.now, one.then
        if now.vetoed != then.vetoed:
            yield from map(Cause, self.vetoes)
        for name, changed, before, after in (
            ("grades", self._grades, now.grade, then.grade),
            ("honours", self._honours, now.honour, then.honour),
        ):
            if before != after:
                named = [f"{name}.{key}" for key in (after, before) if key is not None]
                yield from (Cause(clause) for clause in named if clause in changed)


class Crossings:
    """Who passes whom in a group. A set of units is a number, a bit for each: thousands of units
    are compared with thousands in no time."""

    def __init__(self, group: Sequence[Scored], changes: Changes) -> None:
        self._changes = changes
        self._above_now = _above(group, lambda one: one.now.rank)
        self._above_then = _above(group, lambda one: one.then.rank)
        self._came_or_left = 0
        self._alike: dict[object, int] = defaultdict(int)
        self._moved_by: dict[str, int] = defaultdict(int)
        for at, one in enumerate(group):
            if _came_or_left(one):
                self._came_or_left |= 1 << at
            self._alike[_push(one)] |= 1 << at
            if clause := self._main(one):
                self._moved_by[clause] |= 1 << at

    def causes(self, one: Scored) -> list[Cause]:
        """Why its place or its honour changes, where its own points are not why."""
        crossed = self._above_now[one.now.rank] ^ self._above_then[one.then.rank]
        if one.now.of != one.then.of:
            crossed |= self._came_or_left
        found = []
        if level := crossed & self._alike[_push(one)]:
            found.append(Cause(self._changes.ties, others=level.bit_count()))
        if not _moves_itself(one):
            pushed = crossed & ~level
            counts = {
                clause: (pushed & units).bit_count() for clause, units in self._moved_by.items()
            }
            found += [Cause(clause, others=count) for clause, count in counts.items() if count]
        return sorted(found, key=lambda cause: (-cause.others, cause.clause))

    def _main(self, one: Scored) -> str | None:
        """The clause that does most to move a unit."""
        if one.now.vetoed != one.then.vetoed and self._changes.vetoes:
            return self._changes.vetoes[0]
        if _came_or_left(one):
            return self._changes.entering(one)
        whole = one.difference or 0
        return next(
            (cause.clause for cause in one.own if (cause.difference or 0) * whole > 0), None
        )


def of_group(group: Sequence[Scored], changes: Changes) -> list[tuple[Cause, ...]]:
    """Each unit's causes, what does most first."""
    crossings = Crossings(group, changes)
    return [tuple(_causes(one, changes, crossings)) for one in group]


def _causes(one: Scored, changes: Changes, crossings: Crossings) -> Iterable[Cause]:
    found = [Cause(changes.entering(one))] if _came_or_left(one) else []
    placed = (one.now.rank, one.now.of) != (one.then.rank, one.then.of)
    if one.difference is not None and placed:
        found += crossings.causes(one)
    found += one.own
    found += changes.awards(one)
    by_clause: dict[str, Cause] = {}
    for cause in found:
        known = by_clause.get(cause.clause, cause)
        by_clause[cause.clause] = Cause(
            cause.clause, known.difference or cause.difference, max(known.others, cause.others)
        )
    return by_clause.values()


def _push(one: Scored) -> object:
    """Units of one push keep their order, but for what orders equal totals."""
    return one.difference, one.now.vetoed, one.then.vetoed


def _moves_itself(one: Scored) -> bool:
    """Whether its own points or its veto take it where it goes."""
    if one.now.vetoed != one.then.vetoed:
        return True
    climbed = (one.now.rank or 0) - (one.then.rank or 0)
    return bool(one.difference) and (one.difference or 0) * climbed > 0


def _above(
    group: Sequence[Scored], rank: Callable[[Scored], int | None]
) -> Mapping[int | None, int]:
    """By rank, the units strictly above it; none are above who has no rank."""
    at_rank: dict[int, int] = defaultdict(int)
    for at, one in enumerate(group):
        if (place := rank(one)) is not None:
            at_rank[place] |= 1 << at
    above: dict[int | None, int] = {None: 0}
    seen = 0
    for place in sorted(at_rank):
        above[place] = seen
        seen |= at_rank[place]
    return above


def _clauses(one: UnitResult) -> set[str]:
    return {line.clause for line in one.lines}


def _same_components(scheme: Scheme, draft: Scheme, group: str) -> set[str]:
    """The components that both schemes take alike, and give the same share of full marks."""
    before, after = scheme.weights(group), draft.weights(group)
    return {
        name
        for name in before.keys() & after.keys()
        if before[name] * draft.full_marks == after[name] * scheme.full_marks
        and _taken(scheme.components[name]) == _taken(draft.components[name])
    }


def _taken(component: Component) -> tuple[object, ...]:
    """What a component takes, its weight apart, which a group may give otherwise."""
    return set(component.channels), component.all_channels, component.measured


def _came_or_left(one: Scored) -> bool:
    """Whether it has a total under one scheme alone."""
    return (one.now.total is None) != (one.then.total is None)


def _changed(name: str, now: Mapping[str, Any], then: Mapping[str, Any]) -> list[str]:
    """The clauses of a section that a draft adds, drops or changes, by the name of their table."""
    before = [key for key in now if key in then]
    after = [key for key in then if key in now]
    # The first that fits holds: one that stands elsewhere is another rule.
    moved = {one for one, other in zip(before, after, strict=True) if one != other}
    return [
        f"{name}.{key}"
        for key in dict.fromkeys((*then, *now))
        if key not in before or key in moved or _rule(now[key]) != _rule(then[key])
    ]


def _rule(clause: msgspec.Struct) -> dict[str, Any]:
    """What a clause rules, without its words."""
    return {key: said for key, said in msgspec.structs.asdict(clause).items() if key not in _WORDS}
