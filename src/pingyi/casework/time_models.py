"""More time for a clock of a case: one asks, with a reason; another of the office decides."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pingyi.casework.models import Case, CaseClock, Fact, _choices, _stamped
from pingyi.casework.states import MoreTime
from pingyi.directory.models import Unit


class TimeRequest(Fact):
    """A clock is to stand still, or to run `days` longer, in its own unit.

    `unit` is set where it is the unit's own clock, whoever asks.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="time_requests")
    clock = models.ForeignKey(CaseClock, on_delete=models.PROTECT, related_name="requests")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    what = models.CharField(max_length=10, choices=_choices(MoreTime))
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    granted_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.CharField(max_length=150, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.CharField(max_length=150, blank=True)
    refused_reason = models.TextField(blank=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            _stamped("granted"),
            _stamped("refused"),
            models.CheckConstraint(
                condition=Q(what=MoreTime.PAUSE.value, days__isnull=True)
                | Q(what=MoreTime.EXTENSION.value, days__gte=1),
                name="timerequest_days_of_an_extension",
                violation_error_message="An extension, and no pause, says by how many days.",
            ),
            models.UniqueConstraint(
                fields=["clock"],
                condition=Q(granted_at__isnull=True, refused_at__isnull=True),
                name="timerequest_one_open",
                violation_error_message="More time was asked for already.",
            ),
        ]
