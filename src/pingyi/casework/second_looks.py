"""What may follow a verdict: the unit's appeal and its review; look-backs, drawn or chosen."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pingyi.casework.models import Case, Fact, Verdict, _choices, _stamped
from pingyi.casework.states import Stage, Way
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


class Sample(Fact):
    """A random draw of closed cases to look back at: `draw` gives the same ones again from `seed`
    and `population`, the numbers it was drawn from."""

    stage = models.CharField(max_length=10, choices=_choices(Stage))
    seed = models.CharField(max_length=40)
    closed_from = models.DateField()
    closed_to = models.DateField()
    wanted = models.PositiveIntegerField()
    population = models.JSONField()

    class Meta(Fact.Meta):
        constraints = [*Fact.Meta.constraints]


class LookBack(Fact):
    """A closed case to look at again, unannounced, by somebody who was not on it.

    `sample` is the draw it came from; without one it was chosen.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="look_backs")
    sample = models.ForeignKey(
        Sample, on_delete=models.PROTECT, null=True, blank=True, related_name="look_backs"
    )
    stage = models.CharField(max_length=10, choices=_choices(Stage))
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=150, blank=True)
    way = models.CharField(max_length=10, blank=True, choices=_choices(Way))
    put_right = models.BooleanField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            _stamped("done"),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(done_at__isnull=True),
                name="lookback_one_open",
                violation_error_message="The case is picked already.",
            ),
        ]
