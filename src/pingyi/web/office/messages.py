"""Citizens' messages: the list, and the page of one, from which it becomes a case."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages as flash
from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from pingyi.casework.actions import open_case_of_message
from pingyi.casework.actions.problems import Applied
from pingyi.casework.intake_models import CitizenMessage
from pingyi.casework.intake_queries import messages_for
from pingyi.casework.models import Case
from pingyi.casework.origins import Channel
from pingyi.casework.reasons import Refusal
from pingyi.directory.models import Unit
from pingyi.people.models import User
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.markup import level_text, tag
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import moment_text, say
from pingyi.web.office.filters import AREAS
from pingyi.web.office.intake_forms import OpenMessageForm, OpenTickedForm
from pingyi.web.office.problems import tell


def _number(row: CitizenMessage, at: datetime) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("office:message", args=[row.pk]), row.number)


def case_of(row: CitizenMessage) -> Case | None:
    """The message's case, unless it is under embargo: then it shows nowhere."""
    source = getattr(row, "source", None)
    return source.case if source is not None and not source.case.embargoed else None


def _case(row: CitizenMessage, at: datetime) -> object:
    case = case_of(row)
    if case is not None:
        return format_html(
            '<a href="{}">{}</a>', reverse("office:case", args=[case.number]), case.number
        )
    if getattr(row, "source", None) is not None:
        return gettext("已受理")
    return tag(gettext("不满意，待立案"), "bad") if row.is_bad else "—"


def _case_text(row: CitizenMessage) -> str:
    case = case_of(row)
    return case.number if case else ""


def _rank(row: CitizenMessage, at: datetime | None = None) -> str:
    return level_text(row.satisfaction) if row.satisfaction else "—"


def _opened(rows: QuerySet, value: str, at: datetime) -> QuerySet:
    if value == "no":
        return rows.filter(source__isnull=True)
    if value == "bad":
        return rows.filter(source__isnull=True, satisfaction__lte=2)
    return rows.filter(source__isnull=False)


MESSAGES = DataTable(
    name="messages",
    title=_("群众留言"),
    columns=(
        Column(
            "sent",
            _("留言时间"),
            lambda row, at: moment_text(row.sent_at),
            sort=("sent_at",),
            style="nowrap",
        ),
        Column(
            "number",
            _("留言编号"),
            _number,
            value=lambda row: row.number,
            sort=("number",),
            style="nowrap",
        ),
        Column("subject", _("主题"), lambda row, at: row.shown_subject, style="words"),
        Column(
            "channel",
            _("渠道"),
            lambda row, at: say(Channel(row.channel)),
            sort=("channel",),
            style="nowrap",
        ),
        Column(
            "unit",
            _("单位"),
            lambda row, at: row.unit.name if row.unit else "—",
            sort=("unit__name",),
            style="name",
        ),
        Column(
            "satisfaction",
            _("满意程度"),
            _rank,
            value=_rank,
            sort=("satisfaction",),
            style="nowrap",
        ),
        Column("case", _("案件"), _case, value=_case_text, style="nowrap"),
    ),
    order="-sent",
    filters=(
        Filter(
            "q",
            _("编号、主题或内容"),
            lambda rows, value, at: rows.filter(
                Q(number__icontains=value)
                | Q(shown_subject__icontains=value)
                | Q(shown_text__icontains=value)
            ),
        ),
        Filter(
            "channel",
            _("渠道"),
            lambda rows, value, at: rows.filter(channel=value),
            lambda request: [(channel.value, say(channel)) for channel in Channel],
        ),
        AREAS,
        Filter(
            "opened",
            _("立案"),
            _opened,
            lambda request: [
                ("bad", _("不满意，待立案")),
                ("no", _("未立案")),
                ("yes", _("已立案")),
            ],
        ),
    ),
    empty=_("还没有留言。留言由文件导入，不满意的自动立案。"),
)


MOST = MESSAGES.per_page
"""Messages opened at once: those of a page."""


def _to_pick(ticked: Collection[str]) -> DataTable:
    """The table with a box at every message without a case."""

    def cell(row: CitizenMessage, at: datetime) -> SafeString:
        if getattr(row, "source", None) is not None:
            return SafeString("")
        return format_html(
            '<input type="checkbox" name="message" value="{}" form="bulk" aria-label="{}"{}>',
            row.pk,
            gettext("选中 %(number)s") % {"number": row.number},
            SafeString(" checked") if str(row.pk) in ticked else "",
        )

    return replace(MESSAGES, columns=(Column("pick", _("选"), cell), *MESSAGES.columns))


@requires("case.open")
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: SignedIn) -> HttpResponseBase:
    """Every message within reach: filtered, sorted, exported; POST opens the ticked ones."""
    if request.method != "POST":
        return _list(request, OpenTickedForm(user=request.user))
    form, ticked = OpenTickedForm(request.POST, user=request.user), request.POST.getlist("message")
    if len(ticked) > MOST:
        form.refuse(gettext("一次最多 %(most)d 条。") % {"most": MOST})
    if not form.is_valid():
        return _list(request, form, ticked, status=422)
    chosen = messages_for(request.user).filter(pk__in=filter(_is_key, ticked)).order_by("pk")
    if not ticked:
        flash.warning(request, gettext("没有勾选留言。"))
    else:
        tell(request, _open_each(chosen, form.cleaned_data["unit"], by=request.user))
    return redirect(request.get_full_path())


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _open_each(chosen: Iterable[CitizenMessage], unit: Unit | None, *, by: User) -> Applied:
    """Each in a transaction of its own, with its own event; what is refused stays as it was."""
    at, applied = timezone.now(), Applied([], [])
    for message in chosen:
        try:
            open_case_of_message(message=message, unit=unit, by=by, at=at)
        except Refusal as refused:
            applied.failed.append((message, refused))
        else:
            applied.done.append(message)
    return applied


def _list(
    request: SignedIn, form: OpenTickedForm, ticked: Collection[str] = (), *, status: int = 200
) -> HttpResponseBase:
    rows = messages_for(request.user)
    if "export" in request.GET:
        listing = MESSAGES.read(request, rows, at=timezone.now())
        if listing.wants_file:
            return listing.file()
    listing = _to_pick(ticked).read(request, rows, at=timezone.now())
    shown = {"listing": listing, "form": form}
    return render(request, "office/intake/messages.html", shown, status=status)


@requires("case.open")
@require_http_methods(["GET", "POST"])
def message(request: SignedIn, pk: int) -> HttpResponseBase:
    """One message; POST opens it as a case."""
    found = get_object_or_404(messages_for(request.user), pk=pk)
    if request.method != "POST":
        unit = found.unit
        initial = {"unit": unit.code if unit else "", "summary": found.shown_subject}
        return _show(request, found, OpenMessageForm(user=request.user, initial=initial))
    form = OpenMessageForm(request.POST, user=request.user)
    status = 422
    if form.is_valid():
        try:
            case = open_case_of_message(
                message=found, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except Refusal as refused:
            form.refuse(str(refused), refused.reason.field or None)
            status = 422 if refused.reason.field else 409
        else:
            flash.success(request, gettext("%(number)s 已立案。") % {"number": case.number})
            return redirect("office:case", case.number)
    return _show(request, found, form, status=status)


def _show(
    request: SignedIn, found: CitizenMessage, form: OpenMessageForm, *, status: int = 200
) -> HttpResponseBase:
    shown: dict[str, Any] = {
        "message": found,
        "channel": Channel(found.channel),
        "subject": found.shown_subject,
        "text": found.shown_text,
        "reply": found.shown_reply,
        "case": case_of(found),
        "taken": getattr(found, "source", None) is not None,
        "form": form,
    }
    return render(request, "office/intake/message.html", shown, status=status)
