"""A rate's course as figures for an SVG: dots with their intervals, all geometry worked out here.

Told apart without colour: dots, the line through them, and whiskers for the intervals.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 80, 24, 16, 40
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20)


@dataclass(frozen=True)
class Value:
    """One dot: its label below, what it says, and shares of 0 to 1; without an interval `low` and
    `high` are the rate itself."""

    label: str
    text: str
    rate: float
    low: float
    high: float


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    low: float
    high: float
    label: str
    text: str


@dataclass(frozen=True)
class Grid:
    y: float
    text: str


@dataclass(frozen=True)
class Course:
    """A line through dots over a grid, in a box of WIDTH × HEIGHT."""

    dots: tuple[Dot, ...]
    grid: tuple[Grid, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT

    @property
    def path(self) -> str:
        return "M" + " L".join(f"{dot.x} {dot.y}" for dot in self.dots)


def course(values: Sequence[Value]) -> Course | None:
    """The values in their order, from a round per cent below the lowest up to a round one above
    the highest; None for fewer than two, which are no course."""
    if len(values) < 2:
        return None
    low = min(value.low for value in values) * 100
    high = max(value.high for value in values) * 100
    step = next((step for step in _STEPS if high - low <= step * 5), _STEPS[-1])
    floor = math.floor(low / step) * step
    ceiling = min(100.0, math.ceil(high / step) * step)
    if ceiling <= floor:
        floor = ceiling - step

    def across(place: int) -> float:
        return round(LEFT + 20 + place * (WIDTH - LEFT - RIGHT - 40) / (len(values) - 1), 1)

    def up(share: float) -> float:
        part = (ceiling - share) / (ceiling - floor)
        return round(TOP + part * (HEIGHT - TOP - BOTTOM), 1)

    return Course(
        dots=tuple(
            Dot(
                across(place),
                up(value.rate * 100),
                up(value.low * 100),
                up(value.high * 100),
                value.label,
                value.text,
            )
            for place, value in enumerate(values)
        ),
        grid=tuple(
            Grid(up(floor + n * step), f"{floor + n * step:g}%")
            for n in range(round((ceiling - floor) / step) + 1)
        ),
    )
