"""Verdicts found of a unit, as it reads them: what, why in the office's words, how to appeal."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pingyi.casework import queries, rules
from pingyi.casework.embargo import hidden, known_verdict
from pingyi.casework.models import Case, Verdict
from pingyi.casework.states import ALONE, Finding, Kind
from pingyi.people.permissions import scope_of
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.case_cells import FINDING_TONES
from pingyi.web.components.case_page import appeals_of
from pingyi.web.components.markup import tag, term_tag
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import moment_text, say


def _number(verdict: Verdict, at: datetime) -> SafeString:
    url = reverse("unit:case", args=[verdict.case.number])
    return format_html('<a href="{}">{}</a>', url, verdict.case.number)


def _finding(verdict: Verdict, at: datetime) -> SafeString:
    finding = Finding(verdict.finding)
    return term_tag(finding, FINDING_TONES[finding])


def _standing(verdict: Verdict) -> str:
    """What has become of it, in words."""
    appeal = getattr(verdict, "appeal", None)
    if appeal is not None and appeal.upheld is None:
        return gettext("申诉待复核")
    if appeal is not None and appeal.upheld:
        return gettext("申诉已采纳，不再计入")
    if not verdict.stands:  # type: ignore[attr-defined]
        return gettext("已重新认定")
    return gettext("申诉已驳回") if appeal is not None else gettext("有效")


def _standing_tag(verdict: Verdict, at: datetime) -> SafeString:
    appeal = getattr(verdict, "appeal", None)
    tone = "open" if appeal is not None and appeal.upheld is None else ""
    return tag(_standing(verdict), tone)


VERDICTS = DataTable(
    name="verdicts",
    title=_("涉及本单位的认定"),
    columns=(
        Column(
            "number",
            _("编号"),
            _number,
            value=lambda verdict: verdict.case.number,
            sort=("case__number",),
            style="nowrap",
        ),
        Column(
            "finding",
            _("认定"),
            _finding,
            value=lambda verdict: say(Finding(verdict.finding)),
            sort=("finding",),
            style="nowrap",
        ),
        Column(
            "kind",
            _("类别"),
            lambda verdict, at: say(Kind(verdict.kind)),
            sort=("kind",),
            style="nowrap",
        ),
        Column(
            "standing",
            _("现况"),
            _standing_tag,
            value=_standing,
            style="nowrap",
        ),
        Column(
            "unit",
            _("单位"),
            lambda verdict, at: verdict.unit.name,
            sort=("unit__name",),
            style="name",
        ),
        Column(
            "at",
            _("认定时间"),
            lambda verdict, at: moment_text(verdict.at),
            sort=("at",),
            style="nowrap",
        ),
    ),
    order="-at",
    filters=(
        Filter("q", _("编号"), lambda rows, text, at: rows.filter(case__number__icontains=text)),
        Filter(
            "finding",
            _("认定"),
            lambda rows, value, at: rows.filter(finding=value),
            lambda request: [(one.value, say(one)) for one in Finding if one in ALONE],
        ),
    ),
    empty=_("没有涉及本单位的认定。属实、部分属实的认定作出后列在这里，可在期限内申诉。"),
)


@requires("case.appeal")
@require_safe
def listed(request: SignedIn) -> HttpResponseBase:
    """What was found of the user's units, whether or not the case was dispatched to them."""
    at = timezone.now()
    counting = Verdict.objects.counting(but=hidden(at)).filter(pk=OuterRef("pk"))
    rows = (
        Verdict.objects.filter(
            unit__in=scope_of(request.user, "case.appeal").units,
            finding__in=[finding.value for finding in ALONE],
            withdrawn_at__isnull=True,
        )
        .exclude(hidden(at))
        .annotate(stands=Exists(counting))
        .select_related("case", "unit", "appeal")
    )
    listing = VERDICTS.read(request, rows, at=at)
    if listing.wants_file:
        return listing.file()
    return render(request, "unit/verdicts.html", {"listing": listing})


def verdict_for(case: Case, units: Collection[int], *, lies: bool, at: datetime) -> Verdict | None:
    """The verdict a unit reads: the case's, if it lies with it; else the latest found of it; none
    that is under embargo."""
    if lies:
        return known_verdict(case, at)
    mine = case.verdicts.exclude(hidden(at)).filter(unit__in=units)
    found: Verdict | None = mine.counting().last() or mine.filter(withdrawn_at=None).last()
    return found


def context(case: Case, verdict: Verdict | None) -> dict[str, Any]:
    """What the unit's page shows of the verdict and its appeals. How the inspectors came to a
    verdict under embargo is theirs."""
    if verdict is None:
        return {"verdict": None, "appeals": [], "grounds": "", "until": None}
    finding = Finding(verdict.finding)
    until = rules.appeal_until(verdict) if finding in ALONE else None
    return {
        "verdict": verdict,
        "finding": finding,
        "verdict_kind": Kind(verdict.kind),
        "costs_points": rules.costs_points(verdict),
        "grounds": "" if queries.was_sealed(verdict) else verdict.reason,
        "until": until.at if until else None,
        "appeals": [one for one in appeals_of(case) if one.unit_id == verdict.unit_id],
    }
