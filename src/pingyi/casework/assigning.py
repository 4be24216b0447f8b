"""Who sees to which case, and how much lies with each district and person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from pingyi.casework.models import Case
from pingyi.casework.querysets import CaseQuerySet
from pingyi.casework.states import OWNERS, State
from pingyi.directory.models import Area
from pingyi.people.models import Appointment, User
from pingyi.people.permissions import holders_of, scope_of
from pingyi.people.roles import roles_that_may

OPEN = tuple(state for state in OWNERS if state is not State.CLOSED)


def workers_of(area: Area) -> QuerySet[User]:
    """Whoever at the offices of the area and above can see to its cases."""
    return holders_of("case.see_to", area=area)


def colleagues_of(user: User) -> QuerySet[User]:
    """Whoever can see to a case that the user oversees, or does."""
    roles = [role.value for role in roles_that_may("case.see_to")]
    scope = scope_of(user, "case.oversee")
    line = Q(area__in=_up_from(scope.areas)) | Q(area__parent__in=scope.areas)
    held = Appointment.objects.filter(line, role__in=roles, until__isnull=True)
    given = open_cases(user).exclude(assignee=None).values("assignee")
    found = User.objects.filter(Q(pk__in=held.values("user"), is_active=True) | Q(pk__in=given))
    return found.order_by("name", "pk")


def open_cases(user: User) -> CaseQuerySet:
    """What is not closed, of all the user oversees; what lies under embargo is in no figure."""
    return Case.objects.overseen_by(user).filter(embargoed=False).in_states(*OPEN)


def mine(user: User) -> CaseQuerySet:
    """What was given to the user to see to, most urgent first."""
    return open_cases(user).filter(assignee=user).with_clocks().by_urgency()


def with_load(rows: QuerySet[Any], cases: CaseQuerySet, by: str, at: datetime) -> QuerySet[Any]:
    """Rows with how many of `cases` are theirs: `open`, `unassigned`, `soon`, `late`, `oldest`.

    `by` is the cases' field that names the row. One query, whatever there is of either.
    """
    theirs = cases.order_by().filter(**{by: OuterRef("pk")})
    figures = {
        "open": theirs,
        "unassigned": theirs.filter(assignee=None),
        "soon": theirs.due_soon(at),
        "late": theirs.late(at),
    }
    first = theirs.values(by).annotate(first=Min("opened_at")).values("first")
    counts = {name: _count(found, by) for name, found in figures.items()}
    return rows.annotate(**counts, oldest=Subquery(first))


def _count(cases: CaseQuerySet, by: str) -> Coalesce:
    counted = cases.values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), Value(0))


def _up_from(areas: frozenset[int]) -> set[int]:
    """The areas and those above them: three levels deep at most."""
    above = Area.objects.filter(pk__in=areas).values_list("pk", "parent", "parent__parent")
    return {area for line in above for area in line if area is not None}
