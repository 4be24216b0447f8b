"""How sure a rate is: the interval that belongs beside every rate shown."""

from __future__ import annotations

from functools import cache
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

FEW = 30
"""(A) Below so many ratings a rate is shown greyed, as "few ratings": with 30, one rater more or
less still moves it by three points in a hundred. No rank is ever made of the rate alone."""


class Interval(NamedTuple):
    """Two shares, 0 to 1, between which the true one lies as surely as was asked."""

    low: float
    high: float

    def __contains__(self, share: object) -> bool:
        return isinstance(share, int | float) and self.low <= share <= self.high


def wilson(successes: int, trials: int, level: float = 0.95) -> Interval:
    """The score interval of a share seen as `successes` of `trials`; without trials all of it.

    With p the share, n the trials and z the normal quantile of (1 + level) ÷ 2:

        (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) ÷ (1 + z²/n)

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    JASA 22 (1927) 209-212. ValueError for counts that are none, or a level outside 0 to 1.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials}")
    if not 0 < level < 1:
        raise ValueError(f"a level of {level}")
    if not trials:
        return Interval(0.0, 1.0)
    z = _quantile(level)
    squared = z * z
    # In counts, which keeps the ends exact: nothing seen has 0 as its lower end, all seen has 1.
    middle = successes + squared / 2
    spread = z * sqrt(successes * (trials - successes) / trials + squared / 4)
    whole = trials + squared
    low = 0.0 if successes == 0 else (middle - spread) / whole
    high = 1.0 if successes == trials else (middle + spread) / whole
    return Interval(low, high)


@cache
def _quantile(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)
