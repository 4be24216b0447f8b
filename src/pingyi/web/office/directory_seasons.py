"""Seasons: which rules hold from when until when, and who takes part in which group."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pingyi import rulebook
from pingyi.directory import actions, schemes
from pingyi.directory.models import Enrolment, Season, Unit
from pingyi.directory.policies import Refused
from pingyi.people.permissions import may
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.markup import tag
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.office import directory_words as words
from pingyi.web.office.directory_forms import EnrolForm, SeasonForm, blame
from pingyi.web.office.directory_scope import reaches_everything


def phase(season: Season, at: datetime) -> SafeString:
    """Where a day stands to a season: to come, running, or over."""
    day = timezone.localdate(at)
    if day < season.starts_on:
        return tag(gettext("未开始"), "warn")
    return tag(gettext("已结束"), "") if day > season.ends_on else tag(gettext("进行中"), "good")


def _may_change(request: SignedIn) -> bool:
    return may(request.user, "season.change") and reaches_everything(request.user, "season.change")


@requires("season.change", "directory.read")
@require_http_methods(["GET", "POST"])
def seasons(request: SignedIn) -> HttpResponseBase:
    """All seasons; the scheme keeper opens the next one here."""
    at = timezone.now()
    may_change = _may_change(request)
    form = SeasonForm(request.POST or None, initial=_next_season(at)) if may_change else None
    if request.method == "POST" and form is None:
        return render(request, "403.html", status=403)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            made = actions.open_season(**form.cleaned_data, by=request.user, at=at)
        except Refused as refused:
            blame(form, refused)
        else:
            messages.success(request, gettext("年度已建立。下一步：登记参评单位。"))
            return redirect("office:season", made.code)
    found = Season.objects.annotate(units=Count("enrolments")).order_by("-starts_on")
    context = {
        "seasons": [(s, phase(s, at), words.season_scheme_text(s)) for s in found],
        "form": form,
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "office/directory/seasons.html", context, status=status)


def _next_season(at: datetime) -> dict[str, object]:
    """This year's season, or the one after the last, by the newest scheme's own dates."""
    last = Season.objects.order_by("-starts_on").first()
    newest = max(map(rulebook.scheme, rulebook.names()), key=lambda scheme: scheme.dated)
    day = timezone.localdate(at)
    year = last.starts_on.year + 1 if last else day.year + (f"{day:%m-%d}" > newest.season.ends)
    return {
        "code": str(year),
        "scheme": last.scheme if last else newest.name,
        "starts_on": f"{year}-{newest.season.starts}",
        "ends_on": f"{year}-{newest.season.ends}",
    }


def _unit_link(enrolment: Enrolment, at: datetime) -> SafeString:
    unit = enrolment.unit
    return format_html(
        '<a href="{}">{}</a>', reverse("office:directory-unit", args=[unit.code]), unit.name
    )


def _groups(request: HttpRequest) -> list[tuple[str, str]]:
    code = request.resolver_match.kwargs["code"] if request.resolver_match else ""
    found = Enrolment.objects.filter(season__code=code)
    codes = sorted(set(found.values_list("group", flat=True)))
    return [(group, words.group_text(group)) for group in codes]


ENROLMENTS = DataTable(
    name="enrolments",
    title=_("参评登记"),
    columns=(
        Column("code", _("编码"), lambda row, at: row.unit.code, sort=("unit__code",)),
        Column("name", _("单位"), _unit_link, lambda row: row.unit.name, ("unit__name",), "name"),
        Column("area", _("区划"), lambda row, at: row.unit.area.name, sort=("unit__area__code",)),
        Column("group", _("分组"), lambda row, at: words.group_text(row.group), sort=("group",)),
    ),
    order="code",
    filters=(
        Filter("q", _("单位名称"), lambda rows, q, at: rows.filter(unit__name__icontains=q)),
        Filter("group", _("分组"), lambda rows, value, at: rows.filter(group=value), _groups),
    ),
    empty=_("还没有单位登记。"),
)


@requires("season.change", "directory.read")
@require_safe
def season(request: SignedIn, code: str) -> HttpResponseBase:
    """One season and who takes part in it."""
    return _show(request, get_object_or_404(Season, code=code))


@requires("season.change")
@require_POST
def enrol_all(request: SignedIn, code: str) -> HttpResponseBase:
    found = get_object_or_404(Season, code=code)
    if not _may_change(request):
        return render(request, "403.html", status=403)
    try:
        number = actions.enrol_all(season=found, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("已登记 %(n)d 个单位。") % {"n": number})
    return redirect("office:season", found.code)


@requires("season.change")
@require_POST
def enrol(request: SignedIn, code: str) -> HttpResponseBase:
    """Enrol one unit, or move it to another group before the season begins."""
    return _with_unit(request, code, take_part=True)


@requires("season.change")
@require_POST
def withdraw(request: SignedIn, code: str) -> HttpResponseBase:
    """Before the season begins, take one unit out."""
    return _with_unit(request, code, take_part=False)


def _with_unit(request: SignedIn, code: str, *, take_part: bool) -> HttpResponseBase:
    found = get_object_or_404(Season, code=code)
    if not _may_change(request):
        return render(request, "403.html", status=403)
    form = EnrolForm(request.POST, season=found)
    if form.is_valid():
        unit, at = form.cleaned_data["unit"], timezone.now()
        try:
            if take_part:
                group = form.cleaned_data["group"]
                actions.enrol(season=found, unit=unit, group=group, by=request.user, at=at)
            else:
                actions.withdraw(season=found, unit=unit, by=request.user, at=at)
        except Refused as refused:
            blame(form, refused)
        else:
            messages.success(request, gettext("已保存。"))
            return redirect("office:season", found.code)
    return _show(request, found, form=form, status=422)


def _show(
    request: SignedIn, found: Season, *, form: EnrolForm | None = None, status: int = 200
) -> HttpResponseBase:
    at = timezone.now()
    rows: QuerySet[Enrolment] = found.enrolments.select_related("unit__area")
    listing = ENROLMENTS.read(request, rows, at=at)
    if listing.wants_file:
        return listing.file()
    waiting = Unit.objects.filter(retired_at=None).exclude(enrolments__season=found).count()
    context = {
        "season": found,
        "phase": phase(found, at),
        "scheme": words.season_scheme_text(found),
        "counts_by": gettext(found.get_counts_by_display()),
        "listing": listing,
        "waiting": waiting,
        "differs": schemes.unadopted(found, at) is not None,
        "reads_rules": may(request.user, "scoreboard.read"),
        "form": form or EnrolForm(season=found),
        "may_change": _may_change(request) and found.ends_on >= timezone.localdate(at),
        "begun": found.starts_on <= timezone.localdate(at),
    }
    return render(request, "office/directory/season.html", context, status=status)
