"""Moving a case, and its rating, to the unit it belongs to: one proposes, a second decides."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pingyi.audit.actions import Actor, action
from pingyi.casework import policies, reasons, rules
from pingyi.casework.actions.steps import record_step, refusal, required, take
from pingyi.casework.messages import tell_a_second_of_the_move, tell_both_units, tell_the_mover
from pingyi.casework.models import Case
from pingyi.casework.move_models import CaseMove
from pingyi.casework.states import State
from pingyi.directory.models import ServicePoint, Unit
from pingyi.ratings.actions import move_rating

STEPS = {
    State.WITH_UNIT: "move_dispatched",
    State.TO_DECIDE: "move_answered",
    State.TO_REPLY: "move_overturned",
}


@action("case.propose_move")
def propose_move(
    *,
    case: Case,
    unit: Unit,
    point: ServicePoint | None = None,
    reason: str,
    by: Actor,
    at: datetime,
) -> CaseMove:
    """Say that the case belongs to `unit`, and at which point of it, if that is known."""
    text = required(reason, "reason")
    _refuse(policies.why_not_there(case, unit, point))
    step = take("propose_move", case, by=by, at=at)
    move = CaseMove.objects.create(
        case=case,
        from_unit=case.unit,
        to_unit=unit,
        to_point=point,
        reason=text,
        at=at,
        by=by.audit_name,
    )
    record_step(case, step, move, unit=unit.code)
    tell_a_second_of_the_move(case, by=by, at=at)
    return move


@action("case.confirm_move")
def confirm_move(*, case: Case, by: Actor, at: datetime) -> CaseMove:
    """A second person, new to the case, agrees: the case and its rating are the other unit's.

    What was dispatched ends, and whatever was asked of the unit that was wrong with it. The
    rating counts at the right unit from this day on; every earlier moment stays as it stood.
    """
    move = policies.open_move(case)
    if move is not None:
        _refuse(policies.why_not_there(case, move.to_unit, move.to_point))
    before = case.unit
    changes: dict[str, Any] = {} if move is None else _moved_to(case, move)
    step = take(STEPS.get(State(case.state), "move"), case, by=by, at=at, **changes)
    assert move is not None
    move.confirmed_at, move.confirmed_by = at, by.audit_name
    move.save(update_fields=["confirmed_at", "confirmed_by"])
    ended = case.dispatches.filter(recalled_at__isnull=True).select_related("unit")
    units = [before, *(dispatch.unit for dispatch in ended)]
    ended.update(recalled_at=at, recalled_by=by.audit_name, recall_reason=move.reason)
    if case.rating is not None:
        move_rating(
            rating=case.rating,
            unit=move.to_unit,
            point=move.to_point,
            reason=case.number,
            by=by,
            at=at,
        )
    record_step(case, step, about=move, unit=move.to_unit.code, before=before.code)
    tell_both_units(move, {unit.pk: unit for unit in units}.values(), by=by, at=at)
    return move


@action("case.refuse_move")
def refuse_move(*, case: Case, reason: str, by: Actor, at: datetime) -> CaseMove:
    """A second person does not agree: the case stays where it is."""
    text = required(reason, "reason")
    step = take("refuse_move", case, by=by, at=at)
    move = policies.open_move(case)
    assert move is not None
    move.refused_at, move.refused_by, move.refused_reason = at, by.audit_name, text
    move.save(update_fields=["refused_at", "refused_by", "refused_reason"])
    record_step(case, step, about=move)
    tell_the_mover(move, by=by, at=at)
    return move


def _moved_to(case: Case, move: CaseMove) -> dict[str, Any]:
    """Another office has nobody yet who sees to the case."""
    area = rules.office_of(move.to_unit)
    found = {"unit": move.to_unit, "point": move.to_point, "area": area}
    return found if area == case.area else {**found, "assignee": None}


def _refuse(reason: reasons.Reason | None) -> None:
    if reason is not None:
        raise refusal(reason)
