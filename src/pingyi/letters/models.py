"""Letters, whom they go to and what comes back: facts, appended and stamped with who and when.

Whoever acted is text, as in the events. A letter knows nothing of cases; link tables stand above.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pingyi.clocks.models import Deadline, Pause, TimeRequest
from pingyi.clocks.models import stamped as _stamped
from pingyi.directory.models import Area, Unit
from pingyi.files.models import StoredFile
from pingyi.kernel.terms import Term
from pingyi.letters.querysets import LetterQuerySet, RecipientQuerySet
from pingyi.letters.rules import ACKNOWLEDGE, REPLY
from pingyi.letters.states import Desk, Kind, Part, State


def _choices(terms: type[Term]) -> list[tuple[str, str]]:
    return [(term.value, term.zh) for term in terms]


class Organ(models.Model):
    """Whoever issues letters: a city's or a district's oversight office, or its inspectors.

    `name` stands in red at the head, `signature` under the text (GB/T 9704-2012, 7.2.4, 7.3.5).
    """

    name = models.CharField(max_length=60, unique=True)
    signature = models.CharField(max_length=60)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="organs")
    desk = models.CharField(max_length=20, choices=_choices(Desk))

    class Meta:
        ordering = ["area__code", "id"]

    def __str__(self) -> str:
        return self.name


class Series(models.Model):
    """The prefix (发文代字) under which an organ numbers a kind of letter, as 武治庸函.

    Several kinds may share one; without one the organ does not issue the kind.
    """

    organ = models.ForeignKey(Organ, on_delete=models.PROTECT, related_name="series")
    kind = models.CharField(max_length=20, choices=_choices(Kind))
    prefix = models.CharField(max_length=20)

    class Meta:
        ordering = ["organ_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organ", "kind"], name="series_kind_per_organ"),
        ]


class LetterCounter(models.Model):
    """The last number given under a prefix in a year. Counted within the issuing transaction."""

    prefix = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prefix", "year"], name="counter_of_prefix_and_year"),
        ]


class Letter(models.Model):
    """One paper. `number`, `year`, `serial` and `date` are given at issue, and stay used.

    `title` may hold line ends, where its lines break on paper. `body` is plain text whose lines
    begin with 一、（一）1.（1） as the levels of GB/T 9704 do (`body.paragraphs`). `salutation` is
    how the main recipients are addressed together (各参评单位), "" for their names one by one.
    `annexes` names one annex a line. `revision` counts the wordings: whoever submits or issues has
    read the one they name. `head` and `signature` are the organ's as it was called at issue.
    """

    organ = models.ForeignKey(Organ, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=20, choices=_choices(Kind))
    state = models.CharField(max_length=20, choices=_choices(State))
    title = models.CharField(max_length=120)
    body = models.TextField()
    salutation = models.CharField(max_length=100, blank=True)
    annexes = models.TextField(blank=True)
    wants_reply = models.BooleanField(default=True)
    revision = models.PositiveIntegerField(default=1)
    number = models.CharField(max_length=40, null=True, blank=True, unique=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    serial = models.PositiveIntegerField(null=True, blank=True)
    date = models.DateField(null=True, blank=True)
    head = models.CharField(max_length=60, blank=True)
    signature = models.CharField(max_length=60, blank=True)
    drafted_at = models.DateTimeField()
    drafted_by = models.CharField(max_length=150)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.CharField(max_length=150, blank=True)
    sent_back_reason = models.TextField(blank=True)
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_by = models.CharField(max_length=150, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)
    withdrawn_reason = models.TextField(blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["organ", "state"], name="letter_desk")]
        constraints = [
            _stamped("submitted"),
            _stamped("issued"),
            _stamped("withdrawn"),
            models.CheckConstraint(
                condition=Q(
                    issued_at__isnull=False,
                    number__isnull=False,
                    year__isnull=False,
                    serial__isnull=False,
                    date__isnull=False,
                )
                | Q(
                    issued_at__isnull=True,
                    number__isnull=True,
                    year__isnull=True,
                    serial__isnull=True,
                    date__isnull=True,
                ),
                name="letter_numbered_at_issue",
                violation_error_message="A letter has its number and date since it was issued.",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[State.ISSUED.value, State.WITHDRAWN.value], issued_at__isnull=False
                )
                | Q(
                    state__in=[State.DRAFT.value, State.SUBMITTED.value, State.DROPPED.value],
                    issued_at__isnull=True,
                ),
                name="letter_issued_with_time",
                violation_error_message="An issued letter, and no other, says when it was issued.",
            ),
            models.CheckConstraint(
                condition=~Q(issued_by=models.F("drafted_by")),
                name="letter_issued_by_another",
                violation_error_message="Whoever drafted a letter does not issue it.",
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.plain_title

    @property
    def plain_title(self) -> str:
        """The title on one line."""
        return self.title.replace("\n", "")

    @property
    def at_state(self) -> State:
        return State(self.state)


class Recipient(models.Model):
    """A unit a letter goes to. `days` are working days of its own to reply in, none by the rule;
    `name` is how the unit was called at issue."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="recipients")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="received")
    part = models.CharField(max_length=10, choices=_choices(Part))
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    name = models.CharField(max_length=120, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=150, blank=True)

    objects = RecipientQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            _stamped("acknowledged"),
            models.UniqueConstraint(fields=["letter", "unit"], name="unit_once_per_letter"),
            models.CheckConstraint(
                condition=Q(days__isnull=True) | Q(days__gte=1),
                name="recipient_days_to_reply",
                violation_error_message="A reply takes a working day at least.",
            ),
        ]

    def __str__(self) -> str:
        return self.unit.name

    @property
    def reply_clock(self) -> LetterClock | None:
        """By when its reply is awaited; reads `clocks`, prefetched on lists."""
        return self._running(REPLY)

    @property
    def acknowledge_clock(self) -> LetterClock | None:
        """By when it is to be acknowledged; reads `clocks` too."""
        return self._running(ACKNOWLEDGE)

    def _running(self, rule: str) -> LetterClock | None:
        found = (each for each in self.clocks.all() if each.is_running and each.rule == rule)
        return next(found, None)


class LetterClock(Deadline):
    """By when a recipient replies. A reply meets it; one sent back starts another."""

    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="clocks")

    class Meta(Deadline.Meta):
        ordering = ["id"]
        constraints = [
            *Deadline.Meta.constraints,
            models.UniqueConstraint(
                fields=["recipient", "rule"],
                condition=Q(met_at__isnull=True, stopped_at__isnull=True),
                name="letterclock_one_running",
                violation_error_message="This clock is running already.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["recipient", "due_at"],
                condition=Q(met_at__isnull=True, stopped_at__isnull=True),
                name="letterclock_running",
            ),
        ]


class LetterPause(Pause):
    """A letter's clock stood still."""

    clock = models.ForeignKey(LetterClock, on_delete=models.PROTECT, related_name="pauses")


class LetterTimeRequest(TimeRequest):
    """More days for a recipient to reply: the unit or the organ asks, another of the organ
    decides."""

    clock = models.ForeignKey(LetterClock, on_delete=models.PROTECT, related_name="requests")
    at = models.DateTimeField()
    by = models.CharField(max_length=150)

    class Meta(TimeRequest.Meta):
        constraints = [
            *TimeRequest.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(by=""),
                name="%(class)s_by_someone",
                violation_error_message="A request says who asked.",
            ),
        ]


class LetterReply(models.Model):
    """What a recipient replies. The latest counts; accepted, or returned with the reason."""

    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="replies")
    text = models.TextField()
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.CharField(max_length=150, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_by = models.CharField(max_length=150, blank=True)
    returned_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            _stamped("accepted"),
            _stamped("returned"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(returned_at__isnull=True),
                name="letterreply_accepted_or_returned",
                violation_error_message="A reply is accepted or returned, not both.",
            ),
        ]


class Reminder(models.Model):
    """A recipient was reminded (催办)."""

    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="reminders")
    at = models.DateTimeField()
    by = models.CharField(max_length=150)

    class Meta:
        ordering = ["id"]


class LetterFile(models.Model):
    """A file that goes out with a letter."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="files")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="letter")

    class Meta:
        ordering = ["id"]


class ReplyFile(models.Model):
    """A file that came with a reply."""

    reply = models.ForeignKey(LetterReply, on_delete=models.PROTECT, related_name="files")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="letter_reply")

    class Meta:
        ordering = ["id"]


# Its model belongs to this app; it names `LetterClock`.
from pingyi.letters import escalation_models  # noqa: E402, F401
