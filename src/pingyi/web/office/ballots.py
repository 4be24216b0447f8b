"""A panel's counted ballots on a unit, entered as a grid of dimensions by levels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from pingyi.casework.reasons import Refusal
from pingyi.directory.models import Unit
from pingyi.directory.schemes import in_force
from pingyi.people.permissions import scope_of
from pingyi.rulebook import Level, Scheme
from pingyi.rulebook.model import Weighed
from pingyi.supervision import inputs, panels
from pingyi.supervision.actions import marks as actions
from pingyi.supervision.actions.marks import MOST_BALLOTS, Sheet
from pingyi.supervision.models import BallotSheet, PanelSession
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.forms import DeskForm
from pingyi.web.components.offers import answer_refusal, sent_form
from pingyi.web.components.words import in_english


class BallotForm(DeskForm):
    """One box for each dimension and level; an empty one is no ballot."""

    form_id = "ballots"

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, scheme: Scheme, standing: BallotSheet | None, **more: Any):
        super().__init__(*args, **more)
        self.dimensions = list(scheme.dimensions.values())
        self.levels = [level for level in Level if level in scheme.ballot_marks]
        self.fields["seen"].initial = standing.pk if standing else 0
        counts = standing.counts if standing else {}
        for dimension in self.dimensions:
            for level in self.levels:
                label = f"{said(dimension)} {scheme.label(level, 'en' if in_english() else 'zh')}"
                self.fields[_name(dimension, level)] = forms.IntegerField(
                    label=label,
                    required=False,
                    min_value=0,
                    max_value=MOST_BALLOTS,
                    initial=counts.get(dimension.id, {}).get(level.value),
                    widget=forms.NumberInput(attrs={"aria-label": label}),
                )

    def has_seen(self, standing: BallotSheet | None) -> None:
        """What was filled in stays; sent again, it takes the place of `standing`."""
        self.data = {**dict(self.data.items()), "seen": str(standing.pk if standing else 0)}

    @property
    def rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [
            (said(dimension), [self[_name(dimension, level)] for level in self.levels])
            for dimension in self.dimensions
        ]

    @property
    def counts(self) -> panels.Counts:
        """The ballots by dimension and level."""
        return {
            dimension.id: {
                level.value: self.cleaned_data[_name(dimension, level)] or 0
                for level in self.levels
            }
            for dimension in self.dimensions
        }


def _name(dimension: Weighed, level: Level) -> str:
    return f"{dimension.id}-{level.value}"


def said(part: Weighed) -> str:
    """A panel's or a dimension's name in the reader's language."""
    return part.en if in_english() else part.zh


@requires("mark.enter")
@require_http_methods(["GET", "HEAD", "POST"])
def ballots(request: SignedIn, season: str, component: str, unit: str) -> HttpResponseBase:
    """A unit's ballots, panel by panel (`?panel=`); POST enters one panel's and goes on to the
    next that gave none."""
    session = get_object_or_404(
        PanelSession.objects.select_related("season"), season__code=season, component=component
    )
    the_unit = _unit_or_404(request, session, unit)
    scheme = in_force(session.season)
    sheets = inputs.sheets(session, [the_unit.pk]).get(the_unit.pk, {})
    panel = _panel(request, scheme, sheets)
    form = BallotForm(sent_form(request), scheme=scheme, standing=sheets.get(panel.id))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.enter_ballots(
                    session=session,
                    sheets=[Sheet(the_unit, panel.id, form.counts)],
                    seen=form.cleaned_data["seen"],
                    by=request.user,
                    at=timezone.now(),
                )
            except Refusal as refused:
                status = answer_refusal(request, form, refused)
                sheets = inputs.sheets(session, [the_unit.pk]).get(the_unit.pk, {})
                form.has_seen(sheets.get(panel.id))
            else:
                given = {"unit": the_unit.name, "panel": said(panel)}
                messages.success(request, gettext("已录入 %(unit)s：%(panel)s。") % given)
                return redirect(_next(session, the_unit, scheme, {*sheets, panel.id}))
    context = {
        "session": session,
        "component": scheme.components[component],
        "unit": the_unit,
        "panel": panel,
        "panel_name": said(panel),
        "tabs": [_tab(one, sheets, scheme, here=one is panel) for one in scheme.panels.values()],
        "levels": [
            (scheme.label(level, "en" if in_english() else "zh"), scheme.ballot_marks[level].points)
            for level in form.levels
        ],
        "form": form,
        "result": panels.result({name: one.counts for name, one in sheets.items()}, scheme),
    }
    return render(request, "office/ballots.html", context, status=status)


def _unit_or_404(request: SignedIn, session: PanelSession, code: str) -> Unit:
    mine = scope_of(request.user, "mark.enter").over(area="area")
    found = Unit.objects.filter(mine, code=code).select_related("area__parent", "parent").first()
    if found is None or found.pk not in actions.groups_with(session.season, session.component):
        raise Http404
    return found


def _panel(request: SignedIn, scheme: Scheme, sheets: Mapping[str, object]) -> Weighed:
    """The panel asked for; else the first that gave no ballots yet."""
    asked = request.GET.get("panel", "")
    if asked:
        if asked not in scheme.panels:
            raise Http404
        return scheme.panels[asked]
    return next((one for one in scheme.panels.values() if one.id not in sheets), _first(scheme))


def _first(scheme: Scheme) -> Weighed:
    return next(iter(scheme.panels.values()))


def _tab(
    panel: Weighed, sheets: Mapping[str, BallotSheet], scheme: Scheme, *, here: bool
) -> tuple[str, str, object, bool]:
    """A panel's name, its address, what its ballots come to, and whether it is the one shown."""
    sheet = sheets.get(panel.id)
    mark = panels.panel_result(sheet.counts, scheme) if sheet else None
    return said(panel), f"?panel={panel.id}", mark, here


def _next(session: PanelSession, unit: Unit, scheme: Scheme, given: set[str]) -> str:
    """Where entering goes on: the unit's next panel, or back to all units."""
    where = [session.season.code, session.component]
    for panel in scheme.panels:
        if panel not in given:
            there = reverse("office:ballots", args=[*where, unit.code])
            return f"{there}?panel={panel}"
    return reverse("office:mark-grid", args=where)
