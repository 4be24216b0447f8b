"""A unit's own page of changes: its name and kind, and the end of its being rated."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from pingyi.directory import actions
from pingyi.directory.policies import Refused
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.office.directory_forms import UnitForm
from pingyi.web.office.directory_scope import unit_or_404


@requires("directory.change")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedIn, code: str) -> HttpResponse:
    """Change what is said of a unit."""
    found = unit_or_404(request.user, code, "directory.change")
    given = request.POST if request.method == "POST" else None
    form = UnitForm(given, initial={"name": found.name, "kind": found.kind})
    if form.is_bound and form.is_valid():
        try:
            actions.edit_unit(unit=found, **form.cleaned_data, by=request.user, at=timezone.now())
        except Refused as refused:
            form.refuse(str(refused))
        else:
            messages.success(request, _("已保存。"))
            return redirect("office:directory-unit", code)
    context = {"unit": found, "form": form}
    status = 422 if form.errors else 200
    return render(request, "office/directory/edit_unit.html", context, status=status)


@requires("directory.change")
@require_POST
def retire(request: SignedIn, code: str) -> HttpResponse:
    """Asked once more: every poster of the unit stops working, and it does not come back."""
    found = unit_or_404(request.user, code, "directory.change")
    if "confirmed" not in request.POST:
        context = {
            "question": _("停用“%(name)s”？") % {"name": found.name},
            "consequence": _(
                "它的全部服务点一并停用，二维码随即失效，不再参评；已有的评价、案件和积分保留。"
            ),
            "action": request.path,
            "fields": [],
            "back": reverse("office:directory-unit", args=[found.code]),
            "submit": _("停用"),
        }
        return render(request, "components/confirm.html", context)
    try:
        actions.retire_unit(unit=found, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已停用。"))
    return redirect("office:directory-unit", code)
