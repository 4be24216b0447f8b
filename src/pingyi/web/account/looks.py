"""Who looked at raters' contacts: by reader, and by rating. A rater is known by a number alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pingyi.audit import queries
from pingyi.casework.models import Case
from pingyi.people.models import User
from pingyi.privacy.models import Outcome, PryingMark
from pingyi.web.components.access import requires
from pingyi.web.components.markup import tag
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import moment_text

LATELY = timedelta(days=30)


def _reads_link(count: int, **query: str) -> SafeString:
    return format_html('<a href="{}?{}">{}</a>', reverse("account:reads"), urlencode(query), count)


def _marks(row: Any, at: datetime) -> SafeString | str:
    return tag(str(row.open_marks), "warn") if row.open_marks else ""


def _counted(rows: QuerySet[Any], by: str, number: Any) -> Coalesce:
    """`number` (an aggregate) over the rows of one `by`, 0 without any."""
    found = rows.order_by().values(by).annotate(number=number).values("number")
    return Coalesce(Subquery(found[:1]), 0)


READERS = DataTable(
    name="readers",
    title=_("按查看人"),
    columns=(
        Column("login", _("查看人"), lambda u, at: u.username, sort=("username",)),
        Column("name", _("姓名"), lambda u, at: u.name, sort=("name",)),
        Column(
            "looks",
            _("查看次数"),
            lambda u, at: _reads_link(u.looks, reader=u.username),
            value=lambda u: u.looks,
            sort=("looks",),
            style="number",
        ),
        Column("lately", _("近 30 天"), lambda u, at: u.lately, sort=("lately",), style="number"),
        Column("things", _("涉及评价"), lambda u, at: u.things, sort=("things",), style="number"),
        Column(
            "last",
            _("最近一次"),
            lambda u, at: moment_text(u.last_look),
            value=lambda u: u.last_look,
            sort=("last_look",),
            style="nowrap",
        ),
        Column(
            "open",
            _("待核实的越权标记"),
            _marks,
            value=lambda u: u.open_marks,
            sort=("open_marks",),
            style="number",
        ),
        Column(
            "breaches",
            _("认定违纪"),
            lambda u, at: u.breaches,
            sort=("breaches",),
            style="number",
        ),
    ),
    order="-looks",
    filters=(
        Filter(
            "reader",
            _("登录名或姓名"),
            lambda rows, text, at: rows.filter(
                Q(username__icontains=text) | Q(name__icontains=text)
            ),
        ),
    ),
    empty=_("还没有人查看过个人信息。"),
)


def by_reader(at: datetime) -> QuerySet[User]:
    """Everybody who ever looked, with how often, at how many ratings, and what came of it."""
    mine = queries.reads().filter(reader=OuterRef("username"))
    marks = PryingMark.objects.filter(reader=OuterRef("username"))
    last = mine.order_by("-at").values("at")[:1]
    return User.objects.filter(username__in=queries.reads().values("reader")).annotate(
        looks=_counted(mine, "reader", Count("pk")),
        lately=_counted(mine.filter(at__gt=at - LATELY), "reader", Count("pk")),
        things=_counted(mine.exclude(subject_id=""), "reader", Count("subject_id", distinct=True)),
        last_look=Subquery(last),
        open_marks=_counted(marks.filter(review__isnull=True), "reader", Count("pk")),
        breaches=_counted(
            marks.filter(review__outcome=Outcome.BREACH.value), "reader", Count("pk")
        ),
    )


RATERS = DataTable(
    name="raters",
    title=_("按评价"),
    columns=(
        Column("case", _("案件"), lambda c, at: c.number, sort=("number",), style="nowrap"),
        Column("rating", _("评价编号"), lambda c, at: c.rating_id or "", style="number"),
        Column("area", _("办理地"), lambda c, at: c.area.name, sort=("area__code",)),
        Column(
            "looks",
            _("查看次数"),
            lambda c, at: _reads_link(c.looks, subject=f"case {c.pk}"),
            value=lambda c: c.looks,
            sort=("looks",),
            style="number",
        ),
        Column("people", _("查看人数"), lambda c, at: c.people, sort=("people",), style="number"),
        Column(
            "last",
            _("最近一次"),
            lambda c, at: moment_text(c.last_look),
            value=lambda c: c.last_look,
            sort=("last_look",),
            style="nowrap",
        ),
        Column(
            "open",
            _("待核实的越权标记"),
            _marks,
            value=lambda c: c.open_marks,
            sort=("open_marks",),
            style="number",
        ),
    ),
    order="-looks",
    filters=(
        Filter("case", _("案件编号"), lambda rows, text, at: rows.filter(number__contains=text)),
    ),
    empty=_("还没有人查看过个人信息。"),
)


def by_rating(at: datetime) -> QuerySet[Case]:
    """Every case whose rater's contact was looked at, with how often and by how many."""
    reads = queries.reads().filter(subject_kind="case")
    looked_at = reads.annotate(number=Cast("subject_id", BigIntegerField())).values("number")
    mine = reads.filter(subject_id=Cast(OuterRef("pk"), CharField()))
    marks = PryingMark.objects.filter(case=OuterRef("pk"), review__isnull=True)
    return (
        Case.objects.filter(pk__in=looked_at)
        .select_related("area")
        .annotate(
            looks=_counted(mine, "subject_id", Count("pk")),
            people=_counted(mine, "subject_id", Count("reader", distinct=True)),
            last_look=Subquery(
                mine.order_by().values("subject_id").annotate(last=Max("at")).values("last")[:1]
            ),
            open_marks=_counted(marks, "case", Count("pk")),
        )
    )


@requires("audit.read")
@require_safe
def readers(request: HttpRequest) -> HttpResponseBase:
    """Each reader: how often, at how many ratings, and what it raised."""
    return _page(request, READERS, by_reader)


@requires("audit.read")
@require_safe
def raters(request: HttpRequest) -> HttpResponseBase:
    """Each rating looked at: how often and by how many. By number, never by phone."""
    return _page(request, RATERS, by_rating)


def _page(
    request: HttpRequest, table: DataTable, rows: Callable[[datetime], QuerySet[Any]]
) -> HttpResponseBase:
    at = timezone.now()
    listing = table.read(request, rows(at), at=at)
    if listing.wants_file:
        return listing.file()
    return render(request, "account/audit.html", {"listing": listing, "title": table.title})
