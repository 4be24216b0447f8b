"""Facts about facts: who did what, who read what. Appended only; written through `audit` alone."""

from django.db import models


class Event(models.Model):
    """One thing that happened, stored in the transaction that did it.

    `data` holds no personal data: phones, names of raters and matter numbers stay in the tables
    that encrypt them. Actors are text, so that an event outlives its user.
    """

    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    actor = models.CharField(max_length=150)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "id"], name="event_subject"),
            models.Index(fields=["actor", "id"], name="event_actor"),
        ]


class ReadAccess(models.Model):
    """Somebody looked at personal data, and said why."""

    at = models.DateTimeField()
    reader = models.CharField(max_length=150)
    what = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64)
    reason = models.CharField(max_length=200)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "id"], name="read_subject"),
            models.Index(fields=["reader", "id"], name="read_reader"),
        ]


class Seal(models.Model):
    """A link of the hash chain over one event, laid afterwards by the sealing job.

    Events are linked in the order in which sealing found them: one that committed late gets a
    later link. `digest` = SHA-256 of the previous link's digest and the event's canonical form.
    """

    position = models.PositiveBigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="seal")
    digest = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
