"""The answer to the rater, her judgement of it, and the end."""

from __future__ import annotations

from datetime import datetime

from pingyi.audit.actions import CITIZEN, SYSTEM, Actor, action
from pingyi.casework.actions.steps import chosen, cleaned, record_step, required, take
from pingyi.casework.messages import tell_her_of_the_answer
from pingyi.casework.models import Case, CaseClock, Rejudgement, Reply
from pingyi.casework.policies import is_void
from pingyi.casework.reasons import Refusal
from pingyi.casework.states import HEARD, HERS, SecondCall, State, Transition

LONGEST_WORDS = 500
"""As long as the words of a rating."""


@action("case.reply")
def reply_to_citizen(*, case: Case, text: str, by: Actor, at: datetime) -> Reply:
    """Answer the rater in plain words; an SMS, if she left a phone, says only that it is there."""
    text = required(text, "text")
    step = take("reply", case, by=by, at=at)
    reply = Reply.objects.create(case=case, text=text, at=at, by=by.audit_name)
    record_step(case, step, reply, sms=tell_her_of_the_answer(case, by=by, at=at))
    return reply


@action("case.rejudge")
def rejudge(
    *, case: Case, satisfied: bool, words: str = "", by: Actor, at: datetime
) -> Rejudgement:
    """Her judgement of the handling. Not satisfied reopens the case, once; else it is closed.

    Where she has no receipt to open (`policies.is_heard`), the office records what she said.
    """
    said = cleaned(words, "words", longest=LONGEST_WORDS)
    content, again, end = HERS if by == CITIZEN else HEARD
    unhappy = again if may_reopen(case) else end
    step = take(content if satisfied else unhappy, case, by=by, at=at)
    return _judged(case, step, satisfied, said, by=by, at=at)


@action("case.second_call")
def log_second_call(
    *, case: Case, outcome: SecondCall | str, words: str = "", by: Actor, at: datetime
) -> Rejudgement | None:
    """She is called once more and asked what she thinks of the answer (docs/domain.md §4): what
    she says is her judgement, with the same end as on her receipt's page. Who is not satisfied
    says why. None if she was not reached: her time runs on."""
    outcome = chosen(SecondCall, outcome, "outcome")
    said = cleaned(words, "words", longest=LONGEST_WORDS)
    if outcome is SecondCall.MISSED:
        record_step(case, take("miss_second_call", case, by=by, at=at))
        return None
    if outcome is SecondCall.SATISFIED:
        step = take("hear_satisfied", case, by=by, at=at)
        return _judged(case, step, True, said, by=by, at=at)
    said = required(said, "words", longest=LONGEST_WORDS)
    name = "hear_unsatisfied" if may_reopen(case) else "hear_still_unsatisfied"
    return _judged(case, take(name, case, by=by, at=at), False, said, by=by, at=at)


def _judged(
    case: Case, step: Transition, satisfied: bool, words: str, *, by: Actor, at: datetime
) -> Rejudgement:
    made = Rejudgement.objects.create(
        case=case, satisfied=satisfied, words=words, at=at, by=by.audit_name
    )
    record_step(case, step, made, satisfied=satisfied)
    return made


def may_reopen(case: Case) -> bool:
    """Once only; and a voided rating stays void."""
    return not is_void(case) and not case.rejudgements.filter(satisfied=False).exists()


@action("case.close")
def close_case(*, case: Case, by: Actor, at: datetime) -> Case:
    """Close an answered case whose rater did not judge it in time, or cannot; or a decided one to
    which no answer is owed."""
    name = "close_unowed" if case.state == State.TO_REPLY else "close"
    step = take(name, case, by=by, at=at)
    record_step(case, step)
    return case


def close_unjudged_cases(*, by: Actor = SYSTEM, at: datetime, limit: int = 500) -> list[Case]:
    """Close the answered cases whose time for her judgement is over; those that were closed."""
    over = CaseClock.objects.late(at).filter(rule="re_judge", case__state=State.REPLIED.value)
    closed = []
    for clock in over.select_related("case__rating__contact", "case__area")[:limit]:
        try:
            closed.append(close_case(case=clock.case, by=by, at=at))
        except Refusal:
            continue
    return closed
