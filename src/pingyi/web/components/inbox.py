"""`/inbox/`: the user's notices; each leads to its page, and is read once opened or ticked off."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from pingyi.notices.actions import mark_read
from pingyi.notices.models import InboxItem
from pingyi.notices.queries import inbox_of, unread_count
from pingyi.web.components.access import SignedIn
from pingyi.web.components.markup import tag
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import moment_text

READ_FORM = "inbox-read"
"""The form that every row's buttons belong to: none can stand round the table's own."""


def _text(item: InboxItem, at: datetime) -> SafeString:
    return format_html(
        '<button class="link" form="{}" name="item" value="{}">{}</button>',
        READ_FORM,
        item.pk,
        item.said,
    )


def _state(item: InboxItem, at: datetime) -> SafeString:
    return tag(gettext("未读"), "open") if item.read_at is None else tag(gettext("已读"))


def _tick(item: InboxItem, at: datetime) -> SafeString | str:
    if item.read_at is not None:
        return ""
    return format_html(
        '<button class="second small" form="{}" name="tick" value="{}">{}</button>',
        READ_FORM,
        item.pk,
        gettext("标为已读"),
    )


def _search(rows: QuerySet, text: str, at: datetime) -> QuerySet:
    return rows.filter(Q(text__icontains=text) | Q(text_en__icontains=text))


def _by_state(rows: QuerySet, value: str, at: datetime) -> QuerySet:
    return rows.filter(read_at__isnull=value == "unread")


TABLE = DataTable(
    name="inbox",
    title=_("消息"),
    columns=(
        Column("state", _("状态"), _state, sort=("read_at",), style="nowrap"),
        Column("text", _("消息内容"), _text, value=lambda item: item.said, style="words"),
        Column(
            "at",
            _("时间"),
            lambda item, at: moment_text(item.created_at),
            value=lambda item: item.created_at,
            sort=("created_at",),
            style="nowrap",
        ),
        Column("tick", "", _tick, value=lambda item: "", style="nowrap"),
    ),
    order="-at",
    filters=(
        Filter("q", _("消息内容"), _search),
        Filter(
            "state",
            _("状态"),
            _by_state,
            lambda request: [("unread", _("未读")), ("read", _("已读"))],
        ),
    ),
    empty=_("没有消息。有新的转办、超期提醒或答复时，会在这里告诉您。"),
)


@require_safe
def listed(request: SignedIn) -> HttpResponseBase:
    """The notices, newest first, by their text and whether they were read."""
    listing = TABLE.read(request, inbox_of(request.user), at=timezone.now())
    if listing.wants_file:
        return listing.file()
    context = {
        "listing": listing,
        "fresh": unread_count(request.user),
        "form_id": READ_FORM,
        "back": request.get_full_path(),
    }
    return render(request, "components/inbox.html", context)


@require_POST
def read(request: SignedIn) -> HttpResponseBase:
    """POST `item` opens one notice's page, `tick` ticks one off; without either, all are."""
    user = request.user
    wanted = inbox_of(user)
    item = request.POST.get("item") or request.POST.get("tick") or ""
    if item:
        wanted = wanted.filter(pk=item) if item.isdecimal() and len(item) < 19 else wanted.none()
    opened = wanted.first() if request.POST.get("item") else None
    mark_read(user=user, items=wanted, by=user, at=timezone.now())
    link = opened.link if opened else request.POST.get("next", "")
    safe = link.startswith("/") and url_has_allowed_host_and_scheme(link, allowed_hosts=None)
    return redirect(link if safe else "inbox")
