"""What the organ does with what comes back, and with what does not."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localdate

from pingyi.audit.actions import Actor, action, record
from pingyi.letters import messages
from pingyi.letters.actions.issuing import start_clock_anew
from pingyi.letters.actions.steps import LONGEST_REASON, required
from pingyi.letters.models import LetterReply, Recipient, Reminder
from pingyi.letters.policies import (
    LONGEST_DAYS,
    Refused,
    Why,
    is_awaited,
    latest_reply,
    may_draft,
    why_not_judge,
)


@action("letter.accept")
def accept_reply(*, recipient: Recipient, by: Actor, at: datetime) -> LetterReply:
    """Take the latest reply as the end of it. Raises Refused."""
    reply = _judge(recipient, "accepted", by=by, at=at)
    messages.tell_of_the_acceptance(recipient, by=by, at=at)
    record(recipient.letter, recipient=recipient.pk, reply=reply.pk)
    return reply


@action("letter.return")
def return_reply(
    *, recipient: Recipient, reason: str, days: int | None = None, by: Actor, at: datetime
) -> LetterReply:
    """Send the latest reply back; another is due in `days` working days, by default as before.

    Raises Refused.
    """
    text = required(reason, "reason", longest=LONGEST_REASON)
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise Refused(Why.DAYS_UNFIT, "days")
    reply = _judge(recipient, "returned", by=by, at=at, returned_reason=text)
    start_clock_anew(recipient, days, at=at)
    messages.tell_of_the_return(recipient, by=by, at=at)
    record(recipient.letter, recipient=recipient.pk, reply=reply.pk)
    return reply


@action("letter.remind")
def remind(*, recipient: Recipient, by: Actor, at: datetime) -> Reminder:
    """Remind the recipient, once a day at most, that its reply is awaited. Raises Refused."""
    if not may_draft(by, recipient.letter.organ):
        raise Refused(Why.NOT_YOURS)
    if not is_awaited(recipient):
        raise Refused(Why.NOT_AWAITED)
    # Of two who remind at once the second waits, and is told.
    Recipient.objects.select_for_update(of=("self",)).get(pk=recipient.pk)
    last = recipient.reminders.last()
    if last is not None and localdate(last.at) == localdate(at):
        raise Refused(Why.REMINDED)
    reminder = Reminder.objects.create(recipient=recipient, at=at, by=by.audit_name)
    messages.remind_the_recipient(recipient, by=by, at=at)
    record(recipient.letter, recipient=recipient.pk)
    return reminder


def _judge(
    recipient: Recipient, verdict: str, *, by: Actor, at: datetime, **changes: str
) -> LetterReply:
    why = why_not_judge(recipient, by)
    if why is not None:
        raise Refused(why)
    reply = latest_reply(recipient)
    assert reply is not None
    open_ = LetterReply.objects.filter(
        pk=reply.pk, accepted_at__isnull=True, returned_at__isnull=True
    )
    stamped = {f"{verdict}_at": at, f"{verdict}_by": by.audit_name, **changes}
    if open_.update(**stamped) != 1:
        raise Refused(Why.NOTHING_TO_JUDGE)
    reply.refresh_from_db()
    return reply
