"""Saying, before a case is placed or decided, how it should be handled."""

from __future__ import annotations

from datetime import datetime

from pingyi.audit.actions import Actor, action
from pingyi.casework.actions.steps import chosen, cleaned, record_step, take
from pingyi.casework.models import Case, HandlingProposal
from pingyi.casework.states import Ground, Handling


@action("case.propose_handling")
def propose_handling(
    *,
    case: Case,
    ground: Ground | str,
    handling: Handling | str,
    note: str = "",
    by: Actor,
    at: datetime,
) -> HandlingProposal:
    """Whether what she asks for is reasonable, and what should be done; nothing moves by it. Said
    again, the latest counts."""
    ground = chosen(Ground, ground, "ground")
    handling = chosen(Handling, handling, "handling")
    text = cleaned(note, "note")
    step = take("propose_handling", case, by=by, at=at)
    made = HandlingProposal.objects.create(
        case=case,
        ground=ground.value,
        handling=handling.value,
        note=text,
        at=at,
        by=by.audit_name,
    )
    record_step(case, step, made, ground=ground.value, handling=handling.value)
    return made
