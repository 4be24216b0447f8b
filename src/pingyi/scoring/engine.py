"""Scores: pure, exact and deterministic arithmetic of facts under a scheme.

Everything a city decides is in its scheme's data; nothing here knows a city. Nothing is stored:
the same facts and the same scheme give the same result, digit for digit.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from pingyi.rulebook import Scheme
from pingyi.scoring import standing
from pingyi.scoring.checks import EVENT_KINDS, check
from pingyi.scoring.forms import (
    Consequence,
    Event,
    Facts,
    FactsError,
    Line,
    Measured,
    Past,
    Result,
    Satisfaction,
    Unit,
    UnitResult,
)
from pingyi.scoring.lines import Ratings, Score, Scorer, ratings

__all__ = [
    "EVENT_KINDS",
    "Consequence",
    "Event",
    "Facts",
    "FactsError",
    "Line",
    "Measured",
    "Past",
    "Result",
    "Satisfaction",
    "Unit",
    "UnitResult",
    "merit",
    "rated",
    "score",
]


def rated(facts: Facts, scheme: Scheme) -> dict[str, Ratings]:
    """Every unit's ratings over all channels, as the scheme counts them."""
    rows: dict[str, list[Satisfaction]] = {unit.code: [] for unit in facts.units}
    for row in facts.satisfaction:
        if row.unit in rows:
            rows[row.unit].append(row)
    return {code: ratings(own, scheme.rate) for code, own in rows.items()}


def score(facts: Facts, scheme: Scheme, counted: Mapping[str, Ratings] | None = None) -> Result:
    """Every unit's lines, total, place, grade, honour and consequences.

    `counted` is what `rated` says, for those who have asked it already.

    Results come by group as the scheme lists them, then by rank (those without one last), then by
    code. FactsError for facts that contradict themselves or that the scheme has no place for.
    """
    check(facts, scheme)
    counted = counted or rated(facts, scheme)
    sheet = _Sheet(facts)
    scorer = Scorer(scheme)
    scores = {
        unit.code: scorer.score(
            unit.group,
            sheet.satisfaction[unit.code],
            sheet.marks[unit.code],
            sheet.events[unit.code],
        )
        for unit in facts.units
    }
    vetoes = [veto.event for veto in scheme.vetoes.values()]
    vetoed = {code for code, kinds in sheet.events.items() if any(kind in kinds for kind in vetoes)}
    results: list[UnitResult] = []
    for group in scheme.groups:
        units = [unit for unit in facts.units if unit.group == group]
        merits = {
            unit.code: merit(total, unit.code in vetoed, counted[unit.code], scheme)
            for unit in units
            if (total := scores[unit.code].total) is not None
        }
        places = standing.places(merits)
        ranked = _Group(scheme, len(merits), standing.sizes(scheme, len(merits)), vetoed, sheet)
        found = [ranked.result(unit, scores[unit.code], places.get(unit.code)) for unit in units]
        results += sorted(found, key=lambda one: (one.rank is None, one.rank or 0, one.unit))
    return Result(scheme=scheme.name, season=facts.season, results=tuple(results))


class _Sheet:
    """Facts by unit."""

    def __init__(self, facts: Facts) -> None:
        self.season = facts.season
        self.satisfaction: dict[str, list[Satisfaction]] = defaultdict(list)
        self.marks: dict[str, dict[str, Decimal]] = defaultdict(dict)
        self.events: dict[str, dict[str, list[Event]]] = defaultdict(lambda: defaultdict(list))
        for row in facts.satisfaction:
            self.satisfaction[row.unit].append(row)
        for mark in facts.measured:
            self.marks[mark.unit][mark.component] = mark.value
        for event in facts.events:
            self.events[event.unit][event.kind].append(event)
        before = standing.season_before(facts.season)
        self.before = {past.unit: past for past in facts.history if past.season == before}


def merit(total: Decimal, vetoed: bool, counted: Ratings, scheme: Scheme) -> tuple[Any, ...]:
    """What orders a unit in its group, best first: no veto, total, then the scheme's tie keys."""
    if not scheme.ties.keys:
        return (not vetoed, total)
    keys = {"satisfaction_rate": counted.rate_order, "ratings": counted.given}
    return (not vetoed, total, *(keys[key] for key in scheme.ties.keys))


class _Group(NamedTuple):
    """What the results of a group's units share."""

    scheme: Scheme
    of: int
    sizes: Mapping[str, int]
    vetoed: Collection[str]
    sheet: _Sheet

    def result(self, unit: Unit, scored: Score, place: standing.Place | None) -> UnitResult:
        grade = honour = None
        vetoed = unit.code in self.vetoed
        follows: tuple[Consequence, ...] = ()
        if scored.total is not None and place is not None:
            grade = standing.grade(scored.total, self.scheme)
            honour = standing.honour(place, grade, vetoed, self.scheme, self.sizes)
            now = Past(
                season=self.sheet.season,
                unit=unit.code,
                total=scored.total,
                honour=honour,
                place_from_last=place.from_last,
                grade=grade,
            )
            before = self.sheet.before.get(unit.code)
            follows = tuple(standing.consequences(now, before, self.scheme))
        return UnitResult(
            unit=unit.code,
            group=unit.group,
            total=scored.total,
            rank=place.rank if place else None,
            of=self.of,
            place_from_last=place.from_last if place else None,
            grade=grade,
            honour=honour,
            vetoed=vetoed,
            lines=scored.lines,
            consequences=follows,
        )
