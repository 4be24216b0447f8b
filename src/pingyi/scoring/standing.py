"""Places in a group, and what hangs on them: grade, honour, consequences."""

import math
from collections.abc import Hashable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

from pingyi.rulebook import Scheme
from pingyi.rulebook.model import Condition
from pingyi.scoring.forms import Consequence, Past

_Unit = TypeVar("_Unit", bound=Hashable)


class Place(NamedTuple):
    """A unit's place among the `of` units of its group that have a total."""

    rank: int
    of: int
    from_last: int


def places(merits: dict[_Unit, tuple[Any, ...]]) -> dict[_Unit, Place]:
    """Places by merit, more is better, compared key by key; equal merits share a place."""
    of = len(merits)
    found: dict[_Unit, Place] = {}
    last: tuple[Any, ...] | None = None
    rank = 0
    ordered = sorted(merits.items(), key=lambda item: item[1], reverse=True)
    for better, (unit, merit) in enumerate(ordered):
        if merit != last:
            rank, last = better + 1, merit
        found[unit] = Place(rank, of, of - rank + 1)
    return found


def grade(total: Decimal, scheme: Scheme) -> str | None:
    """The first grade whose bounds hold the total; None where the scheme has none."""
    for rule in scheme.grades.values():
        above = rule.at_least is None or total >= rule.at_least
        if above and (rule.below is None or total < rule.below):
            return rule.id
    return None


def sizes(scheme: Scheme, of: int) -> dict[str, int]:
    """How many of a group of `of` units each honour is for.

    A tie over the edge needs no rule of its own: a shared rank lets all in at the top, a shared
    place from last leaves all out at the bottom.
    """
    found = {}
    for rule in scheme.honours.values():
        limits = [of] if rule.number is None else [rule.number]
        if rule.share is not None:
            part = Fraction(rule.share) * of
            limits.append(math.ceil(part) if rule.round == "up" else math.floor(part))
        found[rule.id] = min(limits)
    return found


def honour(
    place: Place, graded: str | None, vetoed: bool, scheme: Scheme, most: Mapping[str, int]
) -> str | None:
    """The first honour that a place, grade and absence of veto earn; `most`: see `sizes`."""
    for rule in scheme.honours.values():
        if vetoed and rule.vetoed == "excluded":
            continue
        if rule.grade is not None and graded != rule.grade:
            continue
        position = place.rank if rule.end == "top" else place.from_last
        if position <= most[rule.id]:
            return rule.id
    return None


def season_before(season: str) -> str | None:
    """The season's number less one; None for a season that is not a number."""
    return str(int(season) - 1) if season.isascii() and season.isdigit() else None


def consequences(now: Past, before: Past | None, scheme: Scheme) -> Iterable[Consequence]:
    """What follows from this season's result and, where a clause asks, the season's before."""
    for rule in scheme.consequences.values():
        if not _holds(rule.when, now):
            continue
        if rule.before is not None and (before is None or not _holds(rule.before, before)):
            continue
        if rule.growth_below is not None and not _grew_less(rule.growth_below, now, before):
            continue
        why = rule.why.format(season=now.season, before=before.season if before else "")
        yield Consequence(clause=rule.id, what=rule.what, on=rule.on, why=why)


def _holds(condition: Condition, result: Past) -> bool:
    """Whether all that is asked holds. What is not known of a result never holds against it."""
    if condition.honour is not None and result.honour != condition.honour:
        return False
    if condition.place_from_last is not None and (
        result.place_from_last is None or result.place_from_last > condition.place_from_last
    ):
        return False
    return condition.grade_not is None or result.grade not in (None, condition.grade_not)


def _grew_less(limit: Decimal, now: Past, before: Past | None) -> bool:
    """Whether (total - total before) ÷ total before < limit; from nothing no growth is told."""
    if before is None or not before.total or now.total is None:
        return False
    then = Fraction(before.total)
    return (Fraction(now.total) - then) / then < Fraction(limit)
