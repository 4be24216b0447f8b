"""Rectification lists at the office: all of them, one, and one item."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pingyi.casework import queries
from pingyi.casework.models import Case
from pingyi.casework.problem_models import Problem
from pingyi.casework.problem_queries import problems_for
from pingyi.people.permissions import may
from pingyi.supervision import item_policies as policies
from pingyi.supervision.actions import rectification as actions
from pingyi.supervision.models import RectificationItem, RectificationList
from pingyi.web.components import file_downloads, items
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.clock_time import TIME_DONE
from pingyi.web.components.deed_forms import done
from pingyi.web.components.markup import tag
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import moment_text
from pingyi.web.office.rectification_forms import (
    AcceptForm,
    ItemForm,
    ListForm,
    MeetingForm,
    SendBackForm,
)


def _title(row: Any, at: datetime) -> SafeString:
    url = reverse("office:rectification-list", args=[row.pk])
    return format_html('<a href="{}">{}</a>', url, row.title)


def progress_text(closed: int, total: int) -> str:
    """`3 / 5 · 60 %`, or that there is nothing yet."""
    if not total:
        return gettext("尚无事项")
    return f"{closed} / {total} · {closed * 100 // total} %"


def _open_or_done(rows: Any, value: str, at: datetime) -> Any:
    whole = rows.filter(items_total__gt=0, items_closed=F("items_total"))
    return whole if value == "done" else rows.exclude(pk__in=whole.values("pk"))


LISTS = DataTable(
    name="rectification",
    title=_("整改清单"),
    columns=(
        Column("title", _("名称"), _title, value=lambda r: r.title, sort=("title",), style="words"),
        Column(
            "unit", _("整改单位"), lambda r, at: r.unit.name, sort=("unit__name",), style="name"
        ),
        Column(
            "progress",
            _("进度"),
            lambda r, at: progress_text(r.items_closed, r.items_total),
            sort=("items_closed", "items_total"),
            style="nowrap",
        ),
        Column(
            "late",
            _("超期"),
            lambda r, at: tag(str(r.items_late), "bad") if r.items_late else "—",
            value=lambda r: r.items_late or 0,
            style="nowrap",
        ),
        Column(
            "opened", _("建立时间"), lambda r, at: moment_text(r.at), sort=("at",), style="nowrap"
        ),
    ),
    order="-opened",
    filters=(
        Filter(
            "q",
            _("名称或单位"),
            lambda rows, text, at: (
                rows.filter(title__contains=text) | rows.filter(unit__name__contains=text)
            ),
        ),
        Filter(
            "state",
            _("进度"),
            _open_or_done,
            lambda request: [("open", gettext("整改中")), ("done", gettext("全部销号"))],
        ),
        Filter(
            "late",
            _("超期"),
            lambda rows, value, at: rows.filter(items_late__gt=0),
            lambda request: [("yes", gettext("有超期"))],
        ),
    ),
    empty=_("还没有整改清单。可从案件页或在此新建。"),
)


def _problem(row: Any, at: datetime) -> SafeString:
    url = reverse("office:rectification-item", args=[row.pk])
    return format_html('<a href="{}">{}</a>', url, row.problem)


ITEMS = DataTable(
    name="items",
    title=_("整改事项"),
    columns=(
        Column("number", _("序号"), lambda r, at: r.number, sort=("number",), style="number"),
        Column("problem", _("问题"), _problem, value=lambda r: r.problem, style="words"),
        Column("measure", _("措施"), lambda r, at: r.measure, style="words"),
        Column(
            "unit", _("责任单位"), lambda r, at: r.unit.name, sort=("unit__name",), style="name"
        ),
        Column("owner", _("责任人"), lambda r, at: r.owner, style="nowrap"),
        items.DUE,
        items.STATE,
    ),
    order="number",
    filters=(
        items.search(_("文字、责任人或单位"), "unit__name"),
        items.BY_STATE,
        items.LATE,
        items.WAITING,
    ),
    empty=_("清单还是空的：在下面添加第一项。"),
)


@requires("rectification.read")
@require_safe
def lists(request: SignedIn) -> HttpResponseBase:
    """Every list the user may see, with how far each has come."""
    at = timezone.now()
    rows = RectificationList.objects.visible_to(request.user).with_progress(at)
    listing = LISTS.read(request, rows.select_related("unit"), at=at)
    if listing.wants_file:
        return listing.file()
    return render(
        request,
        "office/rectification/lists.html",
        {"listing": listing, "may_manage": may(request.user, "rectification.manage")},
    )


@requires("rectification.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn) -> HttpResponseBase:
    """Draw up a list, by hand or, with `?case=` or `?problem=`, born of one."""
    case, problem = _case(request), _problem_of(request)
    unit = case.unit if case else problem.parent if problem else None
    initial = {"unit": unit.code} if unit else {}
    sent = request.POST if request.method == "POST" else None
    form = ListForm(sent, user=request.user, initial=initial)
    if sent is not None:
        born = {"case": case, "problem": problem}
        made = done(form, actions.open_list, **born, by=request.user, at=timezone.now())
        if made is not None:
            messages.success(request, gettext("清单已建立，请逐项添加。"))
            return redirect("office:rectification-list", made.pk)
    return render(
        request,
        "office/rectification/new.html",
        {"form": form, "case": case, "problem": problem},
        status=422 if form.errors else 200,
    )


def _case(request: SignedIn) -> Case | None:
    """The case named in the address; 404 if the user may not know of it."""
    number = request.GET.get("case", "")
    if not number:
        return None
    return get_object_or_404(
        queries.overseen_by(request.user).filter(embargoed=False), number=number
    )


def _problem_of(request: SignedIn) -> Problem | None:
    """The problem named in the address; 404 if the user may not know of it."""
    number = request.GET.get("problem", "")
    return get_object_or_404(problems_for(request.user), number=number) if number else None


def _list_or_404(request: SignedIn, pk: int) -> RectificationList:
    rows = RectificationList.objects.visible_to(request.user).with_progress(timezone.now())
    return get_object_or_404(rows.select_related("unit__area", "case", "problem"), pk=pk)


def _show_list(
    request: SignedIn, found: RectificationList, *, status: int = 200, **forms: Any
) -> HttpResponseBase:
    at = timezone.now()
    rows = found.items.with_due().select_related("unit")
    listing = ITEMS.read(request, rows, at=at)
    if listing.wants_file:
        return listing.file()
    mine = policies.why_not_manage(request.user, found.unit) is None
    case = found.case
    if case is not None and not queries.overseen_by(request.user).filter(pk=case.pk).exists():
        case = None
    return render(
        request,
        "office/rectification/list.html",
        {
            "found": found,
            "case": case,
            "problem": problems_for(request.user).filter(rectification_lists=found).first(),
            "progress": progress_text(found.items_closed, found.items_total),  # type: ignore[attr-defined]
            "late": found.items_late or 0,  # type: ignore[attr-defined]
            "listing": listing,
            "meetings": found.meetings.order_by("-on", "-pk"),
            "item_form": forms.get("item_form", ItemForm(user=request.user)) if mine else None,
            "meeting_form": forms.get("meeting_form", MeetingForm()) if mine else None,
        },
        status=status,
    )


@requires("rectification.read")
@require_safe
def one(request: SignedIn, pk: int) -> HttpResponseBase:
    """One list: its items, its meetings, how far it has come."""
    return _show_list(request, _list_or_404(request, pk))


@requires("rectification.manage")
@require_POST
def add(request: SignedIn, pk: int) -> HttpResponseBase:
    """Put an item on the list."""
    found = _list_or_404(request, pk)
    form = ItemForm(request.POST, user=request.user)
    if done(form, actions.add_item, of=found, by=request.user, at=timezone.now()) is None:
        return _show_list(request, found, item_form=form, status=422)
    messages.success(request, gettext("已添加，并已通知责任单位。"))
    return redirect("office:rectification-list", pk)


@requires("rectification.manage")
@require_POST
def meet(request: SignedIn, pk: int) -> HttpResponseBase:
    """Note a meeting."""
    found = _list_or_404(request, pk)
    form = MeetingForm(request.POST)
    if done(form, actions.note_meeting, of=found, by=request.user, at=timezone.now()) is None:
        return _show_list(request, found, meeting_form=form, status=422)
    messages.success(request, gettext("已记录。"))
    return redirect("office:rectification-list", pk)


def _item_or_404(request: SignedIn, pk: int) -> RectificationItem:
    rows = RectificationItem.objects.visible_to(request.user)
    found = rows.select_related("of__unit__area", "of__case", "of__problem", "unit")
    return get_object_or_404(found, pk=pk)


def _show_item(
    request: SignedIn, item: RectificationItem, *, status: int = 200, **forms: Any
) -> HttpResponseBase:
    at = timezone.now()
    reason = policies.why_not_accept(item, request.user)
    asked = policies.open_request(item)
    sent_time = forms.pop("time_form", None)
    able = reason is None or any(forms.values())
    return render(
        request,
        "office/rectification/item.html",
        {
            "item": item,
            "at": at,
            "state": items.state_tag(item),
            "clocks": item.clocks.order_by("pk").prefetch_related("escalations"),
            "told": items.story(
                item, lambda row: reverse("office:rectification-file", args=[item.pk, row.pk])
            ),
            "improvements": item.improvements.counting().order_by("pk"),
            "accept_form": forms.get("accept_form", AcceptForm()) if able else None,
            "back_form": forms.get("back_form", SendBackForm()) if able else None,
            "reason": reason if may(request.user, "rectification.manage") else None,
            "request_open": asked,
            "request_why": asked.reason if asked else "",
            "time_choices": items.time_offers(
                item,
                request.user,
                lambda key: reverse("office:rectification-time", args=[item.pk, key]),
                at=at,
                sent=sent_time,
            ),
            "may_manage": may(request.user, "rectification.manage"),
        },
        status=status,
    )


@requires("rectification.read")
@require_safe
def item(request: SignedIn, pk: int) -> HttpResponseBase:
    """One item: the problem, the measure, what the unit reported, the office's word."""
    return _show_item(request, _item_or_404(request, pk))


@requires("rectification.manage")
@require_POST
def accept(request: SignedIn, pk: int) -> HttpResponseBase:
    """Close the item."""
    found = _item_or_404(request, pk)
    form = AcceptForm(request.POST)
    if done(form, actions.accept_item, item=found, by=request.user, at=timezone.now()) is None:
        return _show_item(request, found, accept_form=form, status=409)
    messages.success(request, gettext("已验收销号。"))
    return redirect("office:rectification-item", pk)


@requires("rectification.manage")
@require_POST
def send_back(request: SignedIn, pk: int) -> HttpResponseBase:
    """Not yet: back to the unit, with more days."""
    found = _item_or_404(request, pk)
    form = SendBackForm(request.POST)
    if done(form, actions.send_back_item, item=found, by=request.user, at=timezone.now()) is None:
        return _show_item(request, found, back_form=form, status=422)
    messages.success(request, gettext("已退回，并已通知责任单位。"))
    return redirect("office:rectification-item", pk)


@requires("rectification.manage")
@require_POST
def time(request: SignedIn, pk: int, key: str) -> HttpResponseBase:
    """Ask for more time, give it or not, or let the clock run on."""
    found = _item_or_404(request, pk)
    if key not in items.TIME_DEEDS:
        raise Http404
    form_type, act = items.TIME_DEEDS[key]
    form = form_type(request.POST)
    if done(form, act, item=found, by=request.user, at=timezone.now()) is None:
        status = 409 if form.non_field_errors() else 422
        return _show_item(request, _item_or_404(request, pk), time_form=form, status=status)
    messages.success(request, TIME_DONE[key])
    return redirect("office:rectification-item", pk)


@requires("rectification.read")
@require_safe
def file(request: SignedIn, pk: int, row: int) -> HttpResponseBase:
    """A piece of an item's evidence."""
    found = _item_or_404(request, pk)
    stored = items.file_of(found, row)
    if stored is None:
        raise Http404
    return file_downloads.download(stored, about=found, by=request.user, at=timezone.now())
