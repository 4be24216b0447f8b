"""A directory file looked at before it is loaded: its rows wait with the batch."""

from __future__ import annotations

import os
from datetime import datetime

from django.db import transaction

from pingyi.audit.actions import Actor, action, record
from pingyi.directory.content import Content, pack, unpack
from pingyi.directory.loading import load
from pingyi.directory.models import Batch
from pingyi.directory.plan import Plan
from pingyi.directory.policies import Refused, Why
from pingyi.kernel.codes import RandomBytes


@action("directory.propose")
def propose(*, content: Content, source: str, by: Actor, at: datetime) -> Batch:
    """Keep a checked file's rows until they are loaded or given up.

    Whoever proposes anew gives up what they left lying.
    """
    waiting().filter(proposed_by=by.audit_name).update(content=None)
    batch = Batch.objects.create(
        source=source[:200], content=pack(content), proposed_at=at, proposed_by=by.audit_name
    )
    record(batch, rows=len(content))
    return batch


@action("directory.give_up")
def give_up(*, batch: Batch, by: Actor, at: datetime) -> None:
    """The proposed rows are not loaded. Raises Refused if they are not waiting any more."""
    if not waiting().filter(pk=batch.pk).update(content=None):
        raise Refused(Why.PROPOSAL_GONE)
    record(batch)


def accept(
    *,
    batch: Batch,
    expected: str,
    by: Actor,
    at: datetime,
    random_bytes: RandomBytes = os.urandom,
) -> Plan:
    """Load the proposed rows, if they still change exactly what was shown (`plan.digest`).

    Raises Refused, DirectoryMoved, and DirectoryErrors if the directory moved so far that the
    rows no longer fit.
    """
    with transaction.atomic():
        if not waiting().filter(pk=batch.pk).exists():
            raise Refused(Why.PROPOSAL_GONE)
        return load(
            content=rows_of(batch),
            by=by,
            at=at,
            batch=batch,
            expected=expected,
            random_bytes=random_bytes,
        )


def waiting():
    """Batches proposed and neither loaded nor given up."""
    return Batch.objects.filter(loaded_at=None, content__isnull=False)


def rows_of(batch: Batch) -> Content:
    """The rows of a waiting batch."""
    if batch.content is None:
        raise Refused(Why.PROPOSAL_GONE)
    return unpack(bytes(batch.content))
