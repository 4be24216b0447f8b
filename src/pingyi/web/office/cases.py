"""All cases the office sees, and the page of one."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from pingyi.accountability.policies import why_not_name
from pingyi.casework import queries
from pingyi.casework.assigning import colleagues_of
from pingyi.casework.file_models import CaseFile
from pingyi.casework.likeness import open_ones_like
from pingyi.casework.models import Case
from pingyi.casework.repeats import repeats_of
from pingyi.casework.states import State
from pingyi.people.models import User
from pingyi.people.permissions import may
from pingyi.supervision import item_policies as policies
from pingyi.web.components import case_files, case_page
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.case_cells import (
    AREA,
    ASSIGNEE,
    DUE,
    KIND,
    LEVEL,
    OPENED,
    STATE,
    UNIT,
    number_column,
)
from pingyi.web.components.tables import Column, DataTable
from pingyi.web.office.filters import (
    AREAS,
    BY_ASSIGNEE,
    BY_KIND,
    BY_ORIGIN,
    BY_STATE,
    LATE,
    SEARCH,
    TO_ASK,
    WAITING,
)
from pingyi.web.office.improvements import unrecorded_change

CASES = DataTable(
    name="cases",
    title=_("案件"),
    columns=(number_column("office:case"), STATE, DUE, ASSIGNEE, UNIT, AREA, KIND, LEVEL, OPENED),
    order="-number",
    filters=(SEARCH, BY_STATE, AREAS, BY_ASSIGNEE, BY_KIND, BY_ORIGIN, LATE, WAITING, TO_ASK),
    empty=_("还没有案件。差评一到，案件自动立案。"),
)

PICK = Column(
    "pick",
    _("选"),
    lambda case, at: format_html(
        '<input type="checkbox" name="case" value="{}" form="bulk" aria-label="{}">',
        case.number,
        gettext("选中 %(number)s") % {"number": case.number},
    ),
    value=lambda case: "",
)
CASES_TO_PICK = replace(CASES, columns=(PICK, *CASES.columns))

DEEDS = frozenset(
    {
        "assign",
        "check",
        "instruct",
        "handling",
        "dispatch",
        "recall",
        "refer",
        "decide",
        "confirm",
        "send-back",
        "review",
        "look-back",
        "pick",
        "ask-time",
        "grant-time",
        "refuse-time",
        "resume",
        "move",
        "confirm-move",
        "refuse-move",
        "reconsider",
        "reply",
        "second-call",
        "hear",
        "close",
    }
)


@requires("case.oversee")
@require_safe
def cases(request: SignedIn) -> HttpResponseBase:
    """Every visible case: filtered, sorted, exported."""
    rows = queries.overseen_by(request.user).mine_first(request.user)
    listing = CASES.read(request, rows, at=timezone.now())
    if listing.wants_file:
        return listing.file()
    may_pick = may(request.user, "problem.work")
    if may_pick:
        listing = CASES_TO_PICK.read(request, rows, at=timezone.now())
    shown = {
        "listing": listing,
        "may_open": may(request.user, "case.open"),
        "may_pick": may_pick,
        "colleagues": colleagues_of(request.user) if may_pick else (),
    }
    return render(request, "office/cases.html", shown)


def _url(case: Case, key: str) -> str:
    return reverse("office:case-deed", args=[case.number, key])


def _show(request: SignedIn, case: Case, *, status: int = 200, **shown: Any) -> HttpResponseBase:
    found = case_page.context(
        request,
        case,
        audience="office",
        at=timezone.now(),
        url=functools.partial(_url, case),
        elsewhere={"sort": _sorting_url(case), "call": _calling_url(case)},
        **shown,
    )
    found |= {"repeats": repeats_of(case, request.user), "like": _like(request, case)}
    found |= {"back_url": reverse("office:cases"), "back_label": gettext("全部案件")}
    found |= _aftermath(request, case)
    if why_not_name(case, request.user) is None:
        found["naming_url"] = reverse("office:case-named", args=[case.number])
    return render(request, "office/case.html", found, status=status)


def _aftermath(request: SignedIn, case: Case) -> dict[str, Any]:
    """What the case led to: rectification lists, improvements, and a change not yet kept."""
    manages = policies.why_not_manage(request.user, case.unit) is None and not case.embargoed
    return {
        "lists": case.rectification_lists.order_by("pk"),
        "improvements": case.improvements.counting().order_by("pk"),
        "change": unrecorded_change(case) if manages else None,
        "may_manage": manages,
    }


def _like(request: SignedIn, case: Case) -> dict[str, Any]:
    """Open cases that say the same, and where they are joined with it."""
    if not may(request.user, "problem.work") or case.memberships.filter(left_at=None).exists():
        return {}
    found = open_ones_like(case, request.user) if State(case.state) is not State.CLOSED else []
    asked = urlencode([("case", other.number) for other in [case, *found]])
    return {"cases": found, "url": f"{reverse('office:problem-join')}?{asked}"}


def _sorting_url(case: Case) -> str:
    return f"{reverse('office:sorting')}?case={case.number}"


def _calling_url(case: Case) -> str:
    return reverse("office:call", args=[case.number])


@requires("case.oversee")
@require_safe
def case(request: SignedIn, number: str) -> HttpResponseBase:
    """One case: everything the office may see, and what comes next."""
    found = case_page.case_or_404(request.user, number)
    if found.embargoed:
        return redirect("inspectors:case", number)
    return _show(request, found)


@requires("case.oversee")
@require_POST
def deed(request: SignedIn, number: str, key: str) -> HttpResponseBase:
    """A form of the case's page."""
    found = case_page.case_or_404(request.user, number)
    return case_page.answer_post(
        request,
        found,
        key,
        audience="office",
        at=timezone.now(),
        allowed=DEEDS,
        show=functools.partial(_show, request),
        done=lambda: _after(request.user, number),
    )


def _after(user: User, number: str) -> str:
    """Where a deed leads: the case's page, or the list if the case has left the user's sight."""
    if case_page.visible_cases(user).filter(number=number).exists():
        return reverse("office:case", args=[number])
    return reverse("office:cases")


@requires("contact.reveal")
@require_POST
def reveal(request: SignedIn, number: str) -> HttpResponseBase:
    """Show the phone or the matter number on the case's page, once."""
    found = case_page.case_or_404(request.user, number)
    return case_page.reveal(
        request, found, at=timezone.now(), show=functools.partial(_show, request)
    )


@requires("case.oversee")
@require_safe
def file(request: SignedIn, number: str, pk: int) -> HttpResponseBase:
    """A file of the case; that it was had is noted."""
    found = CaseFile.objects.visible_to(request.user)
    return case_files.download(found, number, pk, by=request.user, at=timezone.now())
