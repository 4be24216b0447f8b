"""Gathers what the engine computes from: enrolments, tallies, verdicts, findings, marks.

Stores nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain
from operator import itemgetter

from django.utils.timezone import get_default_timezone, localdate

from pingyi.casework.queries import score_events
from pingyi.directory.models import Enrolment, Season
from pingyi.directory.models import Unit as UnitRow
from pingyi.directory.schemes import in_force
from pingyi.rulebook import Scheme
from pingyi.scoring import queries
from pingyi.scoring.engine import Event, Facts, Measured, Past, Satisfaction, Unit, score
from pingyi.scoring.standing import season_before
from pingyi.supervision import inputs


def gather(
    season: Season,
    *,
    at: datetime,
    through: date | None = None,
    group: str | None = None,
    history: Iterable[Past] = (),
    with_embargoed: bool = False,
    scheme: Scheme | None = None,
    enrolled: Mapping[str, str] | None = None,
) -> Facts:
    """The season's facts as they stood at `at`, of one group or of all, in eight to eleven queries.

    Ratings and events count through the whole day `through`; None means up to this moment.
    A unit takes part from when it joined. `history` is what `past` says. Verdicts under embargo at
    `at` are left out unless asked for, which only the inspectors may. `scheme` stands in for the
    season's own, `enrolled` (code of a unit to its group) for the enrolments of then: so that what
    was released can be computed again.
    """
    units = (
        _units(season, group, _moment(at, through)) if enrolled is None else _as_enrolled(enrolled)
    )
    codes = {unit.code for unit in units.values()}
    counts = (
        queries.live_counts(season, group)
        if through is None
        else queries.counts_through(season, through)
    )
    verified = queries.verified_bad(season, at, through=through, with_embargoed=with_embargoed)
    returned = inputs.returned(season, at, through=through)
    return Facts(
        season=season.code,
        units=tuple(units.values()),
        satisfaction=tuple(_satisfaction(counts, verified, returned, units)),
        events=tuple(
            event
            for event in _events(season, scheme, units, at=at, with_embargoed=with_embargoed)
            if through is None or _day(event) <= through
        ),
        measured=tuple(_measured(season, scheme, units, at)),
        history=tuple(past for past in history if past.unit in codes),
    )


def of_days(season: Season, whole: Facts, *, since: date, through: date, at: datetime) -> Facts:
    """Of the season's facts through a day, what came from the day `since` on, in eight queries; of
    units to which something came. Marks stay. A rating counts in the days in which it was given,
    whenever it was found to belong to another unit; a void takes nothing from other days."""
    codes = {unit.code: unit for unit in whole.units}
    units = {
        pk: codes[code] for pk, code in UnitRow.objects.values_list("pk", "code") if code in codes
    }
    verified = Counter(queries.verified_bad(season, at, through=through))
    verified.subtract(queries.verified_bad(season, at, through=since - timedelta(days=1)))
    counts = queries.counts_given(season, since=since, through=through, at=at)
    returned = inputs.returned(season, at, through=through, since=since)
    rows = _satisfaction(counts, verified, returned, units)
    satisfaction = tuple(row for row in rows if _holds(row))
    events = tuple(event for event in whole.events if _day(event) >= since)
    touched = {row.unit for row in satisfaction} | {event.unit for event in events}
    return Facts(
        season=whole.season,
        units=tuple(unit for unit in whole.units if unit.code in touched),
        satisfaction=satisfaction,
        events=events,
        measured=tuple(mark for mark in whole.measured if mark.unit in touched),
    )


def past(
    season: Season,
    scheme: Scheme,
    *,
    at: datetime,
    through: date | None,
    scheme_before: Scheme | None = None,
) -> list[Past]:
    """What the season before came to, as far as was known at `at`; empty where no consequence of
    the scheme asks for it or there was none. `scheme_before` stands in for that season's own."""
    if not any(rule.before for rule in scheme.consequences.values()):
        return []
    before = Season.objects.filter(code=season_before(season.code)).first()
    if before is None:
        return []
    facts = gather(before, at=at, through=through, scheme=scheme_before)
    return [
        Past(
            season=before.code,
            unit=one.unit,
            total=one.total,
            honour=one.honour,
            place_from_last=one.place_from_last,
            grade=one.grade,
        )
        for one in score(facts, scheme_before or in_force(before, at)).results
    ]


def _units(season: Season, group: str | None, at: datetime) -> dict[int, Unit]:
    enrolled = Enrolment.objects.standing(at).filter(season=season).order_by()
    if group is not None:
        enrolled = enrolled.filter(group=group)
    rows = enrolled.values_list(
        "unit_id", "unit__code", "unit__name", "group", "unit__area__code", "unit__parent__code"
    )
    return {
        pk: Unit(code=code, name=name, group=own, area=area, parent=parent)
        for pk, code, name, own, area, parent in sorted(rows, key=itemgetter(1))
    }


def _moment(at: datetime, through: date | None) -> datetime:
    """Until when a unit may have joined: by the last day that counts."""
    if through is None:
        return at
    return min(at, datetime.combine(through, time.max, get_default_timezone()))


def _as_enrolled(groups: Mapping[str, str]) -> dict[int, Unit]:
    rows = UnitRow.objects.order_by("code").values_list(
        "pk", "code", "name", "area__code", "parent__code"
    )
    return {
        pk: Unit(code=code, name=name, group=groups[code], area=area, parent=parent)
        for pk, code, name, area, parent in rows
        if code in groups
    }


def _events(
    season: Season,
    scheme: Scheme | None,
    units: Mapping[int, Unit],
    *,
    at: datetime,
    with_embargoed: bool,
) -> Iterable[Event]:
    """Verdicts that cost points, then findings; of the units that take part."""
    codes = {pk: unit.code for pk, unit in units.items()}
    part = set(codes.values())
    for verdict in score_events(season, at, with_embargoed=with_embargoed, scheme=scheme):
        if verdict.unit in part:
            yield Event(unit=verdict.unit, kind=verdict.kind, at=verdict.at, ref=verdict.ref)
    for pk, kind, day, ref, points, approver in inputs.found_events(season, at):
        if code := codes.get(pk):
            yield Event(unit=code, kind=kind, at=day, ref=ref, points=points, approved_by=approver)


def _day(event: Event) -> date:
    """The day the event counts by; every gathered one has its time."""
    assert event.at is not None
    return localdate(event.at)


def _measured(
    season: Season, scheme: Scheme | None, units: dict[int, Unit], at: datetime
) -> Iterable[Measured]:
    """The marks of units that take part."""
    found = inputs.marks(season, scheme or in_force(season, at), at)
    for (unit, component), value in sorted(found.items()):
        if unit in units:
            yield Measured(unit=units[unit].code, component=component, value=value)


def _holds(row: Satisfaction) -> bool:
    """Whether any rating is left in it: the last may have been void, or another unit's."""
    levels = (row.very_satisfied, row.satisfied, row.basically_satisfied)
    return any((*levels, row.dissatisfied, row.very_dissatisfied, row.default))


def _satisfaction(
    counts: Iterable[queries.Counted],
    verified: Mapping[tuple[int, str], int],
    returned: Sequence[inputs.Returned],
    units: dict[int, Unit],
) -> Iterable[Satisfaction]:
    """One row per unit and channel; ratings of units that take no part are passed over."""
    reported = {(row.unit, row.channel): row.verified_bad for row in returned}
    found: dict[tuple[int, str], list[int]] = defaultdict(
        lambda: [0] * 6
    )  # defaults, then ranks 1 to 5
    for unit, channel, level, by_default, count in chain(counts, queries.of_returns(returned)):
        if unit in units:
            found[unit, channel][0 if by_default else level] += count
    for (unit, channel), (default, worst, bad, basically, fine, best) in sorted(found.items()):
        yield Satisfaction(
            unit=units[unit].code,
            channel=channel,
            very_satisfied=best,
            satisfied=fine,
            basically_satisfied=basically,
            dissatisfied=bad,
            very_dissatisfied=worst,
            verified_bad=verified.get((unit, channel), 0) + reported.get((unit, channel), 0),
            default=default,
        )
