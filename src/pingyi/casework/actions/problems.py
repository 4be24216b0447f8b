"""Problems: opened, joined by cases, worked once for all of them, closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.timezone import localtime

from pingyi.audit.actions import Actor, action, record
from pingyi.casework import policies
from pingyi.casework.actions.deciding import decide_case
from pingyi.casework.actions.placing import dispatch_case, note_check
from pingyi.casework.actions.replying import reply_to_citizen
from pingyi.casework.actions.steps import cleaned, refusal, required
from pingyi.casework.models import Case
from pingyi.casework.problem_models import (
    Problem,
    ProblemCase,
    ProblemCounter,
    ProblemDeed,
    ProblemLetter,
    ProblemState,
    ProblemStep,
)
from pingyi.casework.problem_queries import ANSWERED, cases_of, members_of
from pingyi.casework.reasons import (
    EMBARGO,
    IN_A_PROBLEM,
    NOT_ALL_ANSWERED,
    NOT_IN_PROBLEM,
    NOT_YOURS,
    OWN_UNIT,
    PROBLEM_CLOSED,
    NotNow,
    Reason,
    Refusal,
)
from pingyi.casework.states import State
from pingyi.casework.wording import unfit_for_units
from pingyi.directory.models import Area, Unit
from pingyi.letters.models import Letter
from pingyi.people.models import User
from pingyi.people.permissions import scope_of

LONGEST_TITLE = 100


@action("problem.open")
def open_problem(
    *,
    title: str,
    area: Area,
    cause: str = "",
    parent: Unit | None = None,
    by: User,
    at: datetime,
) -> Problem:
    """Open a problem of the office of `area`; cases join it one by one."""
    problem = Problem(
        title=required(title, "title", longest=LONGEST_TITLE),
        cause=cleaned(cause, "cause"),
        area=area,
        parent=parent,
        opened_at=at,
        opened_by=by.audit_name,
    )
    _ask_whose(problem, by)
    problem.number = _next_number(at)
    problem.save(force_insert=True)
    record(problem, number=problem.number)
    return problem


@action("problem.edit")
def edit_problem(
    *,
    problem: Problem,
    title: str,
    cause: str = "",
    parent: Unit | None = None,
    by: User,
    at: datetime,
) -> Problem:
    """Say anew what the problem is, what causes it and which unit stands above."""
    _ask_whether(problem, by)
    problem.title = required(title, "title", longest=LONGEST_TITLE)
    problem.cause, problem.parent = cleaned(cause, "cause"), parent
    problem.save(update_fields=["title", "cause", "parent"])
    record(problem)
    return problem


@action("problem.join")
def join_problem(*, problem: Problem, case: Case, by: User, at: datetime) -> ProblemCase:
    """A case joins an open problem. Raises a Refusal; one under embargo joins none."""
    reason = why_not_joined(case, by)
    if reason is not None:
        raise refusal(reason)
    _ask_whether(problem, by)
    try:
        with transaction.atomic():
            member = ProblemCase.objects.create(
                problem=problem, case=case, joined_at=at, joined_by=by.audit_name
            )
    except IntegrityError:
        raise NotNow(IN_A_PROBLEM) from None
    record(problem, case=case.number)
    return member


@action("problem.leave")
def leave_problem(*, problem: Problem, case: Case, reason: str, by: User, at: datetime) -> None:
    """A case leaves the problem, with a reason, and is worked by itself again; a closed one too,
    since a rater who is not satisfied reopens her case alone."""
    text = required(reason, "reason")
    _ask_whose(problem, by)
    left = ProblemCase.objects.filter(problem=problem, case=case, left_at__isnull=True).update(
        left_at=at, left_by=by.audit_name, left_reason=text
    )
    if not left:
        raise NotNow(NOT_IN_PROBLEM)
    record(problem, case=case.number)


@action("problem.link_letter")
def link_letter(*, problem: Problem, letter: Letter, by: User, at: datetime) -> ProblemLetter:
    """Note that a letter was written because of the problem; linking it again changes nothing."""
    _ask_whether(problem, by)
    link, _ = ProblemLetter.objects.get_or_create(
        problem=problem, letter=letter, defaults={"at": at, "by": by.audit_name}
    )
    record(problem, letter=letter.pk)
    return link


@action("problem.close")
def close_problem(*, problem: Problem, outcome: str, by: User, at: datetime) -> Problem:
    """Close a problem once every citizen was answered, of other districts too, saying what came of
    it. What lies under embargo is the inspectors': it neither holds the problem up nor shows."""
    text = required(outcome, "outcome")
    _ask_whether(problem, by)
    if members_of(problem).filter(embargoed=False).exclude(state__in=ANSWERED).exists():
        raise NotNow(NOT_ALL_ANSWERED)
    closed = Problem.objects.filter(pk=problem.pk, state=ProblemState.OPEN.value).update(
        state=ProblemState.CLOSED.value, closed_at=at, closed_by=by.audit_name, outcome=text
    )
    if not closed:
        raise NotNow(PROBLEM_CLOSED)
    problem.refresh_from_db()
    record(problem)
    return problem


class Applied(NamedTuple):
    """What came of a deed for many cases or messages: what it was done on, and what was refused."""

    done: list[Any]
    failed: list[tuple[Any, Refusal]]


AWAITING: dict[ProblemDeed, frozenset[State]] = {
    ProblemDeed.CHECK: frozenset({State.TO_CHECK, State.TO_PLACE, State.TO_DECIDE}),
    ProblemDeed.DISPATCH: frozenset({State.TO_CHECK, State.TO_PLACE}),
    ProblemDeed.DECIDE: frozenset({State.TO_CHECK, State.TO_PLACE, State.TO_DECIDE}),
    ProblemDeed.REPLY: frozenset({State.TO_REPLY}),
}
"""The states in which a case awaits a deed."""

_DEEDS: dict[ProblemDeed, tuple[Callable[..., Any], str]] = {
    ProblemDeed.CHECK: (note_check, "note"),
    ProblemDeed.DISPATCH: (dispatch_case, "words"),
    ProblemDeed.DECIDE: (decide_case, "reason"),
    ProblemDeed.REPLY: (reply_to_citizen, "text"),
}
"""The action that does it on one case, and what it calls the text."""

READ_BY_UNITS = frozenset({ProblemDeed.DISPATCH, ProblemDeed.DECIDE})
"""Deeds whose one text reaches the unit of each case."""


def work_problem(
    *, problem: Problem, deed: ProblemDeed, text: str, by: User, at: datetime, **given: Any
) -> Applied:
    """Do a deed on every case of the problem that awaits it, each by its own action.

    A case whose own policy refuses is left as it is and told with the reason. Done again, it
    reaches only those still waiting. A text that units read holds nothing of any rater's: what one
    agreed to was agreed of her own unit.
    """
    unfit = unfit_for_units(text, members_of(problem)) if deed in READ_BY_UNITS else None
    if unfit is not None:
        raise refusal(unfit)
    note_step(problem=problem, deed=deed, text=text, by=by, at=at)
    act, called = _DEEDS[deed]
    waiting = cases_of(problem, by).in_states(*AWAITING[deed])
    return one_by_one(list(waiting), act, by=by, at=at, **{called: text}, **given)


@action("problem.work")
def note_step(
    *, problem: Problem, deed: ProblemDeed, text: str, by: User, at: datetime
) -> ProblemStep:
    """What is about to be done on all the problem's cases that await it."""
    said = required(text, "text")
    _ask_whether(problem, by)
    step = ProblemStep.objects.create(
        problem=problem, deed=deed.value, text=said, at=at, by=by.audit_name
    )
    record(problem, deed=deed.value)
    return step


def one_by_one(
    cases: Sequence[Case], act: Callable[..., Any], *, by: Actor, at: datetime, **given: Any
) -> Applied:
    """Run an action on each of many cases, each in its own transaction."""
    applied = Applied([], [])
    for case in cases:
        try:
            act(case=case, by=by, at=at, **given)
        except Refusal as refused:
            applied.failed.append((case, refused))
        else:
            applied.done.append(case)
    return applied


def why_not_joined(case: Case, by: User) -> Reason | None:
    """Why the case cannot join a problem; None if it can."""
    if not policies.reaches(case, by, "problem.work"):
        return NOT_YOURS
    if case.embargoed:
        return EMBARGO
    if policies.is_of_its_unit(case, by):
        return OWN_UNIT
    if case.memberships.filter(left_at__isnull=True).exists():
        return IN_A_PROBLEM
    return None


def may_work(problem: Problem, user: User) -> bool:
    """Whether the problem is the user's to work, open or not."""
    scope = scope_of(user, "problem.work")
    area: Area | None = problem.area
    while area is not None:
        if area.pk in scope.areas:
            return True
        area = area.parent
    return scope.everywhere


def _ask_whose(problem: Problem, by: User) -> None:
    if not may_work(problem, by):
        raise refusal(NOT_YOURS)


def _ask_whether(problem: Problem, by: User) -> None:
    """Whether it is theirs and open, as its row says now; until the commit nobody else closes it
    or has another case join."""
    _ask_whose(problem, by)
    held = Problem.objects.select_for_update().get(pk=problem.pk)
    if held.state == ProblemState.CLOSED:
        raise NotNow(PROBLEM_CLOSED)


def _next_number(at: datetime) -> str:
    """The year's next, as W2026-0012 (问)."""
    year = localtime(at).year
    ProblemCounter.objects.get_or_create(year=year)
    counter = ProblemCounter.objects.filter(year=year)
    counter.update(last=F("last") + 1)
    return f"W{year}-{counter.get().last:04d}"
