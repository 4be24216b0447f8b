"""Changes of the directory one by one. Files and whole directories go through `loading`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone

from pingyi import rulebook
from pingyi.audit.actions import Actor, action, record
from pingyi.directory import codes, policies, schemes
from pingyi.directory.models import (
    Enrolment,
    Item,
    PointCode,
    Post,
    Season,
    ServicePoint,
    Unit,
)
from pingyi.directory.policies import Refused, Why
from pingyi.directory.problems import listed
from pingyi.kernel.codes import RandomBytes


@action("point.add")
def add_point(
    *,
    unit: Unit,
    name: str,
    kind: str,
    address: str = "",
    hours: str = "",
    by: Actor,
    at: datetime,
    random_bytes: RandomBytes = os.urandom,
) -> ServicePoint:
    """A new service point, with its code at once. Raises Refused."""
    _refuse(policies.why_not_add_point(unit, name))
    point = ServicePoint.objects.create(
        unit=unit, name=name, kind=kind, address=address, hours=hours
    )
    code = codes.first([point], at=at, random_bytes=random_bytes)[0]
    record(point, unit=unit.code, name=name, kind=kind, code=code.code)
    return point


UNKNOWN = "服务点不详"
"""The name of a unit's point that stands for those nobody knows."""


def unknown_point(*, unit: Unit, by: Actor, at: datetime) -> ServicePoint:
    """The unit's point for what belongs to it and nobody knows where: retired, without a code, so
    that nothing is rated there. Made when first asked for."""
    known = unit.points.filter(name=UNKNOWN).first()
    return known or _add_unknown_point(unit=unit, by=by, at=at)


@action("point.add")
def _add_unknown_point(*, unit: Unit, by: Actor, at: datetime) -> ServicePoint:
    point, _ = ServicePoint.objects.get_or_create(
        unit=unit,
        name=UNKNOWN,
        defaults={"kind": ServicePoint.Kind.OFFICE.value, "retired_at": at},
    )
    record(point, unit=unit.code, name=UNKNOWN, kind=point.kind)
    return point


@action("point.edit")
def edit_point(
    *,
    point: ServicePoint,
    name: str,
    kind: str,
    address: str,
    hours: str,
    items: Iterable[Item] | None = None,
    by: Actor,
    at: datetime,
) -> ServicePoint:
    """Change what is said of a point; `items` None leaves the items handled there. Refused."""
    _refuse(policies.why_not_edit_point(point, name))
    said = {"name": name, "kind": kind, "address": address, "hours": hours}
    changed = {key: [getattr(point, key), new] for key, new in said.items()}
    for key, new in said.items():
        setattr(point, key, new)
    point.save(update_fields=list(said))
    data: dict[str, object] = {key: pair for key, pair in changed.items() if pair[0] != pair[1]}
    if items is not None:
        point.items.set(items)
        data["items"] = sorted(point.items.values_list("code", flat=True))
    record(point, **data)
    return point


@action("point.retire")
def retire_point(*, point: ServicePoint, by: Actor, at: datetime) -> ServicePoint:
    """The point is no more; its code answers 410 from now on. Raises Refused."""
    if not ServicePoint.objects.filter(pk=point.pk, retired_at=None).update(retired_at=at):
        raise Refused(Why.POINT_RETIRED)
    record(point)
    point.retired_at = at
    return point


@action("point.reinstate")
def reinstate_point(*, point: ServicePoint, by: Actor, at: datetime) -> ServicePoint:
    """A retired point serves again, under the code it had. Raises Refused."""
    _refuse(policies.why_not_reinstate_point(point))
    if not ServicePoint.objects.filter(pk=point.pk, retired_at__isnull=False).update(
        retired_at=None
    ):
        raise Refused(Why.NOT_RETIRED)
    record(point)
    point.retired_at = None
    return point


@action("unit.edit")
def edit_unit(*, unit: Unit, name: str, kind: str, by: Actor, at: datetime) -> Unit:
    """Change a unit's name and kind; group, area and parent come with the directory's file.

    Raises Refused.
    """
    if unit.retired_at is not None:
        raise Refused(Why.UNIT_RETIRED)
    said = {"name": name, "kind": kind}
    changed = {key: [getattr(unit, key), new] for key, new in said.items()}
    for key, new in said.items():
        setattr(unit, key, new)
    unit.save(update_fields=list(said))
    record(unit, **{key: pair for key, pair in changed.items() if pair[0] != pair[1]})
    return unit


@action("unit.retire")
def retire_unit(*, unit: Unit, by: Actor, at: datetime) -> Unit:
    """The unit is rated no more, at none of its points. Raises Refused."""
    if not Unit.objects.filter(pk=unit.pk, retired_at=None).update(retired_at=at):
        raise Refused(Why.UNIT_RETIRED)
    points = unit.points.filter(retired_at=None).update(retired_at=at)
    record(unit, points=points)
    unit.retired_at = at
    return unit


@action("code.replace")
def replace_code(
    *,
    code: PointCode,
    reason: str,
    by: Actor,
    at: datetime,
    random_bytes: RandomBytes = os.urandom,
) -> PointCode:
    """A new code for the point of `code`, whose poster was torn or altered. Raises Refused.

    The old one answers 410 and leads to the new one; it is never given out again.
    """
    _refuse(policies.why_not_replace_code(code.point))
    if not PointCode.objects.filter(pk=code.pk, replaced_at=None).update(
        replaced_at=at, reason=reason
    ):
        raise Refused(Why.CODE_REPLACED)
    new = codes.first([code.point], at=at, random_bytes=random_bytes)[0]
    record(code.point, old=code.code, new=new.code, reason=reason)
    return new


@action("post.add")
def add_post(
    *,
    unit: Unit,
    badge: str,
    name: str = "",
    point: ServicePoint | None = None,
    by: Actor,
    at: datetime,
) -> Post:
    """A badge shown at the unit's windows. Raises Refused."""
    _refuse(policies.why_not_add_post(unit, point, badge))
    post = Post.objects.create(unit=unit, point=point, badge=badge, name=name)
    record(post, unit=unit.code)
    return post


@action("post.retire")
def retire_post(*, post: Post, by: Actor, at: datetime) -> Post:
    """The badge is no longer shown. Raises Refused."""
    if not Post.objects.filter(pk=post.pk, retired_at=None).update(retired_at=at):
        raise Refused(Why.POST_RETIRED)
    record(post)
    post.retired_at = at
    return post


@action("season.open")
def open_season(
    *,
    code: str,
    scheme: str,
    starts_on: date,
    ends_on: date,
    counts_by: str = Season.CountsBy.VERDICT,
    by: Actor,
    at: datetime,
) -> Season:
    """A rating year under a scheme as its file says it now; both days included. No unit is in it
    yet. Raises Refused."""
    _refuse(policies.why_not_open_season(code, scheme, starts_on, ends_on))
    season = Season.objects.create(
        code=code, scheme=scheme, starts_on=starts_on, ends_on=ends_on, counts_by=counts_by
    )
    rules = rulebook.scheme(scheme)
    schemes.begin(season, rules, by=by.audit_name, at=at)
    record(
        season,
        scheme=scheme,
        digest=rules.digest,
        starts_on=str(starts_on),
        ends_on=str(ends_on),
        counts_by=str(counts_by),
    )
    return season


@action("season.enrol")
def enrol(*, season: Season, unit: Unit, group: str = "", by: Actor, at: datetime) -> Enrolment:
    """The unit takes part, in its own group or another; before the start it can be moved. Refused.

    A unit already enrolled in that group stays so.
    """
    group = group or unit.group
    _refuse(policies.why_not_enrol(season, unit, group, timezone.localdate(at)), group)
    enrolment, _new = Enrolment.objects.update_or_create(
        season=season,
        unit=unit,
        defaults={"group": group},
        create_defaults={"group": group, "enrolled_at": at},
    )
    record(season, unit=unit.code, group=group)
    return enrolment


@action("season.enrol_all")
def enrol_all(*, season: Season, by: Actor, at: datetime) -> int:
    """Every unit not yet enrolled and not retired takes part in its own group; how many.

    Raises Refused, naming the groups the season's scheme lacks.
    """
    if season.ends_on < timezone.localdate(at):
        raise Refused(Why.SEASON_OVER)
    waiting = list(
        Unit.objects.filter(retired_at=None).exclude(enrolments__season=season).order_by("code")
    )
    lacking = {unit.group for unit in waiting} - set(schemes.in_force(season).groups)
    if lacking:
        raise Refused(Why.GROUP_UNKNOWN, listed(sorted(lacking)))
    Enrolment.objects.bulk_create(
        (Enrolment(season=season, unit=unit, group=unit.group, enrolled_at=at) for unit in waiting),
        batch_size=500,
    )
    record(season, units=len(waiting))
    return len(waiting)


@action("season.withdraw")
def withdraw(*, season: Season, unit: Unit, by: Actor, at: datetime) -> None:
    """The unit takes no part after all; only before the season begins. Raises Refused."""
    _refuse(policies.why_not_withdraw(season, timezone.localdate(at)))
    season.enrolments.filter(unit=unit).delete()
    record(season, unit=unit.code)


def _refuse(why: Why | None, detail: str = "") -> None:
    if why is not None:
        raise Refused(why, detail if why is Why.GROUP_UNKNOWN else "")
