"""What a letter was written because of. The letter itself knows nothing of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pingyi.letters.models import Letter


class CaseLetter(models.Model):
    """A letter written because of a case: begun from it, or linked to it later."""

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="letters")
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="cases")
    at = models.DateTimeField()
    by = models.CharField(max_length=150)

    objects: models.Manager[CaseLetter] = models.Manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "letter"], name="caseletter_once"),
            models.CheckConstraint(
                condition=~Q(by=""),
                name="caseletter_by_someone",
                violation_error_message="A fact says who stated it.",
            ),
        ]
