"""The unit's desk: what was dispatched to it, in the office's words, and its own figures.

Nothing here tells who rated, or when and where she did: a case is known by its dispatch alone.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from datetime import datetime
from operator import or_
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from pingyi.casework import policies, queries
from pingyi.casework.embargo import known_state
from pingyi.casework.file_models import CaseFile
from pingyi.casework.models import Case, CaseClock, Dispatch
from pingyi.casework.querysets import NEXT_FIRST, CaseQuerySet
from pingyi.casework.states import Grade, State
from pingyi.directory.models import Unit
from pingyi.directory.seasons import season_on
from pingyi.people.models import User
from pingyi.people.permissions import scope_of
from pingyi.ratings.unit_figures import STEP, UnitFigures, unit_figures
from pingyi.web.components import case_deeds, case_files, case_page
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.case_cells import (
    BY_STATE,
    STATE,
    next_clock,
    number_column,
    pause_tag,
)
from pingyi.web.components.case_forms import RevealForm
from pingyi.web.components.escalated import escalation_tag
from pingyi.web.components.markup import deadline, deadline_text
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import moment_text
from pingyi.web.unit import verdicts

DEEDS = frozenset({"acknowledge", "answer", "appeal", "ask-time"})
OWN_CLOCKS = ("acknowledge", "handle_")
"""How the rules of the unit's own deadlines begin; the office's are not its business."""


def _due(case: Case, at: datetime) -> SafeString:
    mine = next_clock(case, OWN_CLOCKS)
    if mine is None:
        return SafeString("—")
    told, still = escalation_tag(mine), pause_tag(case, mine)
    return format_html("<span>{} {}{}</span>", deadline(mine, at), told, still)


def _in_known_state(rows: CaseQuerySet, value: str, at: datetime) -> QuerySet:
    if value == "open":
        return rows.exclude(known_state=State.CLOSED.value)
    return rows.filter(known_state=value)


CASES = DataTable(
    name="dispatched",
    title=_("转办件"),
    columns=(
        Column(
            "due",
            _("时限"),
            _due,
            value=lambda case: deadline_text(next_clock(case, OWN_CLOCKS)),
            sort=("own_due_at",),
        ),
        number_column("unit:case", mark_leads=False),
        replace(STATE, sort=("known_state",)),
        Column(
            "words",
            _("转办内容"),
            lambda case, at: case.dispatch_words,
            style="words",
        ),
        Column(
            "dispatched",
            _("转办时间"),
            lambda case, at: moment_text(case.dispatched_at),
            sort=("dispatched_at",),
            style="nowrap",
        ),
    ),
    order="due",
    filters=(
        Filter(
            "q",
            _("编号"),
            lambda rows, text, at: rows.filter(number__icontains=text),
        ),
        replace(BY_STATE, apply=_in_known_state),
        Filter(
            "late",
            _("时限"),
            lambda rows, value, at: rows.in_states(State.WITH_UNIT).late(at),
            lambda request: [("yes", gettext("已超期"))],
        ),
    ),
    empty=_("还没有转办给本单位的案件。"),
)


def _dispatched(user: User) -> CaseQuerySet:
    """Cases that lie with the user's units, with the latest dispatch to them."""
    units = scope_of(user, "case.answer").units
    mine = Dispatch.objects.filter(
        case=OuterRef("pk"), unit__in=units, recalled_at__isnull=True
    ).order_by("-pk")
    found = queries.cases_for(user).filter(Case.objects.lies_with(units)).with_known_state()
    return found.annotate(
        dispatch_words=_latest(mine, "words"),
        dispatched_at=_latest(mine, "at"),
        own_due_at=_latest(_own_clocks(), "due_at"),
    )


def _own_clocks() -> QuerySet[CaseClock]:
    """The running clocks of a case that the unit is held to; what is due next stands first."""
    begins = [Q(rule__startswith=rule) for rule in OWN_CLOCKS]
    running = CaseClock.objects.running().filter(functools.reduce(or_, begins))
    return running.filter(case=OuterRef("pk")).order_by(*NEXT_FIRST)


def _latest(rows: QuerySet, field: str) -> Any:
    return Subquery(rows.values(field)[:1])


@requires("case.answer")
@require_safe
def desk(request: SignedIn) -> HttpResponseBase:
    """What was dispatched, and the figures of the user's units."""
    at = timezone.now()
    listing = CASES.read(request, _dispatched(request.user), at=at)
    if listing.wants_file:
        return listing.file()
    waiting = queries.unit_desk(request.user).order_by()
    return render(
        request,
        "unit/desk.html",
        {
            "listing": listing,
            "waiting": waiting.count(),
            "late": waiting.late(at).count(),
            "units": _figures(request.user, at),
            "step": STEP,
        },
    )


def _figures(user: User, at: datetime) -> list[tuple[Unit, UnitFigures | None, str]]:
    """The user's units, their figures of the season, and where each reads its score."""
    units = Unit.objects.filter(pk__in=scope_of(user, "case.answer").units).order_by("code")
    season = season_on(timezone.localtime(at).date())
    if season is None:
        return [(unit, None, "") for unit in units]
    enrolled = set(season.enrolments.values_list("unit_id", flat=True).filter(unit__in=units))
    return [
        (
            unit,
            unit_figures(unit, season),
            reverse("observatory:unit", args=[season.code, unit.code])
            if unit.pk in enrolled
            else "",
        )
        for unit in units
    ]


def _case_or_404(request: SignedIn, number: str) -> Case:
    """A case that lies with the user's units, or with a verdict found of them."""
    units = scope_of(request.user, "case.answer").units
    theirs = Case.objects.lies_with(units) | Case.objects.judged_of(units)
    known = queries.cases_for(request.user).filter(theirs).with_known_state()
    found: Case | None = known.filter(number=number).first()
    if found is None:
        raise Http404
    return found


def _url(case: Case, key: str) -> str:
    return reverse("unit:deed", args=[case.number, key])


def _show(
    request: SignedIn,
    case: Case,
    *,
    sent: Any = None,
    revealed: dict[str, str] | None = None,
    reveal_form: RevealForm | None = None,
    status: int = 200,
) -> HttpResponseBase:
    at = timezone.now()
    units = scope_of(request.user, "case.answer").units
    lies = Case.objects.filter(Case.objects.lies_with(units), pk=case.pk).exists()
    mine = case.dispatches.filter(unit__in=units, recalled_at__isnull=True)
    dispatch = mine.select_related("unit").last() if lies else None
    verdict = verdicts.verdict_for(case, units, lies=lies, at=at)
    if dispatch is None and verdict is None:
        raise Http404
    url = functools.partial(_url, case)
    asked = policies.open_request(case)
    shown = asked if asked and dispatch and asked.unit_id in units else None
    files = case_files.shown_to_unit(case, request.user)
    return render(
        request,
        "unit/case.html",
        {
            "case": case,
            "at": at,
            "dispatch": dispatch,
            "grade": Grade(dispatch.grade) if dispatch else None,
            "unit": dispatch.unit if dispatch else verdict.unit,  # type: ignore[union-attr]
            "words": case_page.own_words(case) if dispatch and dispatch.includes_words else "",
            "matter": case_page.masked_contact(case)["matter"]
            if dispatch and dispatch.includes_matter
            else "",
            "revealed": revealed or {},
            "reveal_form": reveal_form or RevealForm(case=case, only="matter"),
            "reveal_url": url("reveal"),
            "clocks": [
                found
                for found in sorted(case.clocks.all(), key=lambda found: found.pk)
                if dispatch and found.rule.startswith(("acknowledge", "handle_"))
            ],
            "request_open": shown,
            "request_why": shown.reason if shown and queries.is_units_own(shown) else "",
            "files": case_files.rows(files, case, where="unit"),
            "entries": queries.timeline(case, "unit", units=units, files=files),
            "choices": case_deeds.choices(
                case, request.user, at=at, url=url, only=sorted(DEEDS), sent=sent
            ),
            "waiting_for": case_page.turn_of(known_state(case)),
            **verdicts.context(case, verdict),
        },
        status=status,
    )


@requires("case.answer")
@require_safe
def case(request: SignedIn, number: str) -> HttpResponseBase:
    """One dispatch: what the office says, by when, and the unit's answer."""
    return _show(request, _case_or_404(request, number))


@requires("case.answer")
@require_POST
def deed(request: SignedIn, number: str, key: str) -> HttpResponseBase:
    """Acknowledge, answer, appeal, or ask for more time."""
    return case_page.answer_post(
        request,
        _case_or_404(request, number),
        key,
        audience="unit",
        at=timezone.now(),
        allowed=DEEDS,
        show=functools.partial(_show, request),
        done=lambda: reverse("unit:case", args=[number]),
    )


@requires("case.answer")
@require_POST
def reveal(request: SignedIn, number: str) -> HttpResponseBase:
    """Show the matter number, once: only of a dispatch that includes it."""
    return case_page.reveal(
        request,
        _case_or_404(request, number),
        at=timezone.now(),
        show=functools.partial(_show, request),
    )


@requires("case.answer")
@require_safe
def file(request: SignedIn, number: str, pk: int) -> HttpResponseBase:
    """A file of the case: the unit's own, or one the office gave it."""
    found = CaseFile.objects.open_to_units_of(request.user)
    return case_files.download(found, number, pk, by=request.user, at=timezone.now())
