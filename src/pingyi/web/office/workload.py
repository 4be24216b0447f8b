"""The case manager's desk: what is open, due and overdue, by district and by person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import CharField, Q, QuerySet, Value
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from pingyi.casework import actions
from pingyi.casework.actions.problems import one_by_one
from pingyi.casework.assigning import open_cases, with_load, workers_of
from pingyi.casework.querysets import CaseQuerySet
from pingyi.directory.models import Area
from pingyi.people.models import User
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import moment_text
from pingyi.web.office.filters import offices
from pingyi.web.office.problems import tell
from pingyi.web.office.workload_forms import HandOverForm

Question = dict[str, str]
"""Parameters of the list of cases."""


def _cases_url(**asked: str) -> str:
    return f"{reverse('office:cases')}?{urlencode({'state': 'open', **asked})}"


def _figure(key: str, label: Any, of: Callable[[Any], Question], *, tone: str = "") -> Column:
    """A count that leads to the cases counted."""

    def cell(row: Any, at: datetime) -> SafeString | int:
        count = getattr(row, key)
        if not count:
            return 0
        return format_html('<a class="{}" href="{}">{}</a>', tone, _cases_url(**of(row)), count)

    return Column(
        key, label, cell, value=lambda row: getattr(row, key), sort=(key,), style="number"
    )


def _figures(of: Callable[[Any], Question]) -> tuple[Column, ...]:
    """What is told of every row; `of` chooses its cases."""
    return (
        _figure("open", _("未办结"), of),
        _figure("soon", _("一日内到期"), lambda row: {**of(row), "late": "soon"}),
        _figure("late", _("已超期"), lambda row: {**of(row), "late": "yes"}, tone="clock late"),
        Column(
            "oldest",
            _("最早立案"),
            lambda row, at: _oldest(row, _cases_url(**of(row), sort="opened")),
            value=lambda row: moment_text(row.oldest) if row.oldest else "",
            sort=("oldest",),
            style="nowrap",
        ),
    )


def _oldest(row: Any, url: str) -> SafeString | str:
    return format_html('<a href="{}">{}</a>', url, moment_text(row.oldest)) if row.oldest else "—"


def _by_name(field: str) -> Filter:
    return Filter(
        "q",
        _("名称"),
        lambda rows, text, at: rows.filter(**{f"{field}__icontains": text}),
    )


def _with(rows: QuerySet, value: str, at: datetime) -> QuerySet:
    return rows.filter(**{f"{value}__gt": 0})


HAVING = Filter(
    "having",
    _("时限"),
    _with,
    lambda request: [("late", gettext("有超期")), ("soon", gettext("有一日内到期"))],
)


def _of_area(area: Area) -> Question:
    return {"area": area.code}


DISTRICTS = DataTable(
    name="workload",
    title=_("各区在办案件"),
    columns=(
        Column(
            "area",
            _("区"),
            lambda area, at: format_html(
                '<a href="{}">{}</a>', reverse("office:workload-area", args=[area.code]), area.name
            ),
            value=lambda area: area.name,
            sort=("code",),
            style="name",
        ),
        *_figures(_of_area),
        _figure("unassigned", _("未分派"), lambda area: {**_of_area(area), "assignee": "none"}),
    ),
    order="-late",
    filters=(_by_name("name"), HAVING),
)


def _of_person(person: Any) -> Question:
    return {"area": person.area_code, "assignee": str(person.pk)}


PEOPLE = DataTable(
    name="workload-people",
    title=_("各承办人在办案件"),
    columns=(
        Column(
            "person",
            _("承办人"),
            lambda person, at: str(person),
            value=str,
            sort=("name", "username"),
            style="name",
        ),
        *_figures(_of_person),
    ),
    order="-late",
    filters=(_by_name("name"), HAVING),
    empty=_("本区没有可承办案件的人员。"),
)


@requires("case.assign")
@require_safe
def districts(request: SignedIn) -> HttpResponseBase:
    """One row per district: how much is open, due within a day, overdue; the oldest."""
    at = timezone.now()
    rows = with_load(_offices(request), open_cases(request.user), "area", at)
    listing = DISTRICTS.read(request, rows, at=at)
    if listing.wants_file:
        return listing.file()
    return render(request, "office/workload.html", {"listing": listing})


@requires("case.assign")
@require_safe
def people(request: SignedIn, code: str) -> HttpResponseBase:
    """One row per person of the district's, and what nobody was given yet."""
    return _show(request, _area(request, code))


@requires("case.assign")
@require_POST
def hand_over(request: SignedIn, code: str) -> HttpResponseBase:
    """All that somebody has open in the district goes to another, case by case."""
    area = _area(request, code)
    form = HandOverForm(request.POST, givers=_givers(request, area), takers=workers_of(area))
    if not form.is_valid():
        return _show(request, area, form=form, status=422)
    given = form.cleaned_data
    theirs = _cases_in(request, area).filter(assignee=given["giver"]).order_by("pk")
    done = one_by_one(
        list(theirs.select_related("unit", "area__parent")),
        actions.assign_case,
        assignee=given["assignee"],
        reason=given["reason"],
        by=request.user,
        at=timezone.now(),
    )
    tell(request, done)
    return redirect("office:workload-area", code)


def _show(
    request: SignedIn, area: Area, *, form: HandOverForm | None = None, status: int = 200
) -> HttpResponseBase:
    at = timezone.now()
    cases = _cases_in(request, area)
    there = Q(pk__in=workers_of(area).values("pk")) | Q(pk__in=cases.values("assignee"))
    rows = with_load(User.objects.filter(there), cases, "assignee", at)
    listing = PEOPLE.read(request, _known(rows, area), at=at)
    if listing.wants_file:
        return listing.file()
    givers = _givers(request, area)
    blank = HandOverForm(givers=givers, takers=workers_of(area)) if givers else None
    whole = with_load(Area.objects.filter(pk=area.pk), cases, "area", at).get()
    nobodys = with_load(
        Area.objects.filter(pk=area.pk), cases.filter(assignee=None), "area", at
    ).get()
    shown = {
        "listing": listing,
        "area": whole,
        "nobodys": nobodys,
        "nobodys_url": _cases_url(area=area.code, assignee="none"),
        "form": form or blank,
    }
    return render(request, "office/workload_area.html", shown, status=status)


def _known(rows: QuerySet[Any], area: Area) -> QuerySet[Any]:
    """Rows that know the district, for their links."""
    return rows.annotate(area_code=Value(area.code, output_field=CharField()))


def _offices(request: SignedIn) -> QuerySet[Area]:
    return offices(request.user, "case.assign")


def _area(request: SignedIn, code: str) -> Area:
    return get_object_or_404(_offices(request).select_related("parent"), code=code)


def _cases_in(request: SignedIn, area: Area) -> CaseQuerySet:
    return open_cases(request.user).filter(area=area)


def _givers(request: SignedIn, area: Area) -> QuerySet[User]:
    """Whoever has a case open there."""
    found = _cases_in(request, area).values("assignee")
    return User.objects.filter(pk__in=found).order_by("name", "pk")
