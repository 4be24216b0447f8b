"""A service point's page, its code, and the badges of a unit."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pingyi.directory import actions, policies
from pingyi.directory.models import ServicePoint
from pingyi.directory.policies import TEXTS, Refused
from pingyi.kernel.text import clean_text
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.forms import DeskForm
from pingyi.web.office import directory_words as words
from pingyi.web.office.directory_forms import (
    EditPointForm,
    PointForm,
    PostForm,
    ReplaceForm,
    blame,
)
from pingyi.web.office.directory_scope import may_for, point_or_404, posts_for, unit_or_404
from pingyi.web.office.directory_units import show_unit


@requires("directory.read")
@require_safe
def point(request: SignedIn, pk: int) -> HttpResponseBase:
    """What is said of a point, its code now and before."""
    return _show(request, point_or_404(request.user, pk))


@requires("directory.change")
@require_POST
def edit(request: SignedIn, pk: int) -> HttpResponseBase:
    found = point_or_404(request.user, pk, "directory.change")
    form = EditPointForm(request.POST, point=found)
    if form.is_valid():
        try:
            actions.edit_point(point=found, **form.cleaned_data, by=request.user, at=timezone.now())
        except Refused as refused:
            blame(form, refused)
            found.refresh_from_db()
        else:
            messages.success(request, _("已保存。"))
            return redirect("office:directory-point", found.pk)
    return _show(request, found, edit_form=form, status=422)


@requires("directory.change")
@require_http_methods(["GET", "POST"])
def add(request: SignedIn, code: str) -> HttpResponseBase:
    """A new point of a unit; it has its code at once."""
    unit = unit_or_404(request.user, code, "directory.change")
    form = PointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_point(
                unit=unit, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except Refused as refused:
            blame(form, refused)
        else:
            messages.success(request, _("已添加，二维码已生成，可以打印。"))
            return redirect("office:directory-point", made.pk)
    status = 422 if form.is_bound else 200
    context = {"unit": unit, "form": form}
    return render(request, "office/directory/add_point.html", context, status=status)


@requires("directory.change")
@require_POST
def retire(request: SignedIn, pk: int) -> HttpResponseBase:
    """Asked once more: the poster on the wall stops working."""
    found = point_or_404(request.user, pk, "directory.change")
    if "confirmed" not in request.POST:
        context = {
            "question": _("停用“%(name)s”？") % {"name": found.name},
            "consequence": _("它的二维码随即失效，扫码的人会看到“服务点已停用”。以后可以恢复。"),
            "action": request.path,
            "fields": [],
            "back": f"../../{found.pk}/",
            "submit": _("停用"),
        }
        return render(request, "components/confirm.html", context)
    return _do(
        request,
        found,
        lambda: actions.retire_point(point=found, by=request.user, at=timezone.now()),
        _("已停用。"),
    )


@requires("directory.change")
@require_POST
def reinstate(request: SignedIn, pk: int) -> HttpResponseBase:
    found = point_or_404(request.user, pk, "directory.change")
    return _do(
        request,
        found,
        lambda: actions.reinstate_point(point=found, by=request.user, at=timezone.now()),
        _("已恢复，二维码照旧。"),
    )


@requires("code.replace")
@require_POST
def replace(request: SignedIn, pk: int) -> HttpResponseBase:
    """A new code; the form names the code seen, so that a double click replaces once."""
    found = point_or_404(request.user, pk, "code.replace")
    form = ReplaceForm(request.POST)
    named = clean_text(request.POST.get("code", ""))
    seen = get_object_or_404(found.codes.select_related("point"), code=named)
    if form.is_valid():
        try:
            new = actions.replace_code(
                code=seen, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
            )
        except Refused as refused:
            blame(form, refused)
        else:
            messages.success(
                request, _("新二维码 %(code)s 已启用，请打印并换下旧的。") % {"code": new.code}
            )
            return redirect("office:directory-point", found.pk)
    return _show(request, found, replace_form=form, status=422)


@requires("post.change")
@require_POST
def add_post(request: SignedIn, code: str) -> HttpResponseBase:
    unit = unit_or_404(request.user, code, "post.change")
    form = PostForm(request.POST, unit=unit)
    if form.is_valid():
        try:
            actions.add_post(unit=unit, **form.cleaned_data, by=request.user, at=timezone.now())
        except Refused as refused:
            blame(form, refused)
        else:
            messages.success(request, _("工号已添加。"))
            return redirect("office:directory-unit", unit.code)
    return show_unit(request, unit, post_form=form, status=422)


@requires("post.change")
@require_POST
def retire_post(request: SignedIn, pk: int) -> HttpResponseBase:
    post = get_object_or_404(posts_for(request.user, "post.change").select_related("unit"), pk=pk)
    try:
        actions.retire_post(post=post, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("工号已停用。"))
    return redirect("office:directory-unit", post.unit.code)


def _do(request: SignedIn, found: ServicePoint, act, said: str) -> HttpResponseBase:
    try:
        act()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return redirect("office:directory-point", found.pk)


def _show(
    request: SignedIn,
    found: ServicePoint,
    *,
    edit_form: DeskForm | None = None,
    replace_form: DeskForm | None = None,
    status: int = 200,
) -> HttpResponseBase:
    codes = list(found.codes.order_by("-id"))
    refusal = policies.why_not_replace_code(found)
    context = {
        "point": found,
        "kind": words.kind_text(found),
        "code": next((code for code in codes if code.replaced_at is None), None),
        "codes": codes,
        "items": found.items.order_by("code"),
        "edit_form": edit_form or EditPointForm(point=found),
        "replace_form": replace_form or ReplaceForm(),
        "why_not_replace": "" if refusal is None else TEXTS[refusal],
        "may_change": may_for(request.user, "directory.change", found.unit),
        "may_replace": may_for(request.user, "code.replace", found.unit),
        "may_print": may_for(request.user, "code.print", found.unit),
    }
    return render(request, "office/directory/point.html", context, status=status)
