"""Which season a day belongs to, and which groups its scheme knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pingyi import rulebook
from pingyi.directory.models import Season
from pingyi.directory.schemes import in_force


def season_on(day: date) -> Season | None:
    """The season `day` (of the city's calendar) falls in; seasons do not overlap."""
    return Season.objects.filter(starts_on__lte=day, ends_on__gte=day).first()


def not_over(day: date) -> list[Season]:
    """The season running on `day` and those to come, soonest first."""
    return list(Season.objects.filter(ends_on__gte=day).order_by("starts_on"))


def groups_in_use(day: date) -> Mapping[str, str]:
    """The groups a unit can be in, with their Chinese names.

    Those of the running season's scheme, or of the next one's; before any season, those of every
    shipped scheme.
    """
    ahead = not_over(day)
    known = [in_force(ahead[0])] if ahead else map(rulebook.scheme, rulebook.names())
    return {code: group.zh for scheme in known for code, group in scheme.groups.items()}
