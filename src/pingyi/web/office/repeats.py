"""Repeated complaints: points with several cases, and persons with several."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pingyi.casework.models import Case
from pingyi.casework.repeats import WINDOW, repeated_persons, repeated_points
from pingyi.directory.models import ServicePoint
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.case_cells import AREA, POINT, SEARCH, STATE, UNIT, number_column
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import moment_text
from pingyi.web.office.filters import AREAS, districts


def figure(key: str, label: Any) -> Column:
    """A column of an annotated count."""
    return Column(
        key,
        label,
        lambda row, at: getattr(row, key),
        value=lambda row: getattr(row, key),
        sort=(key,),
        style="number",
    )


def _moment(key: str, label: Any) -> Column:
    return Column(
        key, label, lambda row, at: moment_text(getattr(row, key)), sort=(key,), style="nowrap"
    )


def _point(row: ServicePoint, at: datetime) -> SafeString:
    address = f"{reverse('office:cases')}?{urlencode({'q': f'{row.unit.name} {row.name}'})}"
    return format_html('<a href="{}">{}</a>', address, row.name)


def _in_district(rows: QuerySet, value: str, at: datetime) -> QuerySet:
    return rows.filter(unit__area__code=value) | rows.filter(unit__area__parent__code=value)


def _point_or_unit(rows: QuerySet, text: str, at: datetime) -> QuerySet:
    return rows.filter(Q(name__icontains=text) | Q(unit__name__icontains=text))


POINT_AREAS = Filter("area", _("区"), _in_district, districts)

POINTS = DataTable(
    name="repeated-points",
    title=_("多次被投诉的服务点"),
    columns=(
        Column("point", _("服务点"), _point, value=lambda row: row.name, sort=("name",),
               style="name"),
        Column("unit", _("单位"), lambda row, at: row.unit.name, sort=("unit__name",),
               style="name"),
        figure("times", _("案件")),
        figure("origins", _("来源数")),
        _moment("last", _("最近立案")),
    ),
    order="-times",
    filters=(Filter("q", _("单位或服务点"), _point_or_unit), POINT_AREAS),
    empty=_("近 90 天没有服务点被投诉两次以上。"),
    carried=("of",),
)  # fmt: skip

PERSONS = DataTable(
    name="repeated-persons",
    title=_("多次反映的人"),
    columns=(
        number_column("office:case"),
        figure("times", _("案件")),
        figure("units", _("单位数")),
        _moment("first", _("最早立案")),
        UNIT,
        POINT,
        AREA,
        STATE,
    ),
    order="-times",
    filters=(SEARCH, AREAS),
    empty=_("没有同一手机号的两件以上案件。"),
    carried=("of",),
)


@requires("case.oversee")
@require_safe
def repeats(request: SignedIn) -> HttpResponseBase:
    """Points, or persons, with two cases or more; phones are never shown."""
    at = timezone.now()
    persons = request.GET.get("of") == "persons"
    rows: QuerySet[Case] | QuerySet[ServicePoint]
    rows = repeated_persons(request.user) if persons else repeated_points(request.user, at)
    listing = (PERSONS if persons else POINTS).read(request, rows, at=at)
    if listing.wants_file:
        return listing.file()
    context = {"listing": listing, "persons": persons, "days": WINDOW.days}
    return render(request, "office/repeats.html", context)
