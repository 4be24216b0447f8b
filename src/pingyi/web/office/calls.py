"""The caller's desk: whom to call, what to say, what came of it; and what can only be checked."""

from __future__ import annotations

import functools
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from pingyi.casework import queries, rules
from pingyi.casework.models import Case
from pingyi.casework.states import CallOutcome, State
from pingyi.web.components import case_page
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.case_cells import (
    AREA,
    DUE,
    KIND,
    LEVEL,
    MINE,
    POINT,
    UNIT,
    number_column,
)
from pingyi.web.components.markup import tag
from pingyi.web.components.tables import Column, DataTable
from pingyi.web.components.words import moment_text, say
from pingyi.web.office.filters import AREAS, BY_KIND, SEARCH


def _attempts(case: Case) -> str:
    """How often she was called, and what came of it last."""
    tried = list(case.calls.all())
    if not tried:
        return "—"
    count = ngettext("%(n)d 次", "%(n)d 次", len(tried)) % {"n": len(tried)}
    return f"{count} · {say(CallOutcome(tried[-1].outcome))} {moment_text(tried[-1].at)[5:]}"


def _agreed(case: Case, at: datetime) -> SafeString:
    """When she asked to be called again, marked once the time has come."""
    agreed_at = case.agreed_at  # type: ignore[attr-defined]
    if agreed_at is None:
        return SafeString("—")
    mark = tag(gettext("该打了"), "warn") if agreed_at <= at else SafeString("")
    return format_html("<span>{} {}</span>", moment_text(agreed_at), mark)


TURN = replace(DUE, key="turn", sort=("turn", "agreed_at", "others", "due_at"))
"""Due, in the order in which to call: agreed calls whose time has come, one's own, the others."""
AGREED = Column(
    "agreed",
    _("约定"),
    _agreed,
    value=lambda case: moment_text(case.agreed_at) if case.agreed_at else "",
    sort=("agreed_at",),
    style="nowrap",
)
ATTEMPTS = Column("attempts", _("已拨打"), lambda case, at: _attempts(case), style="name")

CALLS = DataTable(
    name="calls",
    title=_("待回访"),
    columns=(
        TURN,
        MINE,
        number_column("office:call"),
        AGREED,
        LEVEL,
        UNIT,
        POINT,
        KIND,
        ATTEMPTS,
    ),
    order="turn",
    filters=(SEARCH, AREAS, BY_KIND),
    empty=_("没有要回访的评价人。"),
)
CHECKS = DataTable(
    name="checks",
    title=_("待核查"),
    columns=(DUE, MINE, number_column("office:case"), LEVEL, UNIT, POINT, AREA, KIND),
    order="mine",
    filters=(SEARCH, AREAS, BY_KIND),
    empty=_("没有要核查的案件。"),
)


@requires("case.call")
@require_safe
def calls(request: SignedIn) -> HttpResponseBase:
    """Whom to call: what was agreed for now, the most urgent, what was agreed for later."""
    at = timezone.now()
    listing = CALLS.read(request, queries.to_call(request.user).by_turn(at), at=at)
    if listing.wants_file:
        return listing.file()
    return render(request, "office/calls.html", {"listing": listing})


@requires("case.check")
@require_safe
def checks(request: SignedIn) -> HttpResponseBase:
    """What can only be checked: no phone left, or nobody reached."""
    listing = CHECKS.read(request, queries.to_check(request.user), at=timezone.now())
    if listing.wants_file:
        return listing.file()
    return render(request, "office/checks.html", {"listing": listing})


def _url(case: Case, key: str) -> str:
    name = {"call": "office:call", "reveal": "office:call-reveal"}[key]
    return reverse(name, args=[case.number])


def _show(request: SignedIn, case: Case, *, status: int = 200, **shown: Any) -> HttpResponseBase:
    found = case_page.context(
        request,
        case,
        audience="office",
        at=timezone.now(),
        url=functools.partial(_url, case),
        only=("call",),
        **shown,
    )
    attempts = list(case.calls.all())
    counted = rules.hours_tried(attempts)
    found |= {
        "attempts": [
            (
                one,
                CallOutcome(one.outcome),
                one.outcome == CallOutcome.NO_ANSWER and one not in counted,
            )
            for one in attempts
        ],
        "tries": rules.tries_of(case),
        "hours": [f"{localtime(one.at):%H:%M}" for one in counted],
        "missing": rules.hours_missing(case),
        "place": case.point.name if case.point else case.unit.name,
        "call_url": reverse("office:call", args=[case.number]),
    }
    return render(request, "office/call.html", found, status=status)


@requires("case.call")
def call(request: SignedIn, number: str) -> HttpResponseBase:
    """One call: what to say, whom to ring, and its outcome."""
    found = case_page.case_or_404(request.user, number)
    if request.method == "POST":
        return case_page.answer_post(
            request,
            found,
            "call",
            audience="office",
            at=timezone.now(),
            allowed=frozenset({"call"}),
            show=functools.partial(_show, request),
            done=lambda: reverse("office:calls"),
        )
    if found.state != State.TO_CALL:
        return redirect("office:case", number)
    return _show(request, found)


@requires("contact.reveal")
@require_POST
def reveal(request: SignedIn, number: str) -> HttpResponseBase:
    """Show the number on the call's page, once."""
    found = case_page.case_or_404(request.user, number)
    return case_page.reveal(
        request, found, at=timezone.now(), show=functools.partial(_show, request)
    )
