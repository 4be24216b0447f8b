"""Marks from outside the ratings, mass ratings, and their ballots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from pingyi.audit.actions import Actor, action, record
from pingyi.casework.actions.steps import cleaned, refusal, required
from pingyi.casework.reasons import NOT_YOURS, Reason, needs
from pingyi.directory.models import Enrolment, Season, Unit
from pingyi.directory.schemes import in_force
from pingyi.people.models import User
from pingyi.people.permissions import scope_of
from pingyi.rulebook import Level, Scheme
from pingyi.supervision import policies
from pingyi.supervision.models import BallotSheet, Mark, PanelSession
from pingyi.supervision.panels import Counts

SHORT = 200
MOST_BALLOTS = 1_000_000


@dataclass(frozen=True)
class Sheet:
    """A panel's ballots on a unit, as counted."""

    unit: Unit
    panel: str
    counts: Counts


@action("mark.enter")
def enter_marks(
    *,
    season: Season,
    component: str,
    marks: Mapping[Unit, Decimal | None],
    note: str = "",
    by: Actor,
    at: datetime,
) -> list[Mark]:
    """Enter marks of a component, all or none; None takes one back. What is so already stays.

    Raises Refusal, naming the field.
    """
    _refuse(why_not_component(season, component))
    if PanelSession.objects.filter(season=season, component=component).exists():
        raise refusal(policies.BY_PANELS)
    groups = groups_with(season, component)
    for unit, value in marks.items():
        _refuse(why_not_mark(unit, value, groups, by=by))
    text = cleaned(note, "note", longest=SHORT)
    standing = standing_marks(season, component)
    changed = Mark.objects.bulk_create(
        Mark(
            season=season,
            unit=unit,
            component=component,
            value=value,
            note=text,
            at=at,
            by=by.audit_name,
        )
        for unit, value in marks.items()
        if standing.get(unit.pk) != value
    )
    said = {mark.unit.code: _text(mark.value) for mark in changed}
    record(season, component=component, entered=len(changed), marks=said)
    return changed


@action("panel.open")
def open_session(
    *, season: Season, component: str, name: str, held_on: date, by: Actor, at: datetime
) -> PanelSession:
    """A mass rating whose result is the component's mark, of every unit: so whoever opens it
    reaches all of them. Raises Refusal."""
    _refuse(why_not_whole(by, season, component))
    if not _scheme(season).panels:
        raise refusal(policies.NO_PANELS)
    _refuse(why_not_component(season, component))
    if standing_marks(season, component):
        raise refusal(policies.MARKED_ALREADY)
    if held_on > localdate(at):
        raise refusal(replace(policies.IN_FUTURE, field="held_on"))
    made = PanelSession(
        season=season,
        component=component,
        name=required(name, "name", longest=100),
        held_on=held_on,
        at=at,
        by=by.audit_name,
    )
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise refusal(policies.BY_PANELS) from None
    record(made, season=season.code, component=component)
    return made


def why_not_whole(by: Actor, season: Season, component: str) -> Reason | None:
    """Why `by` does not speak for every unit the component is of."""
    if not isinstance(by, User):
        return NOT_YOURS
    scope = scope_of(by, "mark.enter")
    rated = Unit.objects.filter(enrolments__season=season)
    rated = rated.filter(enrolments__group__in=set(groups_with(season, component).values()))
    beyond = rated.exclude(pk__in=rated.filter(scope.over(area="area")).values("pk"))
    return NOT_YOURS if not scope or beyond.exists() else None


@action("ballot.enter")
def enter_ballots(
    *,
    session: PanelSession,
    sheets: list[Sheet],
    seen: int | None = None,
    by: Actor,
    at: datetime,
) -> list[BallotSheet]:
    """Enter counted ballots, all or none; a later sheet takes the place of an earlier one. `seen`:
    the sheet (0 for none) that whoever enters one had before them; refused if another came since.

    Raises Refusal, naming the field.
    """
    scheme = _scheme(session.season)
    groups = groups_with(session.season, session.component)
    for sheet in sheets:
        _refuse(_why_not_sheet(sheet, scheme, groups, by=by))
        if seen is not None and _standing_sheet(session, sheet) != seen:
            raise refusal(policies.COUNTED_MEANWHILE)
    made = BallotSheet.objects.bulk_create(
        BallotSheet(
            session=session,
            unit=sheet.unit,
            panel=sheet.panel,
            counts={name: dict(levels) for name, levels in sheet.counts.items()},
            at=at,
            by=by.audit_name,
        )
        for sheet in sheets
    )
    record(session, sheets=len(made), units=sorted({sheet.unit.code for sheet in sheets}))
    return made


def measured_components(season: Season) -> list[str]:
    """The components of the season's scheme that take a mark from outside."""
    found = _scheme(season).components.values()
    return [component.id for component in found if component.measured]


def why_not_component(season: Season, component: str) -> Reason | None:
    return None if component in measured_components(season) else policies.NOT_MEASURED


def why_not_mark(
    unit: Unit, value: Decimal | None, groups: Mapping[int, str], *, by: Actor
) -> Reason | None:
    """Why such a mark cannot be entered for the unit; `groups` as `groups_with` gives them."""
    if unit.pk not in groups:
        return policies.NOT_IN_SEASON
    if refused := policies.why_not_theirs(by, "mark.enter", unit):
        return refused
    if value is None:
        return None
    good = value.is_finite() and 0 <= value <= 100 and value == round(value, 2)
    return None if good else policies.OUT_OF_RANGE


def groups_with(season: Season, component: str) -> dict[int, str]:
    """The groups of the units enrolled, by unit id, whose group gives the component a weight."""
    scheme = _scheme(season)
    enrolled = Enrolment.objects.filter(season=season).order_by().values_list("unit_id", "group")
    weighing = {group for group in scheme.groups if component in scheme.weights(group)}
    return {unit: group for unit, group in enrolled if group in weighing}


def standing_marks(season: Season, component: str) -> dict[int, Decimal]:
    """The marks that stand, by unit id."""
    rows = Mark.objects.filter(season=season, component=component).order_by("pk")
    latest = dict(rows.values_list("unit_id", "value"))
    return {unit: value for unit, value in latest.items() if value is not None}


def _standing_sheet(session: PanelSession, sheet: Sheet) -> int:
    rows = session.sheets.filter(unit=sheet.unit, panel=sheet.panel).order_by("-pk")
    return rows.values_list("pk", flat=True).first() or 0


def _why_not_sheet(
    sheet: Sheet, scheme: Scheme, groups: Mapping[int, str], *, by: Actor
) -> Reason | None:
    if refused := why_not_mark(sheet.unit, None, groups, by=by):
        return refused
    if sheet.panel not in scheme.panels:
        return needs("panel")
    levels = {level.value for level in Level}
    for dimension, counts in sheet.counts.items():
        if dimension not in scheme.dimensions:
            return needs("dimension")
        if set(counts) - levels or not all(0 <= n <= MOST_BALLOTS for n in counts.values()):
            return needs("counts")
    return None


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _scheme(season: Season) -> Scheme:
    return in_force(season)


def _refuse(reason: Reason | None) -> None:
    if reason is not None:
        raise refusal(reason)
