"""Calling back: what came of each call, and what she agreed to."""

from __future__ import annotations

from datetime import datetime

from pingyi.audit.actions import SYSTEM, Actor, action
from pingyi.casework import rules
from pingyi.casework.actions.steps import chosen, cleaned, record_step, required, take
from pingyi.casework.models import CallAttempt, Case, Reply
from pingyi.casework.policies import CONSENT_UNASKED, Incomplete, Refusal
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
    by: Actor,
    at: datetime,
) -> CallAttempt:
    """Log a call to the rater; its outcome decides where the case goes.

    Settled on the phone: closed, with `reply`, what she was told. Stands: to be placed, `note`
    says what she told. No answer in `rules.TRIES` different hours, a wrong number or a refusal:
    to be checked. What she agreed to is asked of answered calls only.
    """
    outcome = chosen(CallOutcome, outcome, "outcome")
    text = cleaned(note, "note")
    if outcome is CallOutcome.STANDS:
        text = required(text, "note")
    elif outcome is CallOutcome.SETTLED:
        reply = required(reply, "reply")
    elif consents_matter or consents_words:
        raise Incomplete(CONSENT_UNASKED)
    step = take(_STEPS[outcome], case, by=by, at=at)
    attempt = CallAttempt.objects.create(
        case=case,
        outcome=outcome.value,
        note=text,
        consents_matter=consents_matter,
        consents_words=consents_words,
        at=at,
        by=by.audit_name,
    )
    facts: list[CallAttempt | Reply] = [attempt]
    if outcome is CallOutcome.SETTLED:
        told = Reply.objects.create(case=case, text=reply, by_phone=True, at=at, by=by.audit_name)
        facts.append(told)
    elif outcome is CallOutcome.NO_ANSWER and rules.hours_tried(case.calls.all()) >= rules.TRIES:
        step = take("give_up_calling", case, by=by, at=at)
    record_step(case, step, *facts, outcome=outcome.value)
    return attempt


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
