"""Ratings and their tallies. A rating is a fact: never edited, voided by a later fact."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from pingyi.audit.personal import Encrypted
from pingyi.directory.models import Season, ServicePoint, Unit
from pingyi.ratings.contacts import MATTER, PHONE, matter_form


class Receipted(models.Model):
    """What a citizen holds a receipt of. It proves that something was received, and opens nothing
    by itself (`opening`)."""

    receipt = models.CharField(max_length=24, unique=True)

    class Meta:
        abstract = True


class Rating(Receipted):
    """One visit's rating.

    `level` is the rank of `rulebook.Level` (5 very satisfied … 1 very dissatisfied). `key` is
    the client's own and makes a retry harmless; `digest` tells a retry from another content.
    `day` is the day recorded, in the city's time zone; tallies count by it. Marks are keyed
    hashes whose salt changes daily: they show a burst, not a person.
    """

    key = models.UUIDField(unique=True)
    digest = models.BinaryField(max_length=17)
    point = models.ForeignKey(
        ServicePoint, on_delete=models.PROTECT, related_name="ratings", db_index=False
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="ratings", db_index=False)
    season = models.ForeignKey(
        Season, on_delete=models.PROTECT, null=True, related_name="ratings", db_index=False
    )
    channel = models.CharField(max_length=20, default="qr")
    level = models.PositiveSmallIntegerField()
    by_default = models.BooleanField(default=False)
    reasons = models.CharField(max_length=80, blank=True)
    comment = models.TextField(blank=True)
    badge = models.CharField(max_length=20, blank=True)
    recorded_at = models.DateTimeField()
    day = models.DateField()
    device_mark = models.BinaryField(max_length=8, null=True)
    network_mark = models.BinaryField(max_length=8, null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["id"], condition=Q(level__lte=2), name="bad_rating"),
            models.Index(fields=["day", "unit"], condition=Q(level=3), name="basically_rating"),
            models.Index(fields=["point", "recorded_at"], name="rating_of_point"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="rating_level"),
        ]

    @property
    def is_bad(self) -> bool:
        return self.level <= 2


class Contact(models.Model):
    """What could name the rater. Apart from the rating, encrypted, looked up by keyed hash.

    The matter number counts as contact data: the unit's ledger knows whose it is.
    """

    rating = models.OneToOneField(
        Rating, on_delete=models.PROTECT, primary_key=True, related_name="contact"
    )
    phone_cipher = models.BinaryField(null=True)
    phone_print = models.BinaryField(max_length=20, null=True, db_index=True)
    call_back = models.BooleanField(default=False)
    matter_cipher = models.BinaryField(null=True)
    matter_print = models.BinaryField(max_length=20, null=True)
    word_digest = models.BinaryField(max_length=32, null=True)

    personal = (
        Encrypted("phone_cipher", PHONE, fingerprint="phone_print"),
        Encrypted("matter_cipher", MATTER, fingerprint="matter_print", form=matter_form),
    )


class RatingMove(models.Model):
    """A rating was found to belong to another unit: it counts there from `day` on.

    It stands where its latest move led; a void one is moved no more. `from_point` and `to_point`
    are where the daily tallies took it from and put it, for every unit a point of its own.
    """

    rating = models.ForeignKey(Rating, on_delete=models.PROTECT, related_name="moves")
    from_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="moves_away")
    from_point = models.ForeignKey(
        ServicePoint, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    to_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="moves_here")
    to_point = models.ForeignKey(
        ServicePoint, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    day = models.DateField()
    by = models.CharField(max_length=150)
    reason = models.CharField(max_length=200)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_unit=F("to_unit")), name="rating_moves_to_another_unit"
            )
        ]


class RatingVoidQuerySet(models.QuerySet[Any]):
    """Voids, and where their ratings stood."""

    def placed(self) -> RatingVoidQuerySet:
        """With `unit_id` and `point_id`, from which the void took the rating: where it had been
        moved, or else where it was given."""
        moves = RatingMove.objects.filter(rating=OuterRef("rating")).order_by("-pk")
        key = models.BigIntegerField()
        found: RatingVoidQuerySet = self.annotate(
            unit_id=Coalesce(
                Subquery(moves.values("to_unit")[:1]), F("rating__unit"), output_field=key
            ),
            point_id=Coalesce(
                Subquery(moves.values("to_point")[:1]), F("rating__point"), output_field=key
            ),
        )
        return found


class RatingVoid(models.Model):
    """A rating was voided after review: out of every rate from `day` on, still visible as void."""

    rating = models.OneToOneField(
        Rating, on_delete=models.PROTECT, primary_key=True, related_name="void"
    )
    at = models.DateTimeField()
    day = models.DateField()
    by = models.CharField(max_length=150)
    reason = models.CharField(max_length=200)

    objects = RatingVoidQuerySet.as_manager()


class UnitTally(models.Model):
    """How many ratings of a level a unit has in a season, by channel; voids are subtracted, moved
    ones counted where they belong."""

    season = models.ForeignKey(Season, on_delete=models.PROTECT, db_index=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, db_index=False)
    channel = models.CharField(max_length=20)
    level = models.PositiveSmallIntegerField()
    by_default = models.BooleanField(default=False)
    count = models.IntegerField()

    class Meta:
        ordering = ["season_id", "unit_id", "channel", "level"]
        constraints = [
            models.UniqueConstraint(
                fields=["season", "unit", "channel", "level", "by_default"], name="unit_tally_key"
            )
        ]


class PointTally(models.Model):
    """The change on one day in a point's ratings of a level, by channel: +1 a rating, −1 a void;
    a move is −1 at one point and +1 at another, on its own day."""

    day = models.DateField()
    point = models.ForeignKey(ServicePoint, on_delete=models.PROTECT, db_index=False)
    channel = models.CharField(max_length=20)
    level = models.PositiveSmallIntegerField()
    by_default = models.BooleanField(default=False)
    count = models.IntegerField()

    class Meta:
        ordering = ["day", "point_id", "channel", "level"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "point", "channel", "level", "by_default"], name="point_tally_key"
            )
        ]
        indexes = [models.Index(fields=["point", "day"], name="tally_of_point")]
