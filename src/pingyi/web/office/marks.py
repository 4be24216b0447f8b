"""Marks from outside the ratings, and mass ratings: entered as a grid, or imported whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from pingyi.casework.reasons import Refusal
from pingyi.directory.models import Season, Unit
from pingyi.directory.schemes import in_force
from pingyi.people.permissions import may, scope_of
from pingyi.supervision import inputs, panels, reading
from pingyi.supervision.actions import marks as actions
from pingyi.supervision.models import Mark, PanelSession
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.forms import DeskForm, TextField
from pingyi.web.components.offers import DayField, answer_refusal, sent_form
from pingyi.web.office.ballots import said
from pingyi.web.office.loading_tables import Import
from pingyi.web.office.loading_tables import load as load_table

PER_PAGE = 50


class SessionForm(DeskForm):
    """A mass rating to open."""

    form_id = "session"

    name = TextField(label=_("集中测评名称"), max_length=100)
    held_on = DayField(label=_("测评日期"))


class GridForm(DeskForm):
    """One box per unit of the page."""

    form_id = "grid"

    note = TextField(label=_("说明（如来文编号）"), max_length=200, required=False)

    def __init__(self, *args: Any, units: list[Unit], standing: dict[int, Decimal], **more: Any):
        super().__init__(*args, **more)
        self.units = units
        for unit in units:
            self.fields[f"u{unit.pk}"] = forms.DecimalField(
                label=unit.name,
                required=False,
                min_value=0,
                max_value=100,
                decimal_places=2,
                initial=standing.get(unit.pk),
            )

    @property
    def rows(self) -> list[tuple[Unit, forms.BoundField]]:
        return [(unit, self[f"u{unit.pk}"]) for unit in self.units]

    @property
    def marks(self) -> dict[Unit, Decimal | None]:
        return {unit: self.cleaned_data[f"u{unit.pk}"] for unit in self.units}


@requires("mark.read")
@require_safe
def seasons(request: SignedIn) -> HttpResponseBase:
    """Which components of which season take marks from outside, and how many have theirs."""
    found = []
    for season in Season.objects.order_by("-starts_on"):
        scheme = in_force(season)
        given = inputs.marks(season, scheme, timezone.now())
        sessions = {one.component: one for one in season.panel_sessions.all()}
        for component in actions.measured_components(season):
            found.append(
                {
                    "season": season,
                    "component": scheme.components[component],
                    "marked": sum(name == component for _, name in given),
                    "of": len(actions.groups_with(season, component)),
                    "session": sessions.get(component),
                }
            )
    return render(request, "office/marks.html", {"components": found})


@requires("mark.read")
@require_http_methods(["GET", "HEAD", "POST"])
def grid(request: SignedIn, season: str, component: str) -> HttpResponseBase:
    """A component's marks, fifty units a page; POST enters those of the page that changed."""
    found = _Grid.read(request, season, component)
    if request.method == "POST" and not found.may_enter:
        return render(request, "403.html", status=403)
    form = GridForm(sent_form(request), units=list(found.page.object_list), standing=found.standing)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                changed = _enter(request, found.season, component, form, found.at)
            except Refusal as refused:
                status = answer_refusal(request, form, refused)
            else:
                messages.success(request, gettext("已录入 %(n)d 个单位。") % {"n": len(changed)})
                return redirect(request.get_full_path())
    return _show(request, found, form=form, status=status)


@dataclass(frozen=True)
class _Grid:
    """A component's marks of a season, a page of them."""

    season: Season
    component: str
    at: datetime
    session: PanelSession | None
    page: Page
    standing: dict[int, Decimal]
    may_enter: bool

    @classmethod
    def read(cls, request: SignedIn, season: str, component: str) -> _Grid:
        the_season, at = _season_or_404(season, component), timezone.now()
        session = PanelSession.objects.filter(season=the_season, component=component).first()
        units = Paginator(_units(request, the_season, component), PER_PAGE)
        marks = inputs.marks(the_season, in_force(the_season, at), at)
        return cls(
            season=the_season,
            component=component,
            at=at,
            session=session,
            page=units.get_page(request.GET.get("page")),
            standing={unit: value for (unit, name), value in marks.items() if name == component},
            may_enter=may(request.user, "mark.enter") and session is None,
        )


def _show(
    request: SignedIn,
    found: _Grid,
    *,
    form: GridForm | None = None,
    session_form: SessionForm | None = None,
    status: int = 200,
) -> HttpResponseBase:
    scheme, units = in_force(found.season), list(found.page.object_list)
    whole = actions.why_not_whole(request.user, found.season, found.component) is None
    today = {"held_on": timezone.localdate(found.at)}
    context = {
        "season": found.season,
        "component": scheme.components[found.component],
        "page": found.page,
        "form": form or GridForm(units=units, standing=found.standing),
        "session": found.session,
        "session_form": session_form or SessionForm(initial=today),
        "may_panel": whole and bool(scheme.panels) and not (found.session or found.standing),
        "may_enter": found.may_enter,
        "may_load": may(request.user, "mark.enter"),
        "rows": [(unit, found.standing.get(unit.pk)) for unit in units],
        "sheets": _sheets(found.session, units, found.standing) if found.session else None,
        "panels": [said(panel) for panel in scheme.panels.values()],
    }
    return render(request, "office/mark_grid.html", context, status=status)


def _sheets(
    session: PanelSession, units: list[Unit], standing: dict[int, Decimal]
) -> list[tuple[Unit, list[Decimal | None], Decimal | None]]:
    """Of each unit what every panel's ballots come to, and all of them."""
    scheme = in_force(session.season)
    found = inputs.sheets(session, [unit.pk for unit in units])
    return [
        (
            unit,
            [
                panels.panel_result(sheet.counts, scheme) if sheet else None
                for sheet in (found.get(unit.pk, {}).get(panel) for panel in scheme.panels)
            ],
            standing.get(unit.pk),
        )
        for unit in units
    ]


def _enter(
    request: SignedIn, season: Season, component: str, form: GridForm, at: datetime
) -> list[Mark]:
    return actions.enter_marks(
        season=season,
        component=component,
        marks=form.marks,
        note=form.cleaned_data["note"],
        by=request.user,
        at=at,
    )


def _season_or_404(code: str, component: str) -> Season:
    season = get_object_or_404(Season, code=code)
    if component not in actions.measured_components(season):
        raise Http404
    return season


def _units(request: SignedIn, season: Season, component: str) -> Any:
    mine = scope_of(request.user, "mark.read").over(area="area")
    taking_part = actions.groups_with(season, component)
    groups = set(taking_part.values())
    found = Unit.objects.filter(mine, enrolments__season=season, enrolments__group__in=groups)
    return found.select_related("area__parent", "parent").order_by("code")


@requires("mark.enter")
@require_http_methods(["POST"])
def open_session(request: SignedIn, season: str, component: str) -> HttpResponseBase:
    """The component comes from a mass rating from now on."""
    found, form, status = _Grid.read(request, season, component), SessionForm(request.POST), 422
    if form.is_valid():
        try:
            actions.open_session(
                season=found.season,
                component=component,
                by=request.user,
                at=found.at,
                **form.cleaned_data,
            )
        except Refusal as refused:
            status = answer_refusal(request, form, refused)
        else:
            messages.success(request, gettext("集中测评已建立，请录入票数。"))
            return redirect("office:mark-grid", season, component)
    return _show(request, found, session_form=form, status=status)


MARK_COLUMNS = (
    (_("单位"), _("单位编码")),
    (_("项目"), _("测评分项的代码，如 superiors")),
    (_("分值"), _("0 至 100，至多两位小数；留空即撤回")),
)
BALLOT_COLUMNS = (
    (_("单位"), _("单位编码")),
    (_("界别"), _("企业、居民群众、人大代表、党代表、政协委员")),
    (_("测评内容"), _("服务态度、办事效率、依法行政、廉洁从政、完成任务")),
    (_("很满意"), _("票数")),
    (_("满意"), _("票数")),
    (_("基本满意"), _("票数")),
    (_("不满意"), _("票数")),
    (_("很不满意"), _("票数")),
)


@requires("mark.enter")
@require_http_methods(["GET", "HEAD", "POST"])
def load(request: SignedIn, season: str, component: str) -> HttpResponseBase:
    """Marks out of a file; or, of a component rated by panels, their counted ballots."""
    the_season = _season_or_404(season, component)
    at, by = timezone.now(), request.user
    session = PanelSession.objects.filter(season=the_season, component=component).first()

    def take_marks(content: bytes, name: str) -> int:
        found = reading.marks_from(content, name, season=the_season, by=by)
        with transaction.atomic():  # of several components too, all or none
            for one, values in found.items():
                actions.enter_marks(season=the_season, component=one, marks=values, by=by, at=at)
        return sum(map(len, found.values()))

    def take_ballots(content: bytes, name: str) -> int:
        assert session is not None
        sheets = reading.ballots_from(content, name, session=session)
        return len(actions.enter_ballots(session=session, sheets=sheets, by=by, at=at))

    back = reverse("office:mark-grid", args=[season, component])
    if session is not None:
        about = Import(_("导入测评票数"), BALLOT_COLUMNS, back, session.name)
        return load_table(request, about, take_ballots)
    return load_table(
        request, Import(_("导入测评分"), MARK_COLUMNS, back, gettext("测评分")), take_marks
    )
