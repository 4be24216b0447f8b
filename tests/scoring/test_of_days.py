"""A period's own facts: each rating counts in the days in which it was given, where it was known to
belong; whatever order moves and voids come in."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest

from pingyi.directory.models import Enrolment, Unit
from pingyi.kernel.workdays import SHANGHAI
from pingyi.ratings.actions import move_rating, void_rating
from pingyi.ratings.models import Rating
from pingyi.ratings.proof import prove
from pingyi.scoring import board, facts, queries
from tests.casework.world import World, build

pytestmark = pytest.mark.django_db

BEGIN = date(2026, 6, 1)
LEVELS = {"satisfied": 4, "dissatisfied": 2}


def noon(day: int, hour: int = 12) -> datetime:
    """On the n-th day, Wuhan's time."""
    moment = datetime(BEGIN.year, BEGIN.month, BEGIN.day, hour, tzinfo=SHANGHAI)
    return moment + timedelta(days=day)


@pytest.fixture
def world() -> World:
    made = build()
    for unit in (made.bureau, made.brigade, made.other_unit):
        Enrolment.objects.create(season=made.season, unit=unit, group=unit.group)
    return made


@dataclass
class Story:
    """A rating, where it was moved when, and when it was voided."""

    rating: Rating
    day: int
    moves: list[tuple[datetime, int]] = field(default_factory=list)
    void: int | None = None

    def unit(self, at: datetime) -> int:
        return next(
            (unit for moment, unit in reversed(self.moves) if moment <= at), self.rating.unit_id
        )


def happened(world: World, luck: random.Random) -> list[Story]:
    """Forty ratings over thirty days; on later days, in any order, moves and voids."""
    stories = [
        Story(world.rate(at=noon(day), level=luck.choice(list(LEVELS))), day)
        for day in sorted(luck.randrange(30) for _ in range(40))
    ]
    units = [world.bureau, world.brigade, world.other_unit]
    later = sorted(
        (luck.randrange(story.day, 40), luck.random(), n)
        for n, story in enumerate(stories)
        for _ in range(luck.choice((0, 0, 1, 2, 3)))
    )
    for place, (day, _, n) in enumerate(later):
        story, at = stories[n], noon(day, 13) + timedelta(seconds=place)
        if story.void is not None:
            continue
        if luck.random() < 0.3:
            void_rating(rating=story.rating, reason="误评", by=world.manager, at=at)
            story.void = day
            continue
        here = story.unit(at)
        unit: Unit = luck.choice([one for one in units if one.pk != here])
        move_rating(rating=story.rating, unit=unit, reason="", by=world.manager, at=at)
        story.moves.append((at, unit.pk))
    return stories


def counted(rows) -> dict[tuple[int, int], int]:
    sums: Counter[tuple[int, int]] = Counter()
    for row in rows:
        sums[row.unit, row.level] += row.number
    return {key: number for key, number in sums.items() if number}


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_order_each_rating_counts_once_in_its_own_days(world: World, seed: int):
    luck = random.Random(seed)
    stories = happened(world, luck)
    assert any(story.moves for story in stories)
    for _ in range(12):
        first = luck.randrange(30)
        last = luck.randrange(first, 36)
        known = noon(luck.randrange(last + 1, 42))
        found = counted(
            queries.counts_given(
                world.season,
                since=BEGIN + timedelta(days=first),
                through=BEGIN + timedelta(days=last),
                at=known,
            )
        )
        assert found == Counter(
            (story.unit(known), story.rating.level)
            for story in stories
            if first <= story.day <= last and (story.void is None or story.void > last)
        ), (first, last, known)
    for last in (10, 20, 41):  # the season so far is as it ever was
        assert counted(queries.counts_through(world.season, BEGIN + timedelta(days=last))) == (
            Counter(
                (story.unit(noon(last, 23)), story.rating.level)
                for story in stories
                if story.day <= last and (story.void is None or story.void > last)
            )
        )
    assert prove(at=noon(42)).differences == []


def period(world: World, first: int, last: int, at: datetime) -> dict[str, int]:
    """Each unit's bad ratings of the period, as it was known then."""
    since, through = (BEGIN + timedelta(days=day) for day in (first, last))
    whole = facts.gather(world.season, at=at, through=through)
    found = facts.of_days(world.season, whole, since=since, through=through, at=at)
    assert {unit.code for unit in found.units} == {row.unit for row in found.satisfaction}
    return {row.unit: row.dissatisfied for row in found.satisfaction}


def test_a_rating_moved_later_counts_in_the_period_in_which_it_was_given(world: World):
    rating = world.rate(at=noon(3))
    world.rate(at=noon(12))
    move_rating(rating=rating, unit=world.other_unit, reason="", by=world.manager, at=noon(12))
    brigade, other = world.brigade.code, world.other_unit.code
    assert period(world, 0, 9, noon(10)) == {brigade: 1}, "as was known then"
    assert period(world, 0, 9, noon(20)) == {other: 1}, "as a correction says now"
    assert period(world, 10, 19, noon(20)) == {brigade: 1}, "neither less here nor more there"
    seen = board.at_time(world.season, at=noon(15), now=noon(20))
    assert seen.row(brigade).ratings.counted == seen.row(other).ratings.counted == 1


def test_a_void_of_a_rating_given_before_takes_nothing_from_the_period(world: World):
    rating = world.rate(at=noon(3))
    world.rate(at=noon(12))
    void_rating(rating=rating, reason="误评", by=world.manager, at=noon(12))
    assert period(world, 10, 19, noon(20)) == {world.brigade.code: 1}
    assert period(world, 0, 9, noon(20)) == {world.brigade.code: 1}, "a void counts from its day"
    assert period(world, 0, 19, noon(20)) == {world.brigade.code: 1}
