"""Charts as figures for an SVG: all geometry is worked out here, the template only draws.

Told apart without colour: dots, the line through them, whiskers for intervals.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 80, 20, 16, 40
_MARGIN = 16
"""Between the frame and the first and last dot."""


class Value(NamedTuple):
    """A value to draw: its label below, what it says; `low` and `high` where it has an interval."""

    label: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Dot:
    """Where a value stands, and the whisker of its interval as a path."""

    x: float
    y: float
    label: str
    text: str
    span: str


@dataclass(frozen=True)
class Grid:
    """A horizontal line with its value."""

    y: float
    text: str


@dataclass(frozen=True)
class LineChart:
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


def rate_chart(rates: Sequence[Value], *, whole: bool = False) -> LineChart | None:
    """Rates of 0 to 1 in per cent, from a round one below the lowest up to a round one above the
    highest, or with `whole` to 100 %; None for fewer than two, which are no course."""
    if len(rates) < 2:
        return None
    values = [_in_per_cent(rate) for rate in rates]
    bottom, top = _reach(values)
    top = 100.0 if whole else top
    step = next((step for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20) if top - bottom <= step * 5), 20)
    low, high = math.floor(bottom / step) * step, min(100.0, math.ceil(top / step) * step)
    if high <= low:
        low = high - step
    return _drawn(values, low, high, step, "%")


def level_chart(values: Sequence[Value], *, down: bool = False) -> LineChart | None:
    """Values between round ones below and above them; with `down` they are whole and the smallest
    stands on top, as ranks do. None for fewer than two."""
    if len(values) < 2:
        return None
    bottom, top = _reach(values)
    step = _round_step((top - bottom) or 1.0)
    if down:
        step = max(1.0, step)
    low, high = math.floor(bottom / step) * step, math.ceil(top / step) * step
    if low == high:
        low, high = low - step, high + step
    if down:
        low = max(low, 1.0)
    return _drawn(values, low, high, step, "", down=down)


def _in_per_cent(rate: Value) -> Value:
    low, high = (None if end is None else end * 100 for end in (rate.low, rate.high))
    return rate._replace(value=rate.value * 100, low=low, high=high)


def _reach(values: Sequence[Value]) -> tuple[float, float]:
    """The lowest and the highest, intervals included."""
    ends = [end for one in values for end in (one.value, one.low, one.high) if end is not None]
    return min(ends), max(ends)


def _round_step(span: float) -> float:
    """1, 2 or 5 times a power of ten, three to six of which make up the span."""
    power = 10 ** math.floor(math.log10(span / 5))
    return next(power * times for times in (1, 2, 5, 10) if span <= power * times * 5)


def _drawn(
    values: Sequence[Value], low: float, high: float, step: float, unit: str, *, down: bool = False
) -> LineChart:
    def x(place: int) -> float:
        room = WIDTH - LEFT - RIGHT - 2 * _MARGIN
        return round(LEFT + _MARGIN + place * room / (len(values) - 1), 1)

    def y(value: float) -> float:
        share = (value - low if down else high - value) / (high - low)
        return round(TOP + share * (HEIGHT - TOP - BOTTOM), 1)

    def span(place: int, one: Value) -> str:
        if one.low is None or one.high is None or one.low == one.high:
            return ""
        return f"M{x(place)} {y(one.low)}V{y(one.high)}"

    lines = [low + n * step for n in range(round((high - low) / step) + 1)]
    return LineChart(
        dots=tuple(
            Dot(x(place), y(one.value), one.label, one.text, span(place, one))
            for place, one in enumerate(values)
        ),
        grid=tuple(Grid(y(line), f"{line:,g}{unit}") for line in lines if line <= high),
    )


@dataclass(frozen=True)
class Bar:
    """One bar of a row of bars: its share of the longest, in hundredths."""

    label: str
    count: int
    url: str
    length: int


def bars(counts: Sequence[tuple[str, int, str]]) -> list[Bar]:
    """Bars by (label, count, address), the longest full."""
    most = max((count for _, count, _ in counts), default=0) or 1
    return [Bar(label, count, url, round(100 * count / most)) for label, count, url in counts]
