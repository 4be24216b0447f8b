"""The city's own working days, and what every deadline has."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q

from pingyi.clocks.names import MoreTime, Tier


def stamped(name: str) -> models.CheckConstraint:
    """`<name>_at` and `<name>_by` are given together or not at all."""
    absent = Q(**{f"{name}_at__isnull": True, f"{name}_by": ""})
    present = Q(**{f"{name}_at__isnull": False}) & ~Q(**{f"{name}_by": ""})
    return models.CheckConstraint(
        condition=absent | present,
        name=f"%(class)s_{name}_who_and_when",
        violation_error_message=f"“{name}” needs both who and when.",
    )


class CalendarDay(models.Model):
    """A day the city declares working or free, over the published national calendar."""

    date = models.DateField(unique=True)
    working = models.BooleanField()
    note = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {'班' if self.working else '休'}"


class CalendarChange(models.Model):
    """Days declared, or taken back, and why; or, without days, that what became known since has
    moved deadlines. What moved is kept in `moves`.

    Numbered without gaps: two people who change the calendar they both saw take the same number,
    and only one of them gets it. `days` is date to working, or to null where the city's word was
    taken back.
    """

    number = models.PositiveIntegerField(unique=True)
    days = models.JSONField(default=dict)
    note = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=150)

    class Meta:
        ordering = ["-number"]


class CalendarMove(models.Model):
    """A deadline that a change has moved, or confirmed, or made unsure again.

    `kind` names the clock's model, `clock` its key there: this area knows none of them.
    """

    change = models.ForeignKey(CalendarChange, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=40)
    clock = models.BigIntegerField()
    rule = models.CharField(max_length=40)
    was = models.DateTimeField()
    due_at = models.DateTimeField()
    confirmed = models.BooleanField()

    class Meta:
        ordering = ["due_at", "id"]


class DeadlineQuerySet(models.QuerySet[Any]):
    """Lateness is asked, never stored."""

    def running(self) -> DeadlineQuerySet:
        """Neither met nor stopped; a paused one runs on once resumed."""
        return self.filter(met_at__isnull=True, stopped_at__isnull=True)

    def late(self, at: datetime) -> DeadlineQuerySet:
        """Running, not paused, and due before `at`."""
        return self.running().filter(paused_at__isnull=True, due_at__lt=at)


class Deadline(models.Model):
    """A clock: what is due, by when, whether it was met. Lateness is a query, never a flag.

    `rule` names the scheme's clock; its length is copied when the clock starts, so that a changed
    calendar can recompute `due_at` without asking which scheme it was. `confirmed` is false while
    it crosses into a year whose working days are not yet published. A clock that no longer matters
    is stopped, neither met nor missed. Concrete clocks have rows of a `Pause` under `pauses`.
    """

    rule = models.CharField(max_length=40)
    amount = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=12)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    confirmed = models.BooleanField(default=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    met_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(due_at__gte=F("started_at")),
                name="%(class)s_due_after_start",
                violation_error_message="A clock is due after it started.",
            ),
            models.CheckConstraint(
                condition=Q(met_at__isnull=True) | Q(stopped_at__isnull=True),
                name="%(class)s_met_or_stopped",
                violation_error_message="A clock is met or stopped, not both.",
            ),
        ]

    @property
    def is_running(self) -> bool:
        return self.met_at is None and self.stopped_at is None

    def is_late(self, at: datetime) -> bool:
        """Whether it is overdue at `at`, or was met after it was due."""
        if self.met_at is not None:
            return self.met_at > self.due_at
        return self.is_running and self.paused_at is None and self.due_at < at


class Pause(models.Model):
    """A clock stood still from `since` until `until` (still does, while that is empty), and why.

    The concrete model has a foreign key `clock` to its deadline, related_name `pauses`.
    """

    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    by = models.CharField(max_length=150)

    class Meta:
        abstract = True
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="%(class)s_ends_after_start",
                violation_error_message="A pause ends after it began.",
            ),
            models.UniqueConstraint(
                fields=["clock"],
                condition=Q(until__isnull=True),
                name="%(class)s_one_open",
                violation_error_message="The clock is paused already.",
            ),
        ]


class TimeRequestQuerySet(models.QuerySet[Any]):
    """Requests for more time."""

    def waiting(self) -> TimeRequestQuerySet:
        """Neither granted nor refused, and the clock still runs."""
        return self.filter(
            granted_at__isnull=True,
            refused_at__isnull=True,
            clock__met_at__isnull=True,
            clock__stopped_at__isnull=True,
        )


class TimeRequest(models.Model):
    """A clock is to stand still, or to run `days` longer, in its own unit: one asks, with a reason;
    another decides.

    The concrete model has a foreign key `clock` to its deadline, related_name `requests`, and `at`
    and `by`: when it was asked for, by whom.
    """

    what = models.CharField(max_length=10, choices=[(what.value, what.zh) for what in MoreTime])
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    granted_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.CharField(max_length=150, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.CharField(max_length=150, blank=True)
    refused_reason = models.TextField(blank=True)

    objects = TimeRequestQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["id"]
        constraints = [
            stamped("granted"),
            stamped("refused"),
            models.CheckConstraint(
                condition=Q(what=MoreTime.PAUSE.value, days__isnull=True)
                | Q(what=MoreTime.EXTENSION.value, days__gte=1),
                name="%(class)s_days_of_an_extension",
                violation_error_message="An extension, and no pause, says by how many days.",
            ),
            models.UniqueConstraint(
                fields=["clock"],
                condition=Q(granted_at__isnull=True, refused_at__isnull=True),
                name="%(class)s_one_open",
                violation_error_message="More time was asked for already.",
            ),
        ]


class Escalation(models.Model):
    """A step of a clock's escalation that was raised. It stays, whatever becomes of the deadline.

    `step` is how long after it was due, in the clock's own unit, negative before; `due_at` the
    deadline as it then stood; `told` how many people were. The concrete model has a foreign key
    `clock` to its deadline, related_name `escalations`.
    """

    step = models.SmallIntegerField()
    to = models.CharField(max_length=20, choices=[(tier.value, tier.zh) for tier in Tier])
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    told = models.PositiveSmallIntegerField()

    class Meta:
        abstract = True
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clock", "step", "to"],
                name="%(class)s_each_step_once",
                violation_error_message="This step was raised already.",
            ),
        ]
