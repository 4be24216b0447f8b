"""Improvements at the office: the list of a season, one, and the form that records it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pingyi.casework import queries
from pingyi.casework.models import Case, UnitAnswer
from pingyi.directory.models import Season
from pingyi.people.names import names_of
from pingyi.people.permissions import may
from pingyi.supervision import item_policies as policies
from pingyi.supervision.actions import improvements as actions
from pingyi.supervision.models import Improvement, RectificationItem
from pingyi.supervision.models.improvements import ImprovementKind
from pingyi.web.components import file_downloads
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.deed_forms import done
from pingyi.web.components.file_fields import FileRow
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import say
from pingyi.web.office.rectification_forms import ImprovementForm, StrikeForm


def _title(row: Any, at: datetime) -> SafeString:
    return format_html(
        '<a href="{}">{}</a>', reverse("office:improvement", args=[row.pk]), row.title
    )


def _in_season(rows: Any, code: str, at: datetime) -> Any:
    season = Season.objects.filter(code=code).first()
    return rows.of_season(season) if season is not None else rows.none()


def _seasons(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (code, code)
        for code in Season.objects.order_by("-starts_on").values_list("code", flat=True)
    ]


IMPROVEMENTS = DataTable(
    name="improvements",
    title=_("改进"),
    columns=(
        Column("on", _("施行日期"), lambda r, at: r.on.isoformat(), sort=("on",), style="nowrap"),
        Column("title", _("名称"), _title, value=lambda r: r.title, sort=("title",), style="words"),
        Column(
            "kind",
            _("类别"),
            lambda r, at: say(ImprovementKind(r.kind)),
            sort=("kind",),
            style="nowrap",
        ),
        Column("unit", _("单位"), lambda r, at: r.unit.name, sort=("unit__name",), style="name"),
        Column("what", _("改了什么"), lambda r, at: r.what, style="words"),
    ),
    order="-on",
    filters=(
        Filter(
            "q",
            _("名称或单位"),
            lambda rows, text, at: (
                rows.filter(title__contains=text) | rows.filter(unit__name__contains=text)
            ),
        ),
        Filter("season", _("年度"), _in_season, _seasons),
        Filter(
            "kind",
            _("类别"),
            lambda rows, value, at: rows.filter(kind=value),
            lambda request: [(kind.value, say(kind)) for kind in ImprovementKind],
        ),
    ),
    empty=_("还没有登记改进。可从案件、整改事项或在此登记。"),
)


@requires("rectification.read")
@require_safe
def improvements(request: SignedIn) -> HttpResponseBase:
    """What changed for good, season by season."""
    rows = Improvement.objects.visible_to(request.user).counting().select_related("unit")
    listing = IMPROVEMENTS.read(request, rows, at=timezone.now())
    if listing.wants_file:
        return listing.file()
    return render(
        request,
        "office/rectification/improvements.html",
        {"listing": listing, "may_manage": may(request.user, "rectification.manage")},
    )


@requires("rectification.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn) -> HttpResponseBase:
    """Record an improvement: by hand, of a case or its answer (`?case=`), or of an item."""
    item = _item(request)
    case, answer = _case(request)
    sent = request.POST if request.method == "POST" else None
    form = ImprovementForm(
        sent,
        request.FILES if sent is not None else None,
        user=request.user,
        initial=_initial(case, answer, item),
    )
    if sent is not None:
        made = done(
            form,
            actions.record_improvement,
            case=case,
            answer=answer,
            item=item,
            by=request.user,
            at=timezone.now(),
        )
        if made is not None:
            messages.success(request, gettext("改进已登记。"))
            return redirect("office:improvement", made.pk)
    return render(
        request,
        "office/rectification/improvement_new.html",
        {
            "form": form,
            "case": case,
            "item": item,
            "item_key": str(item.pk) if item else "",
            "answer": answer,
        },
        status=422 if form.errors else 200,
    )


def _initial(
    case: Case | None, answer: UnitAnswer | None, item: RectificationItem | None
) -> dict[str, str]:
    if item is not None:
        return {"unit": item.unit.code, "what": item.measure}
    if answer is not None:
        return {
            "unit": answer.dispatch.unit.code,
            "kind": ImprovementKind.PROCESS_CHANGED.value,
            "what": answer.process_change,
            "on": timezone.localdate(answer.at).isoformat(),
        }
    return {"unit": case.unit.code} if case is not None else {}


def _item(request: SignedIn) -> RectificationItem | None:
    pk = request.GET.get("item", "")
    if not pk:
        return None
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        raise Http404
    rows = RectificationItem.objects.visible_to(request.user).select_related("unit")
    return get_object_or_404(rows, pk=int(pk))


def _case(request: SignedIn) -> tuple[Case | None, UnitAnswer | None]:
    """The case named in the address, and the latest answer in it whose change is not recorded."""
    number = request.GET.get("case", "")
    if not number:
        return None, None
    case = get_object_or_404(
        queries.overseen_by(request.user).filter(embargoed=False), number=number
    )
    return case, unrecorded_change(case)


def unrecorded_change(case: Case) -> UnitAnswer | None:
    """The latest answer in the case that tells of a change not yet kept as an improvement."""
    told = case.answers.exclude(process_change="").select_related("dispatch__unit", "case__unit")
    return told.exclude(pk__in=_recorded(case)).order_by("pk").last()


def _recorded(case: Case) -> Any:
    return (
        Improvement.objects.counting().filter(case=case, answer__isnull=False).values("answer_id")
    )


def _or_404(request: SignedIn, pk: int) -> Improvement:
    rows = Improvement.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("unit__area", "document", "case", "item__of"), pk=pk
    )


def _show(
    request: SignedIn, found: Improvement, *, form: StrikeForm | None = None, status: int = 200
) -> HttpResponseBase:
    case = found.case
    if case is not None and not queries.overseen_by(request.user).filter(pk=case.pk).exists():
        case = None
    names = names_of([found.by, found.struck_by])
    able = policies.why_not_strike(found, request.user) is None
    url = reverse("office:improvement-document", args=[found.pk])
    return render(
        request,
        "office/rectification/improvement.html",
        {
            "found": found,
            "kind": ImprovementKind(found.kind),
            "who": names(found.by),
            "struck_by": names(found.struck_by),
            "case": case,
            "files": [FileRow(found.document, url, dated=False)] if found.document else [],
            "strike_form": (form or StrikeForm()) if able or form else None,
        },
        status=status,
    )


@requires("rectification.read")
@require_safe
def improvement(request: SignedIn, pk: int) -> HttpResponseBase:
    """One improvement, with its document and what gave rise to it."""
    return _show(request, _or_404(request, pk))


@requires("rectification.manage")
@require_POST
def strike(request: SignedIn, pk: int) -> HttpResponseBase:
    """Take it out of the count, with a reason."""
    found = _or_404(request, pk)
    form = StrikeForm(request.POST)
    done_ = done(
        form, actions.strike_improvement, improvement=found, by=request.user, at=timezone.now()
    )
    if done_ is None:
        return _show(request, found, form=form, status=422)
    messages.success(request, gettext("已划去，不再计入。"))
    return redirect("office:improvement", pk)


@requires("rectification.read")
@require_safe
def document(request: SignedIn, pk: int) -> HttpResponseBase:
    """The improvement's document."""
    found = _or_404(request, pk)
    if found.document is None:
        raise Http404
    return file_downloads.download(found.document, about=found, by=request.user, at=timezone.now())
