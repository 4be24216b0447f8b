"""A unit's points, clause by clause: base, weighted components, events, floor and ceiling."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import cached_property, reduce
from typing import NamedTuple

from pingyi.rulebook import Level, Scheme
from pingyi.rulebook.model import Component, EventPoints, Rate
from pingyi.scoring.forms import Event, Line, Satisfaction


class Ratings(NamedTuple):
    """Ratings as a scheme counts them: `good` of `counted`; `given` are all but defaults."""

    good: int = 0
    counted: int = 0
    given: int = 0

    @property
    def rate(self) -> Fraction:
        """The satisfaction rate, 0 to 1; without ratings 0."""
        return Fraction(self.good, self.counted) if self.counted else Fraction()

    @property
    def rate_order(self) -> int:
        """Orders exactly as `rate` does, and compares faster.

        Rates that differ do so by 1 ÷ (10¹² × 10¹²) or more, with at most 10¹² ratings each.
        """
        return self.good * _FINER_THAN_RATES // self.counted if self.counted else 0


class Score(NamedTuple):
    """A unit's lines and their exact sum; None and no lines where no component gave anything."""

    total: Decimal | None
    lines: tuple[Line, ...]


def ratings(rows: Sequence[Satisfaction], rule: Rate) -> Ratings:
    """Count ratings over several channels by a scheme's rule (see `rulebook.model.Rate`)."""
    good = counted = given = 0
    very, plainly, basically = [level in rule.satisfied for level in _FINE]
    for row in rows:
        bad = row.dissatisfied + row.very_dissatisfied
        fine = row.very_satisfied + row.satisfied + row.basically_satisfied
        given += fine + bad
        good += very * row.very_satisfied
        good += plainly * row.satisfied
        good += basically * row.basically_satisfied
        counted += fine
        counted += bad if rule.bad_counts == "raw" else min(bad, row.verified_bad)
        if rule.defaults == "as_satisfied":
            good += row.default
            counted += row.default
    return Ratings(good, counted, given)


class Scorer:
    """Turns one unit's facts into lines, by a scheme. Holds what is the same for all units."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._smallest = Decimal((0, (1,), -scheme.rounding.decimals))
        self._weights = {
            group: {name: Fraction(weight) for name, weight in scheme.weights(group).items()}
            for group in scheme.groups
        }

    def score(
        self,
        group: str,
        rows: Sequence[Satisfaction],
        marks: Mapping[str, Decimal],
        events: Mapping[str, list[Event]],
    ) -> Score:
        """The lines of a unit: its ratings by channel, marks by component, events by kind."""
        weights = self._weights[group]
        if not weights and not events:
            return self._base_only
        return self._scored(weights, rows, marks, events)

    @cached_property
    def _base_only(self) -> Score:
        """What every unit has that lost and gained nothing: most of a large city."""
        return self._scored({}, (), {}, {})

    def _scored(
        self,
        weights: Mapping[str, Fraction],
        rows: Sequence[Satisfaction],
        marks: Mapping[str, Decimal],
        events: Mapping[str, list[Event]],
    ) -> Score:
        components = self._component_lines(weights, rows, marks)
        if weights and not components:
            return Score(None, ())
        lines: list[Line] = []
        if base := self._scheme.base:
            lines.append(Line(clause=base.id, points=self._counted(base.points)))
        lines += components
        for clause in self._scheme.points.values():
            if found := events.get(clause.event):
                lines.append(self._event_line(clause, found))
        total = self._sum(lines)
        floor, ceiling = self._scheme.floor, self._scheme.ceiling
        for bound, beyond in (
            (floor, floor and total < floor.points),
            (ceiling, ceiling and total > ceiling.points),
        ):
            if bound and beyond:
                back = self._counted(_EXACT.subtract(bound.points, total))
                lines.append(Line(clause=bound.id, points=back))
        return Score(self._sum(lines), tuple(lines))

    def _component_lines(
        self,
        weights: Mapping[str, Fraction],
        rows: Sequence[Satisfaction],
        marks: Mapping[str, Decimal],
    ) -> list[Line]:
        """One line each; none at all where nothing has ratings or a mark, or too little has."""
        rule = self._scheme.missing
        earned = {
            name: earning
            for name in weights
            if (earning := self._earning(self._scheme.components[name], rows, marks))
        }
        missing = len(earned) < len(weights)
        if not earned or (missing and rule.rule == "exclude"):
            return []
        enlarged = Fraction(1)
        if missing and rule.rule == "redistribute":
            present = sum((weights[name] for name in earned), Fraction())
            enlarged = sum(weights.values(), Fraction()) / present
        lines = []
        for name, weight in weights.items():
            if name in earned:
                part, whole, count = earned[name]
                points = self._share(weight * enlarged if missing else weight, part, whole)
                lines.append(Line(clause=name, points=points, count=count))
            elif rule.neutral is not None:
                points = self._share(weight, *_ratio_of_mark(rule.neutral))
                lines.append(Line(clause=name, points=points, count=0))
        return lines

    def _earning(
        self, component: Component, rows: Sequence[Satisfaction], marks: Mapping[str, Decimal]
    ) -> tuple[int, int, int | None] | None:
        """The part of its weight a component earns, as part ÷ whole, and from how many ratings."""
        if component.measured:
            mark = marks.get(component.id)
            return None if mark is None else (*_ratio_of_mark(mark), None)
        taken = [row for row in rows if component.all_channels or row.channel in component.channels]
        found = ratings(taken, self._scheme.rate)
        if found.counted < self._scheme.missing.min_ratings:
            return None
        return found.good, found.counted, found.counted

    def _event_line(self, clause: EventPoints, events: Sequence[Event]) -> Line:
        if clause.as_approved:
            points = reduce(_EXACT.add, (event.points or Decimal() for event in events))
        else:
            points = _by_steps(clause, len(events))
        if clause.cap is not None and abs(points) > abs(clause.cap):
            points = abs(clause.cap).copy_sign(points)
        refs = tuple(event.ref for event in sorted(events, key=_by_time) if event.ref is not None)
        return Line(clause=clause.id, points=self._counted(points), count=len(events), refs=refs)

    def _counted(self, points: Decimal) -> Decimal:
        """Counted points, rounded; without decimals where they are whole: 100, -6, 2.50."""
        rounded = points.quantize(self._smallest, ROUND_HALF_UP, _EXACT)
        return Decimal(int(rounded)) if rounded == rounded.to_integral_value() else rounded

    def _share(self, weight: Fraction, part: int, whole: int) -> Decimal:
        """weight × part ÷ whole, rounded once. All are at least 0, so half-up is half upwards."""
        above = weight.numerator * part * 10**self._scheme.rounding.decimals
        below = weight.denominator * whole
        rounded = Decimal((2 * above + below) // (2 * below))
        return _EXACT.scaleb(rounded, -self._scheme.rounding.decimals)

    def _sum(self, lines: Sequence[Line]) -> Decimal:
        """Exact, with the scheme's decimals."""
        total = reduce(_EXACT.add, (line.points for line in lines), Decimal())
        return total.quantize(self._smallest, context=_EXACT)


_FINE = [level for level in Level if not level.is_bad]
_FINER_THAN_RATES = 10**25
# Wide enough for every sum to be exact, whatever context our caller has set.
_EXACT = Context(prec=999)
_NEVER = datetime.max.replace(tzinfo=UTC)


def _ratio_of_mark(mark: Decimal) -> tuple[int, int]:
    """A mark of 0 to 100 as a part of one."""
    part, whole = mark.as_integer_ratio()
    return part, whole * 100


def _by_steps(clause: EventPoints, count: int) -> Decimal:
    """The nth event counts by the last step at or before n."""
    points = Decimal()
    each, since = clause.each or Decimal(), 1
    for step in sorted(clause.steps, key=lambda step: step.nth):
        if step.nth > count:
            break
        points = _EXACT.add(points, _EXACT.multiply(each, Decimal(step.nth - since)))
        each, since = step.each, step.nth
    return _EXACT.add(points, _EXACT.multiply(each, Decimal(count - since + 1)))


def _by_time(event: Event) -> tuple[datetime, str]:
    return event.at or _NEVER, event.ref or ""
