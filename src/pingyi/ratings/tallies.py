"""Counts kept with the facts, by season and unit and by day and point. Pages read these alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

UNIT_SQL = """
INSERT INTO ratings_unittally (season_id, unit_id, channel, level, by_default, count)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (season_id, unit_id, channel, level, by_default)
DO UPDATE SET count = ratings_unittally.count + excluded.count"""

POINT_SQL = """
INSERT INTO ratings_pointtally (day, point_id, channel, level, by_default, count)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (day, point_id, channel, level, by_default)
DO UPDATE SET count = ratings_pointtally.count + excluded.count"""


class Change(NamedTuple):
    """One rating more (+1) or, on the day it was voided, less (−1)."""

    season_id: int | None
    unit_id: int
    point_id: int
    channel: str
    level: int
    by_default: bool
    day: date
    count: int = 1  # type: ignore[assignment]  # hides tuple.count, which nobody asks


def add(cursor: Any, changes: Iterable[Change]) -> None:
    """Add to the tallies, in the transaction of the facts they count.

    Rows are touched in sorted order, units before points: two writers cannot wait for each other.
    """
    units: Counter[tuple] = Counter()
    points: Counter[tuple] = Counter()
    for change in changes:
        kind = (change.channel, change.level, change.by_default)
        if change.season_id is not None:
            units[(change.season_id, change.unit_id, *kind)] += change.count
        points[(change.day, change.point_id, *kind)] += change.count
    if units:
        cursor.executemany(UNIT_SQL, [(*key, units[key]) for key in sorted(units)])
    if points:
        rows = [(key[0].isoformat(), *key[1:], points[key]) for key in sorted(points)]
        cursor.executemany(POINT_SQL, rows)
