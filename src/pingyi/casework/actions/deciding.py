"""The verdict, its confirmation by a second person, and taking it back before it was answered."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from pingyi.audit.actions import Actor, action
from pingyi.casework import policies
from pingyi.casework.actions.steps import chosen_verdict, record_step, refusal, required, take
from pingyi.casework.messages import tell_a_second, tell_the_proposer, tell_the_unit_of
from pingyi.casework.models import Case, Proposal, Verdict
from pingyi.casework.reasons import STAYS_VOID, WORDS_ALONE
from pingyi.casework.states import ALONE, Finding, Kind
from pingyi.casework.wording import unfit_for_unit
from pingyi.directory.models import Unit
from pingyi.ratings.actions import AlreadyVoid, void_rating


@action("case.decide")
def decide_case(
    *,
    case: Case,
    finding: Finding | str,
    kind: Kind | str,
    reason: str,
    by: Actor,
    at: datetime,
) -> Verdict | Proposal:
    """The office's verdict. Verified, or partly, takes more than the rating's own words.

    The unit reads the reason, so it names nobody. Unfounded and void are only proposed here, and
    count once a second person has confirmed them; a void one then takes the rating out of every
    rate.
    """
    finding, kind = chosen_verdict(finding, kind)
    text = required(reason, "reason")
    if finding is not Finding.VOID and policies.is_void(case):
        raise refusal(STAYS_VOID)
    if finding in ALONE and not policies.has_evidence(case):
        raise refusal(WORDS_ALONE)
    unfit = unfit_for_unit(text, case, field="reason")
    if unfit is not None:
        raise refusal(unfit)
    if finding not in ALONE:
        return _propose(case, finding=finding, kind=kind, reason=text, by=by, at=at)
    step = take("decide", case, by=by, at=at, kind=kind.value)
    verdict = pronounce(case, finding=finding, kind=kind, reason=text, by=by, at=at)
    record_step(case, step, verdict, finding=finding.value, kind=kind.value)
    tell_the_unit_of(verdict, by=by, at=at)
    return verdict


def _propose(
    case: Case, *, finding: Finding, kind: Kind, reason: str, by: Actor, at: datetime
) -> Proposal:
    step = take("propose", case, by=by, at=at, kind=kind.value)
    proposal = Proposal.objects.create(
        case=case, finding=finding.value, kind=kind.value, reason=reason, at=at, by=by.audit_name
    )
    record_step(case, step, proposal, finding=finding.value, kind=kind.value)
    tell_a_second(case, by=by, at=at)
    return proposal


@action("case.confirm")
def confirm_verdict(*, case: Case, by: Actor, at: datetime) -> Verdict:
    """A second person, new to the case, agrees: the proposed verdict counts from now on."""
    step = take("confirm", case, by=by, at=at)
    proposal = policies.open_proposal(case)
    assert proposal is not None
    proposal.confirmed_at, proposal.confirmed_by = at, by.audit_name
    proposal.save(update_fields=["confirmed_at", "confirmed_by"])
    finding, kind = Finding(proposal.finding), Kind(proposal.kind)
    verdict = pronounce(case, finding=finding, kind=kind, reason=proposal.reason, by=by, at=at)
    void_as_found(case, by=by, at=at)
    record_step(case, step, verdict, about=proposal, finding=finding.value, kind=kind.value)
    return verdict


@action("case.send_back")
def send_back(*, case: Case, reason: str, by: Actor, at: datetime) -> Proposal:
    """A second person does not agree; whoever decides thinks again."""
    text = required(reason, "reason")
    step = take("send_back", case, by=by, at=at)
    proposal = policies.open_proposal(case)
    assert proposal is not None
    proposal.sent_back_at, proposal.sent_back_by = at, by.audit_name
    proposal.sent_back_reason = text
    proposal.save(update_fields=["sent_back_at", "sent_back_by", "sent_back_reason"])
    record_step(case, step, about=proposal)
    tell_the_proposer(proposal, by=by, at=at)
    return proposal


@action("case.reconsider")
def withdraw_verdict(*, case: Case, reason: str, by: Actor, at: datetime) -> Verdict:
    """Take back the verdict before the rater was answered; the case is decided anew."""
    text = required(reason, "reason")
    step = take("reconsider", case, by=by, at=at)
    verdict = case.verdicts.counting().last()
    assert verdict is not None
    verdict.withdrawn_at, verdict.withdrawn_by = at, by.audit_name
    verdict.withdrawn_reason = text
    verdict.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    record_step(case, step, about=verdict)
    return verdict


def pronounce(
    case: Case,
    *,
    finding: Finding,
    kind: Kind,
    reason: str,
    unit: Unit | None = None,
    round: int | None = None,
    by: Actor,
    at: datetime,
) -> Verdict:
    """The verdict itself, of the case's unit and present round unless told otherwise; the step is
    the caller's."""
    return Verdict.objects.create(
        case=case,
        unit=unit or case.unit,
        round=case.round if round is None else round,
        finding=finding.value,
        kind=kind.value,
        reason=reason,
        at=at,
        by=by.audit_name,
    )


def void_as_found(case: Case, *, by: Actor, at: datetime) -> None:
    """Take the rating out of every rate if that is the verdict."""
    verdict = case.verdicts.counting().last()
    if verdict is None or verdict.finding != Finding.VOID or case.rating is None:
        return
    with suppress(AlreadyVoid):
        reason = f"{case.number} {Kind(verdict.kind).zh}"
        void_rating(rating=case.rating, reason=reason, by=by, at=at)
