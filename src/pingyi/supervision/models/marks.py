"""Marks from outside the ratings, and the ballots of a mass rating: the latest counts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pingyi.casework.models import Fact
from pingyi.directory.models import Season, Unit


class Mark(Fact):
    """A unit's mark for a measured component of a season, 0 to 100; None takes it back.

    A corrected mark is a later row.
    """

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="marks")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="marks")
    component = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gte=0, value__lte=100),
                name="mark_of_a_hundred",
                violation_error_message="A mark is 0 to 100.",
            ),
        ]
        indexes = [models.Index(fields=["season", "component", "unit"], name="mark_by_component")]


class PanelSession(Fact):
    """A mass rating (集中测评) held in a season: its result is the mark of `component`."""

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="panel_sessions")
    component = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    held_on = models.DateField()

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.UniqueConstraint(
                fields=["season", "component"],
                name="panelsession_one_per_component",
                violation_error_message="This component has its mass rating already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BallotSheet(Fact):
    """How a panel's ballots on a unit were counted: `{dimension: {level: count}}`.

    A later sheet of the same session, unit and panel takes the place of an earlier one.
    """

    session = models.ForeignKey(PanelSession, on_delete=models.PROTECT, related_name="sheets")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="ballot_sheets")
    panel = models.CharField(max_length=40)
    counts = models.JSONField()
