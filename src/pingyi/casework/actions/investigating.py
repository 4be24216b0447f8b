"""The inspectors' steps: notes, findings, a verdict under embargo, and its release."""

from __future__ import annotations

from datetime import datetime

from pingyi.audit.actions import Actor, action
from pingyi.casework.actions.attaching import Uploads, attach
from pingyi.casework.actions.deciding import pronounce
from pingyi.casework.actions.steps import (
    chosen,
    chosen_verdict,
    record_step,
    refusal,
    required,
    take,
)
from pingyi.casework.file_models import Audience
from pingyi.casework.messages import tell_a_reviewer, tell_the_unit_of
from pingyi.casework.models import Case, InvestigationNote, Verdict
from pingyi.casework.policies import open_appeal
from pingyi.casework.reasons import TAKES_TWO
from pingyi.casework.states import ALONE, Finding, Kind, State


@action("case.investigate")
def note_investigation(
    *, case: Case, note: str, uploads: Uploads = (), by: Actor, at: datetime
) -> InvestigationNote:
    """Note a step of the investigation; its files are the inspectors' alone."""
    text = required(note, "note")
    step = take("note_investigation", case, by=by, at=at)
    made = _write(case, text, by=by, at=at, is_finding=False)
    attach(case, made, uploads, audience=Audience.INSPECTORS, by=by, at=at)
    record_step(case, step, made)
    return made


@action("case.report")
def report_findings(
    *,
    case: Case,
    account: str,
    finding: Finding | str = "",
    kind: Kind | str = "",
    uploads: Uploads = (),
    by: Actor,
    at: datetime,
) -> InvestigationNote:
    """Report what was found to the office, which decides, and the verdict proposed to it, if any:
    `finding` and `kind`, both or neither. Not under embargo: release it first."""
    text = required(account, "account")
    proposed = chosen_verdict(finding, kind) if finding or kind else ("", "")
    step = take("report", case, by=by, at=at)
    made = _write(case, text, by=by, at=at, is_finding=True, proposed=proposed)
    attach(case, made, uploads, by=by, at=at)
    record_step(case, step, made)
    return made


@action("case.conclude")
def conclude_case(
    *,
    case: Case,
    account: str,
    finding: Finding | str,
    kind: Kind | str,
    uploads: Uploads = (),
    by: Actor,
    at: datetime,
) -> Verdict:
    """The inspectors' own verdict on a case under embargo: verified, or partly.

    Nobody else sees it or its files, and no figure shows it, until they release it.
    """
    text = required(account, "account")
    if chosen(Finding, finding, "finding") not in ALONE:
        raise refusal(TAKES_TWO)
    finding, kind = chosen_verdict(finding, kind)
    step = take("conclude", case, by=by, at=at, kind=kind.value)
    made = _write(case, text, by=by, at=at, is_finding=True)
    attach(case, made, uploads, by=by, at=at)
    verdict = pronounce(case, finding=finding, kind=kind, reason=text, by=by, at=at)
    record_step(case, step, made, verdict, finding=finding.value, kind=kind.value)
    return verdict


@action("case.release")
def release_embargo(*, case: Case, reason: str, by: Actor, at: datetime) -> Case:
    """Lift the embargo: the office sees the case, the score its verdict, if there is one. Of one
    from before the sealing the unit was told then. An appeal made meanwhile finds its reviewer."""
    text = required(reason, "reason")
    concluded = case.state == State.TO_REPLY
    name = "release_concluded" if concluded else "release"
    step = take(name, case, by=by, at=at, embargoed=False)
    referral = case.referrals.filter(embargoed=True, released_at__isnull=True).get()
    referral.released_at, referral.released_by = at, by.audit_name
    referral.release_reason = text
    referral.save(update_fields=["released_at", "released_by", "release_reason"])
    record_step(case, step, about=referral)
    verdict = case.verdicts.counting().last()
    if verdict is not None and verdict.at >= referral.at:
        tell_the_unit_of(verdict, by=by, at=at)
    appeal = open_appeal(case)
    if appeal is not None and appeal.at >= referral.at:
        tell_a_reviewer(case, by=by, at=at)
    return case


def _write(
    case: Case,
    text: str,
    *,
    by: Actor,
    at: datetime,
    is_finding: bool,
    proposed: tuple[str, str] = ("", ""),
) -> InvestigationNote:
    referral = case.referrals.last()
    assert referral is not None
    finding, kind = map(str, proposed)
    return InvestigationNote.objects.create(
        referral=referral,
        text=text,
        is_finding=is_finding,
        proposed_finding=finding,
        proposed_kind=kind,
        at=at,
        by=by.audit_name,
    )
