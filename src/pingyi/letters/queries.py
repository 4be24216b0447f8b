"""What the desks list: letters, who they went to, where each recipient stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import ngettext

from pingyi.audit.queries import events_about
from pingyi.files.models import StoredFile
from pingyi.letters.models import Letter, LetterReply, LetterTimeRequest, Organ, Recipient
from pingyi.letters.policies import may_draft
from pingyi.letters.querysets import LetterQuerySet, RecipientQuerySet
from pingyi.letters.states import POWERS, Part, Progress, State
from pingyi.people.models import User
from pingyi.people.names import names_of
from pingyi.people.permissions import may, scope_of


def letters_for(user: User) -> LetterQuerySet:
    """The letters the user's desks read, with how many were to reply, did, and are settled."""
    return Letter.objects.overseen_by(user).select_related("organ__area").annotate(**_counts())


def _counts() -> dict[str, Count]:
    main = Q(recipients__part=Part.MAIN.value)
    replied = Q(recipients__replies__returned_at__isnull=True, recipients__replies__isnull=False)
    return {
        "asked": Count("recipients", filter=main, distinct=True),
        "answered": Count("recipients", filter=main & replied, distinct=True),
    }


def to_issue(user: User) -> LetterQuerySet:
    """What was submitted and the user may issue; nothing of one's own."""
    found = Letter.objects.in_states(State.SUBMITTED).exclude(
        Q(drafted_by=user.audit_name) | Q(submitted_by=user.audit_name)
    )
    mine = Q(pk__in=())
    for desk, powers in POWERS.items():
        scope = scope_of(user, powers.issue)
        if scope:
            mine |= Q(scope.over(area="organ__area"), organ__desk=desk.value)
    return found.filter(mine)


def to_judge(user: User) -> RecipientQuerySet:
    """Replies to letters of the user's desks that nobody has looked at."""
    return _drafted(user).to_judge()


def overdue(user: User, at: datetime) -> RecipientQuerySet:
    """Recipients whose reply to a letter of the user's desks is overdue, the longest first."""
    found = Recipient.objects.overseen_by(user).late(at)
    return found.select_related("letter__organ", "unit").by_urgency()


def received(user: User) -> RecipientQuerySet:
    """What was sent to the user's units, newest first."""
    return (
        Recipient.objects.of_units(user)
        .select_related("letter__organ", "unit")
        .prefetch_related("replies")
        .with_due()
    )


def to_answer(user: User) -> RecipientQuerySet:
    """What waits for the user's units: a reply, or no more than that it was received."""
    unread = Q(acknowledged_at__isnull=True, letter__state=State.ISSUED.value)
    awaited = Recipient.objects.waiting().filter(pk=OuterRef("pk"))
    return Recipient.objects.of_units(user).filter(unread | Exists(awaited)).by_urgency()


def _drafted(user: User) -> RecipientQuerySet:
    mine = Q(pk__in=())
    for desk, powers in POWERS.items():
        scope = scope_of(user, powers.draft)
        if scope:
            mine |= Q(scope.over(area="letter__organ__area"), letter__organ__desk=desk.value)
    return Recipient.objects.filter(mine)


def organs_for(user: User) -> list[Organ]:
    """The organs the user drafts for, with the kinds each issues."""
    if not any(may(user, powers.draft) for powers in POWERS.values()):
        return []
    found = Organ.objects.select_related("area__parent").prefetch_related("series")
    return [organ for organ in found if organ.series.all() and may_draft(user, organ)]


def progress(recipient: Recipient) -> Progress:
    """Where an issued letter's recipient stands; reads its `letter` and its `replies`."""
    letter = recipient.letter
    replies = list(recipient.replies.all())
    if replies and replies[-1].accepted_at is not None:
        return Progress.ACCEPTED
    if letter.state == State.WITHDRAWN:
        return Progress.ENDED
    if replies:
        return Progress.RETURNED if replies[-1].returned_at is not None else Progress.REPLIED
    if recipient.acknowledged_at is None:
        return Progress.UNREAD
    if recipient.part == Part.COPY or not letter.wants_reply:
        return Progress.TAKEN
    return Progress.TO_REPLY


@dataclass(frozen=True)
class Step:
    """One line of a letter's story; `who` is a name, `action` as the events call it."""

    at: datetime
    who: str
    action: str
    detail: str = ""


STORY = (
    "letter.draft",
    "letter.edit",
    "letter.submit",
    "letter.send_back",
    "letter.issue",
    "letter.withdraw",
    "letter.drop",
)


def story(letter: Letter) -> list[Step]:
    """How the letter came to be, oldest first; two queries."""
    told = list(events_about(letter).filter(action__in=STORY))
    names = names_of(event.actor for event in told)
    return [
        Step(event.at, names(event.actor), event.action, _why(event.action, letter))
        for event in told
    ]


def _why(action: str, letter: Letter) -> str:
    return letter.withdrawn_reason if action == "letter.withdraw" else ""


def correspondence(recipient: Recipient) -> list[Step]:
    """What went to and fro with one recipient, oldest first."""
    told = [Step(r.at, r.by, "letter.remind") for r in recipient.reminders.all()]
    if recipient.acknowledged_at is not None:
        taken = Step(recipient.acknowledged_at, recipient.acknowledged_by, "letter.acknowledge")
        told.append(taken)
    for reply in recipient.replies.all():
        told += _about(reply)
    for request in LetterTimeRequest.objects.filter(clock__recipient=recipient).order_by("pk"):
        told += _about_time(request)
    names = names_of(step.who for step in told)
    told = [Step(s.at, names(s.who), s.action, s.detail) for s in told]
    return sorted(told, key=lambda step: step.at)


def _about(reply: LetterReply) -> list[Step]:
    told = [Step(reply.at, reply.by, "letter.reply", reply.text)]
    if reply.accepted_at is not None:
        told.append(Step(reply.accepted_at, reply.accepted_by, "letter.accept"))
    if reply.returned_at is not None:
        returned = (reply.returned_at, reply.returned_by, "letter.return", reply.returned_reason)
        told.append(Step(*returned))
    return told


def _about_time(request: LetterTimeRequest) -> list[Step]:
    wanted = days_text(request)
    told = [Step(request.at, request.by, "letter.ask_time", f"{wanted}\n{request.reason}")]
    if request.granted_at is not None:
        told.append(Step(request.granted_at, request.granted_by, "letter.grant_time", wanted))
    if request.refused_at is not None:
        refused = (request.refused_at, request.refused_by, "letter.refuse_time")
        told.append(Step(*refused, request.refused_reason))
    return told


def days_text(request: LetterTimeRequest) -> str:
    """By how many working days."""
    days = request.days or 0
    return ngettext("延期 %(n)d 个工作日", "延期 %(n)d 个工作日", days) % {"n": days}


def files_of(recipient: Recipient) -> list[StoredFile]:
    """What came with the recipient's replies, oldest first."""
    mine = StoredFile.objects.filter(letter_reply__reply__recipient=recipient)
    return list(mine.order_by("pk"))


def file_for(user: User, pk: int) -> StoredFile | None:
    """A letter's or a reply's file, if the user may have it."""
    letters = Q(letter__letter__in=Letter.objects.visible_to(user).values("pk"))
    sent = Q(letter_reply__reply__recipient__in=Recipient.objects.of_units(user).values("pk"))
    seen = Q(letter_reply__reply__recipient__in=Recipient.objects.overseen_by(user).values("pk"))
    return StoredFile.objects.filter(letters | sent | seen, pk=pk).first()


def letter_of(file: StoredFile) -> Letter:
    """The letter a file goes out with, or is a reply to."""
    went_out, came_back = Q(files__file=file), Q(recipients__replies__files__file=file)
    return Letter.objects.filter(went_out | came_back).order_by("pk")[0]
