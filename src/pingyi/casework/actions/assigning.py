"""Saying who sees to a case."""

from __future__ import annotations

from datetime import datetime

from pingyi.audit.actions import Actor, action
from pingyi.casework.actions.steps import cleaned, record_step, refusal, take
from pingyi.casework.assigning import workers_of
from pingyi.casework.models import Assignment, Case
from pingyi.casework.policies import is_of_its_unit
from pingyi.casework.reasons import ASSIGNED_SO, CANNOT_WORK_IT, OVERTAKEN, Overtaken
from pingyi.people.models import User

LONGEST_REASON = 200


@action("case.assign")
def assign_case(
    *, case: Case, assignee: User, reason: str = "", by: Actor, at: datetime
) -> Assignment:
    """Give the case to somebody to see to, in place of whoever had it. Raises Refusal.

    Overtaken, if somebody else has given it to another person meanwhile.
    """
    text = cleaned(reason, "reason", longest=LONGEST_REASON)
    seen = case.assignee_id
    step = take("assign", case, by=by, at=at)
    if seen == assignee.pk:
        raise refusal(ASSIGNED_SO)
    if not workers_of(case.area).filter(pk=assignee.pk).exists() or is_of_its_unit(case, assignee):
        raise refusal(CANNOT_WORK_IT)
    if not Case.objects.filter(pk=case.pk, assignee=seen).update(assignee=assignee):
        raise Overtaken(OVERTAKEN)
    case.assignee = assignee
    made = Assignment.objects.create(
        case=case, assignee=assignee, reason=text, at=at, by=by.audit_name
    )
    record_step(case, step, made)
    return made
