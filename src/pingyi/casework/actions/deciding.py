"""The verdict, and taking it back before it was answered."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from pingyi.audit.actions import Actor, action
from pingyi.casework import policies
from pingyi.casework.actions.steps import chosen, record_step, refusal, required, take
from pingyi.casework.models import Case, Verdict
from pingyi.casework.policies import WORDS_ALONE
from pingyi.casework.states import Finding, Kind
from pingyi.casework.wording import unfit_for_unit
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
) -> Verdict:
    """The office's verdict. Verified, or partly, takes more than the rating's own words.

    The unit reads the reason, so it names nobody. A void verdict takes the rating out of every
    rate.
    """
    finding, kind = chosen(Finding, finding, "finding"), chosen(Kind, kind, "kind")
    text = required(reason, "reason")
    if finding in (Finding.VERIFIED, Finding.PARTLY) and not policies.has_evidence(case):
        raise refusal(WORDS_ALONE)
    unfit = unfit_for_unit(text, case, field="reason")
    if unfit is not None:
        raise refusal(unfit)
    step = take("decide", case, by=by, at=at, kind=kind.value)
    verdict = pronounce(case, finding=finding, kind=kind, reason=text, by=by, at=at)
    void_as_found(case, by=by, at=at)
    record_step(case, step, verdict, finding=finding.value, kind=kind.value)
    return verdict


@action("case.reconsider")
def withdraw_verdict(*, case: Case, reason: str, by: Actor, at: datetime) -> Verdict:
    """Take back the verdict before the rater was answered; the case is decided anew."""
    text = required(reason, "reason")
    step = take("reconsider", case, by=by, at=at)
    verdict: Verdict = case.verdicts.counting().get()
    verdict.withdrawn_at, verdict.withdrawn_by = at, by.audit_name
    verdict.withdrawn_reason = text
    verdict.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    record_step(case, step, about=verdict)
    return verdict


def pronounce(
    case: Case, *, finding: Finding, kind: Kind, reason: str, by: Actor, at: datetime
) -> Verdict:
    """The verdict itself; the step is the caller's."""
    return Verdict.objects.create(
        case=case,
        finding=finding.value,
        kind=kind.value,
        reason=reason,
        at=at,
        by=by.audit_name,
    )


def void_as_found(case: Case, *, by: Actor, at: datetime) -> None:
    """Take the rating out of every rate if that is the verdict. Under embargo it waits for the
    release: figures that move would tell."""
    verdict = case.verdicts.counting().first()
    if verdict is None or verdict.finding != Finding.VOID or case.rating is None:
        return
    with suppress(AlreadyVoid):
        reason = f"{case.number} {Kind(verdict.kind).zh}"
        void_rating(rating=case.rating, reason=reason, by=by, at=at)
