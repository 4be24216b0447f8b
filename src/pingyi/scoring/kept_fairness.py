"""What stands beside a board (`fairness`), kept while it hardly moves.

It takes as long to work out as the board itself, and a few ratings more change it by nothing one
could see; so it is worked out anew when a verdict counts or no longer does, or a unit joins, and
otherwise after five minutes.
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
    counts = {
        row.unit.code: fairness.counted(row.ratings, row.verified)
        for row in board.rows
        if row.unit.group == group
    }
    key = (board.season.pk, group, board.scheme.digest)
    verified = hash(frozenset((code, count.verified) for code, count in counts.items()))
    with _lock:
        kept = _kept.get(key)
    if kept is not None and kept[0] == verified and timedelta() <= at - kept[1] < KEPT:
        return kept[2]
    found = fairness.group(counts)
    with _lock:
        _kept[key] = (verified, at, found)
    return found


def forget() -> None:
    """Drop all of it."""
    with _lock:
        _kept.clear()


_lock = Lock()
_kept: dict[tuple[int, str, str], tuple[int, datetime, Group]] = {}
