"""A unit's appeal against a verdict, and its review by somebody new to the case."""

from __future__ import annotations

from datetime import datetime

from pingyi.audit.actions import Actor, action
from pingyi.casework import policies
from pingyi.casework.actions.deciding import pronounce, void_as_found
from pingyi.casework.actions.steps import (
    chosen,
    chosen_verdict,
    record_step,
    refusal,
    required,
    take,
)
from pingyi.casework.embargo import known_verdict
from pingyi.casework.messages import tell_a_reviewer, tell_of_the_review
from pingyi.casework.models import Case
from pingyi.casework.reasons import SAME_VERDICT
from pingyi.casework.second_looks import Appeal
from pingyi.casework.states import Finding, Kind, Review, State
from pingyi.casework.wording import unfit_for_unit


@action("case.appeal")
def appeal_verdict(*, case: Case, grounds: str, by: Actor, at: datetime) -> Appeal:
    """The unit does not accept the verdict that counts, and says why; within the scheme's time.

    Under embargo too, of which it knows nothing: the review waits for the release.
    """
    text = required(grounds, "grounds")
    step = take("appeal", case, by=by, at=at)
    verdict = known_verdict(case, at)
    assert verdict is not None
    appeal = Appeal.objects.create(
        case=case, verdict=verdict, unit=verdict.unit, grounds=text, at=at, by=by.audit_name
    )
    record_step(case, step, appeal, unit=verdict.unit.code)
    if not case.embargoed:  # else the office is told once it is released
        tell_a_reviewer(case, by=by, at=at)
    return appeal


@action("case.review")
def review_appeal(
    *,
    case: Case,
    outcome: Review | str,
    reason: str,
    finding: Finding | str = "",
    kind: Kind | str = "",
    by: Actor,
    at: datetime,
) -> Appeal:
    """Somebody new to the case reviews the appeal. The unit reads the reason.

    Upheld, `finding` and `kind` are the verdict from now on: what the appealed one cost is gone
    from this day, and every earlier moment is still computed as it stood then. A rater who was
    answered already is answered anew.
    """
    outcome, text = chosen(Review, outcome, "outcome"), required(reason, "reason")
    unfit = unfit_for_unit(text, case, field="reason")
    if unfit is not None:
        raise refusal(unfit)
    if outcome is Review.UPHELD:
        found, about = chosen_verdict(finding, kind)
        return _uphold(case, found, about, text, by=by, at=at)
    step = take("dismiss", case, by=by, at=at)
    appeal = _reviewed(case, text, upheld=False, by=by, at=at)
    record_step(case, step, about=appeal)
    tell_of_the_review(appeal, by=by, at=at)
    return appeal


def _uphold(
    case: Case, finding: Finding, kind: Kind, reason: str, *, by: Actor, at: datetime
) -> Appeal:
    waiting = policies.open_appeal(case)
    if waiting and (waiting.verdict.finding, waiting.verdict.kind) == (finding, kind):
        raise refusal(SAME_VERDICT)
    told = State(case.state) in (State.REPLIED, State.CLOSED)
    step = take("uphold" if told else "uphold_in_hand", case, by=by, at=at, kind=kind.value)
    appeal = _reviewed(case, reason, upheld=True, by=by, at=at)
    appealed = appeal.verdict
    verdict = pronounce(
        case,
        finding=finding,
        kind=kind,
        reason=reason,
        unit=appealed.unit,
        round=appealed.round,
        by=by,
        at=at,
    )
    void_as_found(case, by=by, at=at)
    record_step(case, step, verdict, about=appeal, finding=finding.value, kind=kind.value)
    tell_of_the_review(appeal, by=by, at=at)
    return appeal


def _reviewed(case: Case, reason: str, *, upheld: bool, by: Actor, at: datetime) -> Appeal:
    appeal = policies.open_appeal(case)
    assert appeal is not None
    appeal.reviewed_at, appeal.reviewed_by = at, by.audit_name
    appeal.upheld, appeal.review_reason = upheld, reason
    fields = ["reviewed_at", "reviewed_by", "upheld", "review_reason"]
    appeal.save(update_fields=fields)
    return appeal
