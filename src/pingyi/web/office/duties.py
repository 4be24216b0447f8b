"""Duties: what the rules propose, for a person to decide; then done with date and place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from pingyi.accountability import actions, policies
from pingyi.accountability.models import Duty, citing, of_unit_called
from pingyi.accountability.terms import Outcome, State
from pingyi.casework.reasons import Refusal
from pingyi.directory.models import Unit
from pingyi.directory.schemes import in_force
from pingyi.people.models import User
from pingyi.people.permissions import may
from pingyi.web.components import duty_cells as cells
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.forms import DeskForm, LongTextField, TermField, TextField
from pingyi.web.components.offers import DayField, Named, Offer, answer_refusal, offer
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import in_english
from pingyi.web.office.filters import in_area


def _link(duty: Duty, at: datetime) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("office:duty", args=[duty.pk]), duty.ref)


def _search(user: User, rows: QuerySet, text: str, at: datetime) -> QuerySet:
    return rows.filter(of_unit_called(text) | Q(matter__icontains=text) | citing(text, user))


DUTIES = DataTable(
    name="duties",
    title=_("问责建议与落实"),
    columns=(
        Column("ref", _("编号"), _link, value=lambda one: one.ref, sort=("pk",), style="nowrap"),
        cells.STATE,
        cells.DUE,
        cells.UNIT,
        cells.WHOM,
        cells.WHAT,
        cells.MATTER,
        cells.PROPOSED,
    ),
    order="-ref",
    filters=(
        cells.BY_STATE,
        cells.LATE,
        cells.BY_WHAT,
        cells.WAITING,
        in_area("area", "duty.read"),
    ),
    empty=_("还没有问责建议。首问责任、道歉、通报末位等，一有依据，系统自动提出，由人决定。"),
)


class DecideForm(DeskForm):
    form_id = "decide"

    outcome = TermField(Outcome, label=_("决定"))
    words = LongTextField(
        label=_("改为何种措施"), required=False, rows=2, help_text=_("改为其他措施时必填。")
    )
    reason = LongTextField(
        label=_("理由"), required=False, rows=3, help_text=_("与建议不同时必填。")
    )


class FulfilForm(DeskForm):
    form_id = "fulfil"

    on = DayField(label=_("落实日期"))
    place = TextField(
        label=_("地点或载体"), max_length=200, help_text=_("如：全市作风建设大会；《日报》二版")
    )
    evidence = LongTextField(label=_("凭据"), required=False, rows=3)


class ExplainForm(FulfilForm):
    place = TextField(
        label=_("地点或方式"), max_length=200, help_text=_("如：电话说明；服务大厅当面说明")
    )
    promised = DayField(label=_("承诺办结日期"))

    field_order = ("on", "place", "promised", "evidence")


class PartForm(FulfilForm):
    """One of several notes its part; those that did are not offered again."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("单位"), empty_label=None)

    field_order = ("unit", "on", "place", "evidence")

    def __init__(self, *args: Any, duty: Duty, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = duty.units if self.is_bound else duty.to_act
        units = Unit.objects.filter(pk__in=[unit.pk for unit in offered])
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class KeepForm(DeskForm):
    form_id = "keep"


@requires("duty.read")
@require_safe
def duties(request: SignedIn) -> HttpResponseBase:
    """All that the user may see, the latest first."""
    at = timezone.now()
    listing = _table(request.user).read(request, _rows(request), at=at)
    if listing.wants_file:
        return listing.file()
    seen = Duty.objects.visible_to(request.user)
    context = {
        "listing": listing,
        "waiting": seen.filter(state=State.PROPOSED.value).count(),
        "running": seen.filter(state=State.ACCEPTED.value).count(),
        "late": seen.late(at).count(),
        "done": seen.filter(state=State.DONE.value).count(),
    }
    return render(request, "office/duties.html", context)


def _table(user: User) -> DataTable:
    """The table, searched by what the user may know of."""
    search = Filter("q", _("单位或依据"), partial(_search, user))
    return replace(DUTIES, filters=(search, *DUTIES.filters))


def _rows(request: SignedIn) -> QuerySet[Duty]:
    found = Duty.objects.visible_to(request.user).with_due().with_cases(request.user).with_heads()
    return found.select_related(
        "unit__area__parent",
        "person",
        "point",
        "post",
        "season",
        "area",
        "case",
        "decision",
        "fulfilment",
    )


@requires("duty.read")
@require_safe
def duty(request: SignedIn, pk: int) -> HttpResponseBase:
    """One duty: by which rule, from what, what was decided, and whether it was done."""
    return _show(request, _duty_or_404(request, pk))


def _duty_or_404(request: SignedIn, pk: int) -> Duty:
    found = _rows(request).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _show(
    request: SignedIn, found: Duty, *, sent: DeskForm | None = None, status: int = 200
) -> HttpResponseBase:
    decision = getattr(found, "decision", None)
    scheme = in_force(found.season)
    context = {
        "duty": found,
        "at": timezone.now(),
        "what": cells.what_of(found),
        "whom": cells.whom(found),
        "rests_on": cells.in_a_row(cells.rests_on(found)),
        "state": cells.state_tag(found),
        "scheme": scheme.titles.en if in_english() else scheme.title,
        "decision": decision,
        "outcome": Outcome(decision.outcome) if decision else None,
        "fulfilment": getattr(found, "fulfilment", None),
        "clocks": found.clocks.all(),
        "units": cells.units(found),
        "together": cells.together(found),
        "shows_evidence": True,
        "choices": _offers(request, found, sent),
        "waiting_for": _waiting_for(found),
        **cells.time_context(
            found,
            request.user,
            lambda key: reverse("office:duty-deed", args=[found.pk, key]),
            at=timezone.now(),
            sent=sent if sent is not None and sent.form_id in cells.TIME_DEEDS else None,
        ),
    }
    return render(request, "office/duty.html", context, status=status)


def _waiting_for(found: Duty) -> str:
    if found.promise is not None:
        return gettext("承诺的事项办结后，由领导或案件管理员登记兑现。")
    if found.at_state in (State.PROPOSED, State.ACCEPTED):
        return gettext("由领导或案件管理员决定、登记落实。")
    return gettext("此事没有下一步。")


def _offers(request: SignedIn, found: Duty, sent: DeskForm | None) -> list[Offer]:
    if not may(request.user, "duty.decide"):
        return []

    def step(named: Named, form: DeskForm, state: State) -> Offer:
        url = reverse("office:duty-deed", args=[found.pk, named.key])
        reason = policies.why_not_duty(found, request.user, state)
        return offer(named, form, url, reason=reason, first=True, sent=sent)

    if found.at_state is State.PROPOSED:
        return [step(Named("decide", _("作出决定"), _("作出决定")), DecideForm(), State.PROPOSED)]
    if found.at_state is State.ACCEPTED:
        today = {"on": timezone.localdate()}
        named = Named("fulfil", _("登记落实"), _("登记"))
        return [step(named, _fulfil_form(found, initial=today), State.ACCEPTED)]
    if found.promise is not None:
        named = Named("keep", _("承诺已兑现"), _("登记"))
        return [step(named, KeepForm(), State.DONE)]
    if sent is not None and sent.form_id not in cells.TIME_DEEDS:
        return [step(Named(sent.form_id, _("作出决定"), _("作出决定")), sent, State.PROPOSED)]
    return []


def _fulfil_form(found: Duty, *sent: QueryDict, **given: Any) -> FulfilForm:
    if found.is_joint:
        return PartForm(*sent, duty=found, **given)
    return (ExplainForm if found.takes_a_date else FulfilForm)(*sent, **given)


DEEDS: dict[str, tuple[type[DeskForm], Callable[..., Any]]] = {
    "decide": (DecideForm, actions.decide_duty),
    "fulfil": (FulfilForm, actions.fulfil_duty),
    "keep": (KeepForm, actions.keep_promise),
    **cells.TIME_DEEDS,
}


@requires("duty.decide")
@require_POST
def deed(request: SignedIn, pk: int, key: str) -> HttpResponseBase:
    """A form of the duty's page."""
    found = _duty_or_404(request, pk)
    if key not in DEEDS:
        raise Http404
    kind, do = DEEDS[key]
    form = _fulfil_form(found, request.POST) if key == "fulfil" else kind(request.POST)
    status = 422
    if form.is_valid():
        try:
            do(duty=found, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Refusal as refused:
            status = answer_refusal(request, form, refused)
        else:
            messages.success(request, gettext("%(ref)s 已办理") % {"ref": found.ref})
            return redirect("office:duty", found.pk)
    return _show(request, _duty_or_404(request, pk), sent=form, status=status)
