"""Opening a case by hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from pingyi.casework.actions import open_case_by_hand
from pingyi.casework.reasons import Refusal
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.office.intake_forms import NewCaseForm


@requires("case.open")
@require_http_methods(["GET", "POST"])
def new_case(request: SignedIn) -> HttpResponseBase:
    """Where a message, petition, check, exposure or call becomes a case."""
    at = timezone.now()
    if request.method != "POST":
        form = NewCaseForm(user=request.user, initial={"dated": timezone.localdate(at)})
        return render(request, "office/intake/new_case.html", {"form": form})
    form = NewCaseForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            case = open_case_by_hand(**form.cleaned_data, by=request.user, at=at)
        except Refusal as refused:
            form.refuse(str(refused), refused.reason.field or None)
        else:
            messages.success(request, gettext("%(number)s 已立案。") % {"number": case.number})
            return redirect("office:case", case.number)
    return render(request, "office/intake/new_case.html", {"form": form}, status=422)
