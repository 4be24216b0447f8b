"""The smallest city a rating needs: one unit with one window, under the rules of 2023."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pingyi.audit.keys import keyring
from pingyi.directory.models import Area, PointCode, Season, ServicePoint, Unit
from pingyi.kernel.codes import new_point_code
from pingyi.ratings import entry as entries
from pingyi.ratings import points, submission

AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
DAY = date(2026, 6, 1)


@dataclass
class City:
    season: Season
    unit: Unit
    point: ServicePoint
    code: str

    def fields(self, **changed: Any) -> dict[str, Any]:
        """A good rating of the window as JSON fields; None leaves a field out."""
        fields = {"point": self.code, "level": "satisfied", "key": str(uuid.uuid4()), **changed}
        return {name: value for name, value in fields.items() if value is not None}

    def entry(self, *, at: datetime = AT, address: str = "10.0.0.1", **changed: Any):
        point = points.load(self.code)
        day = entries.local_day(at)
        rules = points.rules_on(day)
        given = submission.checked(self.fields(**changed), offer=rules.offer, code=point.code)
        return entries.make(
            given,
            point=point,
            rules=rules,
            client=entries.Client(address, "a phone", "zh"),
            at=at,
            day=day,
            keyring=keyring(),
        )


def small_city() -> City:
    area = Area.objects.create(code="420100", name="武汉市", level="city")
    unit = Unit.objects.create(code="U1", name="市民之家", group="offices", area=area)
    point = ServicePoint.objects.create(unit=unit, name="3 号窗口", kind="window")
    season = Season.objects.create(
        code="2026",
        scheme="wuhan-2023",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
    )
    return City(season, unit, point, issue(point))


def issue(point: ServicePoint, at: datetime = AT) -> str:
    """A fresh code for the point; the one before is replaced."""
    point.codes.filter(replaced_at__isnull=True).update(replaced_at=at)
    return PointCode.objects.create(point=point, code=new_point_code(), issued_at=at).code
