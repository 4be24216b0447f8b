"""The demo city's staff: who is there, and which of them a visitor can sign in as."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pingyi.audit.actions import Actor
from pingyi.demo import names
from pingyi.directory.models import Area, Unit
from pingyi.kernel.codes import ALPHABET
from pingyi.people.actions import appoint, create_user, set_password
from pingyi.people.models import User
from pingyi.people.roles import Role

LOGINS: dict[Role, str] = {
    Role.SORTER: "sorter",
    Role.CALLER: "caller",
    Role.CASE_MANAGER: "manager",
    Role.SCHEME_KEEPER: "keeper",
    Role.INSPECTOR: "inspector",
    Role.SQUAD_MEMBER: "squad",
    Role.LEADER: "leader",
    Role.SYSTEM_ADMIN: "sysadmin",
    Role.SECURITY_ADMIN: "security",
    Role.AUDIT_ADMIN: "audit",
}
SECOND = "manager2"
_AT_DISTRICT = tuple(LOGINS)[:7]


@dataclass(frozen=True)
class Login:
    """A printed login; `where` is the area or unit its role is held in."""

    role: Role
    login: str
    password: str
    where: str


@dataclass
class Staff:
    """Everybody, found by role and place; unit administrators are taken on when first needed."""

    city: Area
    district: Area
    by: Actor
    at: datetime
    rng: random.Random
    _members: dict[tuple[Role, int], User] = field(default_factory=dict)
    _admins: dict[int, User] = field(default_factory=dict)
    _second: User | None = None
    _above: dict[int, int | None] = field(default_factory=dict)

    def of(self, role: Role, area: Area) -> User:
        """Who does such work for `area`: the district's own, where it has somebody, else the
        city's."""
        if not self._above:
            self._above = dict(Area.objects.order_by().values_list("pk", "parent"))
        place: int | None = area.pk
        while place is not None:
            if found := self._members.get((role, place)):
                return found
            place = self._above[place]
        return self._members[role, self.city.pk]

    @property
    def second(self) -> User:
        """The city's other case manager, who confirms what one alone may not decide."""
        if self._second is None:
            self._second = create_user(login=SECOND, name=self._name(), by=self.by, at=self.at)
            appoint(
                user=self._second, role=Role.CASE_MANAGER, area=self.city, by=self.by, at=self.at
            )
        return self._second

    def admin(self, unit: Unit) -> User:
        """The unit's rating administrator (双评议管理员)."""
        if unit.pk not in self._admins:
            user = create_user(
                login=admin_login(unit.code), name=self._name(), by=self.by, at=self.at
            )
            appoint(user=user, role=Role.UNIT_ADMIN, unit=unit, by=self.by, at=self.at)
            self._admins[unit.pk] = user
        return self._admins[unit.pk]

    def take_on(self, login: str, role: Role, area: Area) -> None:
        user = create_user(login=login, name=self._name(), by=self.by, at=self.at)
        appoint(user=user, role=role, area=area, by=self.by, at=self.at)
        self._members[role, area.pk] = user

    def logins(self, unit: Unit, *, advance: Callable[[], None]) -> list[Login]:
        """Give the printed logins their passwords: each role of the city and of one district,
        and the administrator of `unit`. Made up at random, whatever the seed."""
        printed = [
            (role, self._members[role, area.pk], area.name)
            for area in (self.city, self.district)
            for role in LOGINS
            if (role, area.pk) in self._members
        ]
        printed.append((Role.CASE_MANAGER, self.second, self.city.name))
        printed.append((Role.UNIT_ADMIN, self.admin(unit), unit.name))
        found = []
        for role, user, where in printed:
            password = new_password()
            set_password(user=user, password=password, by=self.by, at=self.at)
            found.append(Login(role, user.username, password, where))
            advance()
        return found

    def _name(self) -> str:
        return self.rng.choice(names.SURNAMES) + self.rng.choice(names.GIVEN)


def admin_login(unit_code: str) -> str:
    """The login of a unit's administrator."""
    return f"unit-{unit_code.lower()}"


def assemble(*, district: Area, seed: int, by: Actor, at: datetime) -> Staff:
    """Each role once for the city; those of a district's office for `district` too."""
    city = Area.objects.get(parent=None)
    rng = random.Random(f"{seed}/staff")  # noqa: S311 – names, not passwords
    staff = Staff(city, district, by, at, rng)
    for role, login in LOGINS.items():
        staff.take_on(login, role, city)
    for role in _AT_DISTRICT:
        staff.take_on(f"{LOGINS[role]}-{district.code}", role, district)
    return staff


def new_password() -> str:
    """Twelve characters that can be read out, as `k7m2-pq9d-3xwe`: 58 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
