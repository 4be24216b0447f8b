"""Wilson's interval, against figures worked out elsewhere and against its own definition."""

from math import isclose, sqrt
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingyi.scoring.intervals import wilson

counts = st.integers(0, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


# Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17
# (1998) 857-872, table I, method 3.
@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_examples(successes: int, trials: int, low: float, high: float) -> None:
    found = wilson(successes, trials)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(counts)
def test_its_ends_are_where_the_score_test_turns(told: tuple[int, int]) -> None:
    successes, trials = told
    found = wilson(successes, trials)
    if not trials:
        assert found == (0, 1)
        return
    share, z = successes / trials, NormalDist().inv_cdf(0.975)
    assert 0 <= found.low <= share <= found.high <= 1
    for end in found:
        if 1e-9 < end < 1 - 1e-9:
            distance = abs(share - end) / sqrt(end * (1 - end) / trials)
            assert isclose(distance, z, rel_tol=1e-4)


@given(counts)
def test_good_and_bad_mirror_one_another(told: tuple[int, int]) -> None:
    successes, trials = told
    good, bad = wilson(successes, trials), wilson(trials - successes, trials)
    assert isclose(good.low, 1 - bad.high, abs_tol=1e-12)
    assert isclose(good.high, 1 - bad.low, abs_tol=1e-12)


def test_all_or_nothing_seen_reaches_the_end_exactly() -> None:
    assert wilson(30, 30).high == 1.0
    assert wilson(0, 30).low == 0.0
    assert 0.99 in wilson(30, 30)
    assert 0.5 not in wilson(30, 30)


def test_more_trials_and_less_certainty_make_it_narrower() -> None:
    def width(low: float, high: float) -> float:
        return high - low

    assert width(*wilson(900, 1000)) < width(*wilson(90, 100)) < width(*wilson(9, 10))
    assert width(*wilson(90, 100, 0.8)) < width(*wilson(90, 100, 0.95))


@pytest.mark.parametrize(
    ("successes", "trials", "level"), [(2, 1, 0.95), (-1, 5, 0.95), (1, 5, 1.0), (1, 5, 0.0)]
)
def test_what_is_no_count_or_no_level_is_refused(successes: int, trials: int, level: float) -> None:
    with pytest.raises(ValueError, match=r"of|level"):
        wilson(successes, trials, level)
