"""What was told of a letter's clock as it fell due, to whom."""

from __future__ import annotations

from django.db import models

from pingyi.clocks.models import Escalation
from pingyi.letters.models import LetterClock


class LetterEscalation(Escalation):
    """A step of a recipient's clock that was raised."""

    clock = models.ForeignKey(LetterClock, on_delete=models.PROTECT, related_name="escalations")
