"""The city's own working days, and what every deadline has."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class CalendarDay(models.Model):
    """A day the city declares working or free, over the published national calendar."""

    date = models.DateField(unique=True)
    working = models.BooleanField()
    note = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["date"]


class Deadline(models.Model):
    """A clock: what is due, by when, whether it was met. Lateness is a query, never a flag.

    `rule` names the scheme's clock; `due_at` is computed from it and the working calendar when
    the clock starts, and again when the calendar changes. `confirmed` is false while it crosses
    into a year whose working days are not yet published. A clock that no longer matters is
    stopped, neither met nor missed.
    """

    rule = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    confirmed = models.BooleanField(default=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    met_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

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
