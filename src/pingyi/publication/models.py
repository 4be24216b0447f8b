"""Releases: what was made public, frozen to the digit, with who made it and by which rules.

Nothing here is edited: a release moves once from prepared to published or given up, its results
never. A correction is a release of its own that names the one it replaces.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q

from pingyi.directory.models import Post, SchemeVersion, Season, ServicePoint, Unit
from pingyi.publication.terms import Kind
from pingyi.scoring.engine import UnitResult
from pingyi.scoring.forms import RESULT_DECODER

_FIRST = Q(supersedes__isnull=True, given_up_at__isnull=True)
"""Releases that correct no other, and were not given up."""


class Release(models.Model):
    """A bulletin or a season's result, of all groups of the season.

    Ratings and events count through the whole day `through`; verdicts stand as they did at
    `as_of`. `starts_on` is the first day of the period a bulletin is about. The digests are
    SHA-256: of the facts it was computed from, of the season's results so far as JSON (as
    `pingyi score` prints them), of the period's.
    """

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="releases")
    kind = models.CharField(max_length=20, choices=[(str(kind), kind.zh) for kind in Kind])
    starts_on = models.DateField()
    through = models.DateField()
    as_of = models.DateTimeField()
    scheme = models.ForeignKey(SchemeVersion, on_delete=models.PROTECT, related_name="releases")
    scheme_before = models.ForeignKey(
        SchemeVersion, on_delete=models.PROTECT, null=True, related_name="+"
    )
    result_before = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    engine = models.CharField(max_length=40)
    facts_digest = models.CharField(max_length=64)
    result_digest = models.CharField(max_length=64)
    period_digest = models.CharField(max_length=64, blank=True)
    listed = models.PositiveSmallIntegerField()
    supersedes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="corrections"
    )
    reason = models.TextField(blank=True)
    note = models.TextField(blank=True)
    prepared_at = models.DateTimeField()
    prepared_by = models.CharField(max_length=150)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=150, blank=True)
    given_up_at = models.DateTimeField(null=True)
    given_up_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(through__gte=F("starts_on")), name="release_period_in_order"
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True, reason="")
                | (Q(supersedes__isnull=False) & ~Q(reason="")),
                name="correction_says_why",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by="")
                | (Q(published_at__isnull=False, given_up_at__isnull=True) & ~Q(published_by="")),
                name="release_published_by_whom",
            ),
            # Two people: one prepares, another publishes.
            models.CheckConstraint(
                condition=~Q(published_by=F("prepared_by")), name="release_by_two_people"
            ),
            # Of two who prepare or correct at once, one: else the public would have two last words.
            models.UniqueConstraint(
                fields=["season", "kind", "through"],
                condition=_FIRST & ~Q(kind=Kind.SEASON.value),
                name="release_once_a_period",
            ),
            models.UniqueConstraint(
                fields=["season"],
                condition=_FIRST & Q(kind=Kind.SEASON.value),
                name="release_once_a_season",
            ),
            models.UniqueConstraint(
                fields=["supersedes"],
                condition=Q(given_up_at__isnull=True),
                name="release_corrected_once",
            ),
        ]
        indexes = [models.Index(fields=["season", "published_at"], name="release_of_season")]

    def __str__(self) -> str:
        return f"{self.season.code} {self.kind} {self.through}"

    @property
    def of_kind(self) -> Kind:
        return Kind(self.kind)

    @property
    def ends_on(self) -> date:
        """The last day it is about: of a season, whenever its result was computed."""
        return self.through if self.is_bulletin else self.season.ends_on

    @property
    def is_bulletin(self) -> bool:
        return self.of_kind is not Kind.SEASON

    @property
    def state(self) -> str:
        """prepared, published or given_up."""
        if self.published_at is not None:
            return "published"
        return "prepared" if self.given_up_at is None else "given_up"


class ReleasedResult(models.Model):
    """One unit's frozen result: its name and place as they were, and the exact result as JSON.

    `period_…` are its points and place in a bulletin's own period; None for a unit to which
    nothing happened in it. `good` of `counted` ratings as the scheme counts them; the `shown_`
    ones are for the public and the unit, and move only in steps of ten or more. `reasons` says
    how often each was given with a bad rating, in full tens.
    """

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="results")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="released")
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    group = models.CharField(max_length=40)
    district_code = models.CharField(max_length=12)
    district = models.CharField(max_length=60)
    parent = models.CharField(max_length=32, blank=True)
    total = models.DecimalField(max_digits=16, decimal_places=6, null=True)
    rank = models.PositiveIntegerField(null=True)
    of = models.PositiveIntegerField()
    place_from_last = models.PositiveIntegerField(null=True)
    grade = models.CharField(max_length=40, blank=True)
    honour = models.CharField(max_length=40, blank=True)
    vetoed = models.BooleanField(default=False)
    period_total = models.DecimalField(max_digits=16, decimal_places=6, null=True)
    period_rank = models.PositiveIntegerField(null=True)
    period_of = models.PositiveIntegerField(default=0)
    period_from_last = models.PositiveIntegerField(null=True)
    good = models.PositiveIntegerField()
    counted = models.PositiveIntegerField()
    shown_good = models.PositiveIntegerField()
    shown_counted = models.PositiveIntegerField()
    reasons = models.JSONField(default=dict)
    content = models.TextField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["release", "unit"], name="released_once_a_release")
        ]
        indexes = [models.Index(fields=["release", "group", "rank"], name="released_by_rank")]

    def __str__(self) -> str:
        return f"{self.release_id} {self.code}"

    @property
    def result(self) -> UnitResult:
        """The result as the engine gave it, digit for digit."""
        found: Any = self.__dict__.get("_result")
        if found is None:
            found = self._result = RESULT_DECODER.decode(self.content)
        return found

    @property
    def total_text(self) -> str:
        """The total as it was rounded; an em dash without one."""
        return "—" if self.result.total is None else str(self.result.total)

    @property
    def shown_parts(self) -> tuple[int, int]:
        return self.shown_good, self.shown_counted


class ReleasedBest(models.Model):
    """A window, or a badge, among the best of a released season, by which clause of the scheme:
    `good` of `counted` ratings as they were then."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="best")
    rule = models.CharField(max_length=60)
    group = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="released_best")
    point = models.ForeignKey(
        ServicePoint, on_delete=models.PROTECT, null=True, related_name="released_best"
    )
    post = models.ForeignKey(
        Post, on_delete=models.PROTECT, null=True, related_name="released_best"
    )
    good = models.PositiveIntegerField()
    counted = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(point__isnull=True, post__isnull=False)
                | Q(point__isnull=False, post__isnull=True),
                name="best_window_or_badge",
            ),
            models.UniqueConstraint(fields=["release", "rule", "point"], name="best_window_once"),
            models.UniqueConstraint(fields=["release", "rule", "post"], name="best_badge_once"),
        ]
