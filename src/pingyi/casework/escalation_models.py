"""What was told of a case's clock as it fell due, to whom: each step of its escalation once."""

from __future__ import annotations

from django.db import models

from pingyi.casework.models import CaseClock
from pingyi.clocks.models import Escalation as AnyEscalation


class Escalation(AnyEscalation):
    """A step of a case's clock that was raised."""

    clock = models.ForeignKey(CaseClock, on_delete=models.PROTECT, related_name="escalations")
