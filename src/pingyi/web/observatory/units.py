"""A unit's page on the scoreboard: its lines one by one, and its rate by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from pingyi.casework.models import Case
from pingyi.directory.models import Season, Unit
from pingyi.people.models import User
from pingyi.people.permissions import may, scope_of
from pingyi.ratings.unit_figures import STEP, unit_figures
from pingyi.rulebook import Scheme
from pingyi.scoring import board as boards
from pingyi.scoring import engine
from pingyi.scoring.board import Board, Row
from pingyi.supervision.models import Finding, Improvement
from pingyi.supervision.policies import serves
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.observatory import months, reading
from pingyi.web.observatory.boards import name_of
from pingyi.web.observatory.clauses import clause_of
from pingyi.web.observatory.places import places_of
from pingyi.web.observatory.rows import award, per_cent


@dataclass(frozen=True)
class Reading:
    """One line of a unit's score as its page shows it."""

    points: str
    words: str
    source: str
    assumed: bool
    count: int | None
    cases: list[Case]
    findings: list[tuple[str, str]]
    """References of findings, each with the address of its page."""
    others: int
    """References that this reader may not open, by number."""


@requires("scoreboard.read", "unit.read")
@require_safe
def unit(request: SignedIn, season: str, code: str) -> HttpResponse:
    """A unit's score line by line, each with its clause and its cases; and its rate by month."""
    at = timezone.now()
    the_season = get_object_or_404(Season, code=season)
    found = Unit.objects.filter(code=code).select_related("area__parent", "parent").first()
    manner = _manner(request.user, found)
    if found is None or manner is None:
        raise Http404
    enrolled = the_season.enrolments.filter(unit=found).first()
    board = boards.live(the_season, at=at, group=enrolled.group) if enrolled else None
    row = board.row(code) if board else None
    if board is None or row is None:
        raise Http404
    own = manner == "unit"
    by_month = [] if own else months.of_unit(the_season, board.scheme, found)
    fair = {} if own else _fair(row, board, at=at, asked="course" in request.GET)
    return render(
        request,
        "observatory/unit.html",
        {
            "unit": found,
            "season": the_season,
            "group": name_of(board.scheme.groups[row.unit.group]),
            "back_url": reverse("observatory:scoreboard")
            + f"?season={season}&group={row.unit.group}",
            "row": row,
            "own": own,
            "shows_total": not own or not board.scheme.components,
            "lines": _readings(row, board.scheme, request.user, own=own),
            "honour": "" if own else award(board.scheme, row.result),
            "consequences": [] if own else _consequences(row, board.scheme),
            "scheme": board.scheme,
            "scheme_name": name_of(board.scheme.titles),
            "rate": per_cent(row.ratings.rate if row.ratings.counted else None),
            "figures": unit_figures(found, the_season) if own else None,
            "step": STEP,
            "months": by_month,
            "chart": months.chart(by_month),
            **fair,
            "improvements": Improvement.objects.counting()
            .of_season(the_season)
            .filter(unit=found)
            .order_by("-on", "-pk"),
        },
    )


def _fair(row: Row, board: Board, *, at: datetime, asked: bool) -> dict[str, Any]:
    """What stands beside the score, for those who read the whole board."""
    changes, edges = reading.what_would_change(row, board)
    course, to_compute = reading.season_so_far(row, board, at=at, asked=asked)
    totals, ranks = reading.course_charts(course)
    return {
        "sure": reading.how_sure(row, board, at=at),
        "changes": changes,
        "edges": edges,
        "course": course,
        "course_to_compute": to_compute,
        "totals_chart": totals,
        "ranks_chart": ranks,
    }


def _manner(user: User, unit: Unit | None) -> str | None:
    """How the user reads this unit's page: as the office, as the unit itself, or not at all.

    Whoever serves the unit, or one above it, reads it as the unit does, whatever post she has at
    the office: live rates move by single ratings.
    """
    if unit is None:
        return None
    own = unit.pk in scope_of(user, "unit.read").units
    if serves(user, unit):
        return "unit" if own else None
    if may(user, "scoreboard.read") and unit.area.code in places_of(user, "scoreboard.read"):
        return "office"
    return "unit" if own else None


def _readings(row: Row, scheme: Scheme, user: User, *, own: bool) -> list[Reading]:
    """The lines, with the cases the reader may open. A line that moves with each rating would
    tell a unit how the person just served rated: it sees those of its events alone."""
    lines = [line for line in row.result.lines if not own or line.clause not in scheme.components]
    refs = {ref for line in lines for ref in line.refs or ()}
    cases = {case.number: case for case in Case.objects.visible_to(user).filter(number__in=refs)}
    found = _found(refs, user, own=own)
    return [_reading(line, scheme, cases, found) for line in lines]


def _found(refs: set[str], user: User, *, own: bool) -> dict[str, str]:
    """The findings among the references that the reader may read, with their addresses."""
    asked = [int(ref[2:]) for ref in refs if ref.startswith("F-") and ref[2:].isdigit()]
    if not asked:
        return {}
    seen = Finding.objects.visible_to(user).filter(pk__in=asked)
    if own:
        return {one.ref: f"{reverse('unit:duties')}#{one.ref}" for one in seen}
    return {one.ref: reverse("office:finding", args=[one.pk]) for one in seen}


def _reading(
    line: engine.Line, scheme: Scheme, cases: dict[str, Case], found: dict[str, str]
) -> Reading:
    clause = clause_of(scheme, line.clause)
    refs = line.refs or ()
    return Reading(
        points=f"+{line.points}" if line.points >= 0 else f"\N{MINUS SIGN}{-line.points}",
        words=clause.zh if clause else line.clause,
        source=clause.source if clause else "",
        assumed=bool(clause and clause.assumed),
        count=line.count,
        cases=[cases[ref] for ref in refs if ref in cases],
        findings=[(ref, found[ref]) for ref in refs if ref in found],
        others=sum(ref not in cases and ref not in found for ref in refs),
    )


def _consequences(row: Row, scheme: Scheme) -> list[tuple[str, str]]:
    """What the clauses ask for; what befalls a parent, of units alone that have one."""
    found = []
    for one in row.result.consequences:
        if one.on == "parent" and row.unit.parent is None:
            continue
        clause = clause_of(scheme, one.clause)
        found.append((clause.zh if clause else one.what, clause.source if clause else ""))
    return found
