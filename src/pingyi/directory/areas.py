"""The tree of areas: a city, its districts, their streets."""

from __future__ import annotations

from collections.abc import Mapping

from pingyi.directory.models import Area

LEVELS = (Area.Level.CITY, Area.Level.DISTRICT, Area.Level.STREET)


def level(code: str, parents: Mapping[str, str]) -> Area.Level | None:
    """The area's level by its place in the tree; None below a street. No cycles, please.

    The top is a city, unless its code is a district's: six digits not ending in 00 (GB/T 2260).
    """
    steps = 0
    while parents.get(code):
        code, steps = parents[code], steps + 1
        if steps >= len(LEVELS):
            return None
    if len(code) == 6 and code.isdigit() and not code.endswith("00"):
        steps += 1
    return LEVELS[steps] if steps < len(LEVELS) else None
