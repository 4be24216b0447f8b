"""Several cases of the list at once: joined into a problem, or closed. One action per case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from pingyi.casework import actions, queries
from pingyi.casework.actions.problems import Applied, one_by_one, why_not_joined
from pingyi.casework.assigning import colleagues_of
from pingyi.casework.models import Case
from pingyi.casework.problem_models import Problem, ProblemState
from pingyi.casework.problem_queries import problems_for
from pingyi.casework.reasons import Refusal
from pingyi.directory.models import Area
from pingyi.people.models import User
from pingyi.people.permissions import scope_of
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.numbers import is_case_number
from pingyi.web.office.problem_forms import JoinForm
from pingyi.web.office.problems import tell

MOST = 200
"""Cases at once."""


def _chosen(user: User, given: QueryDict) -> list[Case]:
    """The cases ticked, of those the user sees."""
    numbers = [number for number in given.getlist("case")[:MOST] if is_case_number(number)]
    found = queries.overseen_by(user).filter(number__in=numbers).order_by("number")
    return list(found.select_related("rating__contact", "unit__area"))


@requires("problem.work")
@require_POST
def act(request: SignedIn) -> HttpResponseBase:
    """What is to be done with the ticked cases: the next page asks, or it is done."""
    chosen = _chosen(request.user, request.POST)
    if not chosen:
        messages.warning(request, gettext("没有勾选案件。"))
    elif request.POST.get("deed") == "join":
        asked = urlencode([("case", case.number) for case in chosen])
        return redirect(f"{reverse('office:problem-join')}?{asked}")
    elif request.POST.get("deed") == "close":
        done = one_by_one(chosen, actions.close_case, by=request.user, at=timezone.now())
        tell(request, done)
    elif request.POST.get("deed") == "assign":
        _assign(request, chosen)
    return redirect("office:cases")


def _assign(request: SignedIn, chosen: Sequence[Case]) -> None:
    asked = request.POST.get("assignee", "")
    assignee = next((one for one in colleagues_of(request.user) if str(one.pk) == asked), None)
    if assignee is None:
        messages.warning(request, gettext("请选择承办人。"))
        return
    done = one_by_one(
        chosen, actions.assign_case, assignee=assignee, by=request.user, at=timezone.now()
    )
    tell(request, done)


@requires("problem.work")
@require_http_methods(["GET", "POST"])
def join(request: SignedIn) -> HttpResponseBase:
    """Into which problem the ticked cases go."""
    chosen = _chosen(request.user, request.POST if request.method == "POST" else request.GET)
    fits = [(case, why_not_joined(case, request.user)) for case in chosen]
    joinable = [case for case, reason in fits if reason is None]
    data = request.POST if request.method == "POST" else None
    form = JoinForm(data, problems=_open_problems(request.user))
    if data is not None and joinable and form.is_valid():
        try:
            problem, done = _join(joinable, form.cleaned_data, by=request.user)
        except Refusal as refused:
            form.refuse(str(refused), refused.reason.field or None)
        else:
            tell(request, done)
            return redirect("office:problem", problem.number)
    context = {"form": form, "fits": fits, "joinable": joinable}
    status = 422 if data is not None else 200
    return render(request, "office/problems/join.html", context, status=status)


def _open_problems(user: User) -> list[Problem]:
    mine = scope_of(user, "problem.work").over(area="area")
    return list(problems_for(user).filter(mine, state=ProblemState.OPEN.value)[:MOST])


def _join(cases: Sequence[Case], given: dict[str, Any], *, by: User) -> tuple[Problem, Applied]:
    at = timezone.now()
    with transaction.atomic():
        problem = given["problem"] or actions.open_problem(
            title=given["title"],
            cause=given["cause"],
            parent=given["parent"],
            area=_area_of(cases),
            by=by,
            at=at,
        )
        return problem, one_by_one(cases, actions.join_problem, problem=problem, by=by, at=at)


def _area_of(cases: Sequence[Case]) -> Area:
    """The area whose office works them all: the district's, or the city's above several."""
    area = cases[0].area
    if all(case.area_id == area.pk for case in cases) or area.parent is None:
        return area
    return area.parent
