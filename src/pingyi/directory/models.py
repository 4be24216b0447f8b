"""Who is rated, where, for what, and under which season's rules."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db import models
from django.db.models import F, Q

from pingyi.rulebook import Scheme
from pingyi.rulebook.model import DECODER


class Area(models.Model):
    """A city, one of its districts, or a street of a district; `code` as GB/T 2260."""

    class Level(models.TextChoices):
        CITY = "city", "市"
        DISTRICT = "district", "区"
        STREET = "street", "街道"

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=60)
    level = models.CharField(max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A rated unit (参评单位); `group` is its peer group unless a season enrols it elsewhere."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=120)
    group = models.CharField(max_length=40)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="units")
    kind = models.CharField(max_length=40, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """A service item (事项) a unit handles."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="items")
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["unit_id", "code"]
        constraints = [models.UniqueConstraint(fields=["unit", "code"], name="item_code_per_unit")]

    def __str__(self) -> str:
        return self.name


class ServicePoint(models.Model):
    """A place where people are served, and so rate: a window, hall, station, terminal …"""

    class Kind(models.TextChoices):
        WINDOW = "window", "窗口"
        HALL = "hall", "大厅"
        STATION = "station", "站所"
        TERMINAL = "terminal", "自助终端"
        ONLINE = "online", "网上"
        ENFORCEMENT = "enforcement", "执法队"
        OFFICE = "office", "科室"
        CLINIC = "clinic", "诊室"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="points")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    address = models.CharField(max_length=200, blank=True)
    hours = models.CharField(max_length=100, blank=True)
    items = models.ManyToManyField(Item, related_name="points", blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["unit_id", "name"]
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="point_name_per_unit")]

    def __str__(self) -> str:
        return self.name


class PointCode(models.Model):
    """What is printed on the poster. A torn or altered one is replaced, never reused."""

    point = models.ForeignKey(ServicePoint, on_delete=models.PROTECT, related_name="codes")
    code = models.CharField(max_length=16, unique=True)
    issued_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["point"],
                condition=Q(replaced_at__isnull=True),
                name="one_current_code_per_point",
            )
        ]

    def __str__(self) -> str:
        return self.code


class Post(models.Model):
    """A staff badge (工号) shown at a window; the name is optional."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    point = models.ForeignKey(
        ServicePoint, on_delete=models.PROTECT, null=True, blank=True, related_name="posts"
    )
    badge = models.CharField(max_length=20)
    name = models.CharField(max_length=60, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["unit_id", "badge"]
        constraints = [models.UniqueConstraint(fields=["unit", "badge"], name="badge_per_unit")]

    def __str__(self) -> str:
        return self.badge


def written(scheme: Scheme) -> str:
    """A scheme whole, as JSON: what `SchemeVersion.scheme` reads."""
    return msgspec.json.encode(scheme, enc_hook=dict).decode()


class SchemeVersion(models.Model):
    """A scheme as it stood when a season came under it, or something was released by it: whole.

    A file that changes later gets another digest, and moves nothing that was computed by this one.
    """

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=60)
    content = models.TextField()
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        # Releases kept versions before seasons did; the table they made is guarded by triggers.
        db_table = "publication_schemeversion"

    def __str__(self) -> str:
        return f"{self.name} {self.digest[:12]}"

    def scheme(self) -> Scheme:
        """The scheme itself, as it was."""
        return DECODER.decode(self.content)


class Season(models.Model):
    """A rating year: its dates (both included), its scheme, and which day a verdict counts by.

    `versions` says by which text of the scheme, since when: `[{"since": …, "digest": …}]`, oldest
    first. It repeats `Adoption`, so that whoever has a season at hand knows its rules without
    another query. `directory.schemes` reads it.
    """

    class CountsBy(models.TextChoices):
        VERDICT = "verdict", "按查实之日"
        RATING = "rating", "按评价之日"

    code = models.CharField(max_length=12, unique=True)
    scheme = models.CharField(max_length=40)
    starts_on = models.DateField()
    ends_on = models.DateField()
    counts_by = models.CharField(max_length=10, choices=CountsBy.choices, default=CountsBy.VERDICT)
    versions = models.JSONField(default=list, editable=False)

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="season_ends_after_start",
                violation_error_message="A season ends on or after the day it starts.",
            )
        ]

    def __str__(self) -> str:
        return self.code


OPEN = Q(starts_at__isnull=True, given_up_at__isnull=True)
"""Adoptions that still wait for a second person."""


class Adoption(models.Model):
    """A season comes under a version of its scheme: proposed by one person, adopted by another.

    Only the first, laid down with the season, needs nobody else and no reason. `starts_at` is the
    moment it is in force from: never before somebody adopted it, so that no past day moves.
    """

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="adoptions")
    version = models.ForeignKey(SchemeVersion, on_delete=models.PROTECT, related_name="adoptions")
    reason = models.TextField(blank=True)
    from_day = models.DateField()
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=150)
    adopted_at = models.DateTimeField(null=True, blank=True)
    adopted_by = models.CharField(max_length=150, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    given_up_by = models.CharField(max_length=150, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(adopted_by=F("proposed_by")), name="scheme_adopted_by_another"
            ),
            models.CheckConstraint(
                condition=Q(adopted_at__isnull=True, adopted_by="")
                | (
                    Q(adopted_at__isnull=False, given_up_at__isnull=True, starts_at__isnull=False)
                    & Q(starts_at__gte=F("adopted_at"))
                    & ~Q(adopted_by="")
                ),
                name="scheme_in_force_once_adopted",
            ),
            models.UniqueConstraint(
                fields=["season"],
                condition=OPEN,
                name="scheme_proposed_once_a_season",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.season_id} {self.version_id}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a second person."""
        return self.starts_at is None and self.given_up_at is None


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """Enrolments, by when they began."""

    def standing(self, at: datetime) -> EnrolmentQuerySet:
        """Those that had begun by `at`."""
        return self.filter(Q(enrolled_at=None) | Q(enrolled_at__lte=at))


class Enrolment(models.Model):
    """A unit takes part in a season, in one group, since a moment; null: from the beginning.

    Once the season has begun it neither leaves nor changes its group, so whoever asks about a past
    day finds who took part on it.
    """

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="enrolments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="enrolments")
    group = models.CharField(max_length=40)
    enrolled_at = models.DateTimeField(null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["season_id", "unit_id"]
        constraints = [
            models.UniqueConstraint(fields=["season", "unit"], name="unit_once_per_season")
        ]


class Batch(models.Model):
    """One directory file: proposed with its content, or loaded at once; then only what it did.

    `content` is the checked rows, packed (`content.pack`), and is emptied when the file is loaded
    or given up. `counts` says what it did: `{"units": {"new": 3, "changed": 1}}`.
    """

    source = models.CharField(max_length=200, blank=True)
    content = models.BinaryField(null=True, blank=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=150)
    loaded_at = models.DateTimeField(null=True, blank=True)
    loaded_by = models.CharField(max_length=150, blank=True)
    counts = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(loaded_at__isnull=True, loaded_by="")
                | (Q(loaded_at__isnull=False) & ~Q(loaded_by="")),
                name="batch_loaded_by_whom_and_when",
                violation_error_message="A loaded batch says by whom and when.",
            )
        ]

    def __str__(self) -> str:
        return self.source
