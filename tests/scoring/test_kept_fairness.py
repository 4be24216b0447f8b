"""What stands beside a board is kept five minutes, and never for other units."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from pingyi import rulebook
from pingyi.directory.models import Season
from pingyi.scoring import fairness, kept_fairness
from pingyi.scoring.board import Board, Row
from pingyi.scoring.engine import Facts, Result, Satisfaction, Unit, UnitResult
from pingyi.scoring.lines import Ratings

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def board(**verified: int) -> Board:
    """A group of units with 100 ratings each and so many verified bad ones."""
    rows = tuple(
        Row(
            Unit(code=code, group="g"),
            cast(UnitResult, None),
            Ratings(90, 100, 100),
            [Satisfaction(unit=code, channel="qr", satisfied=90, verified_bad=bad)],
        )
        for code, bad in verified.items()
    )
    none = Result(scheme="wuhan-2023", season="2026", results=())
    return Board(
        Season(pk=1, code="2026"),
        rulebook.scheme("wuhan-2023"),
        Facts(season="2026", units=()),
        none,
        rows,
    )


def worked_out(found: Board) -> fairness.Group:
    return fairness.group(
        {row.unit.code: fairness.counted(row.ratings, row.verified) for row in found.rows}
    )


BEFORE = board(a=0, b=1, c=9, d=0)
AFTER = board(a=8, b=1, c=9, d=0)


def test_a_verdict_is_in_it_after_five_minutes() -> None:
    first = kept_fairness.of(BEFORE, "g", at=NOON)
    assert first == worked_out(BEFORE)
    assert kept_fairness.of(AFTER, "g", at=NOON + timedelta(minutes=4, seconds=59)) == first
    then = kept_fairness.of(AFTER, "g", at=NOON + timedelta(minutes=5))
    assert then == worked_out(AFTER) != first


@pytest.mark.parametrize(
    "others", [board(a=0, b=1, c=9, d=0, e=0), board(a=0, b=1, c=9), board(a=0, b=1, c=9, e=0)]
)
def test_a_unit_that_joins_or_leaves_is_in_it_at_once(others: Board) -> None:
    kept_fairness.of(BEFORE, "g", at=NOON)
    found = kept_fairness.of(others, "g", at=NOON)
    assert found == worked_out(others)
    assert set(found.last) == {row.unit.code for row in others.rows}


def test_what_was_kept_later_does_not_serve_an_earlier_moment() -> None:
    kept_fairness.of(BEFORE, "g", at=NOON)
    assert kept_fairness.of(AFTER, "g", at=NOON - timedelta(seconds=1)) == worked_out(AFTER)
