"""More time for a clock of a case: one asks, with a reason; another of the office decides, or of
the inspectors where the clock is theirs."""

from __future__ import annotations

from django.db import models

from pingyi.casework.models import Case, CaseClock, Fact
from pingyi.clocks.models import TimeRequest as AnyTimeRequest
from pingyi.directory.models import Unit


class TimeRequest(Fact, AnyTimeRequest):
    """More time for a case's clock; `unit` is set where it is the unit's own, whoever asks, and
    `inspectors` where it is theirs: then nobody else reads why."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="time_requests")
    clock = models.ForeignKey(CaseClock, on_delete=models.PROTECT, related_name="requests")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    inspectors = models.BooleanField(default=False)

    class Meta(Fact.Meta):
        constraints = [*Fact.Meta.constraints, *AnyTimeRequest.Meta.constraints]
