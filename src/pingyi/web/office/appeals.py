"""Units' appeals against verdicts: those that wait for a review, and what came of the others."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pingyi.casework.models import Case, CaseClock
from pingyi.casework.second_looks import Appeal
from pingyi.casework.states import Finding, Kind
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.case_cells import FINDING_TONES
from pingyi.web.components.markup import deadline, deadline_text, tag, term_tag
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import moment_text, say


def _number(appeal: Appeal, at: datetime) -> SafeString:
    url = reverse("office:case", args=[appeal.case.number])
    return format_html('<a href="{}">{}</a>', url, appeal.case.number)


def _clock(appeal: Appeal) -> CaseClock | None:
    clocks = [clock for clock in appeal.case.clocks.all() if clock.rule == "appeal_review"]
    return clocks[-1] if clocks else None


def _due(appeal: Appeal, at: datetime) -> SafeString:
    clock = _clock(appeal)
    return deadline(clock, at) if clock else SafeString("—")


def _finding(appeal: Appeal, at: datetime) -> SafeString:
    finding = Finding(appeal.verdict.finding)
    return term_tag(finding, FINDING_TONES[finding])


def outcome_text(appeal: Appeal) -> str:
    """Where the appeal stands, in words."""
    if appeal.upheld is None:
        return gettext("申诉待复核")
    return gettext("已采纳") if appeal.upheld else gettext("已驳回")


def outcome_tag(appeal: Appeal) -> SafeString:
    """The same as a pill."""
    return tag(outcome_text(appeal), {None: "open", True: "good", False: ""}[appeal.upheld])


def _search(rows: QuerySet, text: str, at: datetime) -> QuerySet:
    """By case or unit, or by words of the grounds or of the review."""
    return rows.filter(
        Q(case__number__icontains=text)
        | Q(unit__name__icontains=text)
        | Q(grounds__icontains=text)
        | Q(review_reason__icontains=text)
    )


def _stands(rows: QuerySet, value: str, at: datetime) -> QuerySet:
    return rows.filter(upheld={"waiting": None, "upheld": True, "dismissed": False}.get(value))


APPEALS = DataTable(
    name="appeals",
    title=_("申诉"),
    columns=(
        Column(
            "number",
            _("编号"),
            _number,
            value=lambda appeal: appeal.case.number,
            sort=("case__number",),
            style="nowrap",
        ),
        Column(
            "outcome",
            _("复核"),
            lambda appeal, at: outcome_tag(appeal),
            value=outcome_text,
            sort=("upheld",),
            style="nowrap",
        ),
        Column(
            "due",
            _("复核时限"),
            _due,
            value=lambda appeal: deadline_text(_clock(appeal)),
            style="nowrap",
        ),
        Column(
            "unit",
            _("单位"),
            lambda appeal, at: appeal.unit.name,
            sort=("unit__name",),
            style="name",
        ),
        Column(
            "finding",
            _("原认定"),
            _finding,
            value=lambda appeal: say(Finding(appeal.verdict.finding)),
            style="nowrap",
        ),
        Column(
            "kind",
            _("类别"),
            lambda appeal, at: say(Kind(appeal.verdict.kind)),
            style="nowrap",
        ),
        Column("grounds", _("申诉理由"), lambda appeal, at: appeal.grounds, style="words"),
        Column(
            "at",
            _("申诉时间"),
            lambda appeal, at: moment_text(appeal.at),
            sort=("at",),
            style="nowrap",
        ),
    ),
    order="-at",
    filters=(
        Filter("q", _("编号、单位或文字"), _search),
        Filter(
            "state",
            _("复核"),
            _stands,
            lambda request: [
                ("waiting", gettext("申诉待复核")),
                ("upheld", gettext("已采纳")),
                ("dismissed", gettext("已驳回")),
            ],
        ),
    ),
    empty=_("没有申诉。单位对属实、部分属实的认定不服的，在期限内提出后列在这里。"),
)


@requires("case.decide")
@require_safe
def appeals(request: SignedIn) -> HttpResponseBase:
    """Every appeal in the user's area; the case's page offers the review to who is new to it."""
    mine = Case.objects.overseen_by(request.user).values("pk")
    rows = (
        Appeal.objects.filter(case__in=mine)
        .select_related("case", "unit", "verdict")
        .prefetch_related("case__clocks")
    )
    listing = APPEALS.read(request, rows, at=timezone.now())
    if listing.wants_file:
        return listing.file()
    return render(request, "office/appeals.html", {"listing": listing})
