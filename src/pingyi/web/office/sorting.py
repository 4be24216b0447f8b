"""The sorter's desk: the most urgent case stands open, and sending its form opens the next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from pingyi.casework import queries
from pingyi.casework.likeness import kinds_suggested
from pingyi.casework.models import Case
from pingyi.casework.origins import Origin
from pingyi.casework.states import State
from pingyi.casework.suggesting import Suggestion
from pingyi.people.models import User
from pingyi.web.components import case_deeds, case_forms
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.case_cells import AREA, DUE, LEVEL, MINE, POINT, UNIT, number_link
from pingyi.web.components.case_page import (
    case_or_404,
    own_words,
    reasons_of,
    status_of,
    warn_if_overtaken,
)
from pingyi.web.components.numbers import is_case_number
from pingyi.web.components.tables import Column, DataTable
from pingyi.web.components.words import say
from pingyi.web.office.filters import AREAS, SEARCH

SUGGESTED = 3
QUEUE = DataTable(
    name="sorting",
    title=_("待分拣"),
    columns=(
        DUE,
        MINE,
        Column(
            "number",
            _("编号"),
            lambda case, at: number_link(case, f"?case={case.number}"),
            value=lambda case: case.number,
            sort=("number",),
            style="nowrap",
        ),
        LEVEL,
        UNIT,
        POINT,
        AREA,
    ),
    order="mine",
    filters=(SEARCH, AREAS),
    empty=_("没有待分拣的差评。"),
    per_page=25,
)


@requires("case.sort")
@require_safe
def desk(request: SignedIn) -> HttpResponseBase:
    """The queue, and the case asked for or else the most urgent one."""
    at = timezone.now()
    waiting = queries.to_sort(request.user)
    listing = QUEUE.read(request, waiting, at=at)
    if listing.wants_file:
        return listing.file()
    case = _asked(request, waiting) or waiting.first()
    picked = {"kind": request.GET.get("kind", "")}
    form = case_forms.SortForm(case=case, initial=picked) if case else None
    return _show(request, case, form, at=at, listing=listing)


def _asked(request: SignedIn, waiting) -> Case | None:
    number = request.GET.get("case", "")
    if not is_case_number(number):
        return None
    found = waiting.filter(number=number).first()
    if found is None:
        messages.warning(
            request, gettext("%(number)s 已不在待分拣之列，已为您打开下一件。") % {"number": number}
        )
    return found


@requires("case.sort")
@require_POST
def sort(request: SignedIn, number: str) -> HttpResponseBase:
    """Sort one case and go on to the next; refused, the form comes back with the reason."""
    at = timezone.now()
    case = case_or_404(request.user, number)
    form = case_forms.SortForm(request.POST, case=case)
    if case_deeds.send(form, by=request.user, at=at):
        messages.success(
            request,
            gettext("%(number)s 已分拣：%(state)s。")
            % {"number": case.number, "state": say(State(case.state))},
        )
        return redirect("office:sorting")
    warn_if_overtaken(request, form, "office")
    listing = QUEUE.read(request, queries.to_sort(request.user), at=at)
    return _show(request, case, form, at=at, listing=listing, status=status_of(form))


def _show(
    request: SignedIn,
    case: Case | None,
    form,
    *,
    at: datetime,
    listing,
    status: int = 200,
) -> HttpResponseBase:
    listing.current = case.pk if case else None
    return render(
        request,
        "office/sorting.html",
        {
            "at": at,
            "case": case,
            "origin": Origin(case.origin) if case else None,
            "source": getattr(case, "source", None),
            "form": form,
            "action": reverse("office:sort", args=[case.number]) if case else "",
            "reasons": reasons_of(case) if case else [],
            "words": own_words(case) if case else "",
            "suggested": _suggested(case, request.user) if case else [],
            "listing": listing,
            "stale": case is not None and case.state != State.UNSORTED,
        },
        status=status,
    )


def _suggested(case: Case, user: User) -> list[dict[str, Any]]:
    """Each kind suggested, with what speaks for it in words."""
    return [
        {"kind": found.kind, "why": _why(found), "url": f"?case={case.number}&kind={found.kind}"}
        for found in kinds_suggested(case, user)[:SUGGESTED]
    ]


def _why(found: Suggestion) -> str:
    said = []
    if found.words:
        words = "".join(f"“{word}”" for word in found.words)
        said.append(gettext("因词%(words)s") % {"words": words})
    if found.like:
        count = len(found.like)
        text = ngettext("%(n)d 件相似案件属此类", "%(n)d 件相似案件属此类", count)
        said.append(text % {"n": count})
    return "；".join(said)
