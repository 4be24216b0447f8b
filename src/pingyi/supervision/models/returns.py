"""Channel returns (渠道评价汇总): what a channel outside the program counted of a unit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q

from pingyi.casework.models import Fact
from pingyi.directory.models import Season, Unit
from pingyi.people.models import User
from pingyi.people.permissions import scope_of
from pingyi.rulebook import Level
from pingyi.supervision.kinds import ReturnStanding

COUNTS = (*(level.value for level in Level), "default", "verified_bad")
"""What a return counts: five levels; ratings given by nobody; bad ones the source verified."""


class ReturnBatch(models.Model):
    """One file of returns: proposed with its rows, or entered at once; then only what it did.

    `content` is the checked rows, packed, and is emptied when the file is entered or given up.
    `counts` says what it did: `{"new": 12, "replaced": 1, "taken_back": 0, "unchanged": 3}`.
    """

    source = models.CharField(max_length=200, blank=True)
    content = models.BinaryField(null=True, blank=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=150)
    loaded_at = models.DateTimeField(null=True, blank=True)
    loaded_by = models.CharField(max_length=150, blank=True)
    counts = models.JSONField(default=dict)

    objects: models.Manager[ReturnBatch] = models.Manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(loaded_at__isnull=True, loaded_by="")
                | (Q(loaded_at__isnull=False) & ~Q(loaded_by="")),
                name="returnbatch_loaded_who_and_when",
                violation_error_message="An entered batch says by whom and when.",
            )
        ]

    def __str__(self) -> str:
        return self.source


class ChannelReturnQuerySet(models.QuerySet[Any]):
    """Returns, as far as the asker may see them, and those that stand."""

    def visible_to(self, user: User) -> ChannelReturnQuerySet:
        return self.filter(scope_of(user, "mark.read").over(area="unit__area"))

    def standing(self, at: datetime) -> ChannelReturnQuerySet:
        """Those that stood at `at`: neither replaced nor taken back by then."""
        known = self.filter(at__lte=at, taken_back=False)
        return known.exclude(replacement__isnull=False, replacement__at__lte=at)

    def standing_as(self, standing: ReturnStanding) -> ChannelReturnQuerySet:
        """Those that stand so now."""
        if standing is ReturnStanding.REPLACED:
            return self.filter(replacement__isnull=False)
        latest = self.filter(replacement__isnull=True)
        return latest.filter(taken_back=standing is ReturnStanding.TAKEN_BACK)


class ChannelReturn(Fact):
    """How a unit was rated through a channel in a period, both days included, as its source says.

    A corrected return is a later row that replaces the former, a period at a time; one that takes
    it back counts nothing. `document` names the paper or file it is taken from.
    """

    batch = models.ForeignKey(ReturnBatch, on_delete=models.PROTECT, related_name="returns")
    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="channel_returns")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="channel_returns")
    channel = models.CharField(max_length=40)
    starts_on = models.DateField()
    ends_on = models.DateField()
    very_satisfied = models.PositiveIntegerField(default=0)
    satisfied = models.PositiveIntegerField(default=0)
    basically_satisfied = models.PositiveIntegerField(default=0)
    dissatisfied = models.PositiveIntegerField(default=0)
    very_dissatisfied = models.PositiveIntegerField(default=0)
    default = models.PositiveIntegerField(default=0)
    verified_bad = models.PositiveIntegerField(default=0)
    taken_back = models.BooleanField(default=False)
    document = models.CharField(max_length=200)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replacement"
    )

    objects = ChannelReturnQuerySet.as_manager()

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="channelreturn_ends_after_start",
                violation_error_message="A period ends on or after the day it starts.",
            ),
            models.CheckConstraint(
                condition=Q(verified_bad__lte=F("dissatisfied") + F("very_dissatisfied")),
                name="channelreturn_verified_of_bad",
                violation_error_message="No more bad ratings are verified than were given.",
            ),
            models.CheckConstraint(
                condition=Q(taken_back=False) | Q(**dict.fromkeys(COUNTS, 0)),
                name="channelreturn_taken_back_is_empty",
                violation_error_message="What is taken back counts nothing.",
            ),
            models.UniqueConstraint(
                fields=["unit", "channel", "starts_on", "ends_on"],
                condition=Q(replaces__isnull=True),
                name="channelreturn_first_once",
                violation_error_message="This unit, channel and period has its return already.",
            ),
        ]
        indexes = [models.Index(fields=["season", "ends_on"], name="channelreturn_of_season")]

    @property
    def given(self) -> int:
        """Ratings in the five levels."""
        return sum(getattr(self, level.value) for level in Level)

    @property
    def standing(self) -> ReturnStanding:
        """Where it stands now; its `replacement` is known to whoever asks."""
        if getattr(self, "replacement", None) is not None:
            return ReturnStanding.REPLACED
        return ReturnStanding.TAKEN_BACK if self.taken_back else ReturnStanding.COUNTS
