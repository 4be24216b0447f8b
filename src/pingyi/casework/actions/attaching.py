"""Hanging files on the facts of a case; the steps that state the facts call it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pingyi.audit.actions import Actor
from pingyi.casework.file_models import Audience, CaseFile
from pingyi.casework.models import Case, Fact
from pingyi.directory.models import Unit
from pingyi.files.actions import Checked, Upload, store_file

Uploads = Sequence[Upload | Checked]


def attach(
    case: Case,
    fact: Fact,
    uploads: Uploads,
    *,
    audience: Audience = Audience.OFFICE,
    unit: Unit | None = None,
    by: Actor,
    at: datetime,
) -> list[CaseFile]:
    """Keep the uploads with `fact`; with `unit`, that unit sees them too.

    Raises `files.refusals.Refused` for an upload that was not checked before and is not taken.
    """
    return [
        CaseFile.objects.create(
            case=case,
            file=store_file(upload=upload, by=by, at=at),
            fact=fact._meta.model_name or "",
            fact_id=fact.pk,
            audience=(Audience.UNIT if unit is not None else audience).value,
            unit=unit,
        )
        for upload in uploads
    ]
