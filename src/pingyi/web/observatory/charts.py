"""Charts as figures for an SVG: all geometry is worked out here, the template only draws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 80, 16, 16, 40


@dataclass(frozen=True)
class Dot:
    """One value: where it stands, its label below, what it says."""

    x: float
    y: float
    label: str
    text: str


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


def rate_chart(rates: Sequence[tuple[str, Fraction, str]]) -> LineChart | None:
    """Rates by (label, rate, what it says), drawn from a round per cent below the lowest up to
    100 %; None for fewer than two, which are no trend."""
    if len(rates) < 2:
        return None
    values = [float(rate) * 100 for _, rate, _ in rates]
    step = _step(100 - min(values))
    floor = max(0.0, math.floor(min(values) / step) * step)
    if floor >= 100:
        floor = 100 - step
    return LineChart(
        dots=tuple(
            Dot(_x(place, len(rates)), _y(value, floor), label, text)
            for place, (value, (label, _, text)) in enumerate(zip(values, rates, strict=True))
        ),
        grid=tuple(
            Grid(_y(floor + n * step, floor), f"{floor + n * step:g}%")
            for n in range(round((100 - floor) / step) + 1)
        ),
    )


def level_chart(
    values: Sequence[tuple[str, float, str]], *, down: bool = False
) -> LineChart | None:
    """Values by (label, value, what it says) between round ones below and above them; with `down`
    they are whole and the smallest stands on top, as ranks do. None for fewer than two."""
    if len(values) < 2:
        return None
    known = [value for _, value, _ in values]
    step = _round_step((max(known) - min(known)) or 1.0)
    if down:
        step = max(1.0, step)
    low, high = math.floor(min(known) / step) * step, math.ceil(max(known) / step) * step
    if low == high:
        low, high = low - step, high + step
    if down:
        low = max(low, 1.0)

    def y(value: float) -> float:
        share = (value - low) / (high - low) if down else (high - value) / (high - low)
        return round(TOP + share * (HEIGHT - TOP - BOTTOM), 1)

    lines = [low + n * step for n in range(round((high - low) / step) + 1)]
    return LineChart(
        dots=tuple(
            Dot(_x(place, len(values)), y(value), label, text)
            for place, (label, value, text) in enumerate(values)
        ),
        grid=tuple(Grid(y(line), f"{line:,g}") for line in lines if line <= high),
    )


def _round_step(span: float) -> float:
    """1, 2 or 5 times a power of ten, three to six of which make up the span."""
    power = 10 ** math.floor(math.log10(span / 5))
    return next(power * times for times in (1, 2, 5, 10) if span <= power * times * 5)


def _step(span: float) -> float:
    """A round distance between grid lines, three to six of them over the span."""
    return next((step for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20) if span <= step * 5), 20)


def _x(place: int, count: int) -> float:
    return round(LEFT + 12 + place * (WIDTH - LEFT - RIGHT - 24) / (count - 1), 1)


def _y(value: float, floor: float) -> float:
    return round(TOP + (100 - value) / (100 - floor) * (HEIGHT - TOP - BOTTOM), 1)


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
