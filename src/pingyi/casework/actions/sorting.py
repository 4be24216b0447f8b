"""Sorting: what is it about, is it a lead, and does somebody call her back."""

from __future__ import annotations

from datetime import datetime

from pingyi.audit.actions import Actor, action
from pingyi.casework import policies
from pingyi.casework.actions.placing import hand_to_inspectors
from pingyi.casework.actions.steps import chosen, cleaned, record_step, required, take
from pingyi.casework.models import Case, Sorting
from pingyi.casework.states import Kind, Priority, State


@action("case.sort")
def sort_case(
    *, case: Case, kind: Kind | str, note: str = "", lead: bool = False, by: Actor, at: datetime
) -> Case:
    """Name the case's kind and send it on.

    A lead on corruption goes to the district's inspectors at once, under embargo, and must say
    why (`note`). Otherwise it is called back if the rater left a phone and asked for it; a phone
    without that wish is for the answer only, so the case is checked instead.
    """
    kind = chosen(Kind, kind, "kind")
    text = required(note, "note") if lead else cleaned(note, "note")
    if lead:
        step = take(
            "sort_to_refer",
            case,
            by=by,
            at=at,
            kind=kind.value,
            priority=Priority.LEAD.value,
            embargoed=True,
        )
        came_from = State.UNSORTED.value
        referral = hand_to_inspectors(
            case, reason=text, embargoed=True, came_from=came_from, by=by, at=at
        )
    else:
        name = "sort_to_call" if policies.may_be_called(case) else "sort_to_check"
        step = take(name, case, by=by, at=at, kind=kind.value)
    sorting = Sorting.objects.create(
        case=case, kind=kind.value, lead=lead, note=text, at=at, by=by.audit_name
    )
    facts = (sorting, referral) if lead else (sorting,)
    record_step(case, step, *facts, kind=kind.value)
    return case
