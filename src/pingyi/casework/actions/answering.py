"""The unit's steps: acknowledge, and answer with what happened and what it did."""

from __future__ import annotations

from datetime import datetime

from pingyi.audit.actions import Actor, action
from pingyi.casework import policies
from pingyi.casework.actions.attaching import Uploads, attach
from pingyi.casework.actions.steps import cleaned, record_step, required, take
from pingyi.casework.models import Case, Dispatch, UnitAnswer
from pingyi.casework.reasons import ACKNOWLEDGED, Overtaken


@action("case.acknowledge")
def acknowledge(*, case: Case, by: Actor, at: datetime) -> Dispatch:
    """The unit confirms that it has received the dispatch."""
    step = take("acknowledge", case, by=by, at=at)
    dispatch = _open_dispatch(case)
    if not _stamp(dispatch, by=by, at=at):
        raise Overtaken(ACKNOWLEDGED)
    record_step(case, step, about=dispatch)
    return dispatch


@action("case.answer")
def answer_case(
    *,
    case: Case,
    account: str,
    measures: str,
    process_change: str = "",
    uploads: Uploads = (),
    by: Actor,
    at: datetime,
) -> UnitAnswer:
    """The unit's answer: its account, its measures, and what it changed for good, if anything;
    its files are seen by the unit, the office and the inspectors.

    Answering acknowledges.
    """
    changed = cleaned(process_change, "process_change")
    account, measures = required(account, "account"), required(measures, "measures")
    step = take("answer", case, by=by, at=at)
    dispatch = _open_dispatch(case)
    _stamp(dispatch, by=by, at=at)
    answer = UnitAnswer.objects.create(
        case=case,
        dispatch=dispatch,
        account=account,
        measures=measures,
        process_change=changed,
        at=at,
        by=by.audit_name,
    )
    attach(case, answer, uploads, unit=dispatch.unit, by=by, at=at)
    record_step(case, step, answer, changed_process=bool(answer.process_change))
    return answer


def _open_dispatch(case: Case) -> Dispatch:
    dispatch = policies.open_dispatch(case)
    assert dispatch is not None
    return dispatch


def _stamp(dispatch: Dispatch, *, by: Actor, at: datetime) -> bool:
    """Note the acknowledgement; False if it was acknowledged before."""
    fresh = Dispatch.objects.filter(pk=dispatch.pk, acknowledged_at__isnull=True)
    if not fresh.update(acknowledged_at=at, acknowledged_by=by.audit_name):
        return False
    dispatch.acknowledged_at, dispatch.acknowledged_by = at, by.audit_name
    return True
