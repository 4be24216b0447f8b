"""Who holds which role where, read once: for jobs that ask of thousands of things at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pingyi.directory.models import Area, Unit
from pingyi.people.models import Appointment
from pingyi.people.roles import Role


class Staff:
    """The appointments in force."""

    def __init__(self) -> None:
        self._above = dict(Area.objects.values_list("pk", "parent"))
        self._at_area: dict[tuple[int, Role], set[int]] = defaultdict(set)
        self._of_unit: dict[int, set[int]] = defaultdict(set)
        held = Appointment.objects.filter(until__isnull=True, user__is_active=True)
        for user, role, area, unit in held.values_list("user", "role", "area", "unit").order_by():
            if unit is not None:
                self._of_unit[unit].add(user)
            elif area is not None:
                self._at_area[area, Role(role)].add(user)

    def of_unit(self, unit: int) -> set[int]:
        """Whoever serves the unit."""
        return set(self._of_unit.get(unit, ()))

    def serving(self, *units: Unit) -> set[int]:
        """Whoever serves one of the units or one above it; reads each unit's `parent`."""
        found: set[int] = set()
        for unit in units:
            above: Unit | None = unit
            while above is not None:
                found |= self.of_unit(above.pk)
                above = above.parent
        return found

    def holding(self, roles: Iterable[Role]) -> set[int]:
        """Whoever holds one of the roles over an area."""
        wanted = set(roles)
        return set().union(*(who for (_, role), who in self._at_area.items() if role in wanted))

    def nearest(
        self,
        roles: Iterable[Role],
        area: int,
        *,
        but: Iterable[int] = (),
        from_the_top: bool = False,
    ) -> set[int]:
        """Those of the area who hold one of the roles or, if nobody does, of the next above; the
        other way round `from_the_top`."""
        line = self._upwards(area)
        for place in reversed(line) if from_the_top else line:
            held = (self._at_area.get((place, role), set()) for role in roles)
            if found := set().union(*held) - set(but):
                return found
        return set()

    def _upwards(self, area: int) -> list[int]:
        line: list[int] = []
        above: int | None = area
        while above is not None:
            line.append(above)
            above = self._above[above]
        return line
