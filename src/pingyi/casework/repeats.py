"""Seen side by side: one person's repeated cases, and one point's (多次投诉、多渠道投诉).

A person is the keyed hash of a phone, and for one day the mark of a device; neither is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Least

from pingyi.casework.models import Case
from pingyi.casework.querysets import CaseQuerySet
from pingyi.directory.models import ServicePoint
from pingyi.people.models import User

WINDOW = timedelta(days=90)
"""How far back one point's cases count as repeated (our assumption)."""
SHOWN = 5


@dataclass(frozen=True)
class Repeats:
    """Other cases of the same person, and others of the same point within the window."""

    person: list[Case]
    persons: int
    point: list[Case]
    points: int
    origins: int
    """From how many kinds of origin the point's cases come, this one's included."""

    def __bool__(self) -> bool:
        return bool(self.person or self.point)


def repeats_of(case: Case, user: User) -> Repeats:
    """What `user` may see beside `case`; five of each, the latest, and how many there are."""
    seen = Case.objects.overseen_by(user).exclude(pk=case.pk)
    seen = seen.select_related("unit", "rating", "source").order_by("-pk")
    person, point = same_person(seen, case), same_point(seen, case)
    origins = set(point.order_by().values_list("origin", flat=True).distinct())
    return Repeats(
        person=list(person[:SHOWN]),
        persons=person.count(),
        point=list(point[:SHOWN]),
        points=point.count(),
        origins=len(origins | {case.origin}),
    )


def same_person(cases: CaseQuerySet, case: Case) -> CaseQuerySet:
    """Those of `cases` whose rater left the same phone, or used the same device the same day."""
    hers = []
    contact = case.contact
    if contact is not None and contact.phone_print is not None:
        phone = bytes(contact.phone_print)
        hers += [Case.objects.filter(**{where: phone}) for where in (RATED, LEFT)]
    if case.rating is not None and case.rating.device_mark is not None:
        mark = bytes(case.rating.device_mark)
        day = case.rating.day
        hers.append(Case.objects.filter(rating__device_mark=mark, rating__day=day))
    # Each by its own index, and before anything is joined.
    keys = {key for found in hers for key in found.order_by().values_list("pk", flat=True)}
    return cases.filter(pk__in=keys)


def same_point(cases: CaseQuerySet, case: Case) -> CaseQuerySet:
    """Those of `cases` at the same point within the window before `case` was opened, or after."""
    if case.point_id is None:
        return cases.none()
    return cases.filter(point=case.point_id, opened_at__gte=case.opened_at - WINDOW)


def repeated_points(user: User, at: datetime) -> QuerySet[ServicePoint]:
    """Points with two cases or more within the window: `times`, `persons`, `origins`, `last`."""
    seen = Case.objects.overseen_by(user).filter(opened_at__gte=at - WINDOW)
    mine = Q(cases__in=seen.values("pk"))
    return (
        ServicePoint.objects.filter(mine)
        .select_related("unit__area")
        .annotate(
            times=Count("cases", distinct=True),
            origins=Count("cases__origin", distinct=True),
            last=Max("cases__opened_at"),
        )
        .filter(times__gte=2)
    )


RATED, LEFT = "rating__contact__phone_print", "source__phone_print"
"""Where a case's phone stands: with its rating, or with a source of another origin."""


def repeated_persons(user: User) -> CaseQuerySet:
    """The latest case of each person with two or more by the same phone, whatever they came by:
    `times`, `units`, `first`."""
    seen = Case.objects.overseen_by(user)
    known = seen.annotate(phone=Coalesce(RATED, LEFT)).filter(phone__isnull=False)
    # Whom to list is asked once for all, and what is said of each for the listed alone; either
    # kind of phone by itself, so that each is looked up by its index.
    latest = known.order_by().values("phone").annotate(last=Max("pk"), n=Count("pk"))
    rated, left = _of_the_person(seen, RATED), _of_the_person(seen, LEFT)
    rated_too = seen.filter(**{RATED: OuterRef(LEFT)}, unit=OuterRef("unit"))
    units, also = Count("unit", distinct=True), left.filter(~Exists(rated_too))
    found: CaseQuerySet = known.filter(pk__in=latest.filter(n__gte=2).values("last")).annotate(
        times=_counted(rated, Count("pk")) + _counted(left, Count("pk")),
        units=_counted(rated, units) + _counted(also, units),
        first=_earliest(rated, left),
    )
    return found.select_related("unit", "point", "area", "rating")


def _of_the_person(seen: CaseQuerySet, where: str) -> QuerySet:
    return seen.filter(**{where: OuterRef("phone")}).order_by().values(where)


def _counted(hers: QuerySet, count: Count) -> Coalesce:
    return Coalesce(Subquery(hers.annotate(n=count).values("n")), 0)


def _earliest(rated: QuerySet, left: QuerySet) -> Least:
    one, other = (Subquery(hers.annotate(n=Min("opened_at")).values("n")) for hers in (rated, left))
    return Least(Coalesce(one, other), Coalesce(other, one))
