"""More days to reply: asked for with a reason, decided by somebody else of the organ."""

from __future__ import annotations

from datetime import datetime

from pingyi.audit.actions import Actor, action, record
from pingyi.clocks import more_time
from pingyi.clocks.names import MoreTime
from pingyi.letters import messages
from pingyi.letters.actions.steps import LONGEST_REASON, required
from pingyi.letters.models import LetterTimeRequest, Recipient
from pingyi.letters.policies import (
    Refused,
    Why,
    open_request,
    why_not_ask_days,
    why_not_grant,
    why_not_more,
    why_not_refuse,
)


@action("letter.ask_time")
def ask_for_days(
    *, recipient: Recipient, days: int, reason: str, by: Actor, at: datetime
) -> LetterTimeRequest:
    """Ask that the recipient's reply be due `days` working days later. Raises Refused."""
    text = required(reason, "reason", longest=more_time.LONGEST_REASON)
    if not days or days < 1:
        raise Refused(Why.NEEDED, "days")
    _refuse(why_not_ask_days(recipient, by, at=at))
    clock = recipient.reply_clock
    assert clock is not None
    _refuse(why_not_more(clock, days, at=at))
    request: LetterTimeRequest | None = more_time.ask(
        clock, MoreTime.EXTENSION, days, reason=text, by=by, at=at
    )
    if request is None:
        raise Refused(Why.TIME_ASKED)
    record(recipient.letter, recipient=recipient.pk, request=request.pk, days=days)
    messages.tell_who_grants_days(recipient, by=by, at=at)
    return request


@action("letter.grant_time")
def grant_days(*, recipient: Recipient, by: Actor, at: datetime) -> LetterTimeRequest:
    """Somebody else of the organ agrees: the reply is due so much later. Raises Refused."""
    _refuse(why_not_grant(recipient, by, at=at))
    request = open_request(recipient)
    if request is None or not more_time.grant(request, by=by, at=at):
        raise Refused(Why.OVERTAKEN)
    record(recipient.letter, recipient=recipient.pk, request=request.pk, days=request.days)
    messages.tell_of_the_days(request, by=by, at=at)
    return request


@action("letter.refuse_time")
def refuse_days(*, recipient: Recipient, reason: str, by: Actor, at: datetime) -> LetterTimeRequest:
    """Somebody else of the organ does not agree, and says why. Raises Refused."""
    text = required(reason, "reason", longest=LONGEST_REASON)
    _refuse(why_not_refuse(recipient, by))
    request = open_request(recipient)
    if request is None or not more_time.refuse(request, text, by=by, at=at):
        raise Refused(Why.OVERTAKEN)
    record(recipient.letter, recipient=recipient.pk, request=request.pk)
    messages.tell_of_the_days(request, by=by, at=at)
    return request


def _refuse(why: Why | None) -> None:
    if why is not None:
        raise Refused(why, "days" if why in (Why.EXTENDED, Why.TOO_MANY_DAYS) else "")
