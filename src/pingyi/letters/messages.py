"""What waits in the inboxes of those whose turn it is: a number and a kind, nothing of the text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.utils.timezone import localtime

from pingyi.audit.actions import Actor
from pingyi.clocks.names import ClockName
from pingyi.letters.models import Letter, LetterClock, LetterTimeRequest, Organ, Recipient
from pingyi.letters.policies import hands_of
from pingyi.letters.states import POWERS, Desk, Kind, Part
from pingyi.notices.actions import notify
from pingyi.notices.wording import Sentence
from pingyi.people.models import Appointment, User
from pingyi.people.permissions import holders_of
from pingyi.people.roles import roles_that_may

SUBMITTED = Sentence(
    "{organ}有一份{kind}待签发。",
    "A letter of {organ} waits to be issued ({kind}).",
)
SENT_BACK = Sentence(
    "您起草的{kind}被退回修改。",
    "Your draft was sent back to be changed ({kind}).",
)
ISSUED = Sentence(
    "收到{kind}{number}，请签收并按期答复。",
    "Letter received: {number} ({kind}). Acknowledge it and reply in time.",
)
ISSUED_TO_READ = Sentence(
    "收到{kind}{number}，请签收。",
    "Letter received: {number} ({kind}). Acknowledge it.",
)
COPIED = Sentence(
    "收到抄送的{kind}{number}，请签收。",
    "Copy of a letter received: {number} ({kind}). Acknowledge it.",
)
WITHDRAWN = Sentence(
    "{kind}{number}已撤回，不必再办。",
    "Letter {number} was withdrawn ({kind}): nothing is left to do.",
)
REPLIED = Sentence(
    "{unit}已答复{number}，请审核。",
    "{unit} has replied to {number}: to be looked at.",
)
ACCEPTED = Sentence(
    "对{number}的答复已采纳。",
    "Your reply to {number} was accepted.",
)
RETURNED = Sentence(
    "对{number}的答复被退回，请重新答复。",
    "Your reply to {number} was sent back: reply anew.",
)
REMINDED = Sentence(
    "催办：请尽快答复{kind}{number}。",
    "Reminder: reply to {number} soon ({kind}).",
)

TO_GRANT = Sentence(
    "{unit}对{number}的答复申请延期，请决定。",
    "More days to reply to {number} are asked for ({unit}): to be decided.",
)
GRANTED = Sentence(
    "对{number}的答复已同意延期。",
    "More days were given to reply to {number}.",
)
NOT_GRANTED = Sentence(
    "对{number}的答复未同意延期，请看理由。",
    "No more days were given to reply to {number}; see why.",
)

DUE_SOON = Sentence(
    "{unit}：{number}的“{clock}”期限 {due} 到期，请抓紧办理。",
    "{unit}: “{clock}” of {number} is due at {due}.",
)
OVERDUE = Sentence(
    "{unit}：{number}的“{clock}”期限已于 {due} 到期，尚未办理。",
    "{unit}: “{clock}” of {number} was due at {due} and is not done.",
)


def tell_the_issuers(letter: Letter, *, by: Actor, at: datetime) -> None:
    """It waits to be issued: whoever may and had no hand in it."""
    power = POWERS[Desk(letter.organ.desk)].issue
    hands = {by.audit_name, *hands_of(letter)}
    readers = holders_of(power, area=letter.organ.area).exclude(username__in=hands)
    text = SUBMITTED.format(organ=letter.organ.name, kind=Kind(letter.kind))
    notify(users=readers, text=text, link=link_to(letter), by=by, at=at)


def tell_the_drafter(letter: Letter, *, by: Actor, at: datetime) -> None:
    """It was given back."""
    _tell(_handlers(letter), SENT_BACK, letter, by=by, at=at)


def tell_the_recipients(letter: Letter, *, by: Actor, at: datetime) -> None:
    """It was issued."""
    main = ISSUED if letter.wants_reply else ISSUED_TO_READ
    for part, text in ((Part.MAIN, main), (Part.COPY, COPIED)):
        units = letter.recipients.filter(part=part.value).values("unit")
        _tell(_administrators(units), text, letter, by=by, at=at)


def tell_of_the_withdrawal(letter: Letter, *, by: Actor, at: datetime) -> None:
    """It is no more."""
    readers = _administrators(letter.recipients.values("unit"))
    _tell(readers, WITHDRAWN, letter, by=by, at=at)


def tell_of_the_reply(recipient: Recipient, *, by: Actor, at: datetime) -> None:
    """A reply is there to be looked at."""
    letter = recipient.letter
    text = REPLIED.format(unit=recipient.unit.name, number=letter.number)
    link = f"{link_to(letter)}{recipient.pk}/"
    notify(users=_handlers(letter), text=text, link=link, by=by, at=at)


def tell_of_the_acceptance(recipient: Recipient, *, by: Actor, at: datetime) -> None:
    """The recipient's reply was accepted."""
    _tell(_administrators([recipient.unit_id]), ACCEPTED, recipient.letter, by=by, at=at)


def tell_of_the_return(recipient: Recipient, *, by: Actor, at: datetime) -> None:
    """The recipient's reply was sent back."""
    _tell(_administrators([recipient.unit_id]), RETURNED, recipient.letter, by=by, at=at)


def remind_the_recipient(recipient: Recipient, *, by: Actor, at: datetime) -> None:
    """Its reply is awaited."""
    _tell(_administrators([recipient.unit_id]), REMINDED, recipient.letter, by=by, at=at)


def tell_who_grants_days(recipient: Recipient, *, by: Actor, at: datetime) -> None:
    """More days are asked for: whoever decides, and did not ask."""
    letter = recipient.letter
    power = POWERS[Desk(letter.organ.desk)].issue
    readers = holders_of(power, area=letter.organ.area).exclude(username=by.audit_name)
    text = TO_GRANT.format(unit=recipient.unit.name, number=letter.number)
    notify(users=readers, text=text, link=f"{link_to(letter)}{recipient.pk}/", by=by, at=at)


def tell_of_the_days(request: LetterTimeRequest, *, by: Actor, at: datetime) -> None:
    """What came of it: to the unit, whose time it is, and to whoever asked at the organ."""
    recipient = request.clock.recipient
    letter = recipient.letter
    text = GRANTED if request.granted_at is not None else NOT_GRANTED
    _tell(_administrators([recipient.unit_id]), text, letter, by=by, at=at)
    asker = holders_of(_drafting(letter.organ), area=letter.organ.area)
    asker = asker.filter(username=request.by)
    link = f"{link_to(letter)}{recipient.pk}/"
    notify(users=asker, text=text.format(number=letter.number), link=link, by=by, at=at)


def of_a_deadline(clock: LetterClock, *, at: datetime) -> str:
    """That a clock falls due, or did."""
    text = DUE_SOON if at < clock.due_at else OVERDUE
    return text.format(
        unit=clock.recipient.unit.name,
        number=clock.recipient.letter.number,
        clock=ClockName(clock.rule),
        due=f"{localtime(clock.due_at):%Y-%m-%d %H:%M}",
    )


def link_to(letter: Letter) -> str:
    """The address that leads each reader to the letter's page of their own."""
    return f"/letter/{letter.pk}/"


def _tell(users: Iterable[User], text: str, letter: Letter, *, by: Actor, at: datetime) -> None:
    said = text.format(kind=Kind(letter.kind), number=letter.number or "")
    notify(users=users, text=said, link=link_to(letter), by=by, at=at)


def _administrators(units: QuerySet | list[int]) -> QuerySet[User]:
    """Who answers for the units, each once."""
    held = Appointment.objects.filter(
        unit__in=units,
        role__in=[role.value for role in roles_that_may("letter.reply")],
        until__isnull=True,
    )
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("pk")


def _handlers(letter: Letter) -> QuerySet[User]:
    """Whoever wrote the letter and still works there; else all who could have."""
    desk = holders_of(_drafting(letter.organ), area=letter.organ.area)
    own = desk.filter(username__in={letter.drafted_by, letter.submitted_by})
    return own if own.exists() else desk


def _drafting(organ: Organ) -> str:
    return POWERS[Desk(organ.desk)].draft
