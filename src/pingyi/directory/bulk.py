"""Badges and the items handled at points, many at once: one event per batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from pingyi.audit.actions import Actor, action, record
from pingyi.directory.models import Area, Post, ServicePoint

CHUNK = 2000


class PostRow(NamedTuple):
    unit_id: int
    point_id: int
    badge: str
    name: str


@action("post.load")
def load_posts(*, area: Area, rows: Sequence[PostRow], by: Actor, at: datetime) -> int:
    """New badges of units within `area`; returns how many."""
    Post.objects.bulk_create((Post(**row._asdict()) for row in rows), batch_size=CHUNK)
    record(area, count=len(rows))
    return len(rows)


@action("item.assign")
def assign_items(*, area: Area, pairs: Sequence[tuple[int, int]], by: Actor, at: datetime) -> int:
    """Items, by id, handled at points within `area`: (point, item); returns how many."""
    through = ServicePoint.items.through
    through.objects.bulk_create(
        (through(servicepoint_id=point, item_id=item) for point, item in pairs), batch_size=CHUNK
    )
    record(area, count=len(pairs))
    return len(pairs)
