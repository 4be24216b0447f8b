"""Signals raised from what the detectors find. A signal marks; it refuses and removes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from pingyi.audit.actions import Actor, action, record
from pingyi.integrity.detectors import DEVICE, NETWORK, Burst, Rule, Seen, bursts
from pingyi.integrity.models import Signal
from pingyi.ratings.entry import local_day
from pingyi.ratings.models import Rating

_SLICE = 5_000
_KINDS: tuple[tuple[Signal.Kind, str, Rule], ...] = (
    (Signal.Kind.NETWORK_BURST, "network_mark", NETWORK),
    (Signal.Kind.DEVICE_BURST, "device_mark", DEVICE),
)


def raise_burst_signals(*, by: Actor, at: datetime) -> int:
    """Raise or let grow the signals of today's bursts; how many were new or have grown.

    Marks change at midnight and so a day's bursts stand by themselves. Yesterday is looked at too
    until its last ones cannot grow any more.
    """
    days = {local_day(at), local_day(at - 2 * NETWORK.window)}
    seen = list(_ratings_of(min(days)))
    changed = 0
    for kind, field, rule in _KINDS:
        column = 3 if field == "network_mark" else 4
        for day in sorted(days):
            marked = (
                Seen(row[1], row[2], bytes(row[column]))
                for row in seen
                if row[0] == day and row[column] is not None
            )
            for burst in bursts(marked, rule):
                changed += _is_news(kind, burst) and bool(
                    raise_signal(kind=kind, burst=burst, by=by, at=at)
                )
    return changed


@action("signal.raise")
def raise_signal(*, kind: Signal.Kind, burst: Burst, by: Actor, at: datetime) -> Signal:
    """Mark a burst, or note that a marked one has grown."""
    signal, _ = Signal.objects.update_or_create(
        kind=kind,
        point_id=burst.point_id,
        started_at=burst.started_at,
        defaults={"ended_at": burst.ended_at, "count": burst.count},
        create_defaults={"ended_at": burst.ended_at, "count": burst.count, "raised_at": at},
    )
    record(signal, kind=kind.value, count=burst.count)
    return signal


def _is_news(kind: Signal.Kind, burst: Burst) -> bool:
    return not Signal.objects.filter(
        kind=kind, point_id=burst.point_id, started_at=burst.started_at, count__gte=burst.count
    ).exists()


def _ratings_of(first_day: date) -> Iterator[tuple[Any, ...]]:
    """Day, point, time, network and device mark of what was recorded since, in short reads.

    From the newest back: ratings arrive in order, but for history loaded from elsewhere.
    """
    below: int | None = None
    while True:
        newest = Rating.objects.order_by("-pk")
        rows = list(
            (newest if below is None else newest.filter(pk__lt=below)).values_list(
                "day", "point_id", "recorded_at", "network_mark", "device_mark", "pk"
            )[:_SLICE]
        )
        yield from (row[:5] for row in rows if row[0] >= first_day)
        if len(rows) < _SLICE or rows[-1][0] < first_day - timedelta(days=1):
            return
        below = rows[-1][5]
