"""Cases and the facts that gather on them."""

from __future__ import annotations

from django.db import models

from pingyi.clocks.models import Deadline
from pingyi.directory.models import Area, ServicePoint, Unit
from pingyi.ratings.models import Rating


class Case(models.Model):
    """One bad rating (later: other origins) on its way to an answer.

    `state` moves by compare-and-set along the table in `states`. `area` is the district whose
    office works it. `embargoed` hides it, its score line too, from all but the inspectors until
    they release it.
    """

    number = models.CharField(max_length=20, unique=True)
    rating = models.OneToOneField(
        Rating, on_delete=models.PROTECT, null=True, blank=True, related_name="case"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="cases")
    point = models.ForeignKey(
        ServicePoint, on_delete=models.PROTECT, null=True, blank=True, related_name="cases"
    )
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="cases")
    origin = models.CharField(max_length=20, default="rating")
    state = models.CharField(max_length=20)
    kind = models.CharField(max_length=20, blank=True)
    priority = models.CharField(max_length=20, blank=True)
    embargoed = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number


class CaseClock(Deadline):
    """A case's deadline."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clocks")

    class Meta(Deadline.Meta):
        ordering = ["id"]


class Verdict(models.Model):
    """What was found. The latest one that is not withdrawn counts; a correction is a new one."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="verdicts")
    finding = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["id"]
