"""Checking, dispatching to a unit, referring to the inspectors, and calling a dispatch back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pingyi.audit.actions import Actor, action
from pingyi.casework import policies, reasons, rules
from pingyi.casework.actions.attaching import Uploads, attach
from pingyi.casework.actions.steps import chosen, record_step, refusal, required, take
from pingyi.casework.messages import tell_the_inspectors, tell_the_unit
from pingyi.casework.models import Case, CheckNote, Dispatch, Referral
from pingyi.casework.reasons import Reason
from pingyi.casework.states import Grade, Priority
from pingyi.casework.wording import unfit_files, unfit_for_unit
from pingyi.directory.models import Unit


@action("case.check")
def note_check(
    *,
    case: Case,
    note: str,
    stands: bool = False,
    uploads: Uploads = (),
    by: Actor,
    at: datetime,
) -> CheckNote:
    """Note what a check found; with `stands` a case to be checked goes on to be placed."""
    text = required(note, "note")
    step = take("find_standing" if stands else "note_check", case, by=by, at=at)
    check = CheckNote.objects.create(case=case, note=text, at=at, by=by.audit_name)
    attach(case, check, uploads, by=by, at=at)
    record_step(case, step, check)
    return check


@action("case.dispatch")
def dispatch_case(
    *,
    case: Case,
    words: str,
    grade: Grade | str = Grade.SIMPLE,
    unit: Unit | None = None,
    includes_matter: bool = False,
    includes_words: bool = False,
    uploads: Uploads = (),
    by: Actor,
    at: datetime,
) -> Dispatch:
    """Hand the case to the rated unit, or one above it, in the office's own `words`.

    Her matter's number and her own words go along only if she agreed when called back. The unit
    sees the files.
    """
    text = required(words, "words")
    grade = chosen(Grade, grade, "grade")
    addressee = case.unit if unit is None else unit
    reason = _why_not_dispatched(
        case, text, addressee, includes_matter, includes_words
    ) or unfit_files(uploads, case)
    if reason is not None:
        raise refusal(reason)
    step = take("dispatch", case, by=by, at=at, grade=grade)
    dispatch = Dispatch.objects.create(
        case=case,
        unit=addressee,
        words=text,
        grade=grade.value,
        includes_matter=includes_matter,
        includes_words=includes_words,
        at=at,
        by=by.audit_name,
    )
    attach(case, dispatch, uploads, unit=addressee, by=by, at=at)
    record_step(case, step, dispatch, unit=addressee.code, grade=grade.value)
    tell_the_unit(dispatch, by=by, at=at)
    return dispatch


@action("case.recall")
def recall_dispatch(*, case: Case, reason: str, by: Actor, at: datetime) -> Case:
    """Take a dispatch back: the unit no longer sees the case."""
    text = required(reason, "reason")
    step = take("recall", case, by=by, at=at)
    dispatch = policies.open_dispatch(case)
    assert dispatch is not None
    dispatch.recalled_at, dispatch.recalled_by, dispatch.recall_reason = at, by.audit_name, text
    dispatch.save(update_fields=["recalled_at", "recalled_by", "recall_reason"])
    record_step(case, step, about=dispatch)
    return case


@action("case.refer")
def refer_case(*, case: Case, reason: str, lead: bool = False, by: Actor, at: datetime) -> Referral:
    """Hand the case to the district's inspectors; a corruption lead goes under embargo.

    Once it was decided only leads are referred, as what is found then.
    """
    text = required(reason, "reason")
    late = policies.found_late(case)
    lead = lead or late
    changes: dict[str, Any] = {"priority": Priority.LEAD.value, "embargoed": True} if lead else {}
    stood = case.state
    step = take("refer_late" if late else "refer", case, by=by, at=at, **changes)
    referral = hand_to_inspectors(case, reason=text, embargoed=lead, came_from=stood, by=by, at=at)
    record_step(case, step, referral, lead=lead)
    return referral


def hand_to_inspectors(
    case: Case, *, reason: str, embargoed: bool, came_from: str, by: Actor, at: datetime
) -> Referral:
    """The referral itself; the step is the caller's."""
    referral = Referral.objects.create(
        case=case,
        area=case.area,
        reason=reason,
        embargoed=embargoed,
        came_from=came_from,
        at=at,
        by=by.audit_name,
    )
    tell_the_inspectors(referral, by=by, at=at)
    return referral


def _why_not_dispatched(
    case: Case, words: str, unit: Unit, includes_matter: bool, includes_words: bool
) -> Reason | None:
    agreed_matter, agreed_words = policies.consents(case)
    if unit not in rules.line_of(case.unit):
        return reasons.WRONG_UNIT
    if includes_matter and not agreed_matter:
        return reasons.NO_CONSENT_MATTER
    if includes_matter and not _left_matter(case):
        return reasons.NO_MATTER
    if includes_words and not agreed_words:
        return reasons.NO_CONSENT_WORDS
    return unfit_for_unit(words, case, field="words")


def _left_matter(case: Case) -> bool:
    contact = getattr(case.rating, "contact", None)
    return contact is not None and contact.matter_cipher is not None
