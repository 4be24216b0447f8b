"""The unit's items of rectification lists: what is asked, by when, and its report."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from pingyi.people.permissions import scope_of
from pingyi.supervision import item_policies as policies
from pingyi.supervision.actions.rectification import submit_item
from pingyi.supervision.actions.timing import ask_for_time
from pingyi.supervision.models import Improvement, RectificationItem
from pingyi.web.components import file_downloads, items
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.clock_time import ASK, TIME_DONE
from pingyi.web.components.deed_forms import done
from pingyi.web.components.file_fields import FilesField
from pingyi.web.components.forms import DeskForm, LongTextField
from pingyi.web.components.tables import Column, DataTable
from pingyi.web.components.time_forms import AskTimeForm


class SubmitForm(DeskForm):
    form_id = "submit"
    account = LongTextField(label=_("整改情况"), rows=5, help_text=_("做了什么，结果怎样。"))
    uploads = FilesField(label=_("佐证"))


def _problem(row: Any, at: datetime) -> SafeString:
    return format_html(
        '<a href="{}">{}</a>', reverse("unit:rectification-item", args=[row.pk]), row.problem
    )


ITEMS = DataTable(
    name="rectification",
    title=_("整改事项"),
    columns=(
        items.DUE,
        Column("problem", _("问题"), _problem, value=lambda r: r.problem, style="words"),
        Column("measure", _("措施"), lambda r, at: r.measure, style="words"),
        Column("owner", _("责任人"), lambda r, at: r.owner, style="nowrap"),
        Column("list", _("清单"), lambda r, at: r.of.title, sort=("of__title",), style="name"),
        items.STATE,
    ),
    order="due",
    filters=(items.search(_("文字、责任人或清单"), "of__title"), items.BY_STATE, items.LATE),
    empty=_("没有列给本单位的整改事项。"),
)


@requires("rectification.work")
@require_safe
def listed(request: SignedIn) -> HttpResponseBase:
    """The unit's items, what is due first; and what it changed for good."""
    at = timezone.now()
    mine = RectificationItem.objects.worked_by(request.user)
    listing = ITEMS.read(request, mine.with_due().select_related("of"), at=at)
    if listing.wants_file:
        return listing.file()
    units = scope_of(request.user, "rectification.work").units
    changed = Improvement.objects.counting().filter(unit__in=units).select_related("document")
    return render(
        request,
        "unit/rectification.html",
        {"listing": listing, "improvements": changed.order_by("-on", "-pk")[:50]},
    )


def _or_404(request: SignedIn, pk: int) -> RectificationItem:
    rows = RectificationItem.objects.worked_by(request.user)
    return get_object_or_404(rows.select_related("of__unit__area", "unit"), pk=pk)


def _show(
    request: SignedIn,
    item: RectificationItem,
    *,
    form: SubmitForm | None = None,
    time_form: DeskForm | None = None,
    status: int = 200,
) -> HttpResponseBase:
    at = timezone.now()
    asked = policies.open_request(item)
    reason = policies.why_not_submit(item, request.user)
    return render(
        request,
        "unit/rectification_item.html",
        {
            "item": item,
            "at": at,
            "state": items.state_tag(item),
            "clocks": item.clocks.order_by("pk").prefetch_related("escalations"),
            "told": items.story(
                item, lambda row: reverse("unit:rectification-file", args=[item.pk, row.pk])
            ),
            "form": form or (SubmitForm() if reason is None else None),
            "reason": reason,
            "request_open": asked,
            "request_why": asked.reason if asked else "",
            "time_choices": items.time_offers(
                item,
                request.user,
                lambda key: reverse("unit:rectification-time", args=[item.pk]),
                at=at,
                sent=time_form,
            ),
        },
        status=status,
    )


@requires("rectification.work")
@require_safe
def item(request: SignedIn, pk: int) -> HttpResponseBase:
    """One item."""
    return _show(request, _or_404(request, pk))


@requires("rectification.work")
@require_POST
def submit(request: SignedIn, pk: int) -> HttpResponseBase:
    """Report it as put right."""
    found = _or_404(request, pk)
    form = SubmitForm(request.POST, request.FILES)
    if done(form, submit_item, item=found, by=request.user, at=timezone.now()) is None:
        return _show(request, found, form=form, status=422)
    messages.success(request, gettext("已报请验收。"))
    return redirect("unit:rectification-item", pk)


@requires("rectification.work")
@require_POST
def ask_time(request: SignedIn, pk: int) -> HttpResponseBase:
    """Ask the office for more time."""
    found = _or_404(request, pk)
    form = AskTimeForm(request.POST)
    if done(form, ask_for_time, item=found, by=request.user, at=timezone.now()) is None:
        status = 409 if form.non_field_errors() else 422
        return _show(request, _or_404(request, pk), time_form=form, status=status)
    messages.success(request, TIME_DONE[ASK.key])
    return redirect("unit:rectification-item", pk)


@requires("rectification.work")
@require_safe
def file(request: SignedIn, pk: int, row: int) -> HttpResponseBase:
    """A piece of evidence the unit sent."""
    found = _or_404(request, pk)
    stored = items.file_of(found, row)
    if stored is None:
        raise Http404
    return file_downloads.download(stored, about=found, by=request.user, at=timezone.now())
