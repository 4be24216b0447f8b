"""The hash chain over events: laid by a job, so that writers do not queue behind one hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import IntegrityError, transaction

from pingyi.audit.models import Event, Seal

GENESIS = bytes(32)
SLICE = 2_000


@dataclass(frozen=True)
class Verification:
    """What walking the chain found. `broken_at` is the first link that does not hold, if any."""

    links: int
    unsealed: int
    broken_at: int | None
    head: str

    @property
    def holds(self) -> bool:
        return self.broken_at is None


def seal(*, at: datetime, limit: int = SLICE) -> int:
    """Link up to `limit` events that have no seal yet; returns how many.

    Two sealers at once are harmless: the position is unique, the second one's slice is refused
    and found again next time.
    """
    last = Seal.objects.order_by("position").last()
    position, digest = (last.position, bytes(last.digest)) if last else (0, GENESIS)
    links = []
    for event in Event.objects.filter(seal__isnull=True).order_by("id")[:limit]:
        position, digest = position + 1, link(digest, event)
        links.append(Seal(position=position, event=event, digest=digest, sealed_at=at))
    try:
        with transaction.atomic():
            Seal.objects.bulk_create(links)
    except IntegrityError:
        return 0
    return len(links)


def verify() -> Verification:
    """Recompute every link from the first on, in slices; constant memory."""
    digest, broken = GENESIS, None
    for position, found in enumerate(_links(), start=1):
        digest = link(digest, found.event)
        if found.position != position or bytes(found.digest) != digest:
            broken = position
            break
    return Verification(
        links=Seal.objects.count(),
        unsealed=Event.objects.filter(seal__isnull=True).count(),
        broken_at=broken,
        head=digest.hex(),
    )


class Head(NamedTuple):
    """The chain's last link: how many there are, and its digest in hexadecimal."""

    links: int
    digest: str


def head() -> Head:
    """As the database says it; `verify` proves it. Whoever notes it elsewhere can tell later that
    nothing up to there was changed."""
    last = Seal.objects.order_by("position").last()
    return Head(last.position, bytes(last.digest).hex()) if last else Head(0, GENESIS.hex())


def digest_at(position: int) -> str:
    """The digest of the chain at a position, as it now stands, or "" if it is not that long."""
    found = Seal.objects.filter(position=position).values_list("digest", flat=True).first()
    return bytes(found).hex() if found else ""


def link(previous: bytes, event: Event) -> bytes:
    """The digest that links `event` to what came before it."""
    canonical = json.dumps(
        [
            event.pk,
            event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            event.action,
            event.actor,
            event.subject_kind,
            event.subject_id,
            event.data,
        ],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(previous + canonical.encode()).digest()


def _links() -> Iterator[Seal]:
    after = 0
    while True:
        slice_ = list(
            Seal.objects.filter(position__gt=after)
            .select_related("event")
            .order_by("position")[:SLICE]
        )
        yield from slice_
        if len(slice_) < SLICE:
            return
        after = slice_[-1].position
