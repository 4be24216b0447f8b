"""Calling back: what came of each call, and what she agreed to."""

from __future__ import annotations

from datetime import datetime

from pingyi.audit.actions import SYSTEM, Actor, action
from pingyi.casework import rules
from pingyi.casework.actions.steps import chosen, cleaned, record_step, required, take
from pingyi.casework.models import CallAttempt, Case, Reply
from pingyi.casework.reasons import (
    AGREED_PAST,
    AGREED_UNASKED,
    CONSENT_UNASKED,
    Incomplete,
    Refusal,
    agreed_too_late,
    needs,
)
from pingyi.casework.states import CallOutcome, State

_STEPS = {
    CallOutcome.SETTLED: "settle",
    CallOutcome.STANDS: "stand",
    CallOutcome.NO_ANSWER: "log_attempt",
    CallOutcome.CALL_LATER: "log_attempt",
    CallOutcome.WRONG_NUMBER: "give_up_calling",
    CallOutcome.REFUSES: "give_up_calling",
}


@action("case.call")
def log_call(
    *,
    case: Case,
    outcome: CallOutcome | str,
    note: str = "",
    reply: str = "",
    consents_matter: bool = False,
    consents_words: bool = False,
    agreed_at: datetime | None = None,
    by: Actor,
    at: datetime,
) -> CallAttempt:
    """Log a call to the rater; its outcome decides where the case goes.

    Settled on the phone: closed, with `reply`, what she was told. Stands: to be placed, `note`
    says what she told. No answer at as many different hours of the day as the scheme says, a wrong
    number or a refusal: to be checked. Whoever asks to be called later agrees a time, `agreed_at`,
    ahead and within the scheme's limit. What else she agreed to is asked of answered calls only.
    """
    outcome = chosen(CallOutcome, outcome, "outcome")
    text = cleaned(note, "note")
    if outcome is CallOutcome.STANDS:
        text = required(text, "note")
    elif outcome is CallOutcome.SETTLED:
        reply = required(reply, "reply")
    elif consents_matter or consents_words:
        raise Incomplete(CONSENT_UNASKED)
    _check_agreed(case, outcome, agreed_at, at=at)
    step = take(_STEPS[outcome], case, by=by, at=at)
    attempt = CallAttempt.objects.create(
        case=case,
        outcome=outcome.value,
        note=text,
        consents_matter=consents_matter,
        consents_words=consents_words,
        agreed_at=agreed_at,
        at=at,
        by=by.audit_name,
    )
    facts: list[CallAttempt | Reply] = [attempt]
    if outcome is CallOutcome.SETTLED:
        told = Reply.objects.create(case=case, text=reply, by_phone=True, at=at, by=by.audit_name)
        facts.append(told)
    elif outcome is CallOutcome.NO_ANSWER and not rules.hours_missing(case):
        step = take("give_up_calling", case, by=by, at=at)
    record_step(case, step, *facts, outcome=outcome.value)
    return attempt


def _check_agreed(
    case: Case, outcome: CallOutcome, agreed_at: datetime | None, *, at: datetime
) -> None:
    """A time is agreed where, and only where, she is to be called later: ahead, and in time."""
    if outcome is not CallOutcome.CALL_LATER:
        if agreed_at is not None:
            raise Incomplete(AGREED_UNASKED)
        return
    if agreed_at is None:
        raise Incomplete(needs("agreed_at"))
    if agreed_at <= at:
        raise Incomplete(AGREED_PAST)
    latest = rules.latest_agreed(case, at=at)
    if latest is not None and agreed_at > latest:
        raise Incomplete(agreed_too_late(latest))


ERASED_NOTE = "评价人的联系方式已删除，不再回访。"


def stop_calling_the_unknown(*, by: Actor = SYSTEM, at: datetime) -> list[Case]:
    """Cases to be called back whose rater's phone was erased since go on without a call-back."""
    gone = Case.objects.filter(
        state=State.TO_CALL.value,
        rating__contact__isnull=False,
        rating__contact__phone_cipher__isnull=True,
    )
    stopped = []
    for case in gone.select_related("rating__contact", "rating__season"):
        try:
            stopped.append(_stop_calling(case=case, by=by, at=at))
        except Refusal:
            continue
    return stopped


@action("case.call")
def _stop_calling(*, case: Case, by: Actor, at: datetime) -> Case:
    step = take("give_up_calling", case, by=by, at=at)
    attempt = CallAttempt.objects.create(
        case=case,
        outcome=CallOutcome.REFUSES.value,
        note=ERASED_NOTE,
        at=at,
        by=by.audit_name,
    )
    record_step(case, step, attempt, outcome=attempt.outcome)
    return case
