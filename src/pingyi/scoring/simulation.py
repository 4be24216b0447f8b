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
    places gained, negative if lost; None unless it has both · `parts`: the greatest first.
    """

    unit: str
    now: UnitResult
    then: UnitResult
    difference: Fraction | None
    climbed: int | None
    parts: tuple[Part, ...]

    @property
    def moved(self) -> bool:
        """Whether its place or its honour changes."""
        return (self.now.rank, self.now.honour) != (self.then.rank, self.then.honour)

    @property
    def cause(self) -> Part | None:
        """The clause that does most of it."""
        return self.parts[0] if self.parts else None


class Comparison(NamedTuple):
    """All units that take part, in the engine's order under the scheme in force.

    `gained` and `lost`: units by honour · `clauses`: by clause, how many units it makes a
    difference to and the sum of its parts, the greatest effect first.
    """

    moves: tuple[Move, ...]
    gained: Mapping[str, tuple[str, ...]]
    lost: Mapping[str, tuple[str, ...]]
    clauses: tuple[tuple[str, int, Fraction], ...]

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
    moves = tuple(_move(one, after[one.unit], full) for one in now.results)
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


def _parts(now: UnitResult, then: UnitResult, full: tuple[Fraction, Fraction]) -> tuple[Part, ...]:
    before = {line.clause: line.points for line in now.lines}
    after = {line.clause: line.points for line in then.lines}
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


def _clauses(moves: Iterable[Move]) -> tuple[tuple[str, int, Fraction], ...]:
    units: dict[str, int] = defaultdict(int)
    sums: dict[str, list[Fraction]] = defaultdict(list)
    for move in moves:
        for part in move.parts:
            units[part.clause] += 1
            sums[part.clause].append(part.difference)
    effects = {clause: sum(map(abs, parts), Fraction()) for clause, parts in sums.items()}
    return tuple(
        (clause, units[clause], sum(sums[clause], Fraction()))
        for clause in sorted(effects, key=lambda clause: (-effects[clause], clause))
    )
