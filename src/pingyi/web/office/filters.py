"""Filters of the office's tables that depend on who asks."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.casework.assigning import colleagues_of
from pingyi.directory.models import Area
from pingyi.people.models import User
from pingyi.people.permissions import scope_of
from pingyi.web.components.access import SignedIn
from pingyi.web.components.case_cells import (
    BY_KIND,
    BY_ORIGIN,
    BY_STATE,
    LATE,
    SEARCH,
    TO_ASK,
    WAITING,
)
from pingyi.web.components.tables import Filter


def offices(user: User, permission: str) -> QuerySet[Area]:
    """The areas with an office of their own within the user's reach."""
    mine = scope_of(user, permission).areas
    found = Area.objects.filter(Q(pk__in=mine) | Q(parent__in=mine))
    return found.exclude(level=Area.Level.STREET).order_by("code").distinct()


def districts(request: SignedIn, permission: str = "case.read") -> list[tuple[str, str]]:
    """Those areas as choices."""
    return [(area.code, area.name) for area in offices(request.user, permission)]


def _assigned_to(rows: QuerySet, value: str, at: datetime) -> QuerySet:
    if value == "mine":
        return rows.filter(others=0)
    return rows.filter(assignee=None) if value == "none" else rows.filter(assignee=int(value))


BY_ASSIGNEE = Filter(
    "assignee",
    _("承办人"),
    _assigned_to,
    lambda request: [
        ("mine", gettext("我的")),
        ("none", gettext("未分派")),
        *((str(one.pk), str(one)) for one in colleagues_of(request.user)),
    ],
)
"""Of rows that know which are the user's own (`mine_first`)."""

AREAS = Filter(
    "area",
    _("区"),
    lambda rows, value, at: rows.filter(area__code=value),
    districts,
)


def in_area(path: str, permission: str) -> Filter:
    """By district, streets and all; `path` leads from a row to its area."""

    def apply(rows: QuerySet, code: str, at: datetime) -> QuerySet:
        own, above = {f"{path}__code": code}, {f"{path}__parent__code": code}
        return rows.filter(Q(**own) | Q(**above))

    return Filter("area", _("区"), apply, lambda request: districts(request, permission))


__all__ = [
    "AREAS",
    "BY_ASSIGNEE",
    "BY_KIND",
    "BY_ORIGIN",
    "BY_STATE",
    "LATE",
    "SEARCH",
    "TO_ASK",
    "WAITING",
    "districts",
    "in_area",
    "offices",
]
