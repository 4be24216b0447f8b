"""A case said to belong to another unit: one person proposes, a second, new to it, decides."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pingyi.casework.models import Case, Fact, _stamped
from pingyi.directory.models import ServicePoint, Unit


class CaseMove(Fact):
    """The unit the case is said to belong to, and its service point, if known.

    Confirmed, the case and its rating are that unit's from then on; refused, nothing was moved.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="moves")
    from_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    to_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    to_point = models.ForeignKey(
        ServicePoint, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=150, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.CharField(max_length=150, blank=True)
    refused_reason = models.TextField(blank=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            _stamped("confirmed"),
            _stamped("refused"),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(confirmed_at__isnull=True, refused_at__isnull=True),
                name="casemove_one_open",
                violation_error_message="A move is proposed already.",
            ),
        ]

    @property
    def names(self) -> str:
        """The unit and the point it is said to belong to, as they are searched for."""
        return f"{self.to_unit} {self.to_point or ''}".strip()
