"""Look-backs: draw a sample of closed cases, and see which still have to be looked at, by whom."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from pingyi.casework.actions import draw_sample
from pingyi.casework.models import Case, CaseClock
from pingyi.casework.reasons import Refusal
from pingyi.casework.second_looks import LookBack
from pingyi.casework.states import Stage, Way
from pingyi.people.permissions import may
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.forms import DeskForm, TermField, TextField
from pingyi.web.components.markup import deadline, deadline_text, tag
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import moment_text, say

DEFAULT, MOST = 10, 500


class DrawForm(DeskForm):
    """What to draw from, and how many."""

    form_id = "draw"
    stage = TermField(Stage, label=_("第几次"), initial="first")
    closed_from = forms.DateField(
        label=_("办结日期自"), widget=forms.DateInput(attrs={"type": "date"})
    )
    closed_to = forms.DateField(label=_("至"), widget=forms.DateInput(attrs={"type": "date"}))
    wanted = forms.IntegerField(label=_("抽取件数"), min_value=1, max_value=MOST, initial=DEFAULT)
    seed = TextField(
        label=_("随机种子"),
        required=False,
        max_length=40,
        help_text=_("不填则自动生成。种子和样本总体都留存，任何人可重抽核对。"),
    )

    def clean(self) -> dict[str, Any] | None:
        given = super().clean() or {}
        first, last = given.get("closed_from"), given.get("closed_to")
        if first and last and first > last:
            self.add_error("closed_to", gettext("不能早于起始日期。"))
        return given


def _number(look: LookBack, at: datetime) -> SafeString:
    url = reverse("office:case", args=[look.case.number])
    return format_html('<a href="{}">{}</a>', url, look.case.number)


def _clock(look: LookBack) -> CaseClock | None:
    rule = f"look_back_{look.stage}"
    clocks = [clock for clock in look.case.clocks.all() if clock.rule == rule]
    return clocks[-1] if clocks else None


def _due(look: LookBack, at: datetime) -> SafeString:
    clock = _clock(look)
    return deadline(clock, at) if clock else SafeString("—")


def _result(look: LookBack) -> str:
    if look.put_right is None:
        return gettext("待回头看")
    return gettext("已整改") if look.put_right else gettext("未整改")


def _how(look: LookBack) -> str:
    return say(Way(look.way)) if look.way else ""


def _origin(look: LookBack) -> str:
    if look.sample is None:
        return gettext("指定")
    return gettext("抽样，种子 %(seed)s") % {"seed": look.sample.seed}


def _result_tag(look: LookBack, at: datetime) -> SafeString:
    return tag(_result(look), {None: "open", True: "good", False: "bad"}[look.put_right])


def _search(rows: QuerySet, text: str, at: datetime) -> QuerySet:
    """By case or unit, by words of the note, or by the whole seed."""
    return rows.filter(
        Q(case__number__icontains=text)
        | Q(case__unit__name__icontains=text)
        | Q(note__icontains=text)
        | Q(sample__seed=text)
    )


def _stands(rows: QuerySet, value: str, at: datetime) -> QuerySet:
    return rows.filter(put_right={"waiting": None, "kept": True, "failed": False}.get(value))


LOOK_BACKS = DataTable(
    name="look-backs",
    title=_("回头看"),
    columns=(
        Column(
            "number",
            _("编号"),
            _number,
            value=lambda look: look.case.number,
            sort=("case__number",),
            style="nowrap",
        ),
        Column(
            "result", _("结果"), _result_tag, value=_result, sort=("put_right",), style="nowrap"
        ),
        Column(
            "due",
            _("时限"),
            _due,
            value=lambda look: deadline_text(_clock(look)),
            style="nowrap",
        ),
        Column("stage", _("第几次"), lambda look, at: say(Stage(look.stage)), style="nowrap"),
        Column(
            "unit",
            _("单位"),
            lambda look, at: look.case.unit.name,
            sort=("case__unit__name",),
            style="name",
        ),
        Column("way", _("方式"), lambda look, at: _how(look), style="nowrap"),
        Column("origin", _("来源"), lambda look, at: _origin(look), style="name"),
        Column(
            "at",
            _("列入时间"),
            lambda look, at: moment_text(look.at),
            sort=("at",),
            style="nowrap",
        ),
    ),
    order="-at",
    filters=(
        Filter("q", _("编号、单位、文字或种子"), _search),
        Filter(
            "state",
            _("结果"),
            _stands,
            lambda request: [
                ("waiting", gettext("待回头看")),
                ("kept", gettext("已整改")),
                ("failed", gettext("未整改")),
            ],
        ),
    ),
    empty=_("还没有回头看。从已办结的属实案件中抽取或指定，由未经手的人实地或电话查看。"),
)


def _show(
    request: SignedIn, *, form: DrawForm | None = None, status: int = 200
) -> HttpResponseBase:
    at = timezone.now()
    mine = Case.objects.overseen_by(request.user).values("pk")
    rows = (
        LookBack.objects.filter(case__in=mine)
        .select_related("case__unit", "sample")
        .prefetch_related("case__clocks")
    )
    listing = LOOK_BACKS.read(request, rows, at=at)
    if listing.wants_file:
        return listing.file()
    today = timezone.localdate(at)
    days = {"closed_from": today - timedelta(days=30), "closed_to": today}
    draws = may(request.user, "case.decide")
    shown = {"listing": listing, "form": (form or DrawForm(initial=days)) if draws else None}
    return render(request, "office/look_backs.html", shown, status=status)


@requires("case.check")
@require_safe
def look_backs(request: SignedIn) -> HttpResponseBase:
    """Which cases were picked, and what was found; the case's page takes the result."""
    return _show(request)


@requires("case.decide")
@require_POST
def draw(request: SignedIn) -> HttpResponseBase:
    """Draw a sample."""
    form = DrawForm(request.POST)
    if not form.is_valid():
        return _show(request, form=form, status=422)
    try:
        sample = draw_sample(**form.cleaned_data, by=request.user, at=timezone.now())
    except Refusal:
        form.refuse(
            gettext("这段时间没有可抽的案件：须已办结、属实或部分属实、未做过同一次回头看。")
        )
        return _show(request, form=form, status=409)
    drawn = {
        "of": len(sample.population),
        "n": sample.look_backs.count(),
        "seed": sample.seed,
    }
    messages.success(request, gettext("从 %(of)s 件中抽取 %(n)s 件，种子 %(seed)s。") % drawn)
    return redirect("office:look-backs")
