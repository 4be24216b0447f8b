"""A city that has something to release: three stations, two offices, ratings in May and June."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

import pytest

from pingyi.audit.actions import NamedActor
from pingyi.directory.models import Enrolment, Season, ServicePoint, Unit
from pingyi.kernel.codes import new_receipt
from pingyi.kernel.workdays import SHANGHAI
from pingyi.people.models import User
from pingyi.people.roles import Role
from pingyi.publication import actions
from pingyi.publication.models import Release
from pingyi.publication.terms import Kind
from pingyi.ratings.bulk import PastRating, load_ratings
from tests.casework.world import FOUNDER, World, build

JULY = datetime(2026, 7, 3, 9, tzinfo=SHANGHAI)
"""A Friday, when June is over."""
AUGUST = datetime(2026, 8, 4, 9, tzinfo=SHANGHAI)
_numbers: Iterator[int] = itertools.count(1)


@dataclass
class Town:
    """The world, and what the tests of releases do to it."""

    world: World
    stations: list[ServicePoint] = field(default_factory=list)

    @property
    def season(self) -> Season:
        return self.world.season

    @property
    def keeper(self) -> User:
        return self.world.person(Role.SCHEME_KEEPER, area=self.world.city)

    @property
    def leader(self) -> User:
        return self.world.person(Role.LEADER, area=self.world.city)

    def station(self, code: str) -> ServicePoint:
        """One more station in the district, with a window, enrolled."""
        unit = Unit.objects.create(
            code=code, name=f"{code}号站", group="stations", area=self.world.street
        )
        Enrolment.objects.create(season=self.season, unit=unit, group=unit.group)
        return ServicePoint.objects.create(unit=unit, name="窗口", kind="window")

    def rated(
        self,
        point: ServicePoint,
        day: date,
        *,
        good: int = 0,
        bad: int = 0,
        season: Season | None = None,
        reasons: str = "",
    ) -> None:
        """So many satisfied and dissatisfied ratings on that day."""
        levels = [4] * good + [2] * bad
        rows = [self._row(point, day, level, season or self.season, reasons) for level in levels]
        load_ratings(batch=rows, contacts={}, by=FOUNDER, at=JULY)

    def _row(
        self, point: ServicePoint, day: date, level: int, season: Season, reasons: str
    ) -> PastRating:
        number = next(_numbers)
        return PastRating(
            UUID(int=number),
            b"0" * 16,
            new_receipt(),
            point.pk,
            point.unit_id,
            season.pk,
            "qr",
            level,
            False,
            reasons if level <= 2 else "",
            "",
            "",
            datetime.combine(day, time(10), SHANGHAI),
            day,
            None,
            None,
        )

    def prepare(self, at: datetime = JULY, **what) -> Release:
        """June's bulletin, unless told otherwise."""
        given = {"kind": Kind.MONTHLY, "through": date(2026, 6, 30), "season": self.season}
        return actions.prepare(**given | what, by=self.keeper, at=at)

    def release(self, at: datetime = JULY, **what) -> Release:
        """The same, and published by another."""
        return actions.publish(release=self.prepare(at, **what), by=self.leader, at=at)

    def correct(self, release: Release, at: datetime, reason: str = "查实有误") -> Release:
        made = actions.correct(release=release, reason=reason, by=self.keeper, at=at)
        return actions.publish(release=made, by=self.leader, at=at)


@pytest.fixture
def town(db) -> Town:
    return open_town()


def open_town() -> Town:
    world = build()
    for unit in (world.bureau, world.brigade, world.other_unit):
        Enrolment.objects.create(season=world.season, unit=unit, group=unit.group)
    made = Town(world)
    made.stations = [world.point, made.station("S2"), made.station("S3")]
    first, second, _third = made.stations
    made.rated(first, date(2026, 5, 12), good=30, bad=2)
    made.rated(second, date(2026, 5, 12), good=20)
    made.rated(first, date(2026, 6, 9), good=12)
    made.rated(second, date(2026, 6, 9), good=8, bad=4)
    return made


SOMEBODY = NamedActor("somebody")
