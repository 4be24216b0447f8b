"""What concerns the unit of supervision and accountability: findings, duties, measures told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from pingyi.accountability.actions import ask_for_time
from pingyi.accountability.models import Duty, Measure, citing, of_unit_called
from pingyi.accountability.terms import MeasureKind, Responsibility
from pingyi.people.models import User
from pingyi.supervision.kinds import FindingKind
from pingyi.supervision.models import Finding
from pingyi.web.components import duty_cells as cells
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.clock_time import ASK, TIME_DONE
from pingyi.web.components.deed_forms import done
from pingyi.web.components.forms import DeskForm
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.time_forms import AskTimeForm


def _link(duty: Duty, at: datetime) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("unit:duty", args=[duty.pk]), duty.ref)


DUTIES = DataTable(
    name="own-duties",
    title=_("须落实的事项"),
    columns=(
        Column("ref", _("编号"), _link, value=lambda one: one.ref, sort=("pk",), style="nowrap"),
        cells.STATE,
        cells.DUE,
        cells.UNIT,
        cells.WHOM,
        Column("what", _("措施"), lambda one, at: _what(one), sort=("what",), style="words"),
        cells.MATTER,
    ),
    order="-ref",
    filters=(cells.LATE,),
    empty=_("没有须本单位落实的事项。"),
)
"""Its search box knows of the user and is added in `_table`."""
MOST = 100
"""Findings and measures shown; the score's page has every line."""


def _what(duty: Duty) -> str:
    """As it was decided: in the decision's words where it was something else."""
    return cells.with_promise(duty, duty.decision.words or cells.what_of(duty))


def _search(user: User, rows: QuerySet, text: str, at: datetime) -> QuerySet:
    """By what the unit reads of it: the decision's words, the matter, what it rests on."""
    return rows.filter(
        of_unit_called(text)
        | Q(decision__words__icontains=text)
        | Q(matter__icontains=text)
        | citing(text, user)
    )


def _table(user: User) -> DataTable:
    """The table, searched by what the user may know of."""
    search = Filter("q", _("单位、措施或依据"), partial(_search, user))
    return replace(DUTIES, filters=(search, *DUTIES.filters))


def _rows(request: SignedIn) -> QuerySet[Duty]:
    rows = Duty.objects.told_to(request.user).with_due().with_cases(request.user).with_heads()
    return rows.select_related(
        "unit__area", "area", "season", "person", "point", "post", "decision", "fulfilment"
    )


@requires("duty.own")
@require_safe
def duties(request: SignedIn) -> HttpResponseBase:
    """Duties once decided, findings that count, measures the inspectors told the unit of."""
    listing = _table(request.user).read(request, _rows(request), at=timezone.now())
    if listing.wants_file:
        return listing.file()
    found = Finding.objects.visible_to(request.user).select_related("unit")
    told = cells.shown(Measure.objects.told_to(request.user)).order_by("-on", "-pk")
    context = {
        "listing": listing,
        "findings": [(one, FindingKind(one.kind)) for one in found.order_by("-on", "-pk")[:MOST]],
        "measures": [
            (one, cells.masked_name(one), MeasureKind(one.kind), Responsibility(one.responsibility))
            for one in told[:MOST]
        ],
    }
    return render(request, "unit/duties.html", context)


def _show(
    request: SignedIn, found: Duty, *, sent: DeskForm | None = None, status: int = 200
) -> HttpResponseBase:
    at = timezone.now()
    context = {
        "duty": found,
        "at": at,
        "state": cells.state_tag(found),
        "what": _what(found),
        "units": cells.units(found),
        "together": cells.together(found),
        "whom": cells.whom(found),
        "rests_on": cells.in_a_row(
            [*(case.number for case in found.seen_cases), *cells.rests_on(found)]  # type: ignore[attr-defined]
        ),
        "clocks": found.clocks.all(),
        "fulfilment": getattr(found, "fulfilment", None),
        **cells.time_context(
            found,
            request.user,
            lambda key: reverse("unit:duty-time", args=[found.pk]),
            at=at,
            sent=sent,
        ),
    }
    return render(request, "unit/duty.html", context, status=status)


@requires("duty.own")
@require_safe
def duty(request: SignedIn, pk: int) -> HttpResponseBase:
    """One duty: what is to be done, why, and by when."""
    return _show(request, get_object_or_404(_rows(request), pk=pk))


@requires("duty.own")
@require_POST
def ask_time(request: SignedIn, pk: int) -> HttpResponseBase:
    """Ask for more time."""
    found = get_object_or_404(_rows(request), pk=pk)
    form = AskTimeForm(request.POST)
    if done(form, ask_for_time, duty=found, by=request.user, at=timezone.now()) is None:
        status = 409 if form.non_field_errors() else 422
        return _show(request, get_object_or_404(_rows(request), pk=pk), sent=form, status=status)
    messages.success(request, TIME_DONE[ASK.key])
    return redirect("unit:duty", pk)
