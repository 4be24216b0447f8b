"""A directory file: uploaded, looked at, and only then loaded exactly as it was shown."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pingyi.directory import proposals, reading
from pingyi.directory.checks import problems
from pingyi.directory.content import Content
from pingyi.directory.loading import DirectoryMoved
from pingyi.directory.models import Batch
from pingyi.directory.plan import Plan, plan
from pingyi.directory.policies import Refused
from pingyi.directory.problems import DirectoryErrors, Problem
from pingyi.kernel.tables import TableErrors, read_tables
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.office import directory_words as words
from pingyi.web.office.directory_forms import UploadForm
from pingyi.web.office.directory_scope import reaches_everything

LARGEST = 20 * 2**20
"""Bytes of an upload; larger files go through the command."""
SHOWN_PROBLEMS = 200
PER_PAGE = 100


def _only_for_the_whole(request: SignedIn) -> None:
    if not reaches_everything(request.user, "directory.change"):
        raise PermissionDenied(_("导入会改动全市目录，须有全市的目录权限。"))


@requires("directory.change")
@require_http_methods(["GET", "POST"])
def upload(request: SignedIn) -> HttpResponse:
    """Choose a file; bad rows are named here, a good file is previewed next."""
    _only_for_the_whole(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    found: list[str] = []
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        try:
            content, notes = _read(form.cleaned_data["file"])
        except DirectoryErrors as wrong:
            found = wrong.lines
            form.add_error("file", _("有 %(n)d 行有误，整份文件未导入。") % {"n": len(found)})
        else:
            batch = proposals.propose(
                content=content, source=form.cleaned_data["file"].name, by=request.user, at=at
            )
            for note in notes:
                messages.warning(request, note)
            return redirect("office:directory-proposal", batch.pk)
    context = {
        "form": form,
        "problems": found[:SHOWN_PROBLEMS],
        "more": max(len(found) - SHOWN_PROBLEMS, 0),
        "batches": Batch.objects.filter(loaded_at__isnull=False)[:10],
    }
    status = 422 if form.is_bound else 200
    return render(request, "office/directory/upload.html", context, status=status)


def _read(file: UploadedFile) -> tuple[Content, list[str]]:
    """The file's rows and notes on what is not read; DirectoryErrors."""
    name = file.name or ""
    if (file.size or 0) > LARGEST:
        text = _("超过 %(n)d MB，请用命令 pingyi import-directory 导入") % {"n": LARGEST // 2**20}
        raise DirectoryErrors([Problem(name, 0, "", text)])
    try:
        sheets = reading.sort_out(read_tables(file.read(), filename=name))
    except TableErrors as unread:
        raise reading.from_tables(unread) from None
    content, notes, wrong = reading.read(sheets, day=timezone.localdate())
    if wrong:
        raise DirectoryErrors(sheets.named_as_in_file(wrong))
    if not len(content):
        raise DirectoryErrors([Problem(name, 0, "", _("文件里没有数据行"))])
    return content, [*sheets.notes, *notes]


@requires("directory.change")
@require_http_methods(["GET", "POST"])
def proposal(request: SignedIn, pk: int) -> HttpResponse:
    """What the file would change, against the directory of this moment; POST does just that."""
    _only_for_the_whole(request)
    batch = get_object_or_404(Batch, pk=pk)
    if batch.loaded_at is not None:
        return render(request, "office/directory/loaded.html", {"batch": batch, **_counts(batch)})
    if batch.content is None:
        messages.error(request, _("该文件已放弃，请重新上传。"))
        return redirect("office:directory-import")
    if request.method == "POST":
        return _accept(request, batch)
    return _preview(request, batch)


def _accept(request: SignedIn, batch: Batch) -> HttpResponse:
    try:
        proposals.accept(
            batch=batch,
            expected=request.POST.get("plan", ""),
            by=request.user,
            at=timezone.now(),
        )
    except DirectoryMoved:
        messages.error(request, _("目录在此期间有变动，什么都没有导入。请看过新的预览再确认。"))
        return _preview(request, Batch.objects.get(pk=batch.pk), status=409)
    except DirectoryErrors:
        messages.error(request, _("目录在此期间有变动，这份文件不再相符，什么都没有导入。"))
        return _preview(request, Batch.objects.get(pk=batch.pk), status=409)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("office:directory-import")
    messages.success(request, _("已导入。"))
    return redirect("office:directory-proposal", batch.pk)


@requires("directory.change")
@require_POST
def give_up(request: SignedIn, pk: int) -> HttpResponse:
    _only_for_the_whole(request)
    try:
        proposals.give_up(batch=get_object_or_404(Batch, pk=pk), by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已放弃，目录没有改动。"))
    return redirect("office:directory-import")


def _preview(request: SignedIn, batch: Batch, status: int = 200) -> HttpResponse:
    content = proposals.rows_of(batch)
    wrong = problems(content, day=timezone.localdate())
    if wrong:
        lines = DirectoryErrors(wrong).lines[:SHOWN_PROBLEMS]
        context = {"batch": batch, "problems": lines}
        return render(request, "office/directory/unfit.html", context, status=409)
    changes = plan(content)
    kind = request.GET.get("show", "")
    shown = [c for c in changes.changes if kind in ("", "new" if c.is_new else "changed")]
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "batch": batch,
        "plan": changes,
        "rows": _rows(changes),
        "retired": sum(changes.retired.values()),
        "page": page,
        "show": kind,
        "changes": [
            (words.sheet_text(c.sheet), " · ".join(c.key), c.is_new, _said(c)) for c in page
        ],
    }
    return render(request, "office/directory/preview.html", context, status=status)


def _said(change) -> list[str]:
    """What to read of a change: every field that changes, or what is new."""
    if not change.is_new:
        return words.change_texts(change)
    return ["，".join(words.new_texts(change))]


def _rows(changes: Plan) -> list[tuple[str, dict[str, int]]]:
    return [(words.sheet_text(sheet), counts) for sheet, counts in changes.counts.items()]


def _counts(batch: Batch) -> dict[str, object]:
    return {"rows": [(words.sheet_text(sheet), counts) for sheet, counts in batch.counts.items()]}
