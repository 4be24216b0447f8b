"""Two schemes over the same facts: who moves, by how much, and which clause does it.

Totals of schemes with different full marks are compared as per cent of those. A clause's part in a
difference is what it gives under the one less what it gives under the other, as per cent of each
one's full marks: a unit's parts add up to its difference, exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from pingyi.rulebook import Scheme
from pingyi.scoring import causes
from pingyi.scoring.causes import Cause
from pingyi.scoring.forms import Result, UnitResult

_HUNDREDTH = Decimal("0.01")


class Part(NamedTuple):
    """What a clause gives a unit under each scheme, in its points (None: no such line), and its
    part in the difference, in per cent of full marks."""

    clause: str
    now: Decimal | None
    then: Decimal | None
    difference: Fraction


class Move(NamedTuple):
    """A unit under the scheme in force (`now`) and under the draft (`then`).

    `difference`: of the totals, in per cent of full marks; None unless it has both · `climbed`:
    places gained, negative if lost; None unless it has both · `parts`: the greatest first ·
    `causes`: every clause that does something to it, what does most first.
    """

    unit: str
    now: UnitResult
    then: UnitResult
    difference: Fraction | None
    climbed: int | None
    parts: tuple[Part, ...]
    causes: tuple[Cause, ...] = ()

    @property
    def moved(self) -> bool:
        """Whether its place changes, or its veto, grade or honour."""
        return _standing(self.now) != _standing(self.then)

    @property
    def cause(self) -> Cause | None:
        """The clause that does most of it."""
        return self.causes[0] if self.causes else None


class Effect(NamedTuple):
    """What a clause does: to how many units, and the sum of its parts; None where it moves or
    awards them without giving a point."""

    clause: str
    units: int
    difference: Fraction | None


class Comparison(NamedTuple):
    """All units that take part, in the engine's order under the scheme in force.

    `gained` and `lost`: units by honour · `clauses`: the greatest effect on points first, then
    those that give none, by units.
    """

    moves: tuple[Move, ...]
    gained: Mapping[str, tuple[str, ...]]
    lost: Mapping[str, tuple[str, ...]]
    clauses: tuple[Effect, ...]

    @property
    def moved(self) -> int:
        return sum(move.moved for move in self.moves)

    def largest(self, count: int = 10) -> list[Move]:
        """Those that climb or fall by most places."""
        movers = [move for move in self.moves if move.climbed]
        return sorted(movers, key=lambda move: (-abs(move.climbed or 0), move.unit))[:count]


def compare(now: Result, then: Result, scheme: Scheme, draft: Scheme) -> Comparison:
    """The same facts scored under a scheme and under a draft; ValueError for other facts."""
    before = {one.unit: one for one in now.results}
    after = {one.unit: one for one in then.results}
    if before.keys() != after.keys():
        raise ValueError("results of different units")
    full = Fraction(scheme.full_marks), Fraction(draft.full_marks)
    moves = _explained([_move(one, after[one.unit], full) for one in now.results], scheme, draft)
    gained: dict[str, list[str]] = defaultdict(list)
    lost: dict[str, list[str]] = defaultdict(list)
    for move in moves:
        if move.now.honour != move.then.honour:
            if move.then.honour is not None:
                gained[move.then.honour].append(move.unit)
            if move.now.honour is not None:
                lost[move.now.honour].append(move.unit)
    return Comparison(moves, _tuples(gained), _tuples(lost), _clauses(moves))


def per_cent(share: Fraction) -> Decimal:
    """To two decimals, half away from zero."""
    exact = Decimal(share.numerator) / Decimal(share.denominator)
    return exact.quantize(_HUNDREDTH, ROUND_HALF_UP)


def _move(now: UnitResult, then: UnitResult, full: tuple[Fraction, Fraction]) -> Move:
    difference = None
    if now.total is not None and then.total is not None:
        difference = _share(then.total, full[1]) - _share(now.total, full[0])
    same_group = now.group == then.group
    climbed = (
        now.rank - then.rank
        if same_group and now.rank is not None and then.rank is not None
        else None
    )
    return Move(now.unit, now, then, difference, climbed, _parts(now, then, full))


def _explained(moves: Iterable[Move], scheme: Scheme, draft: Scheme) -> tuple[Move, ...]:
    """Each move with its causes: those of a group are told together, since units pass others."""
    groups: dict[str, list[Move]] = defaultdict(list)
    for move in moves:
        groups[move.now.group].append(move)
    changes = causes.Changes(scheme, draft)
    told = []
    for group in groups.values():
        scored = [
            causes.Scored(
                move.now,
                move.then,
                move.difference,
                _own(move, changes),
            )
            for move in group
        ]
        found = causes.of_group(scored, changes)
        told += [move._replace(causes=why) for move, why in zip(group, found, strict=True)]
    return tuple(told)


def _own(move: Move, changes: causes.Changes) -> tuple[Cause, ...]:
    """The clauses that change the unit's own points, the greatest first; the lines themselves where
    it comes to a total, or loses it."""
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for part in move.parts:
        whole = move.difference is not None
        clause = changes.of_line(part.clause, move.now, move.then) if whole else part.clause
        sums[clause] += part.difference
    ordered = sorted(sums.items(), key=lambda told: (-abs(told[1]), told[0]))
    return tuple(Cause(clause, difference) for clause, difference in ordered if difference)


def _standing(one: UnitResult) -> tuple[object, ...]:
    return one.rank, one.vetoed, one.grade, one.honour


def _parts(now: UnitResult, then: UnitResult, full: tuple[Fraction, Fraction]) -> tuple[Part, ...]:
    before = {line.clause: line.points for line in now.lines}
    after = {line.clause: line.points for line in then.lines}
    if before == after and full[0] == full[1]:  # most units of a city
        return ()
    parts = [
        Part(
            clause,
            before.get(clause),
            after.get(clause),
            _share(after.get(clause, Decimal()), full[1])
            - _share(before.get(clause, Decimal()), full[0]),
        )
        for clause in dict.fromkeys((*before, *after))
    ]
    told = [part for part in parts if part.difference]
    return tuple(sorted(told, key=lambda part: (-abs(part.difference), part.clause)))


def _share(points: Decimal, full: Fraction) -> Fraction:
    return Fraction(points) * 100 / full


def _tuples(found: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(units) for key, units in sorted(found.items())}


def _clauses(moves: Iterable[Move]) -> tuple[Effect, ...]:
    parts: dict[str, list[Fraction]] = defaultdict(list)
    others: dict[str, int] = defaultdict(int)
    for move in moves:
        for cause in move.causes:
            if cause.difference is not None:
                parts[cause.clause].append(cause.difference)
            else:
                others[cause.clause] += 1
    effects = {clause: sum(map(abs, found), Fraction()) for clause, found in parts.items()}
    found = [
        Effect(clause, len(parts[clause]), sum(parts[clause], Fraction()))
        for clause in sorted(effects, key=lambda clause: (-effects[clause], clause))
    ]
    without = sorted(others.keys() - parts.keys(), key=lambda clause: (-others[clause], clause))
    return (*found, *(Effect(clause, others[clause], None) for clause in without))
