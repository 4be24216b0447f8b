"""The gamma distribution that makes Poisson counts of a group's units most likely.

With the counts y of n visits, and the rates gamma of shape a and rate b, the marginal likelihood's
logarithm is, but for constants,

    Σ [ln Γ(a + y) - ln Γ(a) + a ln b - (a + y) ln(b + n)]

(D. Clayton and J. Kaldor, "Empirical Bayes estimates of age-standardized relative risks for use in
disease mapping", Biometrics 43 (1987) 671-681.) Newton's method, in ln(mean) and ln(shape), which
hardly hang together. Presumed (A): a mean about the one given, by a factor of 2.7 either way, and a
shape about 1, by a factor of 4.5; which matters only where few units are seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from math import exp, lgamma, log

_MEAN_SPREAD, _SHAPE_SPREAD = 1.0, 1.5
"""Standard deviations of ln(mean) and ln(shape) as presumed."""
_BOUNDS = (-7.0, 14.0)
_STEPS = 60


def fitted(
    counts: Mapping[tuple[int, int], float],
    *,
    about: float,
    start: tuple[float, float] | None = None,
    steps: int = _STEPS,
) -> tuple[float, float]:
    """Shape and rate for counts (y, n), each seen so many times; rates are per visit."""
    seen = _Seen(counts, log(about))
    place = (log(start[0] / start[1]), log(start[0])) if start else (log(about), 0.0)
    height = seen.height(*place)
    for _ in range(steps):
        step = seen.step(*place)
        for _ in range(40):
            then = (place[0] + step[0], min(max(place[1] + step[1], _BOUNDS[0]), _BOUNDS[1]))
            risen = seen.height(*then)
            if risen >= height:
                break
            step = (step[0] / 2, step[1] / 2)
        else:
            break
        place, gained, height = then, risen - height, risen
        if gained < 1e-10 and max(map(abs, step)) < 1e-5:
            break
    shape = exp(place[1])
    return shape, shape * exp(-place[0])


class _Seen:
    """Counts gathered so that the likelihood costs one logarithm per distinct number of visits."""

    def __init__(self, counts: Mapping[tuple[int, int], float], presumed: float) -> None:
        self.presumed = presumed
        self.units = sum(counts.values())
        units: dict[int, float] = defaultdict(float)
        events: dict[int, float] = defaultdict(float)
        self._by_verified: dict[int, float] = defaultdict(float)
        for (verified, visits), number in counts.items():
            units[visits] += number
            events[visits] += number * verified
            self._by_verified[verified] += number
        self._by_visits = [(visits, n, events[visits]) for visits, n in units.items()]
        # Units with more than j events, for j from 0: ψ(a + y) - ψ(a) = Σ 1 ÷ (a + j) for j < y.
        self._beyond = [0.0] * max(self._by_verified, default=0)
        left = self.units
        for j in range(len(self._beyond)):
            left -= self._by_verified.get(j, 0.0)
            self._beyond[j] = left

    def height(self, mean: float, shape: float) -> float:
        """The logarithm of the likelihood and of what is presumed, by ln(mean) and ln(shape)."""
        a = exp(shape)
        b = a * exp(-mean)
        start = lgamma(a)
        seen = sum(n * (lgamma(a + y) - start) for y, n in self._by_verified.items() if y)
        spread = sum((n * a + events) * log(b + visits) for visits, n, events in self._by_visits)
        away = (mean - self.presumed) / _MEAN_SPREAD
        uneven = shape / _SHAPE_SPREAD
        return seen + self.units * a * log(b) - spread - (away * away + uneven * uneven) / 2

    def step(self, mean: float, shape: float) -> tuple[float, float]:
        """Newton's step, uphill in any case, and never of more than a factor of e."""
        a = exp(shape)
        b = a * exp(-mean)
        logs = ones = squares = weighted = weighted_squares = 0.0
        for visits, n, events in self._by_visits:
            part = 1 / (b + visits)
            logs += n * log(b + visits)
            ones += n * part
            weighted += (n * a + events) * part
            weighted_squares += (n * a + events) * part * part
        for j, n in enumerate(self._beyond):
            squares += n / (a + j) ** 2
        by_a = sum(n / (a + j) for j, n in enumerate(self._beyond)) + self.units * log(b) - logs
        by_b = self.units * a / b - weighted
        by_aa, by_ab = -squares, self.units / b - ones
        by_bb = weighted_squares - self.units * a / (b * b)
        # From (a, b) to (ln mean, ln shape), where b = a ÷ mean.
        u = -b * by_b - (mean - self.presumed) / _MEAN_SPREAD**2
        v = a * by_a + b * by_b - shape / _SHAPE_SPREAD**2
        uu = b * by_b + b * b * by_bb - _MEAN_SPREAD**-2
        uv = -b * by_b - b * (a * by_ab + b * by_bb)
        vv = a * by_a + b * by_b + a * a * by_aa + 2 * a * b * by_ab + b * b * by_bb
        vv -= _SHAPE_SPREAD**-2
        # Not yet near the top, where both bend down: then straight uphill, each by itself.
        determinant = uu * vv - uv * uv
        if uu < 0 and vv < 0 and determinant > 0:
            one, other = (uv * v - vv * u) / determinant, (uv * u - uu * v) / determinant
        else:
            one, other = u / (abs(uu) + 1), v / (abs(vv) + 1)
        too_far = max(abs(one), abs(other), 1.0)
        return one / too_far, other / too_far
