"""The words of cases as the search reads them: a shadow of the facts, never shown."""

from __future__ import annotations

from django.db import models


class CaseWords(models.Model):
    """A case's words with spaces round each Hanzi, for office and inspectors alone.

    Neither phones nor matter numbers are among them. What the databases lay over it differs and
    stands in `search`.
    """

    case = models.OneToOneField(
        "casework.Case", on_delete=models.PROTECT, primary_key=True, related_name="words"
    )
    words = models.TextField()

    objects: models.Manager[CaseWords] = models.Manager()

    class Meta:
        ordering = ["case_id"]
