"""Writing a letter: a new draft, or one written anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from pingyi.casework import actions as case_actions
from pingyi.casework.actions.letters import why_no_letter
from pingyi.casework.actions.problems import may_work
from pingyi.casework.problem_models import ProblemState
from pingyi.casework.problem_queries import problems_for
from pingyi.casework.queries import overseen_by
from pingyi.casework.reasons import Refusal
from pingyi.casework.wording import beginning_of_letter
from pingyi.files.models import StoredFile
from pingyi.letters import actions, policies, queries
from pingyi.letters.models import Letter
from pingyi.letters.policies import Refused
from pingyi.letters.states import Desk, State
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.office.letter_forms import LetterForm
from pingyi.web.office.letters import field_of, letter_or_404

WRITERS = ("letter.draft", "letter.recommend")


@dataclass(frozen=True)
class Cause:
    """What a letter is begun from: its page, what the form begins with, how the draft is made."""

    text: str = ""
    back: str = ""
    query: str = ""
    initial: Mapping[str, str] = field(default_factory=dict)
    draft: Callable[..., Letter] = actions.draft_letter
    sealed: bool = False
    """Under embargo: the inspectors' own organs alone, and nothing of it is filled in."""


@requires(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn) -> HttpResponseBase:
    """A blank form, or with `?case=` or `?problem=` one begun from it; sent, a draft."""
    cause = _cause(request)
    organs = queries.organs_for(request.user)
    if cause.sealed:
        organs = [organ for organ in organs if organ.desk == Desk.INSPECTORS]
    if request.method != "POST":
        return _show(request, LetterForm(organs=organs, initial=cause.initial), cause=cause)
    form = LetterForm(request.POST, request.FILES, organs=organs)
    if not form.is_valid():
        return _show(request, form, cause=cause, status=422)
    organ, kind = form.cleaned_data["paper"]
    try:
        letter = cause.draft(
            organ=organ, kind=kind, by=request.user, at=timezone.now(), **form.arguments
        )
    except (Refused, Refusal) as refused:
        form.refuse(str(refused), field_of(refused))
        return _show(request, form, cause=cause, status=422)
    messages.success(request, gettext("草稿已存。请核对后提交签发。"))
    return redirect("office:letter", letter.pk)


def _cause(request: SignedIn) -> Cause:
    """What the address names; 404 for what the user begins no letter from."""
    if number := request.GET.get("case", ""):
        return _of_case(request, number)
    if number := request.GET.get("problem", ""):
        return _of_problem(request, number)
    return Cause()


def _of_case(request: SignedIn, number: str) -> Cause:
    """The unit as recipient, the number as the matter; nothing of what the rater said."""
    case = get_object_or_404(overseen_by(request.user), number=number)
    if why_no_letter(case, request.user) is not None:
        raise Http404
    begun = {} if case.embargoed else beginning_of_letter(case)
    return Cause(
        text=case.number,
        back=reverse("case", args=[case.number]),
        query=f"?case={case.number}",
        initial=begun and {**begun, "main": case.unit.code},
        draft=partial(case_actions.draft_case_letter, case=case),
        sealed=case.embargoed,
    )


def _of_problem(request: SignedIn, number: str) -> Cause:
    """The unit above those concerned as recipient, the number as the matter."""
    problem = get_object_or_404(problems_for(request.user), number=number)
    if problem.state != ProblemState.OPEN or not may_work(problem, request.user):
        raise Http404
    parent = {"main": problem.parent.code} if problem.parent else {}
    return Cause(
        text=problem.number,
        back=reverse("office:problem", args=[problem.number]),
        query=f"?problem={problem.number}",
        initial=beginning_of_letter(problem) | parent,
        draft=partial(case_actions.draft_problem_letter, problem=problem),
    )


@requires(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedIn, pk: int) -> HttpResponseBase:
    """A draft's form, filled in; sent, the new wording."""
    letter = letter_or_404(request, pk)
    if not policies.may_draft(request.user, letter.organ):
        raise PermissionDenied
    if letter.state != State.DRAFT and request.method != "POST":
        return redirect("office:letter", pk)
    files = StoredFile.objects.filter(letter__letter=letter).order_by("pk")
    given: dict[str, Any] = {"organs": [letter.organ], "letter": letter, "files": files}
    if request.method != "POST":
        return _show(request, LetterForm(**given), letter=letter)
    form = LetterForm(request.POST, request.FILES, **given)
    if not form.is_valid():
        return _show(request, form, letter=letter, status=422)
    letter.revision = form.cleaned_data["revision"] or 0
    try:
        case_actions.edit_letter(
            letter=letter,
            remove=form.cleaned_data.get("remove", ()),
            by=request.user,
            at=timezone.now(),
            **form.arguments,
        )
    except (Refused, Refusal) as refused:
        form.refuse(str(refused), field_of(refused))
        status = 422 if field_of(refused) else 409
        return _show(request, form, letter=letter, status=status)
    messages.success(request, gettext("已保存。"))
    return redirect("office:letter", pk)


def _show(
    request: SignedIn,
    form: LetterForm,
    *,
    letter: Letter | None = None,
    cause: Cause | None = None,
    status: int = 200,
) -> HttpResponseBase:
    context = {"form": form, "letter": letter, "cause": cause or Cause()}
    return render(request, "office/letter_draft.html", context, status=status)
