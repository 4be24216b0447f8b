"""How probable it is that a unit is truly among the last of its group, not by chance alone.

What is known of each unit's true rate is a distribution (`shrinkage.known`). A unit is among the
last k if at most k - 1 others have a higher one:

    P = ∫ f(x) · P(at most k - 1 of the others are above x) dx    (f: the density of its own)

The number of others above x is a sum of independent yeses and noes of unequal chances
(Poisson-binomial). It is computed, not drawn, so the same facts give the same figures: at each
point of a grid of x the sum's distribution is multiplied out unit by unit where the chances are
large, and by three terms of its logarithm where they are small, where Le Cam ("An approximation
theorem for the Poisson binomial distribution", Pacific J. Math. 10 (1960) 1181-1197) takes one.
The error is below 0.002; the probabilities of a group add up to k.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import exp, factorial, sqrt
from operator import mul

from pingyi.scoring.shrinkage import Spread, chances, falls_to, middle

_SMALL = 0.02


def among_last(units: Sequence[Spread], last: int) -> list[float]:
    """For each unit the probability that its true rate is among the `last` highest."""
    if last <= 0:
        return [0.0] * len(units)
    if last >= len(units):
        return [1.0] * len(units)
    many = Counter(units)
    grid = _grid(many, last)
    rows = [chances(unit, grid) for unit in many]
    # Told apart where the grid begins: from there on each chance only falls.
    few = [place for place, row in enumerate(rows) if row[0] > _SMALL]
    many_small = [place for place, row in enumerate(rows) if row[0] <= _SMALL]
    numbers = list(many.values())
    rests = _small_sums(
        [rows[place] for place in many_small], [numbers[place] for place in many_small], len(grid)
    )
    alike: list[float] = []
    apart: dict[int, list[float]] = {place: [] for place in few}
    for at, sums in enumerate(rests):
        large = [(place, rows[place][at]) for place in few for _ in range(numbers[place])]
        whole, without = _at_most(_of_small(sums, last), large, last)
        alike.append(whole)
        for place, chance in without.items():
            apart[place].append(chance)
    # A single small one hardly moves the sum of all: what holds for all holds without it.
    weights = _weights(alike)
    found = [
        _chance(sum(map(mul, row, _weights(apart[place]) if place in apart else weights)))
        for place, row in enumerate(rows)
    ]
    by_unit = dict(zip(many, found, strict=True))
    return [by_unit[unit] for unit in units]


def _chance(found: float) -> float:
    return min(max(found, 0.0), 1.0)


def _grid(many: Mapping[Spread, int], last: int) -> range:
    """From where surely more than `last` units are above, to where surely fewer are."""
    units = sum(many.values())
    enough = min(last + 6 * sqrt(last) + 4, 0.999 * units)
    # P(at least k) is at most (expected number)^k / k!.
    few = (1e-4 * factorial(last)) ** (1 / last)
    begin = falls_to(many, enough, middle(max(many, key=many.__getitem__))) - 1
    return range(begin, max(falls_to(many, few, begin), begin + 1) + 1)


def _small_sums(
    rows: Sequence[Sequence[float]], numbers: Sequence[int], points: int
) -> list[tuple[float, float, float]]:
    """At each point the sums of the small chances, of their squares and of their cubes."""
    if not rows:
        return [(0.0, 0.0, 0.0)] * points
    found = []
    for column in zip(*rows, strict=True):
        ones = list(map(mul, column, numbers))
        twos = list(map(mul, ones, column))
        found.append((sum(ones), sum(twos), sum(map(mul, twos, column))))
    return found


def _of_small(sums: tuple[float, float, float], last: int) -> list[float]:
    """Chances of 0, 1, … last - 1 yeses among many small ones: the generating function's
    logarithm to its third term, s₁(z-1) - s₂(z-1)²/2 + s₃(z-1)³/3, and the power series of that."""
    one, two, three = sums
    terms = (one + two + three, -two / 2 - three, three / 3)
    found = [exp(-one - two / 2 - three / 3)]
    for n in range(1, last):
        found.append(sum(r * term * found[n - r] for r, term in enumerate(terms, 1) if r <= n) / n)
    return found


def _at_most(
    rest: list[float], large: Sequence[tuple[int, float]], last: int
) -> tuple[float, dict[int, float]]:
    """P(fewer than `last` yeses), with all and with each of the given left out.

    Products from the left and from the right: dividing one out again would lose all digits.
    """
    from_right = [[1.0] + [0.0] * (last - 1)]
    for _, chance in reversed(large):
        from_right.append(_joined(from_right[-1], chance))
    without: dict[int, float] = {}
    left = rest
    for at, (place, chance) in enumerate(large):
        if place not in without:
            right = list(accumulate(from_right[len(large) - 1 - at]))
            right.reverse()
            without[place] = sum(map(mul, left, right))
        left = _joined(left, chance)
    return sum(left), without


def _joined(found: list[float], chance: float) -> list[float]:
    """The distribution with one more yes or no."""
    no = 1 - chance
    return [a * no + b * chance for a, b in zip(found, [0.0, *found], strict=False)]


def _weights(at_most: Sequence[float]) -> list[float]:
    """How much `at_most` rises about each point: integrated by parts, the probability is ∫ p(x) of
    that, p being the unit's chance of being above x. By five points, from 0 before to 1 after."""
    end = len(at_most) + 2
    known = [0.0, 0.0, *at_most, 1.0, 1.0]
    rises = [
        (known[at - 2] - 8 * known[at - 1] + 8 * known[at + 1] - known[at + 2]) / 12
        for at in range(2, end)
    ]
    rises[-1] += 1 - sum(rises)
    return rises
