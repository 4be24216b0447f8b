"""What the public sees of ratings tells no desk how somebody rated."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from pingyi.publication import showing
from pingyi.publication.models import Release, ReleasedResult
from pingyi.publication.terms import Kind
from pingyi.scoring.lines import Ratings
from tests.publication.conftest import AUGUST, Town


def seen(release: Release, code: str = "S2") -> tuple[int, int]:
    row = release.results.get(code=code)
    return row.shown_good, row.shown_counted


def test_figures_stand_still_until_ten_more_have_rated(town: Town):
    week = town.release(kind=Kind.WEEKLY, through=date(2026, 6, 14))
    assert seen(week) == (28, 32)
    town.rated(town.stations[1], date(2026, 6, 16), bad=9)
    june = town.release()
    assert june.results.get(code="S2").counted == 41
    assert seen(june) == (28, 32)
    town.rated(town.stations[1], date(2026, 7, 14), good=1)
    july = town.release(AUGUST, through=date(2026, 7, 31))
    assert seen(july) == (29, 42)


def test_fewer_than_ten_are_not_told(town: Town):
    town.rated(town.stations[2], date(2026, 6, 9), bad=9)
    assert seen(town.release(), "S3") == (0, 0)


def test_a_release_of_an_earlier_day_keeps_its_distance_too(town: Town):
    town.rated(town.stations[2], date(2026, 5, 9), good=40)
    town.rated(town.stations[2], date(2026, 6, 16), bad=3)
    assert seen(town.release(), "S3") == (40, 43)
    # Through May: 40, three fewer than what is public already.
    assert seen(town.release(through=date(2026, 5, 31)), "S3") == (0, 0)


def test_a_correction_shows_what_was_shown(town: Town):
    release = town.release()
    assert seen(town.correct(release, AUGUST)) == seen(release)


def test_reasons_are_told_in_full_tens(town: Town):
    town.rated(town.stations[1], date(2026, 6, 9), bad=19, reasons="214,213")
    town.rated(town.stations[1], date(2026, 6, 9), bad=4, reasons="108")
    town.rated(town.stations[1], date(2026, 7, 2), bad=9, reasons="214")
    release = town.release()
    assert release.results.get(code="S2").reasons == {"213": 10, "214": 10}


@settings(max_examples=25, deadline=None)
@given(
    counts=st.lists(st.tuples(st.integers(0, 13), st.booleans()), min_size=1, max_size=12),
    order=st.randoms(use_true_random=False),
)
def test_any_two_public_figures_are_the_same_or_ten_apart(counts, order):
    """Whatever comes in between, and in whatever order days are released."""
    published: dict[int, tuple[int, int]] = {}
    total = good = 0
    days = []
    for new, fine in counts:
        total, good = total + new, good + new * fine
        days.append(Ratings(good, total, total))
    for day in order.sample(range(len(days)), len(days)):
        earlier = [published[one] for one in sorted(published) if one <= day]
        later = [published[one] for one in sorted(published) if one > day]
        published[day] = showing.apart(days[day], earlier[-1:], later[:1])
    told = sorted(set(published.values()), key=lambda one: one[1])
    assert all(b[1] - a[1] >= 10 for a, b in itertools.pairwise(told))


def test_the_release_of_a_day_that_was_corrected_is_looked_at(town: Town):
    """The neighbours are what was public, corrected or not."""
    release = town.release()
    town.correct(release, AUGUST)
    assert ReleasedResult.objects.filter(release__through=release.through).count() == 10
    week = town.release(AUGUST + timedelta(days=1), kind=Kind.WEEKLY, through=date(2026, 7, 5))
    assert seen(week) == seen(release)
