"""Patterns that look odd in a stream of ratings. Pure: they mark, a person judges.

200 ratings in five minutes behind one hall's address are a hall; they are marked and count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple


class Seen(NamedTuple):
    """A rating as the detectors see it: where, when, and the mark that joins it to others."""

    point_id: int
    at: datetime
    mark: bytes


@dataclass(frozen=True)
class Burst:
    """At least `threshold` ratings with one mark at one point, no window apart."""

    point_id: int
    started_at: datetime
    ended_at: datetime
    count: int


@dataclass(frozen=True)
class Rule:
    """A burst is `threshold` or more ratings within `window`."""

    threshold: int
    window: timedelta


NETWORK = Rule(threshold=30, window=timedelta(minutes=5))
"""From one network at one point (A): a busy hall's own wifi reaches this, and a desk rating
itself does too."""
DEVICE = Rule(threshold=3, window=timedelta(minutes=10))
"""From one device at one point (A)."""


def bursts(ratings: Iterable[Seen], rule: Rule) -> Iterator[Burst]:
    """The bursts among `ratings`, each mark's in order of time; one burst per unbroken run."""
    runs: dict[tuple[int, bytes], list[datetime]] = defaultdict(list)
    for rating in ratings:
        runs[rating.point_id, rating.mark].append(rating.at)
    for (point_id, _), moments in runs.items():
        yield from _runs(point_id, sorted(moments), rule)


def _runs(point_id: int, moments: list[datetime], rule: Rule) -> Iterator[Burst]:
    start: int | None = None
    end: int | None = None
    first = 0  # of the window that ends with the moment looked at
    for here, moment in enumerate(moments):
        while moment - moments[first] > rule.window:
            first += 1
        if here - first + 1 < rule.threshold:
            continue
        if end is not None and first > end:
            yield _burst(point_id, moments[start : end + 1])
            start = None
        start, end = first if start is None else start, here
    if end is not None:
        yield _burst(point_id, moments[start : end + 1])


def _burst(point_id: int, moments: list[datetime]) -> Burst:
    return Burst(point_id, moments[0], moments[-1], len(moments))
