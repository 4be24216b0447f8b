"""Signals raised from what the detectors find. A signal marks; it refuses and removes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.timezone import make_aware

from pingyi.audit.actions import Actor, action, record_each
from pingyi.audit.giving_way import make_way
from pingyi.integrity.detectors import DEVICE, NETWORK, Burst, Rule, Seen, bursts
from pingyi.integrity.models import Signal
from pingyi.ratings.entry import local_day
from pingyi.ratings.models import Rating

AT_ONCE = 50
"""Signals raised in one transaction."""
_SLICE = 5_000
Found = tuple[Signal.Kind, Burst]
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
    news = _news(_found(days), since=min(days))
    for first in range(0, len(news), AT_ONCE):
        if first:
            make_way()
        raise_signals(found=news[first : first + AT_ONCE], by=by, at=at)
    return len(news)


@action("signal.raise")
def raise_signals(*, found: Sequence[Found], by: Actor, at: datetime) -> list[Signal]:
    """Mark bursts, or note that marked ones have grown."""
    signals = Signal.objects.bulk_create(
        [
            Signal(
                kind=kind,
                point_id=burst.point_id,
                started_at=burst.started_at,
                ended_at=burst.ended_at,
                count=burst.count,
                raised_at=at,
            )
            for kind, burst in found
        ],
        update_conflicts=True,
        unique_fields=["kind", "point", "started_at"],
        update_fields=["ended_at", "count"],
    )
    record_each((signal, {"kind": signal.kind, "count": signal.count}) for signal in signals)
    return signals


def _found(days: Iterable[date]) -> Iterator[Found]:
    seen = list(_ratings_of(min(days)))
    for kind, field, rule in _KINDS:
        column = 3 if field == "network_mark" else 4
        for day in sorted(days):
            marked = (
                Seen(row[1], row[2], bytes(row[column]))
                for row in seen
                if row[0] == day and row[column] is not None
            )
            for burst in bursts(marked, rule):
                yield kind, burst


def _news(found: Iterable[Found], *, since: date) -> list[Found]:
    """What is not marked yet, or has grown. Of two that share a signal's key the greater."""
    greatest: dict[tuple[str, int, datetime], Found] = {}
    for kind, burst in found:
        key = (kind.value, burst.point_id, burst.started_at)
        if key not in greatest or greatest[key][1].count < burst.count:
            greatest[key] = (kind, burst)
    rows = Signal.objects.filter(started_at__gte=make_aware(datetime.combine(since, time.min)))
    marked = {
        (kind, point, started): count
        for kind, point, started, count in rows.values_list(
            "kind", "point_id", "started_at", "count"
        )
    }
    return [one for key, one in greatest.items() if marked.get(key, 0) < one[1].count]


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
