"""Raters' requests about their own data that came on paper or in person: filed, proved, settled."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from pingyi.kernel.codes import normalise_receipt, receipt_is_valid
from pingyi.notices.codes import TooManyCodes
from pingyi.privacy import requests
from pingyi.privacy.models import DataRequest, RequestKind, RequestWay
from pingyi.privacy.policies import Refused, Why
from pingyi.ratings.models import Rating
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.forms import DeskForm, LongTextField, TermField, TextField
from pingyi.web.components.markup import deadline, tag
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import moment_text, say

NUMBER = re.compile(r"(?:R-)?([0-9]{1,9})", re.IGNORECASE | re.ASCII)
"""How a request is cited, `R-17`, or its figures alone."""


def _state(one: DataRequest, at: datetime) -> SafeString:
    if one.settled_at is None:
        return tag(gettext("待办"), "open")
    return tag(gettext("不予办理"), "warn") if one.refusal else tag(gettext("已办"), "good")


def _clock(one: DataRequest, at: datetime) -> SafeString | str:
    running = list(one.clocks.all())
    return deadline(running[0], at) if running else ""


def _link(one: DataRequest, at: datetime) -> SafeString:
    url = reverse("office:request", args=[one.pk])
    return format_html('<a href="{}">{}</a>', url, f"R-{one.pk}")


def _by_state(rows: QuerySet, value: str, at: datetime) -> QuerySet:
    return rows.filter(settled_at__isnull=value == "open")


def _search(rows: QuerySet, text: str, at: datetime) -> QuerySet:
    """By its number, a word of the note, or who handled it."""
    found = Q(note__icontains=text) | Q(received_by__icontains=text) | Q(settled_by__icontains=text)
    number = NUMBER.fullmatch(text)
    return rows.filter(found | Q(pk=int(number[1])) if number else found)


REQUESTS = DataTable(
    name="requests",
    title=_("个人信息请求"),
    columns=(
        Column("number", _("编号"), _link, value=lambda r: f"R-{r.pk}", sort=("pk",)),
        Column("kind", _("请求"), lambda r, at: say(RequestKind(r.kind)), sort=("kind",)),
        Column("way", _("途径"), lambda r, at: say(RequestWay(r.way)), sort=("way",)),
        Column(
            "received",
            _("收到"),
            lambda r, at: moment_text(r.received_at),
            value=lambda r: r.received_at,
            sort=("received_at",),
            style="nowrap",
        ),
        Column(
            "due",
            _("时限"),
            _clock,
            value=lambda r: next((clock.due_at for clock in r.clocks.all()), None),
            sort=("clocks__due_at",),
            style="nowrap",
        ),
        Column("state", _("状态"), _state, sort=("settled_at",)),
        Column("by", _("经办人"), lambda r, at: r.settled_by or r.received_by),
    ),
    order="-number",
    filters=(
        Filter("q", _("编号、备注或经办人"), _search),
        Filter(
            "state",
            _("状态"),
            _by_state,
            lambda request: [("open", _("待办")), ("done", _("已办结"))],
        ),
        Filter(
            "kind",
            _("请求"),
            lambda rows, value, at: rows.filter(kind=value),
            lambda request: [(kind.value, say(kind)) for kind in RequestKind],
        ),
    ),
    empty=_("还没有请求。评价人可在回执页自己查看、更正、删除；书面提出的在这里登记。"),
)


class FileForm(DeskForm):
    """A request that came on paper or in person."""

    form_id = "request"

    receipt = TextField(label=_("回执"), max_length=64, help_text=_("请求人出示的回执。"))
    kind = TermField(RequestKind, label=_("请求"))
    note = TextField(
        label=_("备注"),
        max_length=200,
        required=False,
        help_text=_("来件方式、收件编号等；不要写请求人的姓名、电话。"),
    )

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        self._user = user
        super().__init__(*args, **options)

    def clean_receipt(self) -> Rating:
        given = normalise_receipt(self.cleaned_data["receipt"])
        found = requests.rating_for(self._user, given) if receipt_is_valid(given) else None
        if found is None:
            self.add_error("receipt", _("没有这个回执，或不属本办公室办理。"))
        return found  # type: ignore[return-value]


class CodeForm(DeskForm):
    form_id = "code"

    code = TextField(label=_("请求人报来的验证码"), max_length=10)


class CorrectForm(DeskForm):
    form_id = "correct"

    phone = TextField(label=_("新的手机号"), max_length=20)


class RefuseForm(DeskForm):
    form_id = "refuse"

    reason = LongTextField(label=_("不予办理的理由"), rows=3, max_length=500)


@requires("request.handle")
@require_safe
def listed(request: SignedIn) -> HttpResponseBase:
    """The office's requests, newest first."""
    rows = requests.within_reach(request.user).prefetch_related("clocks")
    listing = REQUESTS.read(request, rows, at=timezone.now())
    if listing.wants_file:
        return listing.file()
    return render(request, "office/requests.html", {"listing": listing})


@requires("request.handle")
def file(request: SignedIn) -> HttpResponse:
    """File one."""
    form = FileForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            made = requests.file_request(
                rating=given["receipt"],
                kind=RequestKind(given["kind"]),
                note=given["note"],
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refused:
            form.refuse(str(refused), "receipt")
        else:
            messages.success(request, _("已登记，时限 15 个工作日。"))
            return redirect("office:request", made.pk)
    status = 422 if form.errors else 200
    return render(request, "office/request_new.html", {"form": form}, status=status)


@requires("request.handle")
@require_safe
def one(request: SignedIn, pk: int) -> HttpResponse:
    """One request, and what may be done with it now."""
    return _page(request, _found(request, pk))


@requires("request.handle")
@require_POST
def send_code(request: SignedIn, pk: int) -> HttpResponse:
    """Have a code sent to the phone left."""
    found = _found(request, pk)
    try:
        requests.ask_for_code(request=found, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    except TooManyCodes:
        messages.error(request, _("验证码发得太多，请过一会儿再发。"))
    else:
        messages.success(request, _("验证码已发到评价时留的手机，请请求人报给您。"))
    return redirect("office:request", pk)


@requires("request.handle")
@require_POST
def verify(request: SignedIn, pk: int) -> HttpResponse:
    """The code she read out."""
    found, form = _found(request, pk), CodeForm(request.POST)
    if form.is_valid():
        code = form.cleaned_data["code"]
        try:
            if requests.verify(request=found, code=code, by=request.user, at=timezone.now()):
                messages.success(request, _("已核实本人，一天之内有效。"))
                return redirect("office:request", pk)
            form.refuse(gettext("验证码不对或已过期。"), "code")
        except Refused as refused:
            form.refuse(str(refused), "code")
    return _page(request, found, code=form)


@requires("request.handle")
@require_POST
def settle(request: SignedIn, pk: int) -> HttpResponseBase:
    """Do what she asked; erasing is asked once more."""
    found = _found(request, pk)
    form = CorrectForm(request.POST) if found.kind == RequestKind.CORRECT else None
    if form is not None and not form.is_valid():
        return _page(request, found, correct=form)
    if found.kind == RequestKind.ERASE and "confirmed" not in request.POST:
        return _asked_once_more(request, found)
    phone = form.cleaned_data["phone"] if form is not None else ""
    try:
        requests.settle(request=found, phone=phone, by=request.user, at=timezone.now())
    except Refused as refused:
        if form is not None and refused.why is Why.PHONE_UNFIT:
            form.refuse(str(refused), "phone")
            return _page(request, _found(request, pk), correct=form)
        messages.error(request, str(refused))
        return redirect("office:request", pk)
    if found.kind == RequestKind.SEE:
        context = {"one": found, "kept": requests.kept_of(found.rating)}
        return render(request, "office/request_shown.html", context)
    messages.success(request, _("已办结。"))
    return redirect("office:request", pk)


@requires("request.handle")
@require_POST
def refuse(request: SignedIn, pk: int) -> HttpResponse:
    """End it without doing what it asks."""
    found, form = _found(request, pk), RefuseForm(request.POST)
    if form.is_valid():
        try:
            requests.refuse(
                request=found,
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refused:
            form.refuse(str(refused))
        else:
            messages.success(request, _("已记录不予办理，请告知请求人理由。"))
            return redirect("office:request", pk)
    return _page(request, found, refuse=form)


def _found(request: SignedIn, pk: int) -> DataRequest:
    return get_object_or_404(requests.within_reach(request.user).prefetch_related("clocks"), pk=pk)


def _asked_once_more(request: SignedIn, found: DataRequest) -> HttpResponse:
    context = {
        "question": _("删除这条评价的联系方式？"),
        "consequence": _(
            "手机号、办件编号和口令立即删除，不能恢复；评价和计数保留。在办案件不再回访，凭核查认定。"
        ),
        "action": request.path,
        "fields": [],
        "back": reverse("office:request", args=[found.pk]),
        "submit": _("删除"),
    }
    return render(request, "components/confirm.html", context)


def _page(request: SignedIn, found: DataRequest, **bound: DeskForm) -> HttpResponse:
    at = timezone.now()
    contact = requests.contact_of(found.rating)
    clock = next(iter(found.clocks.all()), None)
    open_ = found.settled_at is None
    verified = requests.is_verified(found, at)
    context = {
        "one": found,
        "kind": RequestKind(found.kind),
        "way": RequestWay(found.way),
        "clock": clock,
        "at": at,
        "open": open_,
        "verified": verified,
        "has_phone": contact is not None and contact.phone_cipher is not None,
        "code_form": bound.get("code") or CodeForm(),
        "correct_form": bound.get("correct") or CorrectForm(),
        "refuse_form": bound.get("refuse") or RefuseForm(),
    }
    wrong = any(form.errors for form in bound.values())
    return render(request, "office/request.html", context, status=422 if wrong else 200)
