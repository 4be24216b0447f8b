"""Taking a file in: it is checked, its content kept in the vault, its row written."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings

from pingyi.audit.actions import Actor, action, note, record
from pingyi.files import vault
from pingyi.files.checks import recognised
from pingyi.files.formats import Format
from pingyi.files.models import StoredFile
from pingyi.files.names import shown_name
from pingyi.files.refusals import Refused, Why

MEGABYTE = 1024 * 1024
ORPHANED_AFTER = timedelta(days=1)
"""No upload takes so long between its content and its row."""


class Upload(Protocol):
    """What a form's file field gives: its name, its size in bytes, its content."""

    @property
    def name(self) -> str | None: ...
    @property
    def size(self) -> int | None: ...

    def read(self) -> bytes: ...


@dataclass(frozen=True)
class Checked:
    """An upload that passed: as it will be kept."""

    name: str
    format: Format
    content: bytes = field(repr=False)


def checked(upload: Upload) -> Checked:
    """Look at an upload, by its content; writes nothing. Raises Refused.

    Takes up to a second or two for a large picture: call it before a transaction, not within.
    """
    limit = settings.PINGYI.upload_mb
    if not upload.size:
        raise Refused(Why.EMPTY)
    if upload.size > limit * MEGABYTE:
        raise Refused(Why.TOO_LARGE, limit=limit)
    format_, content = recognised(upload.read())
    return Checked(shown_name(upload.name or "", format_), format_, content)


@action("file.store")
def store_file(*, upload: Upload | Checked, by: Actor, at: datetime) -> StoredFile:
    """Keep an upload. Raises Refused. The event says nothing of its name or content."""
    taken = upload if isinstance(upload, Checked) else checked(upload)
    stored = StoredFile.objects.create(
        name=taken.name,
        kind=taken.format.kind.value,
        media_type=taken.format.media_type,
        size=len(taken.content),
        sha256=hashlib.sha256(taken.content).hexdigest(),
        key=vault.put(taken.content),
        at=at,
        by=by.audit_name,
    )
    record(stored, kind=stored.kind, size=stored.size, sha256=stored.sha256)
    return stored


def sweep_orphans(*, by: Actor, at: datetime) -> int:
    """Take contents away to which no row came: their transaction failed. How many there were.

    Noted before they are gone: a sweep that is cut short is noted again, none is left out.
    """
    found = list(vault.keys_before((at - ORPHANED_AFTER).timestamp()))
    orphans: list[str] = []
    for start in range(0, len(found), 500):
        names = found[start : start + 500]
        known = set(StoredFile.objects.filter(key__in=names).values_list("key", flat=True))
        orphans += [name for name in names if name not in known]
    if orphans:
        note("file.sweep", "file", "", {"count": len(orphans)}, by=by, at=at)
    for name in orphans:
        vault.remove(name)
    return len(orphans)
