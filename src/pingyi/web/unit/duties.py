"""What concerns the unit of supervision and accountability: findings, duties, measures told."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pingyi.accountability.models import Duty, Measure
from pingyi.accountability.terms import MeasureKind, Responsibility
from pingyi.supervision.kinds import FindingKind
from pingyi.supervision.models import Finding
from pingyi.web.components import duty_cells as cells
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.tables import Column, DataTable

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
MOST = 100
"""Findings and measures shown; the score's page has every line."""


def _what(duty: Duty) -> str:
    """As it was decided: in the decision's words where it was something else."""
    return duty.decision.words or cells.listed(duty.whats)


@requires("duty.own")
@require_safe
def duties(request: SignedIn) -> HttpResponseBase:
    """Duties once decided, findings that count, measures the inspectors told the unit of."""
    rows = Duty.objects.told_to(request.user).with_due().with_cases(request.user)
    rows = rows.select_related("unit", "person", "decision", "fulfilment")
    listing = DUTIES.read(request, rows, at=timezone.now())
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
