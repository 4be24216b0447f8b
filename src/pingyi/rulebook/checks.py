"""What must hold between the clauses of a scheme, beyond each being well formed by itself."""

import datetime
import string
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise

import msgspec

from pingyi.rulebook.levels import Level
from pingyi.rulebook.model import Condition, Grade, Scheme

Found = tuple[tuple[str, ...], str | None, str]
"""A mistake: the place of its clause, the key it is about, and what is wrong."""


def mistakes(scheme: Scheme) -> Iterator[Found]:
    """Every mistake in a scheme whose clauses are each well formed."""
    unbounded = list(_not_numbers(scheme, ()))
    if unbounded:
        yield from unbounded
        return
    yield from _season(scheme)
    yield from _levels(scheme)
    yield from _components(scheme)
    yield from _weights(scheme)
    yield from _points(scheme)
    yield from _missing(scheme)
    yield from _grades(scheme)
    yield from _honours(scheme)
    yield from _consequences(scheme)
    yield from _panels(scheme)
    yield from _duties(scheme)
    yield from _clocks(scheme)
    yield from _escalations(scheme)


def _not_numbers(value: object, place: tuple[str, ...]) -> Iterator[Found]:
    """TOML knows inf and nan; no rule does. Nor numbers that would take an age to add up."""
    if isinstance(value, Decimal) and not (value.is_finite() and _sober(value)):
        text = "is not a number" if not value.is_finite() else _BOUNDS
        yield place[:2], place[2] if len(place) > 2 else None, f"{value} {text}"
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _not_numbers(inner, (*place, key))
    elif isinstance(value, msgspec.Struct):
        for key in value.__struct_fields__:
            yield from _not_numbers(getattr(value, key), (*place, key))
    elif isinstance(value, tuple):
        for inner in value:
            yield from _not_numbers(inner, place)


def _sober(value: Decimal) -> bool:
    return value.adjusted() <= _DIGITS and int(value.as_tuple().exponent) >= -_DIGITS


_DIGITS = 12
_BOUNDS = f"is beyond what points can be: at most {_DIGITS} digits before or after the point"


def _clocks(scheme: Scheme) -> Iterator[Found]:
    for name, rule in scheme.clocks.items():
        if rule.extensions and rule.unit != "working_days":
            yield ("clocks", name), "extensions", "only a clock of working days is extended"


def _season(scheme: Scheme) -> Iterator[Found]:
    for key in ("starts", "ends"):
        day = getattr(scheme.season, key)
        try:
            datetime.date.fromisoformat(f"2024-{day}")
        except ValueError:
            yield ("season",), key, f"the year has no day {day}"


def _levels(scheme: Scheme) -> Iterator[Found]:
    yield from _repeated(("scale",), "shown", scheme.scale.shown)
    yield from _repeated(("rate",), "satisfied", scheme.rate.satisfied)
    yield from _repeated(("ties",), "keys", scheme.ties.keys)
    if len({level.is_bad for level in scheme.scale.shown}) == 1:
        yield ("scale",), "shown", "needs a level that is a bad rating, and one that is none"
    for level in Level:
        if level not in scheme.labels:
            yield ("labels",), None, f"no words are given for the level `{level}`"
    for level in scheme.rate.satisfied:
        if level.is_bad:
            yield ("rate",), "satisfied", f"`{level}` is a bad rating and cannot count as satisfied"
    for code in scheme.reasons_by_code:
        if not (len(code) == 3 and code.isascii() and code.isdigit() and "1" <= code[0] <= "5"):
            yield ("reasons", code), None, "a reason's code has three digits, the first 1 to 5"
    for level in scheme.levels:
        for series in scheme.labels[level].reasons if level in scheme.labels else ():
            if not any(code.startswith(str(series)) for code in scheme.reasons_by_code):
                yield ("labels", level), "reasons", f"there are no reasons {series}xx"


def _components(scheme: Scheme) -> Iterator[Found]:
    for component in scheme.components.values():
        place = ("components", component.id)
        inputs = (bool(component.channels), component.all_channels, component.measured)
        if inputs.count(True) != 1:
            yield place, None, "needs one of `channels`, `all_channels = true`, `measured = true`"
        yield from _repeated(place, "channels", component.channels)
        if not any(component.id in scheme.weights(group) for group in scheme.groups):
            yield place, None, "no group gives it a weight"
        if component.id in OWN_LINES:
            yield place, None, _RESERVED.format(component.id)
        if component.id in scheme.points:
            yield place, None, f"the same id as [points.{component.id}]: lines could not be told"


OWN_LINES = ("base", "floor", "ceiling")
"""Clauses whose one line of points cites them by these ids."""

_RESERVED = "the id `{0}` belongs to [{0}]: lines could not be told apart; give it another"


def _weights(scheme: Scheme) -> Iterator[Found]:
    base = scheme.base.points if scheme.base else Decimal()
    for group in scheme.groups.values():
        place, at = ("groups", group.id), "weights"
        weights = scheme.weights(group.id)
        for name, weight in weights.items():
            if name not in scheme.components:
                yield place, at, f"there is no component `{name}`{_have(scheme.components)}"
            if weight <= 0:
                yield place, at, f"the weight of `{name}` must be above 0, not {weight}"
        total = sum(weights.values(), base)
        if total != scheme.full_marks:
            parts = " + ".join(map(str, [*([base] if base else []), *weights.values()])) or "0"
            text = (
                f"weights do not add up: {parts} = {total}, but full_marks is {scheme.full_marks}"
            )
            yield place, at, text


def _points(scheme: Scheme) -> Iterator[Found]:
    for clause in scheme.points.values():
        place = ("points", clause.id)
        if clause.id in OWN_LINES:
            yield place, None, _RESERVED.format(clause.id)
        if clause.as_approved == (clause.each is not None):
            yield place, "each", "needs either `each` or `as_approved = true`"
        if clause.as_approved and clause.steps:
            yield place, "steps", "points as approved have no steps"
        numbers = [step.nth for step in clause.steps]
        if numbers != sorted(set(numbers)):
            yield place, "steps", "steps must rise: each `nth` above the one before"
        if clause.cap == 0:
            yield place, "cap", "a cap of 0 would leave no points at all"
    if scheme.floor and scheme.ceiling and scheme.floor.points >= scheme.ceiling.points:
        yield ("floor",), "points", f"is not below the ceiling of {scheme.ceiling.points}"


def _missing(scheme: Scheme) -> Iterator[Found]:
    rule = scheme.missing
    if (rule.rule == "neutral") != (rule.neutral is not None):
        yield ("missing",), "neutral", '`neutral` belongs to `rule = "neutral"`, and only there'
    elif rule.neutral is not None and not 0 <= rule.neutral <= 100:
        yield ("missing",), "neutral", f"{rule.neutral} per cent is outside 0 to 100"


def _grades(scheme: Scheme) -> Iterator[Found]:
    grades = list(scheme.grades.values())
    for grade in grades:
        low, high = grade.at_least, grade.below
        if low is None and high is None:
            yield ("grades", grade.id), None, "needs `at_least`, `below` or both"
        elif low is not None and high is not None and low >= high:
            yield ("grades", grade.id), "at_least", f"no total is at least {low} and below {high}"
    for one, next_one in pairwise(sorted(grades, key=_lowest)):
        place = ("grades", next_one.id)
        start = next_one.at_least
        if one.below is None or start is None or start < one.below:
            yield place, "at_least", f"overlaps the grade `{one.id}`"
        elif start > one.below:
            text = f"no grade for totals from {one.below} to below {start} (after `{one.id}`)"
            yield place, "at_least", text


def _lowest(grade: Grade) -> tuple[bool, Decimal]:
    return grade.at_least is not None, grade.at_least or Decimal()


def _honours(scheme: Scheme) -> Iterator[Found]:
    for honour in scheme.honours.values():
        place = ("honours", honour.id)
        if honour.number is None and honour.share is None:
            yield place, None, "needs `number`, `share` or both"
        if honour.share is not None and not 0 < honour.share <= 1:
            yield place, "share", f"a share is above 0 and at most 1, not {honour.share}"
        if honour.grade is not None and honour.grade not in scheme.grades:
            yield place, "grade", f"there is no grade `{honour.grade}`{_have(scheme.grades)}"


def _consequences(scheme: Scheme) -> Iterator[Found]:
    for rule in scheme.consequences.values():
        place = ("consequences", rule.id)
        yield from _condition(place, "when", rule.when, scheme)
        if rule.before is not None:
            yield from _condition(place, "before", rule.before, scheme)
        elif rule.growth_below is not None:
            yield place, "growth_below", "growth needs a condition `before` on the season before"
        try:
            parts = [part for part in string.Formatter().parse(rule.why) if part[1] is not None]
        except ValueError as error:
            yield place, "why", f"a brace has no partner: {error}"
            continue
        used = {name or "" for _, name, _, _ in parts}
        if any(form or conversion for _, _, form, conversion in parts):
            yield place, "why", "a name in braces stands alone, as {season}"
        known = {"season"} if rule.before is None else {"season", "before"}
        for name in sorted(used - known):
            yield (
                place,
                "why",
                f"{{{name}}} means nothing here; there is {', '.join(sorted(known))}",
            )


def _panels(scheme: Scheme) -> Iterator[Found]:
    sections = {name: getattr(scheme, name) for name in ("panels", "dimensions", "ballot_marks")}
    if not any(sections.values()):
        return
    for name, clauses in sections.items():
        if not clauses:
            yield (name,), None, "is missing: a mass rating needs panels, dimensions, ballot_marks"
    for name in ("panels", "dimensions"):
        for part in sections[name].values():
            if part.weight <= 0:
                yield (name, part.id), "weight", f"must be above 0, not {part.weight}"
    for level in Level:
        if scheme.ballot_marks and level not in scheme.ballot_marks:
            yield ("ballot_marks",), None, f"says nothing of the level `{level}`"
    for mark in scheme.ballot_marks.values():
        place = ("ballot_marks", mark.id)
        if mark.id not in list(Level):
            yield place, None, f"no level is called `{mark.id}`"
        if not 0 <= mark.points <= 100:
            yield place, "points", f"{mark.points} is outside 0 to 100"


def _duties(scheme: Scheme) -> Iterator[Found]:
    yield from _told_apart(scheme)
    rungs: set[tuple[int, int]] = set()
    for rung in scheme.ladder.values():
        if (rung.complaints, rung.within_years) in rungs:
            yield ("ladder", rung.id), "complaints", "two rungs begin at the same number"
        rungs.add((rung.complaints, rung.within_years))
    for rule in scheme.apologies.values():
        if (rule.complaints is None) == (not rule.findings):
            yield ("apologies", rule.id), None, "needs either `complaints` or `findings`"
        if rule.units > 1 and not rule.findings:
            yield ("apologies", rule.id), "units", "belongs to `findings`, and only there"
    yield from _explanations(scheme)
    for praise in scheme.commendations.values():
        if praise.honour not in scheme.honours:
            text = f"there is no honour `{praise.honour}`{_have(scheme.honours)}"
            yield ("commendations", praise.id), "honour", text


def _explanations(scheme: Scheme) -> Iterator[Found]:
    for rule in scheme.explanations.values():
        place = ("explanations", rule.id)
        if not (rule.clocks or rule.reasons):
            yield place, None, "needs `clocks`, `reasons` or both"
        yield from _repeated(place, "clocks", rule.clocks)
        yield from _repeated(place, "reasons", rule.reasons)
        for code in dict.fromkeys(rule.reasons):
            if code not in scheme.reasons_by_code:
                yield place, "reasons", f"there is no reason `{code}`"
        for clock in dict.fromkeys(rule.clocks):
            if clock not in OF_UNITS:
                yield place, "clocks", f"`{clock}` is no clock of a unit's own{_have(OF_UNITS)}"
            elif clock not in scheme.clocks:
                yield place, "clocks", f"there is no clock `{clock}`{_have(scheme.clocks)}"


PROPOSING = ("consequences", "bulletins", "commendations", "ladder", "apologies", "explanations")


def _told_apart(scheme: Scheme) -> Iterator[Found]:
    """What is proposed cites its clause by id alone."""
    known: dict[str, str] = {}
    for section in PROPOSING:
        for name in getattr(scheme, section):
            if name in known:
                text = f"the same id as [{known[name]}.{name}]: proposals could not be told apart"
                yield (section, name), None, text
            known.setdefault(name, section)


OF_CASES = (
    "sort",
    "call_back",
    "acknowledge",
    "handle_simple",
    "handle_complex",
    "referral",
    "verify",
    "reply",
    "appeal_review",
    "look_back_first",
    "look_back_second",
)
"""The clocks that run on a case and that somebody in office must meet."""
OF_UNITS = ("acknowledge", "handle_simple", "handle_complex")
"""Those of them that the unit must meet to which the case was dispatched."""
OF_DUTIES = ("duty", "apology", "explanation")
ESCALATED = (*OF_CASES, "rectify", "letter_acknowledge", "letter_reply", *OF_DUTIES)
"""The clocks that escalate: of cases, rectification items, letters and duties."""


def _escalations(scheme: Scheme) -> Iterator[Found]:
    told: set[str] = set()
    for rule in scheme.escalations.values():
        place = ("escalations", rule.id)
        yield from _repeated(place, "clocks", rule.clocks)
        for clock in dict.fromkeys(rule.clocks):
            if clock not in ESCALATED:
                yield place, "clocks", f"`{clock}` does not escalate{_have(ESCALATED)}"
            elif clock not in scheme.clocks:
                yield place, "clocks", f"there is no clock `{clock}`{_have(scheme.clocks)}"
            elif clock in told:
                yield place, "clocks", f"another escalation tells of `{clock}` already"
            told.add(clock)
        moments = [step.at for step in rule.steps]
        if moments != sorted(moments):
            yield place, "steps", "steps must be in order: each `at` not below the one before"
        if len(set(rule.steps)) < len(rule.steps):
            yield place, "steps", "the same step stands twice"


def _condition(
    place: tuple[str, ...], at: str, asked: Condition, scheme: Scheme
) -> Iterator[Found]:
    if asked == Condition():
        yield place, at, "asks nothing: it needs `honour`, `place_from_last` or `grade_not`"
    if asked.honour is not None and asked.honour not in scheme.honours:
        yield place, at, f"there is no honour `{asked.honour}`{_have(scheme.honours)}"
    if asked.grade_not is not None and asked.grade_not not in scheme.grades:
        yield place, at, f"there is no grade `{asked.grade_not}`{_have(scheme.grades)}"


def _repeated(place: tuple[str, ...], at: str, values: tuple[str, ...]) -> Iterator[Found]:
    for value in sorted({str(value) for value in values if values.count(value) > 1}):
        yield place, at, f"names `{value}` twice"


def _have(known: Collection[str]) -> str:
    return f"; there are {', '.join(known)}" if known else ""
