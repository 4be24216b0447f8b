"""What cases stand on that began with no rating: the source, and citizens' messages."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pingyi.audit.personal import Encrypted
from pingyi.casework.origins import Channel
from pingyi.directory.models import Area, Unit
from pingyi.kernel.secrets import Keyring
from pingyi.ratings.contacts import PHONE
from pingyi.ratings.models import Receipted

SENDER = "message.sender"
NAME = "case.name"
BATCH = "message.batch"


class MessageBatch(models.Model):
    """One file of messages: proposed with its rows, or loaded at once; then only what it did.

    `content_cipher` holds the checked rows, encrypted, and is emptied when the file is loaded or
    given up. `counts` says what it did: `{"new": 1100, "known": 3, "opened": 2}`.
    """

    source = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=20, choices=[(c.value, c.zh) for c in Channel])
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="message_batches")
    content_cipher = models.BinaryField(null=True, blank=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=150)
    loaded_at = models.DateTimeField(null=True, blank=True)
    loaded_by = models.CharField(max_length=150, blank=True)
    counts = models.JSONField(default=dict)

    objects: models.Manager[MessageBatch] = models.Manager()
    personal = (Encrypted("content_cipher", BATCH),)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(loaded_at__isnull=True, loaded_by="")
                | (Q(loaded_at__isnull=False) & ~Q(loaded_by="")),
                name="messagebatch_loaded_who_and_when",
                violation_error_message="A loaded batch says by whom and when.",
            ),
            models.CheckConstraint(
                condition=~Q(proposed_by=""),
                name="messagebatch_proposed_who_and_when",
                violation_error_message="A batch says who proposed it.",
            ),
        ]

    def __str__(self) -> str:
        return self.source


class CitizenMessage(models.Model):
    """A citizen's message to a board or hotline, with the reply it got there. A fact.

    `satisfaction` is her rank of that reply, 5 (very satisfied) to 1, None if she gave none.
    `area` is the office's that reads it: the unit's, or the importing office's without a unit.
    The words are hers: for the office alone. What it is shown, and finds them by, stands beside
    them: without numbers that name a person, and without the name she sent them under.
    """

    channel = models.CharField(max_length=20, choices=[(c.value, c.zh) for c in Channel])
    number = models.CharField(max_length=64)
    batch = models.ForeignKey(MessageBatch, on_delete=models.PROTECT, related_name="messages")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="messages")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="messages"
    )
    sender_cipher = models.BinaryField(null=True)
    sender_print = models.BinaryField(max_length=20, null=True, db_index=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    sent_at = models.DateTimeField()
    reply = models.TextField(blank=True)
    shown_subject = models.TextField()
    shown_text = models.TextField()
    shown_reply = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    satisfaction = models.PositiveSmallIntegerField(null=True, blank=True)

    objects: models.Manager[CitizenMessage] = models.Manager()
    personal = (Encrypted("sender_cipher", SENDER, fingerprint="sender_print"),)

    class Meta:
        ordering = ["-sent_at", "-id"]
        indexes = [models.Index(fields=["area", "sent_at"], name="message_of_area")]
        constraints = [
            models.UniqueConstraint(fields=["channel", "number"], name="message_once_per_channel"),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True)
                | Q(satisfaction__gte=1, satisfaction__lte=5),
                name="message_satisfaction",
                violation_error_message="Satisfaction is a rank from 1 to 5.",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_bad(self) -> bool:
        return self.satisfaction is not None and self.satisfaction <= 2


class CaseSource(Receipted):
    """What a case without a rating stands on, in the office's words.

    `number` and `dated` are the origin's own. `reply_owed` is whether somebody waits for an
    answer. The contact is personal and kept as raters' are; `message` is the one it came from.
    The receipt goes with the word that there is an answer: a code to the phone left opens it.
    """

    case = models.OneToOneField(
        "casework.Case", on_delete=models.PROTECT, primary_key=True, related_name="source"
    )
    message = models.OneToOneField(
        CitizenMessage, on_delete=models.PROTECT, null=True, blank=True, related_name="source"
    )
    number = models.CharField(max_length=64, blank=True)
    dated = models.DateField()
    summary = models.TextField()
    reply_owed = models.BooleanField()
    name_cipher = models.BinaryField(null=True)
    phone_cipher = models.BinaryField(null=True)
    phone_print = models.BinaryField(max_length=20, null=True, db_index=True)
    call_back = models.BooleanField(default=False)

    objects: models.Manager[CaseSource] = models.Manager()
    personal = (
        Encrypted("name_cipher", NAME),
        Encrypted("phone_cipher", PHONE, fingerprint="phone_print"),
    )

    class Meta:
        ordering = ["case_id"]


def open_name(source: CaseSource, *, keyring: Keyring) -> str:
    """The name left with a case, or "". Whoever shows it to a person logs that reading."""
    blob = source.name_cipher
    return keyring.decrypt(bytes(blob), context=NAME) if blob else ""


def open_sender(message: CitizenMessage, *, keyring: Keyring) -> str:
    """Who sent a message, as the channel said, or ""."""
    blob = message.sender_cipher
    return keyring.decrypt(bytes(blob), context=SENDER) if blob else ""
