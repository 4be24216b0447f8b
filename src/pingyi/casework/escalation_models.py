"""What was told of a clock as it fell due, to whom: each step of its escalation once."""

from __future__ import annotations

from django.db import models

from pingyi.casework.models import CaseClock, _choices
from pingyi.casework.states import Tier


class Escalation(models.Model):
    """A step of a clock's escalation that was raised. It stays, whatever becomes of the deadline.

    `step` is how long after it was due, in the clock's own unit, negative before; `due_at` the
    deadline as it then stood; `told` how many people were.
    """

    clock = models.ForeignKey(CaseClock, on_delete=models.PROTECT, related_name="escalations")
    step = models.SmallIntegerField()
    to = models.CharField(max_length=20, choices=_choices(Tier))
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    told = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clock", "step", "to"],
                name="escalation_each_step_once",
                violation_error_message="This step was raised already.",
            ),
        ]
