"""What changed for good: a rule made or revised, a process changed, windows merged, equipment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from pingyi.casework.models import Case, Fact, UnitAnswer
from pingyi.directory.models import Season, Unit
from pingyi.files.models import StoredFile
from pingyi.kernel.terms import Term
from pingyi.people.permissions import scope_of
from pingyi.supervision.models.rectification import RectificationItem

if TYPE_CHECKING:
    from pingyi.people.models import User


class ImprovementKind(Term):
    RULE_MADE = "rule_made", "新订制度", "Rule made"
    RULE_REVISED = "rule_revised", "修订制度", "Rule revised"
    PROCESS_CHANGED = "process_changed", "改变流程", "Process changed"
    WINDOW_MERGED = "window_merged", "合并窗口", "Windows merged"
    EQUIPMENT = "equipment", "增添设备", "Equipment added"
    OTHER = "other", "其他", "Other"


class ImprovementQuerySet(models.QuerySet[Any]):
    """Improvements, as far as the asker may see them, and those that count."""

    def visible_to(self, user: User) -> ImprovementQuerySet:
        """Office, inspectors and leaders those of their areas; a unit its own."""
        scope = scope_of(user, "rectification.read")
        units = scope_of(user, "rectification.work").units
        return self.filter(scope.over(area="unit__area") | Q(unit__in=units))

    def counting(self) -> ImprovementQuerySet:
        """Those that were not struck out."""
        return self.filter(struck_at__isnull=True)

    def of_season(self, season: Season) -> ImprovementQuerySet:
        """Those that took effect on a day of the season."""
        return self.filter(on__gte=season.starts_on, on__lte=season.ends_on)


class Improvement(Fact):
    """One lasting change of a unit, in force since `on`; `title` is the rule's or thing's name.

    What gave rise to it: a case, the unit's answer in it, or an item of a rectification list.
    Recorded by mistake, it is struck out with a reason and stays to be read.
    """

    kind = models.CharField(max_length=20, choices=[(k.value, k.zh) for k in ImprovementKind])
    title = models.CharField(max_length=100)
    what = models.TextField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="improvements")
    on = models.DateField()
    document = models.OneToOneField(
        StoredFile,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="of_improvement",
    )
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="improvements"
    )
    answer = models.ForeignKey(
        UnitAnswer, on_delete=models.PROTECT, null=True, blank=True, related_name="improvements"
    )
    item = models.ForeignKey(
        RectificationItem,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="improvements",
    )
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by = models.CharField(max_length=150, blank=True)
    struck_reason = models.TextField(blank=True)

    objects = ImprovementQuerySet.as_manager()

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(struck_at__isnull=True, struck_by="")
                | (Q(struck_at__isnull=False) & ~Q(struck_by="")),
                name="improvement_struck_who_and_when",
                violation_error_message="“struck” needs both who and when.",
            ),
            models.UniqueConstraint(
                fields=["answer"],
                condition=Q(struck_at__isnull=True),
                name="improvement_one_of_an_answer",
                violation_error_message="This answer's change is recorded already.",
            ),
        ]
        indexes = [models.Index(fields=["on", "kind"], name="improvement_by_day")]
