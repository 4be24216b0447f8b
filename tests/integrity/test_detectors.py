"""Bursts: how many, how close together, and where one ends."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pingyi.integrity.detectors import Burst, Rule, Seen, bursts

START = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
RULE = Rule(threshold=3, window=timedelta(seconds=60))


def at(*seconds: int, point: int = 1, mark: bytes = b"m") -> list[Seen]:
    return [Seen(point, START + timedelta(seconds=second), mark) for second in seconds]


def burst(first: int, last: int, count: int, point: int = 1) -> Burst:
    return Burst(point, START + timedelta(seconds=first), START + timedelta(seconds=last), count)


def test_enough_within_the_window_is_a_burst():
    assert list(bursts(at(0, 30, 60), RULE)) == [burst(0, 60, 3)]


def test_too_few_or_too_far_apart_is_none():
    assert not list(bursts(at(0, 30), RULE))
    assert not list(bursts(at(0, 30, 61), RULE))
    assert not list(bursts([], RULE))


def test_a_long_run_is_one_burst():
    assert list(bursts(at(*range(0, 200, 10)), RULE)) == [burst(0, 190, 20)]


def test_a_pause_ends_a_burst():
    assert list(bursts(at(0, 1, 2, 500, 501, 502, 503), RULE)) == [
        burst(0, 2, 3),
        burst(500, 503, 4),
    ]


def test_order_of_arrival_does_not_matter():
    assert list(bursts(reversed(at(0, 1, 2)), RULE)) == [burst(0, 2, 3)]


def test_other_marks_and_points_are_not_added_up():
    assert not list(bursts([*at(0, 1), *at(2, mark=b"n"), *at(3, point=2)], RULE))


@given(st.lists(st.integers(0, 1000), max_size=40))
def test_every_crowded_window_lies_in_a_burst(seconds: list[int]):
    found = list(bursts(at(*seconds), RULE))
    for second in seconds:
        moment = START + timedelta(seconds=second)
        crowd = sum(0 <= other - second <= 60 for other in seconds)
        inside = any(each.started_at <= moment <= each.ended_at for each in found)
        if crowd >= RULE.threshold:
            assert inside
    assert sum(each.count for each in found) <= len(seconds)
    for one, other in itertools.pairwise(found):
        assert one.ended_at < other.started_at
