"""What stands beside a board (`fairness`), kept while it hardly moves.

It takes as long to work out as the board itself, and a few ratings or one verdict more change it
by little; so it is worked out anew when a unit joins or leaves, and otherwise after five minutes.
Points, places, rates and their intervals never wait for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock

from pingyi.scoring import fairness
from pingyi.scoring.board import Board
from pingyi.scoring.fairness import Group

KEPT = timedelta(minutes=5)


def of(board: Board, group: str, *, at: datetime) -> Group:
    """What the units of one of a live board's groups are told beside, as of `at` or a little
    before."""
    rows = [row for row in board.rows if row.unit.group == group]
    units = frozenset(row.unit.code for row in rows)
    key = (board.season.pk, group, board.scheme.digest)
    with _lock:
        kept = _kept.get(key)
    if kept is not None and kept[0] == units and timedelta() <= at - kept[1] < KEPT:
        return kept[2]
    found = fairness.group(
        {row.unit.code: fairness.counted(row.ratings, row.verified) for row in rows}
    )
    with _lock:
        _kept[key] = (units, at, found)
    return found


def forget() -> None:
    """Drop all of it."""
    with _lock:
        _kept.clear()


_lock = Lock()
_kept: dict[tuple[int, str, str], tuple[frozenset[str], datetime, Group]] = {}
