"""A small city for casework: two districts, a brigade under its bureau, people in every role."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from pingyi.audit.actions import NamedActor
from pingyi.audit.keys import keyring
from pingyi.casework.actions import open_case_by_hand
from pingyi.casework.models import Case
from pingyi.demo.cases import Hands, a_case_in
from pingyi.directory.models import Area, PointCode, Season, ServicePoint, Unit
from pingyi.kernel.codes import new_point_code
from pingyi.people.actions import appoint, create_user
from pingyi.people.models import User
from pingyi.people.roles import Role
from pingyi.ratings import entry as entries
from pingyi.ratings import points, store, submission
from pingyi.ratings.models import Rating

AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
"""Monday, 1 June 2026, 10:00 in Wuhan."""
PHONE = "13812341234"
MATTER = "HS20260601007"
COMMENT = "窗口没有人在，等了一个多小时也没人管"
FOUNDER = NamedActor("founder")


@dataclass
class World:
    city: Area
    district: Area
    street: Area
    elsewhere: Area
    bureau: Unit
    brigade: Unit
    other_unit: Unit
    point: ServicePoint
    code: str
    season: Season
    people: dict[str, User] = field(default_factory=dict)

    def newcomer(self, role: Role) -> User:
        """Somebody else in that role, who has worked no case."""
        return self.person(role, nth="-2")

    def person(
        self, role: Role, *, area: Area | None = None, unit: Unit | None = None, nth: str = ""
    ) -> User:
        """Somebody in that role: in the district, or the brigade, unless told otherwise."""
        if role is Role.UNIT_ADMIN:
            unit = unit or self.brigade
        else:
            area = area or self.district
        login = f"{role}{nth}@{(unit or area).code}"
        if login not in self.people:
            user = create_user(login=login.lower(), name=login, by=FOUNDER, at=AT)
            appoint(user=user, role=role, area=area, unit=unit, by=FOUNDER, at=AT)
            self.people[login] = user
        return self.people[login]

    @property
    def sorter(self) -> User:
        return self.person(Role.SORTER)

    @property
    def caller(self) -> User:
        return self.person(Role.CALLER)

    @property
    def manager(self) -> User:
        return self.person(Role.CASE_MANAGER)

    @property
    def inspector(self) -> User:
        return self.person(Role.INSPECTOR)

    @property
    def unit_admin(self) -> User:
        return self.person(Role.UNIT_ADMIN)

    @property
    def hands(self) -> Hands:
        return Hands(
            self.sorter,
            self.caller,
            self.manager,
            self.inspector,
            self.unit_admin,
            self.person(Role.CASE_MANAGER, area=self.city),
        )

    def rate(
        self,
        *,
        at: datetime = AT,
        level: str = "dissatisfied",
        phone: str | None = PHONE,
        call_back: bool = True,
        matter: str | None = MATTER,
        comment: str = COMMENT,
        word: str | None = None,
        code: str | None = None,
    ) -> Rating:
        """A rating through the intake's own validator and store."""
        fields: dict[str, Any] = {
            "point": code or self.code,
            "level": level,
            "key": str(uuid.uuid4()),
            "comment": comment,
        }
        if phone:
            fields["contact"] = {"phone": phone, "call_back": call_back}
        if matter:
            fields["matter"] = matter
        if word:
            fields["private_word"] = word
        point = points.load(fields["point"])
        day = entries.local_day(at)
        rules = points.rules_on(day)
        given = submission.checked(fields, offer=rules.offer, code=point.code)
        made = entries.make(
            given,
            point=point,
            rules=rules,
            client=entries.Client("10.0.0.1", "a phone", "zh"),
            at=at,
            day=day,
            keyring=keyring(),
        )
        with transaction.atomic(), connection.cursor() as cursor:
            store.write(cursor, connection.vendor, [made])
        return Rating.objects.get(receipt=made.receipt)

    def case(self, end: str = "unsorted", *, rating: Rating | None = None, **walk: Any) -> Case:
        """A fresh case walked to `end` (see demo.cases.ENDS)."""
        return a_case_in(end, rating=rating or self.rate(), hands=self.hands, **walk)


def build() -> World:
    city = Area.objects.create(code="420100", name="武汉市", level="city")
    district = Area.objects.create(code="420111", name="洪山区", level="district", parent=city)
    elsewhere = Area.objects.create(code="420106", name="武昌区", level="district", parent=city)
    street = Area.objects.create(code="420111002", name="珞南街道", level="street", parent=district)
    bureau = Unit.objects.create(code="B1", name="洪山区人社局", group="offices", area=district)
    brigade = Unit.objects.create(
        code="B1-1", name="洪山区劳动监察大队", group="stations", area=street, parent=bureau
    )
    other = Unit.objects.create(code="X1", name="武昌区民政局", group="offices", area=elsewhere)
    point = ServicePoint.objects.create(unit=brigade, name="投诉窗口", kind="window")
    season = Season.objects.create(
        code="2026", scheme="wuhan-2023", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31)
    )
    code = PointCode.objects.create(point=point, code=new_point_code(), issued_at=AT).code
    return World(city, district, street, elsewhere, bureau, brigade, other, point, code, season)


def after(**amount: float) -> datetime:
    """So long after `AT`."""
    return AT + timedelta(**amount)


def a_petition(world: World, **changes: Any) -> Case:
    """A case of somebody who came in person: no rating, and no phone unless one is given."""
    given: dict[str, Any] = {
        "unit": world.brigade,
        "origin": "petition",
        "dated": AT.date(),
        "summary": "反映窗口办理社保推诿",
        "by": world.sorter,
        "at": AT,
    }
    return open_case_by_hand(**given | changes)
