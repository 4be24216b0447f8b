"""What concerns the unit of supervision and accountability: findings, duties, measures told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pingyi.accountability.models import Duty, Measure, citing, of_unit_called
from pingyi.accountability.terms import MeasureKind, Responsibility
from pingyi.people.models import User
from pingyi.supervision.kinds import FindingKind
from pingyi.supervision.models import Finding
from pingyi.web.components import duty_cells as cells
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.tables import Column, DataTable, Filter

DUTIES = DataTable(
    name="own-duties",
    title=_("须落实的事项"),
    columns=(
        Column("ref", _("编号"), lambda one, at: one.ref, sort=("pk",), style="nowrap"),
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
    return cells.with_promise(duty, duty.decision.words or cells.listed(duty.whats))


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


@requires("duty.own")
@require_safe
def duties(request: SignedIn) -> HttpResponseBase:
    """Duties once decided, findings that count, measures the inspectors told the unit of."""
    rows = Duty.objects.told_to(request.user).with_due().with_cases(request.user).with_heads()
    rows = rows.select_related("unit", "person", "decision", "fulfilment")
    listing = _table(request.user).read(request, rows, at=timezone.now())
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
