"""Areas as the observatory needs them: who may see which, and which district each belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from pingyi.directory.models import Area
from pingyi.people.models import User
from pingyi.people.permissions import scope_of


@dataclass(frozen=True)
class Places:
    """The areas within a user's reach: code of an area → its district (or the city itself)."""

    district_of: dict[str, Area]

    def __contains__(self, area: str | None) -> bool:
        return area in self.district_of

    def name(self, area: str | None) -> str:
        """The district's name."""
        found = self.district_of.get(area or "")
        return found.name if found else ""

    @property
    def districts(self) -> list[Area]:
        """The districts, and the city, in the order of their codes."""
        return sorted({area.pk: area for area in self.district_of.values()}.values(), key=_code)


def places_of(user: User, permission: str) -> Places:
    """The areas the user's `permission` reaches; one query."""
    reached = scope_of(user, permission).areas
    found = {}
    for area in Area.objects.select_related("parent__parent"):
        line = _line(area)
        if any(above.pk in reached for above in line):
            found[area.code] = next(
                (above for above in line if above.level != Area.Level.STREET), area
            )
    return Places(found)


def _line(area: Area) -> list[Area]:
    line = [area]
    while line[-1].parent is not None:
        line.append(line[-1].parent)
    return line


def _code(area: Area) -> str:
    return area.code
