"""Findings on units: recorded, approved by a second person, annulled or corrected."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pingyi.casework.reasons import Refusal
from pingyi.people.permissions import may
from pingyi.supervision import policies, reading
from pingyi.supervision.actions import findings as actions
from pingyi.supervision.actions.findings import Found
from pingyi.supervision.kinds import FindingKind, Ruling, Standing
from pingyi.supervision.models import Finding
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.forms import DeskForm, LongTextField, TermField, TextField
from pingyi.web.components.markup import tag
from pingyi.web.components.offers import (
    DayField,
    Named,
    Offer,
    UnitField,
    answer_refusal,
    blame,
    offer,
    sent_form,
)
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import say
from pingyi.web.office.filters import in_area
from pingyi.web.office.loading_tables import Import
from pingyi.web.office.loading_tables import load as load_table

TONES = {
    Standing.WAITING: "warn",
    Standing.COUNTS: "",
    Standing.REFUSED: "",
    Standing.ANNULLED: "",
}


def standing_tag(finding: Finding) -> SafeString:
    return tag(say(finding.standing), TONES[finding.standing])


def _link(finding: Finding, at: datetime) -> SafeString:
    return format_html(
        '<a href="{}">{}</a>', reverse("office:finding", args=[finding.pk]), finding.ref
    )


def _search(rows: QuerySet, text: str, at: datetime) -> QuerySet:
    found = Q(unit__name__icontains=text) | Q(matter__icontains=text) | Q(what__icontains=text)
    number = text.upper().removeprefix("F-")
    if number.isascii() and number.isdigit() and len(number) < 16:
        found |= Q(pk=int(number))
    return rows.filter(found)


REF = Column("ref", _("编号"), _link, value=lambda one: one.ref, sort=("pk",), style="nowrap")
STANDING = Column(
    "standing",
    _("状态"),
    lambda one, at: standing_tag(one),
    value=lambda one: say(one.standing),
    style="nowrap",
)
UNIT = Column("unit", _("单位"), lambda one, at: one.unit.name, sort=("unit__name",), style="name")
KIND = Column(
    "kind", _("类别"), lambda one, at: say(FindingKind(one.kind)), sort=("kind",), style="nowrap"
)
ON = Column("on", _("日期"), lambda one, at: f"{one.on}", sort=("on",), style="nowrap")
MATTER = Column("matter", _("事由"), lambda one, at: one.matter or "—", sort=("matter",))
POINTS = Column(
    "points",
    _("加分"),
    lambda one, at: "—" if one.points is None else f"+{one.points}",
    value=lambda one: one.points,
    sort=("points",),
    style="number",
)
BY_KIND = Filter(
    "kind",
    _("类别"),
    lambda rows, value, at: rows.filter(kind=value),
    lambda request: [(kind.value, say(kind)) for kind in FindingKind],
)
FINDINGS = DataTable(
    name="findings",
    title=_("监督事项"),
    columns=(REF, STANDING, UNIT, KIND, ON, MATTER, POINTS),
    order="-ref",
    filters=(
        Filter("q", _("单位、事由或编号"), _search),
        BY_KIND,
        Filter(
            "state",
            _("状态"),
            lambda rows, value, at: rows.standing_as(Standing(value)),
            lambda request: [(one.value, say(one)) for one in Standing],
        ),
        in_area("unit__area", "finding.read"),
    ),
    empty=_("还没有监督事项。电子监察、明察暗访、行政过错、加分等在此登记，计入得分。"),
)


class FindingForm(DeskForm):
    """A finding to record; a correction keeps its unit."""

    form_id = "finding"

    unit = UnitField(label=_("单位"))
    kind = TermField(FindingKind, label=_("类别"))
    on = DayField(label=_("日期"))
    what = LongTextField(label=_("情况"), help_text=_("单位可见。不写电话、证件号码。"), rows=4)
    evidence = LongTextField(
        label=_("证据说明"), required=False, rows=3, help_text=_("单位看不到。")
    )
    reference = TextField(
        label=_("来文编号"), required=False, max_length=100, help_text=_("如：监察系统告警单号")
    )
    matter = TextField(
        label=_("事由"),
        required=False,
        max_length=100,
        help_text=_("几个单位同一事项的，填相同的事由，如：六月上班时间炒股专项检查"),
    )
    points = forms.DecimalField(
        label=_("加分分值"),
        required=False,
        help_text=_("只有加分才填；须经第二人批准。"),
        max_digits=8,
    )


class CorrectForm(FindingForm):
    form_id = "correct"
    unit = None  # type: ignore[assignment]
    reason = LongTextField(label=_("更正原因"), rows=2)

    def __init__(self, *args: Any, finding: Finding, **options: Any) -> None:
        names = ("kind", "on", "what", "evidence", "reference", "matter", "points")
        options.setdefault("initial", {name: getattr(finding, name) for name in names})
        super().__init__(*args, **options)


class ApproveForm(DeskForm):
    form_id = "approve"
    reason = LongTextField(label=_("批准意见"), required=False, rows=2)


class RefuseForm(DeskForm):
    form_id = "refuse"
    reason = LongTextField(label=_("不批准的理由"), rows=2)


class AnnulForm(DeskForm):
    form_id = "annul"
    reason = LongTextField(label=_("撤销的理由"), rows=2)


@requires("finding.oversee")
@require_safe
def findings(request: SignedIn) -> HttpResponseBase:
    """All findings the user may see, whatever became of them."""
    listing = FINDINGS.read(request, _rows(request), at=timezone.now())
    if listing.wants_file:
        return listing.file()
    return render(
        request,
        "office/findings.html",
        {
            "listing": listing,
            "may_record": may(request.user, "finding.record"),
            "may_mark": may(request.user, "mark.read"),
        },
    )


def _rows(request: SignedIn) -> QuerySet[Finding]:
    found = Finding.objects.visible_to(request.user).select_related("unit__area")
    return found.prefetch_related("rulings")


@requires("finding.record")
@require_http_methods(["GET", "POST"])
def record(request: SignedIn) -> HttpResponseBase:
    """Record one finding."""
    at = timezone.now()
    form = FindingForm(sent_form(request), initial={"on": timezone.localdate(at)})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.record_finding(found=Found(**form.cleaned_data), by=request.user, at=at)
        except Refusal as refused:
            blame(form, refused)
        else:
            messages.success(request, gettext("%(ref)s 已登记") % {"ref": made.ref})
            return redirect("office:finding", made.pk)
    status = 422 if form.is_bound else 200
    return render(request, "office/record_finding.html", {"form": form}, status=status)


@requires("finding.oversee")
@require_safe
def finding(request: SignedIn, pk: int) -> HttpResponseBase:
    """One finding, what was ruled on it, and what may be done."""
    return _show(request, _finding_or_404(request, pk))


def _finding_or_404(request: SignedIn, pk: int) -> Finding:
    found = _rows(request).filter(pk=pk).select_related("corrects", "correction").first()
    if found is None:
        raise Http404
    return found


def _show(
    request: SignedIn, found: Finding, *, sent: DeskForm | None = None, status: int = 200
) -> HttpResponseBase:
    context = {
        "finding": found,
        "kind": FindingKind(found.kind),
        "standing": standing_tag(found),
        "correction": getattr(found, "correction", None),
        "rulings": [(Ruling(one.ruling), one) for one in found.rulings.all()],
        "choices": _offers(request, found, sent),
        "waiting_for": gettext("没有需要您办理的事项。"),
    }
    return render(request, "office/finding.html", context, status=status)


def _offers(request: SignedIn, found: Finding, sent: DeskForm | None) -> list[Offer]:
    def url(key: str) -> str:
        return reverse("office:finding-deed", args=[found.pk, key])

    offers = []
    if found.standing is Standing.WAITING and may(request.user, "finding.approve"):
        reason = policies.why_not_decide(found, request.user)
        offers += [
            offer(
                Named("approve", _("批准"), _("批准")),
                ApproveForm(),
                url("approve"),
                reason=reason,
                first=True,
                sent=sent,
            ),
            offer(
                Named("refuse", _("不批准"), _("不批准")),
                RefuseForm(),
                url("refuse"),
                reason=reason,
                sent=sent,
            ),
        ]
    if found.standing is not Standing.ANNULLED and may(request.user, "finding.annul"):
        reason = policies.why_not_annul(found, request.user)
        offers += [
            offer(
                Named("correct", _("更正"), _("更正")),
                CorrectForm(finding=found),
                url("correct"),
                reason=reason,
                sent=sent,
            ),
            offer(
                Named("annul", _("撤销"), _("撤销")),
                AnnulForm(),
                url("annul"),
                reason=reason,
                sent=sent,
            ),
        ]
    return offers


def _correct(finding: Finding, given: dict[str, Any], **who: Any) -> Finding:
    reason = given.pop("reason")
    found = Found(unit=finding.unit, **given)
    return actions.correct_finding(finding=finding, found=found, reason=reason, **who)


def _simple(action: Callable[..., Finding]) -> Callable[..., Finding]:
    return lambda finding, given, **who: action(finding=finding, **given, **who)


DEEDS: dict[str, tuple[type[DeskForm], Callable[..., Finding]]] = {
    "approve": (ApproveForm, _simple(actions.approve_finding)),
    "refuse": (RefuseForm, _simple(actions.refuse_finding)),
    "annul": (AnnulForm, _simple(actions.annul_finding)),
    "correct": (CorrectForm, _correct),
}


@requires("finding.approve", "finding.annul")
@require_POST
def deed(request: SignedIn, pk: int, key: str) -> HttpResponseBase:
    """A form of the finding's page."""
    found = _finding_or_404(request, pk)
    if key not in DEEDS:
        raise Http404
    kind, do = DEEDS[key]
    options = {"finding": found} if kind is CorrectForm else {}
    form = kind(request.POST, **options)
    status = 422
    if form.is_valid():
        try:
            done = do(found, form.cleaned_data, by=request.user, at=timezone.now())
        except Refusal as refused:
            status = answer_refusal(request, form, refused)
        else:
            messages.success(request, gettext("%(ref)s 已办理") % {"ref": done.ref})
            return redirect("office:finding", done.pk)
    return _show(request, found, sent=form, status=status)


IMPORT_COLUMNS = (
    (_("单位"), _("单位编码")),
    (_("类别"), _("如：电子监察违规、明察暗访违规、加分、一票否决")),
    (_("日期"), _("如：2026-06-01")),
    (_("情况"), _("单位可见")),
    (_("证据说明"), _("可不填")),
    (_("来文编号"), _("可不填")),
    (_("事由"), _("几个单位同一事项的，填相同的事由")),
    (_("加分"), _("只有加分才填")),
)


@requires("finding.record")
@require_http_methods(["GET", "POST"])
def load(request: SignedIn) -> HttpResponseBase:
    """Many findings out of a file, all or none."""
    at = timezone.now()

    def take(content: bytes, name: str) -> int:
        found = reading.findings_from(content, name, by=request.user, at=at)
        return len(actions.load_findings(found=found, by=request.user, at=at))

    back = reverse("office:findings")
    about = Import(_("导入监督事项"), IMPORT_COLUMNS, back, gettext("监督事项"))
    return load_table(request, about, take)
