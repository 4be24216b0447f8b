"""The accounts of a directory file: users, what they are appointed to, and their first sign-in.

The same login on several rows is one user with several appointments. Users are updated by login;
appointments are added, none is ended by omission. Each new user gets a one-time link.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from pingyi.audit.actions import Actor
from pingyi.directory.checks import unknown_code
from pingyi.directory.content import Content
from pingyi.directory.models import Area, Unit
from pingyi.directory.problems import Problem, in_english, listed
from pingyi.directory.reading import headed, one_line, unfit, unread
from pingyi.kernel.tables import Row, Table
from pingyi.kernel.text import normalise_phone
from pingyi.people import actions, policies
from pingyi.people.models import Appointment, User
from pingyi.people.policies import TEXTS
from pingyi.people.roles import Role

SHEET = "accounts"
HEADINGS = {
    "登录名": "login",
    "账号": "login",
    "用户名": "login",
    "姓名": "name",
    "名称": "name",
    "角色": "role",
    "区划": "area",
    "单位": "unit",
    "手机": "phone",
    "手机号": "phone",
    "电话": "phone",
}
ROLES = {name: role for role in Role for name in (role.zh, role.value)}


@dataclass(frozen=True, kw_only=True)
class AccountRow:
    """A user and one appointment. `None` says nothing, as in the directory's rows."""

    line: int
    login: str
    role: Role | None
    name: str | None = None
    area: str = ""
    unit: str = ""
    phone: str | None = field(default=None, repr=False)


@dataclass
class Loaded:
    """What an accounts sheet did; `links` are new users' tokens, known only here and now."""

    links: list[tuple[User, str]] = field(default_factory=list)
    changed: int = 0
    appointed: int = 0
    unchanged: int = 0


def read(table: Table, content: Content) -> tuple[list[AccountRow], list[str], list[Problem]]:
    """The sheet's rows, notes on what is not read, and every problem (sheet named as here).

    `content` is the rest of the file: areas and units that will be there by then. Raises
    DirectoryErrors for a sheet without its columns.
    """
    table = headed(table, HEADINGS, ("login", "role"))
    reader = _Reader(content)
    rows = [reader.row(line) for line in table.rows]
    wrong = {problem.line for problem in reader.problems}
    problems = reader.problems + [p for p in _together(rows) if p.line not in wrong]
    return rows, unread(table, HEADINGS.values()), problems


def load(rows: list[AccountRow], *, by: Actor, at: datetime) -> Loaded:
    """Create and appoint, within the transaction that loads the directory. Raises Refused."""
    done = Loaded()
    users = {user.username: user for user in User.objects.filter(username__in=_logins(rows))}
    areas = dict(_by_code(Area, (row.area for row in rows)))
    units = dict(_by_code(Unit, (row.unit for row in rows)))
    for row in _first_of_each(rows):
        user = users.get(row.login)
        if user is None:
            user = actions.create_user(
                login=row.login, name=row.name or "", phone=row.phone or "", by=by, at=at
            )
            users[row.login] = user
            done.links.append((user, actions.issue_link(user=user, by=by, at=at)))
        else:
            done.changed += _updated(user, row, by=by, at=at)
    held = _held(users.values())
    for row in rows:
        user, area, unit = users[row.login], areas.get(row.area), units.get(row.unit)
        assert row.role is not None  # rows with problems are not loaded
        if (user.pk, row.role, area and area.pk, unit and unit.pk) in held:
            done.unchanged += 1
            continue
        actions.appoint(user=user, role=row.role, area=area, unit=unit, by=by, at=at)
        done.appointed += 1
    return done


class _Reader:
    def __init__(self, content: Content) -> None:
        self.problems: list[Problem] = []
        self._areas = {row.code for row in content.areas}
        self._areas |= set(Area.objects.values_list("code", flat=True))
        self._units = {row.code for row in content.units}
        self._units |= set(Unit.objects.values_list("code", flat=True))

    def row(self, line: Row) -> AccountRow:
        text = {name: one_line(value) for name, value in line.values.items()}
        self._line = line.number
        login = policies.login_form(text["login"])
        self._say("login", unfit(login, 150, needed=True) or _text(policies.why_not_login(login)))
        self._say("name", unfit(text.get("name", ""), 60, needed=False))
        phone = normalise_phone(text["phone"]) if "phone" in text else None
        self._say("phone", _text(policies.why_not_phone(phone or "")))
        role = self._role(text["role"])
        area, unit = text.get("area", ""), text.get("unit", "")
        if role is not None:
            self._scope(role, area, unit)
        return AccountRow(
            line=line.number,
            login=login,
            role=role,
            name=text.get("name"),
            area=area,
            unit=unit,
            phone=phone,
        )

    def _role(self, text: str) -> Role | None:
        role = ROLES.get(text) or ROLES.get(text.casefold())
        if role is None:
            known = listed(role if in_english() else f"{role} {role.zh}" for role in Role)
            self._say(
                "role",
                _("没有角色 %(role)s；可用：%(known)s") % {"role": text, "known": known}
                if text
                else _("不能为空"),
            )
        return role

    def _scope(self, role: Role, area: str, unit: str) -> None:
        wrong = policies.why_scope_unfit(role, area=area, unit=unit)
        if wrong is not None:
            self._say("unit" if wrong is policies.Why.NEEDS_UNIT else "area", _text(wrong))
        elif unit and unit not in self._units:
            self._say("unit", unknown_code(_("单位"), unit))
        elif area and area not in self._areas:
            self._say("area", unknown_code(_("区划"), area))

    def _say(self, column: str, wrong: str) -> None:
        if wrong:
            self.problems.append(Problem(SHEET, self._line, column, wrong))


class _Person:
    """What is known of one login while its rows are gone through."""

    def __init__(self, first: AccountRow, user: User | None) -> None:
        self.first = first
        self.active = user is None or user.is_active
        held = user.appointments.all() if user else []
        self.held = {_key(Role(a.role), a.area, a.unit) for a in held if a.until is None}
        self.roles = {role for role, _area, _unit in self.held}
        self.lines: dict[tuple[Role | None, str, str], int] = {}


def _together(rows: list[AccountRow]) -> list[Problem]:
    """What is wrong between the rows of one login, and with what it holds already."""
    users = {
        user.username: user
        for user in User.objects.filter(username__in=_logins(rows)).prefetch_related(
            "appointments__area", "appointments__unit"
        )
    }
    retired = set(Unit.objects.filter(retired_at__isnull=False).values_list("code", flat=True))
    people: dict[str, _Person] = {}
    found = []
    for row in rows:
        person = people.setdefault(row.login, _Person(row, users.get(row.login)))
        column, wrong = _wrong_with(row, person, retired)
        if wrong:
            found.append(Problem(SHEET, row.line, column, wrong))
    return found


def _wrong_with(row: AccountRow, person: _Person, retired: set[str]) -> tuple[str, str]:
    """(column, what is wrong) of a row; notes it with its person."""
    key = (row.role, row.area, row.unit)
    first = person.lines.setdefault(key, row.line)
    if first != row.line:
        return "login", _("%(key)s 与第 %(line)d 行重复") % {"key": row.login, "line": first}
    if (row.name, row.phone) != (person.first.name, person.first.phone):
        text = _("与第 %(line)d 行同一登录名，姓名或手机不同")
        return "login", text % {"line": person.first.line}
    if not person.active:
        return "login", _text(policies.Why.USER_INACTIVE)
    if row.unit in retired and key not in person.held:
        return "unit", _text(policies.Why.UNIT_RETIRED)
    if row.role is not None:
        person.roles.add(row.role)
    return "role", _text(policies.why_not_together(frozenset(person.roles)))


def _key(role: Role, area: Area | None, unit: Unit | None) -> tuple[Role, str, str]:
    return role, area.code if area else "", unit.code if unit else ""


def _updated(user: User, row: AccountRow, *, by: Actor, at: datetime) -> bool:
    stored = actions.phone_of(user)
    name = user.name if row.name is None else row.name
    phone = stored if row.phone is None else row.phone
    if (name, phone) == (user.name, stored):
        return False
    actions.edit_user(user=user, name=name, phone=phone, by=by, at=at)
    return True


def _first_of_each(rows: list[AccountRow]) -> list[AccountRow]:
    return list({row.login: row for row in reversed(rows)}.values())[::-1]


def _held(users: Iterable[User]) -> set[tuple[int, Role, int | None, int | None]]:
    found = Appointment.objects.filter(user__in=list(users), until=None)
    return {
        (user, Role(role), area, unit)
        for user, role, area, unit in found.values_list("user", "role", "area", "unit")
    }


def _logins(rows: Iterable[AccountRow]) -> set[str]:
    return {row.login for row in rows}


def _by_code(model, codes: Iterable[str]):
    return ((row.code, row) for row in model.objects.filter(code__in=set(codes)))


def _text(why: policies.Why | None) -> str:
    return "" if why is None else str(TEXTS[why])
