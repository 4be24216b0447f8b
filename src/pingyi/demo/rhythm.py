"""When a city rates: working days, opening hours, the lunch dip, the busy Monday. Pure."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

# Weight of each half hour of a day from 0:00, for three manners of being open.
_OPEN: dict[str, dict[int, float]] = {
    "office": {
        **dict.fromkeys((17, 18), 5),
        **dict.fromkeys((19, 20, 21, 22), 9),
        23: 6,
        24: 2,
        25: 1,
        26: 2,
        27: 4,
        **dict.fromkeys((28, 29, 30, 31), 8),
        32: 6,
        33: 4,
        34: 2,
    },
    "long": {
        **dict.fromkeys(range(14, 17), 4),
        **dict.fromkeys(range(17, 23), 9),
        **dict.fromkeys((23, 24, 25, 26), 3),
        **dict.fromkeys(range(27, 35), 7),
        **dict.fromkeys(range(35, 44), 2),
    },
    "always": {
        **dict.fromkeys(range(0, 12), 0.3),
        **dict.fromkeys(range(12, 16), 2),
        **dict.fromkeys(range(16, 44), 6),
        **dict.fromkeys(range(44, 48), 1),
    },
}
OPENING = {
    "terminal": "always",
    "online": "always",
    "clinic": "long",
    "enforcement": "long",
    "station": "long",
}
"""A point's kind to its manner; every other kind keeps office hours and closes on free days."""

_WEEKDAY = (1.24, 1.08, 1.0, 0.97, 0.9, 0.95, 0.95)
_FREE_DAY = 0.22
_HALF_HOUR = 1800
_CUMULATED = {
    manner: list(itertools.accumulate(weights.get(slot, 0) for slot in range(48)))
    for manner, weights in _OPEN.items()
}


def opening(kind: str) -> str:
    """How points of this kind are open: office, long or always."""
    return OPENING.get(kind, "office")


def days(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def volumes(
    span: Sequence[date], total: int, is_working: Callable[[date], bool], seed: int
) -> Iterator[int]:
    """How many of `total` ratings fall on each day of `span`; at least the sum is exact."""
    weights = []
    for day in span:
        rng = random.Random(f"{seed}/volume/{day}")  # noqa: S311
        weight = _WEEKDAY[day.weekday()] * (1 if is_working(day) else _FREE_DAY)
        weights.append(weight * rng.uniform(0.92, 1.08))
    sum_of_all = sum(weights)
    given = 0
    for so_far in itertools.accumulate(weights):
        until_here = round(total * so_far / sum_of_all)
        yield until_here - given
        given = until_here


def seconds_of_day(manner: str, count: int, rng: random.Random) -> list[int]:
    """`count` moments of a day, as seconds since midnight in the city's time, unsorted."""
    slots = rng.choices(range(48), cum_weights=_CUMULATED[manner], k=count)
    return [slot * _HALF_HOUR + rng.randrange(_HALF_HOUR) for slot in slots]
