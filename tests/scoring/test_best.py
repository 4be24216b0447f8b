"""The best windows and people: better than their group beyond luck, or nobody."""

from __future__ import annotations

import random

import pytest

from pingyi.scoring.best import Shares, best


def named(
    rated: dict[int, tuple[int, int]], number: int = 10, least: int = 30, but=()
) -> list[int]:
    shares = {key: Shares(*counts) for key, counts in rated.items()}
    return best(shares, number=number, min_ratings=least, but=but)


GROUP = {1: (900, 1000), 2: (910, 1000), 3: (905, 1000)}


def test_who_is_clearly_better_is_named_the_very_best_first():
    assert named({**GROUP, 4: (990, 1000), 5: (1000, 1000)}) == [5, 4]


def test_who_is_a_little_better_is_not():
    assert named(GROUP) == []


def test_a_perfect_rate_of_few_ratings_names_nobody():
    assert named({**GROUP, 4: (29, 29)}) == []
    assert named({**GROUP, 4: (30, 30)}) == [], "enough to be compared, not to be sure"
    assert named({**GROUP, 4: (200, 200)}) == [4]


def test_at_most_so_many_and_a_tie_over_the_edge_is_let_in():
    rated = {**GROUP, 4: (1000, 1000), 5: (990, 1000), 6: (990, 1000), 7: (985, 1000)}
    assert named(rated, number=1) == [4]
    assert named(rated, number=2) == [4, 5, 6]


def test_who_has_a_complaint_is_compared_and_not_named():
    rated = {**GROUP, 4: (1000, 1000), 5: (990, 1000)}
    assert named(rated, number=1, but={4}) == [5]


@pytest.mark.parametrize("rated", [{}, {1: (0, 0)}, {1: (500, 500)}, {1: (0, 50), 2: (0, 60)}])
def test_alone_or_without_ratings_there_is_no_best(rated):
    assert named(rated) == []


def test_where_all_are_alike_luck_names_hardly_ever_anybody():
    """300 groups of 40 windows with the same true rate: expected are 7, one in forty."""
    rng = random.Random(20260601)
    lucky = 0
    for _ in range(300):
        rated = {key: (sum(rng.random() < 0.95 for _ in range(150)), 150) for key in range(40)}
        lucky += bool(named(rated))
    assert lucky <= 16
