"""Findings on a unit, good or bad: appended, approved or annulled by a later fact, never edited."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from pingyi.casework.models import Fact
from pingyi.directory.models import Unit
from pingyi.people.permissions import scope_of
from pingyi.supervision.kinds import TAKES_APPROVAL, FindingKind, Ruling, Standing

if TYPE_CHECKING:
    from pingyi.people.models import User

_TAKES_APPROVAL = sorted(str(kind) for kind in TAKES_APPROVAL)
_DECISIONS = [Ruling.APPROVED.value, Ruling.REFUSED.value]


class FindingQuerySet(models.QuerySet[Any]):
    """Findings, as far as the asker may see them, and those that count."""

    def visible_to(self, user: User) -> FindingQuerySet:
        """Office, inspectors and leaders their areas'; a unit its own, once they count."""
        scope = scope_of(user, "finding.read")
        seen = Q(pk__in=self.filter(scope.over(area="unit__area")).values("pk"))
        if scope.units:
            own = self.model.objects.counting().filter(unit__in=scope.units)
            seen |= Q(pk__in=own.values("pk"))
        return self.filter(seen)

    def standing_as(self, standing: Standing) -> FindingQuerySet:
        """Those that stand so now."""
        given = FindingRuling.objects.filter(finding=OuterRef("pk"))
        if standing is Standing.COUNTS:
            return self.counting()
        if standing is Standing.WAITING:
            return self.filter(~Exists(given), kind__in=_TAKES_APPROVAL)
        annulled = Exists(given.filter(ruling=Ruling.ANNULLED.value))
        if standing is Standing.ANNULLED:
            return self.filter(annulled)
        return self.filter(~annulled, Exists(given.filter(ruling=Ruling.REFUSED.value)))

    def counting(self, at: datetime | None = None) -> FindingQuerySet:
        """Those that count now, or counted at `at`: approved where that is needed, not annulled."""
        rulings = FindingRuling.objects.filter(finding=OuterRef("pk"))
        found = self
        if at is not None:
            rulings, found = rulings.filter(at__lte=at), found.filter(at__lte=at)
        approved = Exists(rulings.filter(ruling=Ruling.APPROVED.value))
        return found.filter(~Q(kind__in=_TAKES_APPROVAL) | approved).exclude(
            Exists(rulings.filter(ruling=Ruling.ANNULLED.value))
        )


class Finding(Fact):
    """Something found on a unit on a day, by monitoring, a check or a superior; or a bonus or veto.

    `reference` is the outside document's number. Findings of several units with the same `matter`
    belong together. `points` are a bonus's. A correction is a new finding that `corrects` this one,
    which is annulled. `what` is read by the unit; `evidence` is not.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="findings")
    kind = models.CharField(max_length=30, choices=[(k.value, k.zh) for k in FindingKind])
    on = models.DateField()
    reference = models.CharField(max_length=100, blank=True)
    matter = models.CharField(max_length=100, blank=True)
    what = models.TextField()
    evidence = models.TextField(blank=True)
    points = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="correction"
    )

    objects = FindingQuerySet.as_manager()

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind=FindingKind.BONUS.value, points__gt=0)
                | (~Q(kind=FindingKind.BONUS.value) & Q(points__isnull=True)),
                name="finding_points_of_bonus",
                violation_error_message="A bonus has its points, and nothing else has.",
            ),
        ]
        indexes = [
            models.Index(fields=["on", "kind"], name="finding_by_day"),
            models.Index(fields=["unit", "id"], name="finding_of_unit"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """How score lines and papers cite it, as `F-17`."""
        return f"F-{self.pk}"

    @property
    def takes_approval(self) -> bool:
        return self.kind in TAKES_APPROVAL

    @property
    def standing(self) -> Standing:
        """Where it stands now; reads `rulings`, prefetched on lists."""
        given = {one.ruling for one in self.rulings.all()}
        if Ruling.ANNULLED in given:
            return Standing.ANNULLED
        if Ruling.REFUSED in given:
            return Standing.REFUSED
        waits = self.takes_approval and Ruling.APPROVED not in given
        return Standing.WAITING if waits else Standing.COUNTS


class FindingRuling(Fact):
    """What was later ruled on a finding: approved or refused by a second person, or annulled."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="rulings")
    ruling = models.CharField(max_length=10, choices=[(r.value, r.zh) for r in Ruling])
    reason = models.TextField(blank=True)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.UniqueConstraint(
                fields=["finding"],
                condition=Q(ruling__in=_DECISIONS),
                name="findingruling_decided_once",
                violation_error_message="This finding was decided on already.",
            ),
            models.UniqueConstraint(
                fields=["finding"],
                condition=Q(ruling=Ruling.ANNULLED.value),
                name="findingruling_annulled_once",
                violation_error_message="This finding was annulled already.",
            ),
        ]
