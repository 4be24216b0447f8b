"""The register of measures on persons: kept by the inspectors, names masked unless read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

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

from pingyi.accountability import actions, policies
from pingyi.accountability.actions.measures import Given
from pingyi.accountability.models import Measure
from pingyi.accountability.names import LONGEST
from pingyi.accountability.terms import (
    FAMILIES,
    Family,
    MeasureKind,
    MeasureRulingKind,
    Origin,
    Responsibility,
)
from pingyi.casework.models import Case
from pingyi.casework.reasons import Refusal
from pingyi.casework.rules import line_of
from pingyi.supervision.models import Finding
from pingyi.web.components import duty_cells as cells
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.forms import DeskForm, LongTextField, TermField, TextField
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
from pingyi.web.inspectors.pages import case_or_404


def _link(measure: Measure, at: datetime) -> SafeString:
    url = reverse("inspectors:measure", args=[measure.pk])
    return format_html('<a href="{}">{}</a>', url, measure.ref)


def _search(rows: QuerySet, text: str, at: datetime) -> QuerySet:
    return rows.filter(
        Q(person__unit__name__icontains=text)
        | Q(post__icontains=text)
        | Q(source__icontains=text)
        | Q(case__number__icontains=text)
    )


def _in_family(rows: QuerySet, value: str, at: datetime) -> QuerySet:
    return rows.filter(kind__in=[kind.value for kind in FAMILIES[Family(value)]])


SOURCE = Column(
    "source",
    _("依据来源"),
    lambda one, at: source_text(one),
    sort=("origin", "source"),
)
MEASURES = DataTable(
    name="measures",
    title=_("问责台账"),
    columns=(
        Column("ref", _("编号"), _link, value=lambda one: one.ref, sort=("pk",), style="nowrap"),
        cells.NAME,
        cells.POST,
        cells.MEASURE_UNIT,
        cells.RESPONSIBILITY,
        cells.MEASURE,
        cells.ORGAN,
        cells.DECIDED_ON,
        SOURCE,
        Column(
            "standing",
            _("状态"),
            lambda one, at: cells.measure_tag(one),
            value=lambda one: "、".join(
                say(MeasureRulingKind(ruling)) for ruling in sorted(one.rulings_given)
            ),
            style="nowrap",
        ),
    ),
    order="-on",
    filters=(
        Filter("q", _("单位、职务或来源"), _search),
        Filter(
            "family",
            _("性质"),
            _in_family,
            lambda request: [(one.value, say(one)) for one in Family],
        ),
        Filter(
            "kind",
            _("措施"),
            lambda rows, value, at: rows.filter(kind=value),
            lambda request: [(one.value, say(one)) for one in MeasureKind],
        ),
        Filter(
            "responsibility",
            _("责任"),
            lambda rows, value, at: rows.filter(responsibility=value),
            lambda request: [(one.value, say(one)) for one in Responsibility],
        ),
        Filter(
            "year",
            _("年份"),
            lambda rows, value, at: rows.filter(on__year=int(value)),
            lambda request: [(f"{day.year}", f"{day.year}") for day in _years(request)],
        ),
    ),
    empty=_("台账还是空的。在移交件的页面上，或按通报、函件，登记对人的措施。"),
)


def _years(request: SignedIn) -> Any:
    return Measure.objects.visible_to(request.user).dates("on", "year", order="DESC")


def source_text(measure: Measure) -> str:
    """What it goes back to, by number."""
    if measure.case is not None:
        return measure.case.number
    if measure.finding is not None:
        return measure.finding.ref
    return measure.source or say(Origin(measure.origin))


class MeasureForm(DeskForm):
    """A measure on one person."""

    form_id = "measure"

    unit = UnitField(label=_("所在单位"))
    name = TextField(label=_("姓名"), max_length=LONGEST, help_text=_("加密保存，列表只显示姓氏。"))
    post = TextField(label=_("职务"), max_length=60)
    responsibility = TermField(Responsibility, label=_("责任"))
    kind = TermField(MeasureKind, label=_("措施"))
    organ = TextField(label=_("决定机关"), max_length=100)
    on = DayField(label=_("决定日期"))
    note = LongTextField(
        label=_("补充说明"), required=False, rows=3, help_text=_("不写姓名、电话、证件号码。")
    )


class FreeMeasureForm(MeasureForm):
    """One that goes back to no case."""

    origin = TermField([one for one in Origin if one is not Origin.CASE], label=_("依据来源"))
    finding = TextField(
        label=_("监督事项编号"), required=False, max_length=20, help_text=_("如 F-12")
    )
    source = TextField(
        label=_("文号或通报"), required=False, max_length=100, help_text=_("来自函件、通报的必填")
    )
    field_order = (
        "origin", "finding", "source", "unit", "name", "post", "responsibility", "kind", "organ",
        "on", "note",
    )  # fmt: skip

    def __init__(self, *args: Any, request: SignedIn, **options: Any) -> None:
        self.request = request
        super().__init__(*args, **options)

    def clean_finding(self) -> Finding | None:
        text = self.cleaned_data["finding"].upper().removeprefix("F-")
        if not text:
            return None
        found = None
        if text.isascii() and text.isdigit() and len(text) < 16:
            seen = Finding.objects.visible_to(self.request.user)
            found = seen.filter(pk=int(text)).first()
        if found is None:
            self.add_error("finding", gettext("没有这个编号的监督事项。"))
        return found


class RevealNameForm(DeskForm):
    form_id = "reveal"
    reason = TextField(label=_("查看理由"), max_length=200, help_text=_("记入查阅日志。"))


class FindForm(DeskForm):
    form_id = "find"
    name = TextField(label=_("姓名"), max_length=LONGEST)
    reason = TextField(label=_("查询理由"), max_length=200, help_text=_("记入查阅日志。"))


class AnnulForm(DeskForm):
    form_id = "annul"
    reason = LongTextField(label=_("撤销的理由"), rows=2)


class NotifyForm(DeskForm):
    form_id = "notify"


@requires("measure.read")
@require_http_methods(["GET", "HEAD", "POST"])
def measures(request: SignedIn) -> HttpResponseBase:
    """The register; POST looks a name up, which is logged."""
    at = timezone.now()
    rows = cells.shown(Measure.objects.visible_to(request.user))
    listing = MEASURES.read(request, rows, at=at)
    if listing.wants_file:
        return listing.file()
    form = FindForm(sent_form(request))
    found, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            persons = actions.find_persons(by=request.user, at=at, **form.cleaned_data)
            found, status = list(rows.filter(person__in=persons).order_by("-on", "-pk")), 200
    context = {"listing": listing, "form": form, "found": found, "counts": _counts(request)}
    return render(request, "inspectors/measures.html", context, status=status)


def _counts(request: SignedIn) -> list[tuple[Family, int]]:
    seen = Measure.objects.visible_to(request.user).counting()
    kinds = list(seen.order_by().values_list("kind", flat=True))
    return [
        (family, sum(kind in members for kind in kinds)) for family, members in FAMILIES.items()
    ]


@requires("measure.record")
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: SignedIn) -> HttpResponseBase:
    """Record a measure that goes back to a finding, a bulletin, a letter or something else."""
    form = FreeMeasureForm(
        sent_form(request), request=request, initial={"on": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        made = _record(request, form, form.cleaned_data)
        if made is not None:
            return redirect("inspectors:measure", made.pk)
    status = 422 if form.is_bound else 200
    return render(request, "inspectors/record_measure.html", {"form": form}, status=status)


def _record(request: SignedIn, form: DeskForm, given: dict[str, Any]) -> Measure | None:
    try:
        made = actions.record_measure(given=Given(**given), by=request.user, at=timezone.now())
    except Refusal as refused:
        blame(form, refused)
        return None
    messages.success(request, gettext("%(ref)s 已登记") % {"ref": made.ref})
    return made


# ── Of a case ────────────────────────────────────────────────────────


@requires("case.investigate")
@require_http_methods(["GET", "HEAD", "POST"])
def of_case(request: SignedIn, number: str) -> HttpResponseBase:
    """The measures that go back to a case; POST records one more."""
    case = case_or_404(request, number)
    form = MeasureForm(sent_form(request), initial=_usual(case))
    if request.method == "POST" and form.is_valid():
        given = {**form.cleaned_data, "origin": Origin.CASE, "case": case}
        if _record(request, form, given) is not None:
            return redirect("inspectors:case-measures", number)
    return _show_case(request, case, form=form, status=422 if form.is_bound else 200)


@requires("case.investigate")
@require_POST
def name(request: SignedIn, number: str) -> HttpResponseBase:
    """Whom the verified case names as first responsible."""
    case = case_or_404(request, number)
    form, status = cells.NameForm(request.POST), 422
    if form.is_valid():
        try:
            actions.name_person(case=case, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refusal as refused:
            status = answer_refusal(request, form, refused)
        else:
            messages.success(request, gettext("已点名"))
            return redirect("inspectors:case-measures", number)
    return _show_case(request, case, name_form=form, status=status)


def _usual(case: Case) -> dict[str, Any]:
    return {"unit": case.unit, "on": timezone.localdate()}


def _show_case(
    request: SignedIn,
    case: Case,
    *,
    form: MeasureForm | None = None,
    name_form: cells.NameForm | None = None,
    status: int = 200,
) -> HttpResponseBase:
    rows = Measure.objects.visible_to(request.user).filter(case=case)
    standing = case.namings.filter(withdrawn_at__isnull=True).select_related("person__unit")
    reason = policies.why_not_name(case, request.user)
    context = {
        "case": case,
        "units": line_of(case.unit),
        "measures": _lines(cells.shown(rows).order_by("pk")),
        "namings": [(naming, cells.names.masked(naming.person.name_cipher)) for naming in standing],
        "form": form or MeasureForm(initial=_usual(case)),
        "name_form": name_form or cells.NameForm(initial={"unit": case.unit}),
        "why_not_name": reason,
    }
    return render(request, "inspectors/case_measures.html", context, status=status)


def _lines(rows: QuerySet[Measure]) -> list[dict[str, Any]]:
    return [
        {
            "measure": one,
            "name": cells.masked_name(one),
            "kind": MeasureKind(one.kind),
            "responsibility": Responsibility(one.responsibility),
            "tag": cells.measure_tag(one),
        }
        for one in rows
    ]


# ── One measure ──────────────────────────────────────────────────────


@requires("measure.read")
@require_safe
def measure(request: SignedIn, pk: int) -> HttpResponseBase:
    """One measure, what came later, and what may be done."""
    return _show(request, _measure_or_404(request, pk))


def _measure_or_404(request: SignedIn, pk: int) -> Measure:
    found = cells.shown(Measure.objects.visible_to(request.user)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _show(
    request: SignedIn,
    found: Measure,
    *,
    sent: DeskForm | None = None,
    revealed: str = "",
    status: int = 200,
) -> HttpResponseBase:
    (line,) = _lines([found])  # type: ignore[arg-type]
    context = {
        **line,
        "family": found.of_kind.family,
        "origin": Origin(found.origin),
        "source": source_text(found),
        "revealed": revealed,
        "rulings": [(MeasureRulingKind(one.ruling), one) for one in found.rulings.all()],
        "choices": _offers(request, found, sent),
        "waiting_for": "",
    }
    return render(request, "inspectors/measure.html", context, status=status)


def _offers(request: SignedIn, found: Measure, sent: DeskForm | None) -> list[Offer]:
    def step(key: str, title: Any, form: DeskForm, **options: Any) -> Offer:
        url = reverse("inspectors:measure-deed", args=[found.pk, key])
        return offer(Named(key, title, title), form, url, sent=sent, **options)

    user = request.user
    return [
        step("notify", _("告知单位"), NotifyForm(), reason=policies.why_not_notify(found, user)),
        step("reveal", _("查看姓名"), RevealNameForm()),
        step("annul", _("撤销"), AnnulForm(), reason=policies.why_not_annul(found, user)),
    ]


DEEDS: dict[str, tuple[type[DeskForm], Callable[..., Any]]] = {
    "notify": (NotifyForm, actions.notify_unit),
    "annul": (AnnulForm, actions.annul_measure),
    "reveal": (RevealNameForm, actions.reveal_name),
}


@requires("measure.record")
@require_POST
def deed(request: SignedIn, pk: int, key: str) -> HttpResponseBase:
    """A form of the measure's page. A name is shown on this answer alone."""
    found = _measure_or_404(request, pk)
    if key not in DEEDS:
        raise Http404
    kind, do = DEEDS[key]
    form, status = kind(request.POST), 422
    if form.is_valid():
        try:
            done = do(measure=found, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refusal as refused:
            status = answer_refusal(request, form, refused)
        else:
            if key == "reveal":
                return _show(request, found, revealed=done)
            messages.success(request, gettext("%(ref)s 已办理") % {"ref": found.ref})
            return redirect("inspectors:measure", found.pk)
    return _show(request, found, sent=form, status=status)
