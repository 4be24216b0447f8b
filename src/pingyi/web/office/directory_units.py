"""The directory: all units within reach, and each with its points, items and posts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pingyi.directory import seasons
from pingyi.directory.models import Area, PointCode, ServicePoint, Unit
from pingyi.people.models import User
from pingyi.people.permissions import may, scope_of
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.markup import tag
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.office import directory_words as words
from pingyi.web.office.directory_forms import PostForm
from pingyi.web.office.directory_scope import (
    areas_for,
    may_for,
    reaches_everything,
    unit_or_404,
    units_for,
)
from pingyi.web.office.posters import spoken

SHOWN_ITEMS = 500


def _unit_link(unit: Unit, at: datetime) -> SafeString:
    return format_html(
        '<a href="{}">{}</a>', reverse("office:directory-unit", args=[unit.code]), unit.name
    )


def _state(row: Unit | ServicePoint, at: datetime | None = None) -> SafeString:
    if row.retired_at is None:
        return tag(gettext("在用"), "good")
    return tag(gettext("已停用"), "")


def _within(rows: QuerySet[Unit], code: str, at: datetime) -> QuerySet[Unit]:
    return rows.filter(
        Q(area__code=code) | Q(area__parent__code=code) | Q(area__parent__parent__code=code)
    )


def _areas(request: HttpRequest) -> list[tuple[str, str]]:
    """Cities and districts; the streets of the district looked at."""
    near = request.GET.get("area", "")
    found = areas_for(cast(User, request.user)).filter(
        ~Q(level=Area.Level.STREET)
        | Q(code=near)
        | Q(parent__code=near)
        | Q(parent__children__code=near)
    )
    indent = {Area.Level.CITY: "", Area.Level.DISTRICT: "　", Area.Level.STREET: "　　"}
    return [
        (area.code, indent[Area.Level(area.level)] + area.name)
        for area in found.order_by("code").distinct()
    ]


def _groups(request: HttpRequest) -> list[tuple[str, str]]:
    known = seasons.groups_in_use(timezone.localdate())
    return [(code, words.group_text(code)) for code in known]


UNITS = DataTable(
    name="units",
    title=_("参评单位"),
    columns=(
        Column("code", _("编码"), lambda unit, at: unit.code, sort=("code",), style="nowrap"),
        Column("name", _("名称"), _unit_link, lambda unit: unit.name, ("name",), "name"),
        Column("area", _("区划"), lambda unit, at: unit.area.name, sort=("area__code",)),
        Column("group", _("分组"), lambda unit, at: words.group_text(unit.group), sort=("group",)),
        Column(
            "parent",
            _("上级"),
            lambda unit, at: unit.parent.name if unit.parent else "",
            sort=("parent__name",),
        ),
        Column(
            "points",
            _("服务点数"),
            lambda unit, at: unit.point_count,
            sort=("point_count",),
            style="number",
        ),
        Column("state", _("状态"), _state, lambda unit: _plain_state(unit), ("retired_at",)),
    ),
    order="code",
    filters=(
        Filter(
            "q",
            _("名称或编码"),
            lambda rows, value, at: rows.filter(
                Q(name__icontains=value) | Q(code__icontains=value)
            ),
        ),
        Filter("area", _("区划"), _within, _areas),
        Filter("group", _("分组"), lambda rows, value, at: rows.filter(group=value), _groups),
        Filter(
            "state",
            _("状态"),
            lambda rows, value, at: rows.filter(retired_at__isnull=value == "live"),
            lambda request: [("live", _("在用")), ("retired", _("已停用"))],
        ),
    ),
    empty=_("目录还是空的。"),
)


def _plain_state(row: Unit | ServicePoint) -> str:
    return gettext("在用") if row.retired_at is None else gettext("已停用")


@requires("directory.read")
@require_safe
def directory(request: SignedIn) -> HttpResponseBase:
    """Units within reach. Whoever reaches a single unit is taken there."""
    scope = scope_of(request.user, "directory.read")
    if len(scope.units) == 1 and not (scope.areas or scope.everywhere):
        return redirect("office:directory-unit", Unit.objects.get(pk__in=scope.units).code)
    rows = units_for(request.user).select_related("area", "parent").annotate(point_count=_points())
    listing = UNITS.read(request, rows, at=timezone.now())
    if listing.wants_file:
        return listing.file()
    return render(
        request,
        "office/directory/units.html",
        {
            "listing": listing,
            "figures": _figures(request),
            "may_import": may(request.user, "directory.change")
            and reaches_everything(request.user, "directory.change"),
            "may_print": may(request.user, "code.print"),
            "area": request.GET.get("area", ""),
        },
    )


def _points() -> Coalesce:
    live = (
        ServicePoint.objects.filter(unit=OuterRef("pk"), retired_at=None)
        .order_by()
        .values("unit")
        .annotate(number=Count("pk"))
    )
    return Coalesce(Subquery(live.values("number")), 0)


def _figures(request: SignedIn) -> list[tuple[str, int]]:
    live = units_for(request.user).filter(retired_at=None)
    points = ServicePoint.objects.filter(unit__in=live, retired_at=None)
    return [
        (gettext("各级区划"), areas_for(request.user).count()),
        (gettext("在用单位"), live.count()),
        (gettext("在用服务点"), points.count()),
    ]


def _point_link(point: ServicePoint, at: datetime) -> SafeString:
    return format_html(
        '<a href="{}">{}</a>', reverse("office:directory-point", args=[point.pk]), point.name
    )


def _code(point: Any, at: datetime) -> SafeString:
    return format_html("<code>{}</code>", spoken(point.current_code or ""))


POINTS = DataTable(
    name="points",
    title=_("服务点"),
    columns=(
        Column("name", _("名称"), _point_link, lambda point: point.name, ("name",), "name"),
        Column("kind", _("类型"), lambda point, at: words.kind_text(point), sort=("kind",)),
        Column("address", _("地址"), lambda point, at: point.address),
        Column("hours", _("办公时间"), lambda point, at: point.hours),
        Column(
            "code", _("二维码编号"), _code, lambda point: point.current_code or "", (), "nowrap"
        ),
        Column("state", _("状态"), _state, _plain_state, ("retired_at",)),
    ),
    order="name",
    filters=(Filter("q", _("名称"), lambda rows, value, at: rows.filter(name__icontains=value)),),
    empty=_("还没有服务点。"),
    per_page=100,
)


@requires("directory.read")
@require_safe
def unit(request: SignedIn, code: str) -> HttpResponseBase:
    """One unit: its points with their codes, its items, the badges at its windows."""
    return show_unit(request, unit_or_404(request.user, code))


def show_unit(
    request: SignedIn, unit: Unit, *, post_form: PostForm | None = None, status: int = 200
) -> HttpResponseBase:
    """The unit's page, with a form that was refused if there is one."""
    listing = POINTS.read(request, points_of(unit), at=timezone.now())
    if listing.wants_file:
        return listing.file()
    items = list(unit.items.order_by("code")[:SHOWN_ITEMS])
    return render(
        request,
        "office/directory/unit.html",
        {
            "unit": unit,
            "listing": listing,
            "group": words.group_text(unit.group),
            "enrolments": [
                (enrolment.season, words.group_text(enrolment.group))
                for enrolment in unit.enrolments.select_related("season").order_by("season")
            ],
            "items": items,
            "item_count": len(items) if len(items) < SHOWN_ITEMS else unit.items.count(),
            "posts": unit.posts.select_related("point").order_by("retired_at", "badge"),
            "post_form": post_form or PostForm(unit=unit),
            "may_print": may_for(request.user, "code.print", unit),
            "may_change": may_for(request.user, "directory.change", unit),
            "may_post": may_for(request.user, "post.change", unit),
        },
        status=status,
    )


def points_of(unit: Unit) -> QuerySet[ServicePoint]:
    """The unit's points with the code each has at present."""
    current = PointCode.objects.filter(point=OuterRef("pk"), replaced_at=None)
    return unit.points.annotate(current_code=Subquery(current.values("code")[:1]))
