"""Who may: a user's permissions and how far each reaches. Closed unless an appointment opens it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from pingyi.directory.models import Area, Unit
from pingyi.people.models import Appointment, User
from pingyi.people.roles import PERMISSIONS, Role


@dataclass(frozen=True)
class Scope:
    """How far a permission reaches: everywhere, whole areas (with all below), single units."""

    areas: frozenset[int]
    units: frozenset[int]
    everywhere: bool = False

    def __bool__(self) -> bool:
        return bool(self.everywhere or self.areas or self.units)

    def over(self, *, area: str, unit: str | None = None) -> Q:
        """A filter: `area` and `unit` are the lookups that lead from the row to its Area and Unit.

        An area reaches its streets too: three levels deep at most (city, district, street).
        The few areas are gathered beside the rows: no row is joined to three of them.
        """
        if self.everywhere:
            return Q()
        found = Q(pk__in=())
        if self.areas:
            reached = Q()
            for path in ("pk", "parent", "parent__parent"):
                reached |= Q(**{f"{path}__in": self.areas})
            found |= Q(**{f"{area}__in": Area.objects.filter(reached).order_by().values("pk")})
        if self.units and unit is not None:
            found |= Q(**{f"{unit}__in": self.units})
        return found


def appointments_of(user: User, *, at: datetime | None = None) -> list[Appointment]:
    """The user's appointments in force (read once per user object)."""
    if not user.is_authenticated or not user.is_active:
        return []
    kept: list[Appointment] | None = getattr(user, "_appointments", None)
    if kept is None:
        kept = list(user.appointments.filter(until__isnull=True).select_related("area", "unit"))
        user._appointments = kept  # type: ignore[attr-defined]
    return kept


def roles_of(user: User) -> frozenset[Role]:
    """The roles the user holds anywhere."""
    return frozenset(Role(a.role) for a in appointments_of(user))


def may(user: User, permission: str) -> bool:
    """Whether the user holds `permission` anywhere; KeyError if nobody declared it."""
    return bool(roles_of(user) & PERMISSIONS[permission])


def scope_of(user: User, permission: str) -> Scope:
    """How far the user's `permission` reaches; an empty scope is falsy and filters to nothing."""
    return _scope(a for a in appointments_of(user) if Role(a.role) in PERMISSIONS[permission])


def _scope(appointments: Iterable[Appointment]) -> Scope:
    held = list(appointments)
    return Scope(
        areas=frozenset(a.area_id for a in held if a.area_id is not None),
        units=frozenset(a.unit_id for a in held if a.unit_id is not None),
        everywhere=any(a.area_id is None and a.unit_id is None for a in held),
    )


def holders_of(
    permission: str, *, area: Area | None = None, unit: Unit | None = None
) -> QuerySet[User]:
    """The active users whose `permission` reaches the area (held there or above) or the unit."""
    line = []
    while area is not None:
        line.append(area.pk)
        area = area.parent
    held = Appointment.objects.filter(
        Q(area__in=line) | Q(unit=unit, unit__isnull=False),
        role__in=[str(role) for role in PERMISSIONS[permission]],
        until__isnull=True,
    )
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("pk")
