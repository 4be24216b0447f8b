"""What must hold of facts before they are scored, among themselves and under a scheme."""

from collections.abc import Iterable
from operator import attrgetter

from pingyi.rulebook import Scheme
from pingyi.scoring.forms import Event, Facts, FactsError, Measured, Past, Satisfaction

EVENT_KINDS = frozenset(
    {
        "rating.verified",
        "discipline.breach",
        "monitoring.violation",
        "covert_check.violation",
        "administrative_fault",
        "quality.error",
        "bonus",
        "veto",
    }
)
"""The kinds of event every scheme knows; one that it gives no points is ignored."""

LONGEST_SEASON = 100
"""Characters. Its number less one is the season before: no number can be too long to read."""

_COUNTS = (
    "very_satisfied",
    "satisfied",
    "basically_satisfied",
    "dissatisfied",
    "very_dissatisfied",
    "verified_bad",
    "default",
)


def check(facts: Facts, scheme: Scheme) -> None:
    """Raise FactsError, naming the place, for the first thing that makes the facts unusable."""
    if len(facts.season) > LONGEST_SEASON:
        text = f"{len(facts.season):,} characters long; a season is a name such as 2023"
        raise FactsError("season", text)
    for at, unit in enumerate(facts.units):
        if not unit.code:
            raise FactsError(f"units[{at}].code", "is empty")
        if unit.group not in scheme.groups:
            known = ", ".join(scheme.groups)
            text = f"{scheme.name} has no group {unit.group!r}; it has {known}"
            raise FactsError(f"units[{at}].group", text)
    _once("units", ((unit.code,) for unit in facts.units), "unit")
    _check_satisfaction(facts)
    _check_events(facts, scheme)
    for at, mark in enumerate(facts.measured):
        if not 0 <= mark.value <= 100:
            raise FactsError(f"measured[{at}].value", f"{mark.value} is outside 0 to 100")
    _once("measured", ((row.unit, row.component) for row in facts.measured), "unit and component")
    _once("history", ((row.unit, row.season) for row in facts.history), "unit and season")
    for at, past in enumerate(facts.history):
        if past.place_from_last is not None and past.place_from_last < 1:
            text = f"{past.place_from_last} is no place: the last is 1"
            raise FactsError(f"history[{at}].place_from_last", text)
    _check_units_known(facts)


def _check_satisfaction(facts: Facts) -> None:
    counts = attrgetter(*_COUNTS)
    for at, row in enumerate(facts.satisfaction):
        if min(counts(row)) < 0:
            name, count = next(
                pair for pair in zip(_COUNTS, counts(row), strict=True) if pair[1] < 0
            )
            raise FactsError(f"satisfaction[{at}].{name}", f"negative count {count}")
    _once(
        "satisfaction", ((row.unit, row.channel) for row in facts.satisfaction), "unit and channel"
    )


def _check_events(facts: Facts, scheme: Scheme) -> None:
    approved = {"bonus"}
    kinds = set(EVENT_KINDS)
    for clause in scheme.points.values():
        kinds.add(clause.event)
        if clause.as_approved:
            approved.add(clause.event)
    kinds.update(veto.event for veto in scheme.vetoes.values())
    for at, event in enumerate(facts.events):
        if event.kind not in kinds:
            text = f"{event.kind!r} is on no list; known are {', '.join(sorted(kinds))}"
            raise FactsError(f"events[{at}].kind", text)
        if event.kind in approved:
            if event.points is None:
                raise FactsError(f"events[{at}].points", f"a {event.kind} needs its points")
            if event.kind == "bonus" and event.points < 0:
                raise FactsError(f"events[{at}].points", f"a bonus of {event.points}")
            if not (event.approved_by or "").strip():
                text = f"a {event.kind} counts only when approved: by whom?"
                raise FactsError(f"events[{at}].approved_by", text)


def _check_units_known(facts: Facts) -> None:
    known = {unit.code for unit in facts.units}
    tables: dict[str, tuple[Satisfaction | Event | Measured | Past, ...]] = {
        "satisfaction": facts.satisfaction,
        "events": facts.events,
        "measured": facts.measured,
        "history": facts.history,
    }
    for name, rows in tables.items():
        for at, row in enumerate(rows):
            if row.unit not in known:
                raise FactsError(f"{name}[{at}].unit", f"unknown unit {row.unit!r}")


def _once(name: str, keys: Iterable[tuple[str, ...]], what: str) -> None:
    seen: dict[tuple[str, ...], int] = {}
    for at, key in enumerate(keys):
        if key in seen:
            text = f"the same {what} as {name}[{seen[key]}]: {', '.join(key)}"
            raise FactsError(f"{name}[{at}]", text)
        seen[key] = at
