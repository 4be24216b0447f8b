"""Verified bad ratings per 1,000 visits, each unit's drawn towards its peers as its visits are few.

A unit's count y of n visits is Poisson with the mean λn. How the λ of a peer group are spread is
found from all of the group (empirical Bayes): a gamma distribution for most of it, and for the few
that are far worse, gammas of fixed means, 1.6 times one another, each with the share of units that
makes the group's counts most likely. A single gamma is the usual choice, but its thin tail names
units wrongly in a city that has a longer one (docs/fair-ranking.md). Once a unit's count is seen, a
part of shape a and rate b becomes one of a + y and b + n, and its share is multiplied by

    Γ(a + y) ÷ Γ(a) · b^a ÷ (b + n)^(a + y)

so that the mean, (a + y) ÷ (b + n) in each part, lies between the unit's own and its peers'.

Sources: B. Efron and C. Morris, "Stein's paradox in statistics", Scientific American 236 (1977)
119-127; R. J. Marshall, "Mapping disease and mortality rates using empirical Bayes estimators",
Applied Statistics 40 (1991) 283-294, for gamma-Poisson; N. Laird, "Nonparametric maximum likelihood
estimation of a mixing distribution", JASA 73 (1978) 805-811, for the parts' shares.

Weak presumptions (A) keep it sound where a group is tiny, all zero, or one unit, and mean next to
nothing in a large one; see the constants.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import exp, floor, lgamma, log
from typing import NamedTuple

from pingyi.scoring import gamma
from pingyi.scoring.gamma_fit import fitted

PER = 1000
_WORSE_SHAPE = 6.0
_WORSE = [1.6**step for step in range(2, 9)]
"""Means of the parts for the far worse, as multiples of the group's count ÷ visits."""
_WORSE_SHARE, _PRESUMED_UNITS = 0.02, 2.0
"""Presumed: as if two more units had been seen, a fiftieth of them far worse."""
_ROUNDS = 25
_FARTHEST = 10_000
"""In points of the grid: rates from e^-400 to e^400, which no count comes near."""
_NEGLIGIBLE = 1e-6


class Count(NamedTuple):
    """`verified` bad ratings in so many `visits`: ratings given, defaults left out (A)."""

    verified: int
    visits: int


class Part(NamedTuple):
    """A gamma distribution of the rate per visit, and its share of what is known."""

    share: float
    shape: float
    rate: float


Spread = tuple[Part, ...]
"""What is known of a true rate per visit, or how a group's are spread; shares add up to 1."""


class Estimate(NamedTuple):
    """Verified bad per 1,000 visits, and the interval that holds the true one at 95 % (or as
    asked)."""

    value: float
    low: float
    high: float


def peers(counts: Iterable[Count]) -> Spread | None:
    """How the true rates of a group's units are spread; None where nobody has any visit."""
    seen = Counter(rounded(count) for count in counts if count.visits > 0)
    if not seen:
        return None
    verified = sum(count.verified * number for count, number in seen.items())
    pooled = (verified + 0.5) / sum(count.visits * number for count, number in seen.items())
    most = fitted({(y, n): float(number) for (y, n), number in seen.items()}, about=pooled)
    worse = [(_WORSE_SHAPE, _WORSE_SHAPE / (pooled * times)) for times in _WORSE]
    presumed = [1 - _WORSE_SHARE] + [_WORSE_SHARE / len(worse)] * len(worse)
    far = {count: [_likelihood(count, *one) for one in worse] for count in seen}
    shares = presumed
    for _ in range(_ROUNDS):
        gathered = [share * _PRESUMED_UNITS for share in presumed]
        ordinary: dict[tuple[int, int], float] = {}
        for count, number in seen.items():
            weights = _weighed(shares, [_likelihood(count, *most), *far[count]])
            whole = sum(weights) / number
            for at, weight in enumerate(weights):
                gathered[at] += weight / whole
            ordinary[count] = weights[0] / whole
        units = sum(gathered)
        shares = [one / units for one in gathered]
        most = fitted(ordinary, about=pooled, start=most, steps=1)
    return tuple(Part(share, *one) for share, one in zip(shares, [most, *worse], strict=True))


def known(count: Count, among: Spread) -> Spread:
    """What is known of a unit's rate once its count is seen; parts that hardly weigh are left."""
    weights = _weighed(
        [part.share for part in among],
        [_likelihood(count, part.shape, part.rate) for part in among],
    )
    least = _NEGLIGIBLE * sum(weights)
    whole = sum(weight for weight in weights if weight > least)
    return tuple(
        Part(weight / whole, part.shape + count.verified, part.rate + count.visits)
        for part, weight in zip(among, weights, strict=True)
        if weight > least
    )


def rounded(count: Count) -> Count:
    """The count with its visits rounded by much less than such a count can tell of a rate, so that
    what is worked out once serves many units."""
    if not count.visits:
        return count
    fine = 0.1 / (count.verified + 1)
    return Count(count.verified, round(exp(round(log(count.visits) / fine) * fine)))


def mean(spread: Spread) -> float:
    """Verified bad per 1,000 visits, to be expected; never more than all of them, which Poisson
    counts do not know."""
    return min(PER * sum([share * shape / rate for share, shape, rate in spread]), float(PER))


def estimate(spread: Spread, level: float = 0.95) -> Estimate:
    """The mean and the middle `level` of what is known, per 1,000."""
    half = (1 - level) / 2
    ends = (_where(spread, 1 - half), _where(spread, half))
    return Estimate(mean(spread), *(min(PER * end, float(PER)) for end in ends))


def chances(spread: Spread, grid: range) -> list[float]:
    """The chances of a rate above exp(n · gamma.FINE) per visit, for each n of the grid."""
    found = [0.0] * len(grid)
    for tail, first, one, two, three in _tails(spread):
        kept = [tail[at + first] for at in range(grid.start, grid.stop + 2)]
        found = [
            before + one * a + two * b + three * c
            for before, a, b, c in zip(found, kept, kept[1:], kept[2:], strict=False)
        ]
    return found


def falls_to(many: Mapping[Spread, int], wanted: float, start: int) -> int:
    """The first point of the grid at which no more than `wanted` of the units are above."""
    tails = [
        (tail, first, number * one, number * two, number * three)
        for spread, number in many.items()
        for tail, first, one, two, three in _tails(spread)
    ]

    def above(at: int) -> float:
        return sum(
            one * tail[at + first] + two * tail[at + first + 1] + three * tail[at + first + 2]
            for tail, first, one, two, three in tails
        )

    step = 16
    low = high = start
    while above(low) <= wanted and low > -_FARTHEST:
        high, low, step = low, low - step, 2 * step
    while high <= low or above(high) > wanted:
        low, high, step = max(low, high), high + step, 2 * step
        if high > _FARTHEST:
            return high
    while high - low > 1:
        halfway = (low + high) // 2
        low, high = (halfway, high) if above(halfway) > wanted else (low, halfway)
    return high


def _tails(spread: Spread) -> list[tuple[gamma.Tail, int, float, float, float]]:
    """For each part its tail, where it begins on the grid, and how much the three points from there
    on weigh: a parabola through them, times the part's share."""
    found = []
    for share, shape, rate in spread:
        shift = log(rate) / gamma.FINE
        first = floor(shift)
        past = shift - first
        one, two, three = (1 - past) * (2 - past) / 2, past * (2 - past), past * (past - 1) / 2
        found.append((gamma.tail(shape), first, share * one, share * two, share * three))
    return found


def middle(spread: Spread) -> int:
    """The point of the grid next to the mean."""
    return floor(log(mean(spread) / PER) / gamma.FINE)


def _likelihood(count: Count, shape: float, rate: float) -> float:
    """The logarithm of how likely a part makes the count, up to what is the same for all parts."""
    verified, visits = count
    return (
        lgamma(shape + verified)
        - lgamma(shape)
        + shape * log(rate)
        - (shape + verified) * log(rate + visits)
    )


def _weighed(shares: Sequence[float], likelihoods: Sequence[float]) -> list[float]:
    """The parts' shares once a count is seen, up to a common factor."""
    most = max(likelihoods)
    return [share * exp(one - most) for share, one in zip(shares, likelihoods, strict=True)]


def _where(spread: Spread, chance: float) -> float:
    """The rate above which the true one lies with this chance."""
    high = falls_to({spread: 1}, chance, middle(spread))
    above, below = chances(spread, range(high - 1, high + 1))
    share = (above - chance) / (above - below) if above > below else 0.0
    return exp((high - 1 + share) * gamma.FINE)
