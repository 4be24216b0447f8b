"""What may follow a verdict: the unit's appeal and its review."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pingyi.casework.models import Case, Fact, Verdict, _stamped
from pingyi.directory.models import Unit


class Appeal(Fact):
    """A unit does not accept a verdict; somebody new to the case reviews it, once.

    Upheld, the review pronounces a verdict of its own, which counts from that day on.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="appeals")
    verdict = models.OneToOneField(Verdict, on_delete=models.PROTECT, related_name="appeal")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="appeals")
    grounds = models.TextField()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.CharField(max_length=150, blank=True)
    upheld = models.BooleanField(null=True, blank=True)
    review_reason = models.TextField(blank=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            _stamped("reviewed"),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, upheld__isnull=True)
                | Q(reviewed_at__isnull=False, upheld__isnull=False),
                name="appeal_reviewed_with_outcome",
                violation_error_message="A reviewed appeal, and no other, has an outcome.",
            ),
        ]
