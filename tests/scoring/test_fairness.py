"""Shrunken rates and the probability of being among the last: against what is known of them."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise
from math import exp, isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pingyi.scoring import gamma
from pingyi.scoring.fairness import SURE, beside, counted, group, last_places
from pingyi.scoring.gamma_fit import fitted
from pingyi.scoring.last_places import among_last
from pingyi.scoring.lines import Ratings
from pingyi.scoring.shrinkage import Count, Part, chances, estimate, known, mean, peers, rounded

quick = settings(max_examples=25, deadline=None)
counts = st.integers(0, 3000).flatmap(
    lambda visits: st.builds(Count, st.integers(0, min(visits, 40)), st.just(visits))
)


def city(units: int, seed: int = 1) -> tuple[list[Count], list[float]]:
    """Counts and true rates per visit: gamma of shape 0.8 about 2 in 1,000."""
    drawn = random.Random(seed)
    seen, rates = [], []
    for _ in range(units):
        visits = max(1, int(drawn.lognormvariate(4.5, 1.6)))
        rate = drawn.gammavariate(0.8, 0.002 / 0.8)
        verified, wait = 0, drawn.expovariate(1)
        while wait < rate * visits and verified < visits:
            verified, wait = verified + 1, wait + drawn.expovariate(1)
        seen.append(Count(verified, visits))
        rates.append(rate)
    return seen, rates


@pytest.mark.parametrize("x", [0.001, 0.5, 1.0, 3.0, 12.0])
def test_the_tail_of_whole_shapes_is_a_sum(x: float) -> None:
    assert isclose(gamma.above(1, x), exp(-x), rel_tol=1e-12)
    assert isclose(gamma.above(3, x), exp(-x) * (1 + x + x * x / 2), rel_tol=1e-11)


def test_the_fit_finds_what_the_counts_were_drawn_from() -> None:
    seen, _ = city(6000)
    shape, rate = fitted({count: float(n) for count, n in Counter(seen).items()}, about=0.002)
    assert isclose(shape, 0.8, rel_tol=0.1)
    assert isclose(shape / rate, 0.002, rel_tol=0.05)


def test_few_visits_tell_of_the_peers_and_many_of_the_unit() -> None:
    seen, _ = city(3000)
    spread = peers(seen)
    assert spread is not None
    assert isclose(mean(spread), 2.0, rel_tol=0.1)
    few, many = known(Count(1, 20), spread), known(Count(1000, 20_000), spread)
    assert mean(spread) < mean(few) < 10  # not the 50 in 1,000 that it says
    assert isclose(mean(many), 50, rel_tol=0.01)
    wide, narrow = estimate(few), estimate(many)
    assert wide.low < wide.value < wide.high
    assert (wide.high - wide.low) / wide.value > 10 * (narrow.high - narrow.low) / narrow.value


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    seen, rates = city(3000, seed=2)
    spread = peers(seen)
    assert spread is not None
    told = {count: estimate(known(count, spread)) for count in set(seen)}
    held = sum(
        told[count].low <= 1000 * rate <= told[count].high
        for count, rate in zip(seen, rates, strict=True)
    )
    assert 0.93 <= held / len(seen) <= 0.97


@pytest.mark.parametrize(
    "few",
    [
        [Count(0, 5)],
        [Count(5, 5)],
        [Count(3, 5), Count(0, 0)],
        [Count(0, 9), Count(0, 4)],
        [Count(0, 1000)] * 40,
        [Count(7, 7)] * 3,
        [Count(0, 3)] * 20 + [Count(400, 500)],
    ],
)
def test_tiny_groups_and_groups_of_zeros_are_told_soberly(few: list[Count]) -> None:
    spread = peers(few)
    assert spread is not None
    assert isclose(sum(part.share for part in spread), 1)
    for count in few:
        found = estimate(known(count, spread))
        assert 0 <= found.low <= found.value <= found.high <= 1000
        if not count.verified:
            assert found.value > 0  # nothing seen is not nothing


def test_all_zero_means_next_to_nothing() -> None:
    spread = peers([Count(0, 1000)] * 40)
    assert spread is not None
    assert mean(spread) < 0.05


def test_without_any_visit_nothing_is_said() -> None:
    assert peers([]) is None
    assert peers([Count(0, 0)]) is None
    rated = Ratings()
    told = beside("A", rated, 0, group({"A": counted(rated, 0), "B": counted(rated, 0)}))
    assert (told.bad, told.last, told.few) == (None, None, True)
    assert told.rate == (0, 1)


@quick
@given(st.lists(counts, min_size=2, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_units_never_matters(seen: list[Count], shuffler: random.Random) -> None:
    units = {f"U{n}": count for n, count in enumerate(seen)}
    turned = list(units.items())
    shuffler.shuffle(turned)
    one, other = group(units), group(dict(turned))
    assert one == other


@quick
@given(st.lists(counts, min_size=2, max_size=40).filter(lambda seen: any(n for _, n in seen)))
def test_a_group_has_as_many_last_places_as_it_has(seen: list[Count]) -> None:
    found = group({f"U{n}": count for n, count in enumerate(seen)}).last
    assert all(0 <= chance <= 1 for chance in found.values())
    assert isclose(sum(found.values()), last_places(len(seen)), abs_tol=0.03)


def test_the_probabilities_agree_with_drawing_lots() -> None:
    drawn = random.Random(3)
    seen, _ = city(120, seed=4)
    seen += [Count(40, 1000), Count(3, 10), Count(9, 400)]
    spread = peers(seen)
    assert spread is not None
    units = [known(count, spread) for count in seen]
    found = among_last(units, 10)
    times, hits = 3000, Counter[int]()
    for _ in range(times):
        rates = [
            drawn.gammavariate(part.shape, 1 / part.rate)
            for unit in units
            for part in drawn.choices(unit, [one.share for one in unit])
        ]
        hits.update(sorted(range(len(units)), key=rates.__getitem__)[-10:])
    assert max(abs(found[at] - hits[at] / times) for at in range(len(units))) < 0.035
    assert isclose(sum(found), 10, abs_tol=0.01)


def test_plain_cases_of_the_last_places() -> None:
    one = (Part(1.0, 5.0, 100.0),)
    assert among_last([one, one], 1) == pytest.approx([0.5, 0.5], abs=1e-3)
    assert among_last([one] * 40, 10) == pytest.approx([0.25] * 40, abs=1e-3)
    assert among_last([one, one], 0) == [0, 0]
    assert among_last([one, one], 2) == [1, 1]
    far = (Part(1.0, 900.0, 1000.0),)
    assert among_last([far, *[one] * 30], 1)[0] > 0.999


def test_many_points_of_few_visits_are_not_the_worst() -> None:
    """A points-only rule would name the busy hall, with three times as many verified."""
    units = {f"U{n}": Count(1, 500) for n in range(40)}
    units |= {"busy": Count(30, 15_000), "bad": Count(10, 300)}
    found = group(units).last
    assert found["bad"] > SURE > 0.5 > found["busy"]


@quick
@given(counts.filter(lambda count: count.visits > 0))
def test_rounding_visits_moves_no_more_than_chance_would(count: Count) -> None:
    near = rounded(count)
    assert near.verified == count.verified
    assert abs(near.visits - count.visits) <= 0.5 + 0.06 * count.visits / (count.verified + 1)


def test_chances_fall_from_one_to_nothing() -> None:
    unit = (Part(0.5, 2.0, 100.0), Part(0.5, 8.0, 50.0))
    found = chances(unit, range(-400, 100))
    assert found[0] == pytest.approx(1, abs=1e-6)
    assert found[-1] == pytest.approx(0, abs=1e-12)
    assert all(a >= b - 1e-12 for a, b in pairwise(found))
