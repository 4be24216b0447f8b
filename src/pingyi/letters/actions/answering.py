"""What the recipients do: acknowledge, reply."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from pingyi.audit.actions import Actor, action, record
from pingyi.clocks import actions as clocks
from pingyi.files.actions import Checked, store_file
from pingyi.letters import messages
from pingyi.letters.actions.steps import LONGEST_REPLY, required
from pingyi.letters.models import Letter, LetterReply, Recipient, ReplyFile
from pingyi.letters.policies import Refused, Why, may_reply, why_not_reply
from pingyi.letters.rules import ACKNOWLEDGE
from pingyi.letters.states import State


@action("letter.acknowledge")
def acknowledge(*, recipient: Recipient, by: Actor, at: datetime) -> Recipient:
    """The unit confirms that it has received the letter. Raises Refused."""
    if not may_reply(by, recipient):
        raise Refused(Why.NOT_YOURS)
    if recipient.letter.state != State.ISSUED:
        raise Refused(Why.NOT_IN_STATE)
    if not _stamp(recipient, by=by, at=at):
        raise Refused(Why.ACKNOWLEDGED)
    clocks.meet(recipient.clocks.filter(rule=ACKNOWLEDGE), at=at)
    record(recipient.letter, recipient=recipient.pk)
    return recipient


@action("letter.reply")
def reply_to_letter(
    *,
    recipient: Recipient,
    text: str,
    uploads: Sequence[Checked] = (),
    by: Actor,
    at: datetime,
) -> LetterReply:
    """The unit's reply; it acknowledges too. Raises Refused."""
    text = required(text, "text", longest=LONGEST_REPLY)
    _lock(recipient.letter)
    why = why_not_reply(recipient, by)
    if why is not None:
        raise Refused(why)
    _stamp(recipient, by=by, at=at)
    reply = LetterReply.objects.create(recipient=recipient, text=text, at=at, by=by.audit_name)
    for upload in uploads:
        ReplyFile.objects.create(reply=reply, file=store_file(upload=upload, by=by, at=at))
    clocks.meet(recipient.clocks.all(), at=at)
    messages.tell_of_the_reply(recipient, by=by, at=at)
    record(recipient.letter, recipient=recipient.pk, reply=reply.pk)
    return reply


def _lock(letter: Letter) -> None:
    """Whoever else replies, or withdraws the letter, waits until this transaction has ended."""
    Letter.objects.filter(pk=letter.pk).update(revision=F("revision"))
    letter.refresh_from_db(fields=["state"])


def _stamp(recipient: Recipient, *, by: Actor, at: datetime) -> bool:
    """Note the acknowledgement; False if it was acknowledged before."""
    fresh = Recipient.objects.filter(pk=recipient.pk, acknowledged_at__isnull=True)
    if not fresh.update(acknowledged_at=at, acknowledged_by=by.audit_name):
        return False
    recipient.acknowledged_at, recipient.acknowledged_by = at, by.audit_name
    return True
