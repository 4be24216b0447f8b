"""Files on a case: which fact each belongs to, and who may see it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from pingyi.directory.models import Unit
from pingyi.files.models import StoredFile
from pingyi.kernel.terms import Term
from pingyi.people.permissions import scope_of

if TYPE_CHECKING:
    from pingyi.people.models import User


class Audience(Term):
    """Who may see a file of a case, besides whoever sees less: never the rater."""

    OFFICE = "office", "治庸办和纪检", "Office and inspectors"
    INSPECTORS = "inspectors", "仅纪检", "Inspectors only"
    UNIT = "unit", "单位可见", "The unit too"


class CaseFileQuerySet(models.QuerySet[Any]):
    """Files of cases, as far as the asker may see them."""

    def visible_to(self, user: User) -> CaseFileQuerySet:
        """The office those of cases it oversees, but not the inspectors' own; inspectors all of
        theirs; a unit what it sent or was given, as long as the case lies open to it."""
        cases = apps.get_model("casework", "Case")._default_manager
        overseen = Q(case__in=cases.overseen_by(user).values("pk"))  # type: ignore[attr-defined]
        inspected = scope_of(user, "case.investigate").over(area="case__area")
        return self.filter(
            Q(overseen & (~Q(audience=Audience.INSPECTORS.value) | inspected))
            | self._open_to_units(scope_of(user, "case.answer").units)
        )

    def open_to_units_of(self, user: User) -> CaseFileQuerySet:
        """What the user sees as a unit's own, whatever posts she has besides."""
        return self.filter(self._open_to_units(scope_of(user, "case.answer").units))

    def _open_to_units(self, units: Iterable[int]) -> Q:
        dispatches = apps.get_model("casework", "Dispatch")._default_manager
        standing = dispatches.filter(recalled_at__isnull=True)
        handed_on = standing.filter(case=OuterRef("case"), pk__gt=OuterRef("pk")).exclude(
            unit=OuterRef("unit")
        )
        given = standing.filter(case=OuterRef("case"), unit=OuterRef("unit")).exclude(
            Exists(handed_on)
        )
        return Q(
            Exists(given),
            audience=Audience.UNIT.value,
            unit__in=list(units),
        )

    def for_page(self) -> CaseFileQuerySet:
        """With what a page shows, in the order they came."""
        return self.select_related("file", "unit").order_by("pk")


class CaseFile(models.Model):
    """A file hung on a fact of a case. `unit` is set if, and only if, that unit may see it.

    `fact` and `fact_id` name the fact as its step's event does: `unitanswer`, 12.
    """

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="files")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="of_case")
    fact = models.CharField(max_length=20)
    fact_id = models.PositiveBigIntegerField()
    audience = models.CharField(
        max_length=10, choices=[(audience.value, audience.zh) for audience in Audience]
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="case_files"
    )

    objects = CaseFileQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["fact", "fact_id"], name="casefile_of_fact")]
        constraints = [
            models.CheckConstraint(
                condition=Q(audience=Audience.UNIT.value, unit__isnull=False)
                | (~Q(audience=Audience.UNIT.value) & Q(unit__isnull=True)),
                name="casefile_unit_if_it_sees",
                violation_error_message="A file names a unit if, and only if, it may see it.",
            ),
        ]
