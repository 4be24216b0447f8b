"""Channel returns: listed, and imported from a file that is looked at first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pingyi.casework.reasons import NotNow
from pingyi.directory.models import Season
from pingyi.directory.problems import DirectoryErrors, Problem
from pingyi.people.models import User
from pingyi.people.permissions import may
from pingyi.supervision import policies, reading
from pingyi.supervision.actions import returns as actions
from pingyi.supervision.actions.returns import Entry, Return, counts_of
from pingyi.supervision.kinds import COUNTED_HERE, Channel, ReturnStanding
from pingyi.supervision.models import ChannelReturn, ReturnBatch
from pingyi.supervision.models.returns import COUNTS
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.forms import DeskForm
from pingyi.web.components.markup import tag
from pingyi.web.components.offers import sent_form
from pingyi.web.components.tables import Column, DataTable, Filter, Words, in_files
from pingyi.web.components.words import moment_text, say
from pingyi.web.office.filters import in_area

LARGEST = 20 * 2**20
"""Bytes of an upload; larger files go through the command."""
LONGEST = 31
"""Days of a month."""
SHOWN_PROBLEMS = 200
SHOWN_ROWS = 100

COUNTED = {
    "very_satisfied": _("很满意"),
    "satisfied": _("满意"),
    "basically_satisfied": _("基本满意"),
    "dissatisfied": _("不满意"),
    "very_dissatisfied": _("很不满意"),
    "default": _("默认评价"),
    "verified_bad": _("查实差评"),
}
TONES = {
    ReturnStanding.COUNTS: "good",
    ReturnStanding.REPLACED: "",
    ReturnStanding.TAKEN_BACK: "warn",
}
DEEDS: dict[str, tuple[Words, str]] = {
    "new": (_("新增"), "good"),
    "replaced": (_("更正前一次"), "warn"),
    "taken_back": (_("撤回这一期"), "warn"),
}


def channel_text(channel: str) -> str:
    """A channel's name; a city's own scheme may name others than we know."""
    return say(Channel(channel)) if channel in set(Channel) else channel


def period_text(one: ChannelReturn | Return) -> str:
    """A whole month by its name, other days by the first and the last."""
    following = one.ends_on + timedelta(days=1)
    if one.starts_on.day == following.day == 1 and (one.ends_on - one.starts_on).days < LONGEST:
        return f"{one.starts_on:%Y-%m}"
    return f"{one.starts_on} – {one.ends_on}"


def counts_text(one: ChannelReturn, at: datetime | None = None) -> str:
    """What was counted, level by level, but for what nobody gave."""
    if one.taken_back:
        return "—"
    told = zip(COUNTED.values(), counts_of(one), strict=True)
    return " · ".join(f"{name} {count}" for name, count in told if count) or "0"


def _count(name: str) -> Column:
    return in_files(name, COUNTED[name], lambda one: getattr(one, name))


RETURNS = DataTable(
    name="returns",
    title=_("渠道汇总"),
    columns=(
        Column(
            "period",
            _("期间"),
            lambda one, at: period_text(one),
            sort=("ends_on", "starts_on"),
            style="nowrap",
        ),
        in_files("code", _("单位编码"), lambda one: one.unit.code),
        Column(
            "unit", _("单位"), lambda one, at: one.unit.name, sort=("unit__name",), style="name"
        ),
        Column(
            "channel",
            _("渠道"),
            lambda one, at: channel_text(one.channel),
            sort=("channel",),
            style="nowrap",
        ),
        Column("counts", _("各档数量"), counts_text, style="words"),
        *map(_count, COUNTS),
        Column("document", _("来源文件"), lambda one, at: one.document, sort=("document",)),
        Column(
            "at",
            _("录入"),
            lambda one, at: f"{one.enterer or one.by} · {moment_text(one.at)}",
            sort=("at",),
        ),
        Column(
            "standing",
            _("状态"),
            lambda one, at: tag(say(one.standing), TONES[one.standing]),
            value=lambda one: say(one.standing),
            style="nowrap",
        ),
    ),
    order="-at",
    filters=(
        Filter(
            "q",
            _("单位或来源文件"),
            lambda rows, value, at: rows.filter(
                Q(unit__name__icontains=value)
                | Q(unit__code__iexact=value)
                | Q(document__icontains=value)
            ),
        ),
        Filter(
            "season",
            _("年度"),
            lambda rows, value, at: rows.filter(season__code=value),
            lambda request: [
                (code, code)
                for code in Season.objects.order_by("-starts_on").values_list("code", flat=True)
            ],
        ),
        Filter(
            "channel",
            _("渠道"),
            lambda rows, value, at: rows.filter(channel=value),
            lambda request: [
                (one.value, say(one)) for one in Channel if one.value not in COUNTED_HERE
            ],
        ),
        Filter(
            "state",
            _("状态"),
            lambda rows, value, at: rows.standing_as(ReturnStanding(value)),
            lambda request: [(one.value, say(one)) for one in ReturnStanding],
        ),
        in_area("unit__area", "mark.read"),
    ),
    empty=_(
        "还没有渠道汇总。短信、热线、留言板、服务对象等渠道的评价由来源统计，点“导入渠道汇总”整份录入，计入得分。"
    ),
)


class ReturnFileForm(DeskForm):
    form_id = "upload"
    file = forms.FileField(
        label=_("汇总文件"),
        help_text=_(".csv（UTF-8 或 GB 18030）或 .xlsx"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )


@requires("mark.read")
@require_safe
def listed(request: SignedIn) -> HttpResponseBase:
    """Every return within reach: filtered, sorted, exported."""
    found = ChannelReturn.objects.visible_to(request.user)
    named = User.objects.filter(username=OuterRef("by")).values("name")
    found = found.select_related("unit", "replacement").annotate(enterer=Subquery(named[:1]))
    listing = RETURNS.read(request, found, at=timezone.now())
    if listing.wants_file:
        return listing.file()
    context = {"listing": listing, "may_enter": may(request.user, "mark.enter")}
    return render(request, "office/returns/list.html", context)


@requires("mark.enter")
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SignedIn) -> HttpResponseBase:
    """Choose a file; bad rows are named here, a good file is previewed next."""
    form = ReturnFileForm(sent_form(request), request.FILES if request.method == "POST" else None)
    found: list[str] = []
    if request.method == "POST" and form.is_valid():
        at, file = timezone.now(), form.cleaned_data["file"]
        try:
            rows, notes = _read(file, by=request.user, at=at)
        except DirectoryErrors as wrong:
            found = wrong.lines
            text = gettext("有 %(n)d 行有误，整份文件未导入。") % {"n": len(found)}
            form.add_error("file", text)
        else:
            batch = actions.propose_returns(rows=rows, source=file.name, by=request.user, at=at)
            for note in notes:
                messages.warning(request, note)
            return redirect("office:return-proposal", batch.pk)
    context = {
        "form": form,
        "problems": found[:SHOWN_PROBLEMS],
        "more": max(len(found) - SHOWN_PROBLEMS, 0),
        "batches": _batches(request.user).filter(loaded_at__isnull=False)[:10],
        "channels": [say(one) for one in Channel if one.value not in COUNTED_HERE],
    }
    status = 422 if form.is_bound else 200
    return render(request, "office/returns/upload.html", context, status=status)


def _read(file: UploadedFile, *, by: User, at: datetime) -> tuple[list[Return], list[str]]:
    name = file.name or ""
    if (file.size or 0) > LARGEST:
        text = gettext("超过 %(n)d MB，请用命令 pingyi import-returns 导入")
        raise DirectoryErrors([Problem(name, 0, "", text % {"n": LARGEST // 2**20})])
    return reading.returns_from(file.read(), name, by=by, at=at)


def _batches(user: User) -> QuerySet[ReturnBatch]:
    """Files the user brought, and those with returns within reach."""
    seen = ChannelReturn.objects.visible_to(user).values("batch")
    return ReturnBatch.objects.filter(Q(proposed_by=user.audit_name) | Q(pk__in=seen))


@requires("mark.enter")
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: SignedIn, pk: int) -> HttpResponseBase:
    """What the file would enter, against the returns of this moment; POST does just that."""
    batch = get_object_or_404(_batches(request.user), pk=pk)
    if batch.loaded_at is not None:
        return render(request, "office/returns/loaded.html", {"batch": batch})
    if batch.content is None:
        messages.error(request, gettext("该文件已放弃，请重新上传。"))
        return redirect("office:return-import")
    return _accept(request, batch) if request.method == "POST" else _preview(request, batch)


def _accept(request: SignedIn, batch: ReturnBatch) -> HttpResponseBase:
    seen = request.POST.get("plan", "")
    try:
        done = actions.accept_returns(batch=batch, seen=seen, by=request.user, at=timezone.now())
    except DirectoryErrors:
        return _preview(request, ReturnBatch.objects.get(pk=batch.pk), status=409)
    except NotNow as refused:
        messages.error(request, str(refused))
        if refused.reason == policies.RETURNED_MEANWHILE:
            return _preview(request, ReturnBatch.objects.get(pk=batch.pk), status=409)
        return redirect("office:return-import")
    messages.success(
        request,
        gettext("已录入：新增 %(new)d 条，更正 %(replaced)d 条，撤回 %(taken_back)d 条。") % done,
    )
    return redirect("office:return-proposal", batch.pk)


@requires("mark.enter")
@require_POST
def give_up(request: SignedIn, pk: int) -> HttpResponseBase:
    """The file is not entered after all."""
    batch = get_object_or_404(_batches(request.user), pk=pk)
    try:
        actions.give_up_returns(batch=batch, by=request.user, at=timezone.now())
    except NotNow as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("已放弃，什么都没有导入。"))
    return redirect("office:return-import")


def _preview(request: SignedIn, batch: ReturnBatch, status: int = 200) -> HttpResponseBase:
    rows = actions.rows_of(batch)
    try:
        plan = actions.planned(rows, by=request.user, at=timezone.now())
    except DirectoryErrors as wrong:
        unfit = {"batch": batch, "problems": wrong.lines[:SHOWN_PROBLEMS]}
        return render(request, "office/returns/unfit.html", unfit, status=409)
    context = {
        "batch": batch,
        "plan": plan,
        "counts": plan.counts,
        "rows": [_shown(entry) for entry in plan.changes[:SHOWN_ROWS]],
        "rest": max(len(plan.changes) - SHOWN_ROWS, 0),
    }
    return render(request, "office/returns/preview.html", context, status=status)


def _shown(entry: Entry) -> dict[str, Any]:
    """A change to read: what it is, of which unit, and each count beside the former one."""
    none = (0,) * len(COUNTS)
    former = counts_of(entry.standing) if entry.standing else none
    counts = entry.row.counts or none
    word, tone = DEEDS[entry.what]
    return {
        "tag": tag(str(word), tone),
        "unit": entry.unit,
        "channel": channel_text(entry.row.channel),
        "period": period_text(entry.row),
        "document": entry.row.document,
        "counts": [
            (name, new, old if entry.standing and old != new else None)
            for name, new, old in zip(COUNTED.values(), counts, former, strict=True)
            if new or old
        ],
    }
