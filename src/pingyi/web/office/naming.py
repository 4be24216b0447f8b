"""Whom a verified case names: the office's page, for cases that never went to the inspectors."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from pingyi.accountability import actions, names, policies
from pingyi.accountability.models import Naming
from pingyi.casework.models import Case
from pingyi.casework.reasons import Refusal
from pingyi.casework.rules import line_of
from pingyi.web.components import case_page
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.duty_cells import NameForm
from pingyi.web.components.offers import answer_refusal, sent_form


@requires("person.name")
@require_http_methods(["GET", "HEAD", "POST"])
def named(request: SignedIn, number: str) -> HttpResponseBase:
    """Who is named; POST names somebody."""
    case = case_page.case_or_404(request.user, number)
    form, status = NameForm(sent_form(request), initial={"unit": case.unit}), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.name_person(
                    case=case, by=request.user, at=timezone.now(), **form.cleaned_data
                )
            except Refusal as refused:
                status = answer_refusal(request, form, refused)
            else:
                messages.success(request, gettext("已点名"))
                return redirect("office:case-named", number)
    return _show(request, case, form, status)


def _show(request: SignedIn, case: Case, form: NameForm, status: int) -> HttpResponseBase:
    standing = case.namings.filter(withdrawn_at__isnull=True).select_related("person__unit")
    context = {
        "case": case,
        "units": line_of(case.unit),
        "namings": [(one, names.masked(one.person.name_cipher)) for one in standing],
        "form": form,
        "why_not": policies.why_not_name(case, request.user),
    }
    return render(request, "office/named.html", context, status=status)


@requires("person.name")
@require_POST
def unname(request: SignedIn, pk: int) -> HttpResponseBase:
    """It was somebody else."""
    naming = Naming.objects.filter(pk=pk).select_related("person", "case").first()
    if naming is None:
        raise Http404
    case = case_page.case_or_404(request.user, naming.case.number)
    try:
        actions.withdraw_naming(naming=naming, by=request.user, at=timezone.now())
    except Refusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("已撤回点名"))
    return redirect("office:case-named", case.number)
