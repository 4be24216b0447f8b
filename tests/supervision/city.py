"""A city under other schemes than the usual one: departments of Jiangmen, offices of Wuhan."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pingyi.audit.actions import SYSTEM
from pingyi.directory.models import Area, Enrolment, Season, Unit
from pingyi.people.models import User
from pingyi.people.roles import Role
from pingyi.supervision.actions import findings
from pingyi.supervision.actions.findings import Found
from pingyi.supervision.models import Finding
from tests.casework.world import AT
from tests.staff import staff


@dataclass
class City:
    area: Area
    season: Season
    units: list[Unit]
    people: dict[str, User] = field(default_factory=dict)

    def person(self, role: Role, name: str = "") -> User:
        login = name or role.value
        if login not in self.people:
            self.people[login] = staff(login, role, area=self.area)
        return self.people[login]

    def find(self, unit: Unit, kind: str, *, by: User | None = None, **more) -> Finding:
        """Record a finding of the day of `AT`."""
        given = {"on": AT.date(), "what": "检查发现", **more}
        return findings.record_finding(
            found=Found(unit=unit, kind=kind, **given),
            by=by or self.person(Role.CASE_MANAGER),
            at=AT,
        )


def city(scheme: str, group: str, units: int = 2) -> City:
    """A city with so many units of one group, in a season of 2026 under the scheme."""
    area = Area.objects.create(code="440700", name="江城市", level="city")
    season = Season.objects.create(
        code="2026", scheme=scheme, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31)
    )
    made = []
    for n in range(1, units + 1):
        unit = Unit.objects.create(code=f"D{n}", name=f"第{n}局", group=group, area=area)
        Enrolment.objects.create(season=season, unit=unit, group=group)
        made.append(unit)
    return City(area, season, made)


def whole(**levels: int) -> dict[str, dict[str, int]]:
    """A sheet on which every dimension got the same ballots."""
    names = ("attitude", "efficiency", "lawfulness", "integrity", "tasks_done")
    return {name: dict(levels) for name in names}


D = Decimal
__all__ = ["AT", "SYSTEM", "City", "D", "city", "whole"]
