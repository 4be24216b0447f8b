"""Counts kept with the facts, by season and unit and by day and point. Pages read these alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

_AT_ONCE = 1_000
"""Rows of one statement; SQLite takes 32,766 values."""

_UNITS = """
INSERT INTO ratings_unittally (season_id, unit_id, channel, level, by_default, count)
VALUES {rows}
ON CONFLICT (season_id, unit_id, channel, level, by_default)
DO UPDATE SET count = ratings_unittally.count + excluded.count"""

_POINTS = """
INSERT INTO ratings_pointtally (day, point_id, channel, level, by_default, count)
VALUES {rows}
ON CONFLICT (day, point_id, channel, level, by_default)
DO UPDATE SET count = ratings_pointtally.count + excluded.count"""


class Change(NamedTuple):
    """One rating more (+1) or, on the day it was voided or moved away, less (−1)."""

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
    write_rows(cursor, _UNITS, [(*key, units[key]) for key in sorted(units)])
    days = [(key[0].isoformat(), *key[1:], points[key]) for key in sorted(points)]
    write_rows(cursor, _POINTS, days)


def write_rows(cursor: Any, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Execute `statement` with all rows in the place of `{rows}`, in as few goes as may be.

    One go for many rows: SQLite's driver asks for the interpreter anew at each, and waits for it.
    """
    for first in range(0, len(rows), _AT_ONCE):
        some = rows[first : first + _AT_ONCE]
        places = f"({', '.join(['%s'] * len(some[0]))})"
        cursor.execute(
            statement.replace("{rows}", ", ".join([places] * len(some))),
            [value for row in some for value in row],
        )
