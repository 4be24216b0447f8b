"""A file of messages: uploaded, looked at, and only then loaded as it was shown."""

from __future__ import annotations

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pingyi.casework import message_files
from pingyi.casework.actions import accept_messages, give_up_messages, propose_messages
from pingyi.casework.actions.message_loading import known_numbers, rows_of
from pingyi.casework.intake_models import MessageBatch
from pingyi.casework.intake_queries import batches_for
from pingyi.casework.message_files import MessageRow
from pingyi.casework.origins import Channel
from pingyi.casework.reasons import NotNow
from pingyi.directory.models import Area
from pingyi.directory.problems import DirectoryErrors, Problem
from pingyi.directory.reading import from_tables
from pingyi.kernel.masking import redact
from pingyi.kernel.tables import TableErrors, read_tables
from pingyi.people.models import User
from pingyi.people.permissions import scope_of
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.office.intake_forms import MessageFileForm

LARGEST = 20 * 2**20
"""Bytes of an upload; larger files go through the command."""
SHOWN_PROBLEMS = 200
SHOWN_ROWS = 50


def _office(user: User) -> Area:
    """The widest area the user opens cases in."""
    mine = Area.objects.filter(pk__in=scope_of(user, "case.open").areas)
    order = {Area.Level.CITY: 0, Area.Level.DISTRICT: 1, Area.Level.STREET: 2}
    return min(mine, key=lambda area: (order[Area.Level(area.level)], area.code))


@requires("case.open")
@require_http_methods(["GET", "POST"])
def upload(request: SignedIn) -> HttpResponseBase:
    """Choose a file; bad rows are named here, a good file is previewed next."""
    form = MessageFileForm(request.POST or None, request.FILES or None)
    found: list[str] = []
    if request.method == "POST" and form.is_valid():
        at, area = timezone.now(), _office(request.user)
        file, channel = form.cleaned_data["file"], Channel(form.cleaned_data["channel"])
        try:
            rows, notes = _read(file, channel, area)
        except DirectoryErrors as wrong:
            found = wrong.lines
            form.add_error("file", _("有 %(n)d 行有误，整份文件未导入。") % {"n": len(found)})
        else:
            batch = propose_messages(
                rows=rows, channel=channel, area=area, source=file.name, by=request.user, at=at
            )
            for note in notes:
                messages.warning(request, note)
            return redirect("office:message-proposal", batch.pk)
    context = {
        "form": form,
        "problems": found[:SHOWN_PROBLEMS],
        "more": max(len(found) - SHOWN_PROBLEMS, 0),
        "batches": batches_for(request.user).filter(loaded_at__isnull=False)[:10],
    }
    status = 422 if form.is_bound else 200
    return render(request, "office/intake/upload.html", context, status=status)


def _read(file: UploadedFile, channel: Channel, area: Area) -> tuple[list[MessageRow], list[str]]:
    name = file.name or ""
    if (file.size or 0) > LARGEST:
        text = _("超过 %(n)d MB，请用命令 pingyi import-messages 导入") % {"n": LARGEST // 2**20}
        raise DirectoryErrors([Problem(name, 0, "", text)])
    try:
        tables = read_tables(file.read(), filename=name)
    except TableErrors as unread:
        raise from_tables(unread) from None
    return message_files.read(tables, channel=channel, area=area, at=timezone.now())


@requires("case.open")
@require_http_methods(["GET", "POST"])
def proposal(request: SignedIn, pk: int) -> HttpResponseBase:
    """What the file holds and what would come of it; POST does it."""
    batch = get_object_or_404(batches_for(request.user), pk=pk)
    if batch.loaded_at is not None:
        return render(request, "office/intake/loaded.html", {"batch": batch})
    if batch.content_cipher is None:
        messages.error(request, _("该文件已放弃，请重新上传。"))
        return redirect("office:message-import")
    if request.method == "POST":
        return _accept(request, batch)
    return _preview(request, batch)


def _accept(request: SignedIn, batch: MessageBatch) -> HttpResponseBase:
    try:
        done = accept_messages(batch=batch, by=request.user, at=timezone.now())
    except NotNow as refused:
        messages.error(request, str(refused))
        return redirect("office:message-import")
    except IntegrityError:
        messages.error(request, _("他人同时导入了同一批留言，什么都没有导入。请再看一遍预览。"))
        return redirect("office:message-proposal", batch.pk)
    messages.success(
        request,
        _("已导入 %(new)d 条，其中 %(opened)d 条立案；%(known)d 条早已导入，未变。") % done,
    )
    return redirect("office:message-proposal", batch.pk)


@requires("case.open")
@require_POST
def give_up(request: SignedIn, pk: int) -> HttpResponseBase:
    """The file is not loaded after all."""
    batch = get_object_or_404(batches_for(request.user), pk=pk)
    try:
        give_up_messages(batch=batch, by=request.user, at=timezone.now())
    except NotNow as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已放弃，什么都没有导入。"))
    return redirect("office:message-import")


def _preview(request: SignedIn, batch: MessageBatch) -> HttpResponseBase:
    rows = rows_of(batch)
    known = known_numbers(Channel(batch.channel), rows)
    fresh = [row for row in rows if row.number not in known]
    bad = [row for row in fresh if row.satisfaction is not None and row.satisfaction <= 2]
    context = {
        "batch": batch,
        "channel": Channel(batch.channel),
        "new": len(fresh),
        "known": len(known),
        "opening": sum(bool(row.unit) for row in bad),
        "unplaced": sum(not row.unit for row in bad),
        "rows": [(row, redact(row.subject)) for row in fresh[:SHOWN_ROWS]],
        "rest": max(len(fresh) - SHOWN_ROWS, 0),
    }
    return render(request, "office/intake/preview.html", context)
