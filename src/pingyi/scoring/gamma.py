"""The gamma distribution's upper tail, as far as ranking needs it; kept, for few shapes recur.

The series and the continued fraction of the incomplete gamma function are those of Abramowitz and
Stegun, Handbook of Mathematical Functions (1964), 6.5.29 and 6.5.31.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, lgamma, log

FINE = 0.04
"""Distance, in ln x, between the points a tail is kept at: neighbours differ by 4 %."""
_PRECISE = 1e-13
_TINY = 1e-300


def above(shape: float, x: float) -> float:
    """The chance that a gamma variable of this shape and of rate 1 is above x."""
    if x <= 0:
        return 1.0
    front = exp(shape * log(x) - x - lgamma(shape))
    if x < shape + 1:
        return 1.0 - front * _series(shape, x)
    return front * _fraction(shape, x)


class Tail:
    """`above` of one shape at exp(n · FINE), by n, each worked out once."""

    def __init__(self, shape: float) -> None:
        self._shape = shape
        self._kept: dict[int, float] = {}

    def __getitem__(self, at: int) -> float:
        found = self._kept.get(at)
        if found is None:
            found = self._kept[at] = above(self._shape, exp(min(at * FINE, 700.0)))
        return found


tail = lru_cache(maxsize=4096)(Tail)


def _series(shape: float, x: float) -> float:
    term = total = 1 / shape
    n = shape
    while term > total * _PRECISE:
        n += 1
        term *= x / n
        total += term
    return total


def _fraction(shape: float, x: float) -> float:
    """By Lentz's method."""
    b = x + 1 - shape
    c = 1 / _TINY
    d = 1 / b
    found = d
    for n in range(1, 10_000):
        a = -n * (n - shape)
        b += 2
        d = 1 / (a * d + b or _TINY)
        c = b + a / c or _TINY
        change = c * d
        found *= change
        if abs(change - 1) < _PRECISE:
            break
    return found
