"""What goes out (SMS, e-mail) and what waits in a user's inbox."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import get_language

from pingyi.audit.personal import Encrypted
from pingyi.directory.models import Area

TO = "outgoing.to"
TEXT = "outgoing.text"
"""Contexts under which a message's number or address, and its words, are encrypted."""


class Outgoing(models.Model):
    """One message to the world. The attempt is committed before the call; an unclear outcome is
    `unknown`, to be reconciled, never blindly sent again. The gateway knows it by `reference`.

    `area` is where it was written: the outbox's page shows it to the office there and above; one
    without an area to the city's. Number and words are emptied some time after the sending."""

    class State(models.TextChoices):
        WAITING = "waiting", "待发"
        SENDING = "sending", "发送中"
        SENT = "sent", "已发"
        FAILED = "failed", "失败"
        UNKNOWN = "unknown", "结果不明"

    class Channel(models.TextChoices):
        SMS = "sms", "短信"
        EMAIL = "email", "邮件"

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    purpose = models.CharField(max_length=40)
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, null=True, blank=True, related_name="outgoing"
    )
    to_cipher = models.BinaryField()
    text_cipher = models.BinaryField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField()
    attempted_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(null=True, blank=True)

    personal = (Encrypted("to_cipher", TO), Encrypted("text_cipher", TEXT))

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["state", "id"], name="outgoing_due")]


class InboxItem(models.Model):
    """Something a user should look at: a sentence and a link, without personal data.

    `text_en` is the sentence in English; "" for one that has none.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="inbox"
    )
    text = models.CharField(max_length=200)
    text_en = models.CharField(max_length=300, blank=True)
    link = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["user", "read_at", "id"], name="inbox_unread")]

    @property
    def said(self) -> str:
        """The sentence in the reader's language."""
        in_english = (get_language() or "").startswith("en")
        return self.text_en if in_english and self.text_en else self.text


class OneTimeCode(models.Model):
    """A code asked for, to prove that one holds the phone left with a thing (`subject`).

    The request looks the same whether or not there is a phone: the worker looks later, and
    settles it with a code sent (`digest` is its keyed hash) or with nothing.
    """

    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64)
    requested_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    digest = models.BinaryField(max_length=20, null=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "id"], name="code_of_subject"),
            models.Index(
                fields=["id"], condition=models.Q(settled_at__isnull=True), name="code_to_send"
            ),
        ]


class Digest(models.Model):
    """That a person was sent, or had nothing to be sent, the day's overview: once a day.

    `counts` are numbers by name, as they stood; nothing of what they count.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digests"
    )
    day = models.DateField()
    at = models.DateTimeField()
    counts = models.JSONField(default=dict)
    message = models.OneToOneField(Outgoing, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["-day", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="digest_once_a_day")]
