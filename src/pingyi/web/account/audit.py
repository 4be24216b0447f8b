"""The audit administrator's pages: every change, every look at personal data, and the chain."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.audit import queries, sealing
from pingyi.casework.actions.contacts import Contact
from pingyi.web.account.audit_words import action_text, data_text
from pingyi.web.components.access import requires
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import moment_text, say


def _actor(rows: QuerySet, text: str, at: object) -> QuerySet:
    return rows.filter(actor__iexact=text)


def _action(rows: QuerySet, text: str, at: object) -> QuerySet:
    return rows.filter(action__startswith=text)


def _subject(rows: QuerySet, text: str, at: object) -> QuerySet:
    kind, _space, number = text.partition(" ")
    rows = rows.filter(subject_kind=kind)
    return rows.filter(subject_id=number.strip()) if number else rows


def _reader(rows: QuerySet, text: str, at: object) -> QuerySet:
    return rows.filter(reader__iexact=text)


def _done(event: Any, at: object) -> SafeString:
    said = action_text(event.action, event.data)
    return format_html('{} <code class="soft">{}</code>', said, event.action)


def _data(event: Any) -> str:
    return json.dumps(event.data, ensure_ascii=False)


def _looked_at(read: Any, at: object) -> str:
    if read.what in list(Contact):
        return say(Contact(read.what))
    return gettext("附件") if read.what == "file" else read.what


EVENTS = DataTable(
    name="events",
    title=_("操作记录"),
    columns=(
        Column("at", _("时间"), lambda e, at: moment_text(e.at), sort=("at",), style="nowrap"),
        Column("actor", _("操作人"), lambda e, at: e.actor, sort=("actor",), style="nowrap"),
        Column("action", _("操作"), _done, value=lambda e: e.action, sort=("action",)),
        Column("subject", _("对象"), lambda e, at: f"{e.subject_kind} {e.subject_id}"),
        Column("data", _("详情"), lambda e, at: data_text(e.data), value=_data),
    ),
    order="-at",
    filters=(
        Filter("actor", _("操作人（登录名）"), _actor),
        Filter("action", _("操作（开头）"), _action),
        Filter("subject", _("对象（如 case 12）"), _subject),
    ),
    empty=_("没有符合条件的操作记录。"),
)

READS = DataTable(
    name="reads",
    title=_("查看个人信息的记录"),
    columns=(
        Column("at", _("时间"), lambda r, at: moment_text(r.at), sort=("at",), style="nowrap"),
        Column("reader", _("查看人"), lambda r, at: r.reader, sort=("reader",), style="nowrap"),
        Column("what", _("所看内容"), _looked_at, value=lambda r: r.what, sort=("what",)),
        Column("subject", _("对象"), lambda r, at: f"{r.subject_kind} {r.subject_id or '—'}"),
        Column("reason", _("理由"), lambda r, at: r.reason, style="words"),
    ),
    order="-at",
    filters=(
        Filter("reader", _("查看人（登录名）"), _reader),
        Filter("subject", _("对象（如 case 12）"), _subject),
    ),
    empty=_("还没有人查看过个人信息。"),
)


@requires("audit.read")
def events(request: HttpRequest) -> HttpResponseBase:
    """Every change: who, when, what."""
    listing = EVENTS.read(request, queries.events(), at=timezone.now())
    if listing.wants_file:
        return listing.file()
    return render(request, "account/audit.html", {"listing": listing, "title": EVENTS.title})


@requires("audit.read")
def reads(request: HttpRequest) -> HttpResponseBase:
    """Every look at personal data, with its reason."""
    listing = READS.read(request, queries.reads(), at=timezone.now())
    if listing.wants_file:
        return listing.file()
    return render(request, "account/audit.html", {"listing": listing, "title": READS.title})


@requires("audit.read")
def chain(request: HttpRequest) -> HttpResponse:
    """Recompute the hash chain over all events and say whether it holds."""
    return render(request, "account/chain.html", {"found": sealing.verify()})
