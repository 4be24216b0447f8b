"""Which problems a person sees, and which of their cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from pingyi.casework.letter_queries import Turn, letters_of_problem, linked, said_of, turns_of
from pingyi.casework.models import Case
from pingyi.casework.problem_models import Problem, ProblemCase, ProblemLetter, ProblemStep
from pingyi.casework.querysets import CaseQuerySet
from pingyi.casework.states import State
from pingyi.letters.models import Letter
from pingyi.people.models import User
from pingyi.people.permissions import scope_of

ANSWERED = (State.REPLIED.value, State.CLOSED.value)


def problems_for(user: User) -> QuerySet[Problem]:
    """Problems of the user's area, or with a case of it; with `size` and `unanswered`.

    Counted are the cases the user may see: one under embargo shows in no figure.
    """
    mine = scope_of(user, "case.oversee").over(area="area")
    members = ProblemCase.objects.filter(problem=OuterRef("pk"), left_at__isnull=True)
    seen = Case.objects.overseen_by(user).filter(pk=OuterRef("case"))
    members = members.filter(Exists(seen)).order_by()
    waiting = members.exclude(case__state__in=ANSWERED)
    return (
        Problem.objects.filter(mine | Exists(members))
        .select_related("area__parent", "parent")
        .annotate(
            size=_counted(members, Count("pk")),
            units=_counted(members, Count("case__unit", distinct=True)),
            unanswered=_counted(waiting, Count("pk")),
        )
    )


def _counted(members: QuerySet[ProblemCase], count: Count) -> Coalesce:
    return Coalesce(Subquery(members.values("problem").annotate(n=count).values("n")), 0)


def members_of(problem: Problem) -> CaseQuerySet:
    """All of the problem's cases, whoever may see them."""
    members = ProblemCase.objects.filter(problem=problem, left_at__isnull=True)
    found = Case.objects.filter(pk__in=members.values("case"))
    return found.select_related("rating__contact", "source__message")


def seen_members_of(problem: Problem, user: User) -> CaseQuerySet:
    """The problem's cases that the user may see, joined to nothing."""
    members = ProblemCase.objects.filter(problem=problem, left_at__isnull=True)
    return Case.objects.overseen_by(user).filter(pk__in=members.values("case"))


def cases_of(problem: Problem, user: User) -> CaseQuerySet:
    """The same with all that a row shows, and their clocks."""
    found = seen_members_of(problem, user).with_clocks()
    return found.select_related("rating__contact", "unit__area")


def membership_of(case: Case) -> ProblemCase | None:
    """The problem a case belongs to now."""
    return case.memberships.filter(left_at__isnull=True).select_related("problem").first()


def problems_behind(letter: Letter, user: User) -> QuerySet[Problem]:
    """The problems a letter was written because of, as far as the user may know of them."""
    return problems_for(user).filter(letters__letter=letter).order_by("pk")


@dataclass(frozen=True)
class Happened:
    """One line of a problem's story; `what` is opened, joined, left, a deed's name, closed,
    or what happened to a letter."""

    at: datetime
    by: str
    what: str | Turn
    text: str = ""
    case: str = ""


def story_of(problem: Problem, user: User, *, at: datetime) -> list[Happened]:
    """What happened, oldest first; of cases the user may see alone."""
    told = [Happened(problem.opened_at, problem.opened_by, "opened", problem.title)]
    told += _comings_and_goings(problem, user)
    told += [
        Happened(step.at, step.by, step.deed, step.text)
        for step in ProblemStep.objects.filter(problem=problem)
    ]
    told += _of_letters(problem, user, at)
    if problem.closed_at is not None:
        told.append(Happened(problem.closed_at, problem.closed_by, "closed", problem.outcome))
    return sorted(told, key=lambda line: line.at)


def _comings_and_goings(problem: Problem, user: User) -> Iterable[Happened]:
    seen = Case.objects.overseen_by(user).values("pk")
    members = ProblemCase.objects.filter(problem=problem, case__in=seen).select_related("case")
    for member in members:
        yield Happened(member.joined_at, member.joined_by, "joined", case=member.case.number)
        if member.left_at is not None:
            reason = member.left_reason
            yield Happened(member.left_at, member.left_by, "left", reason, member.case.number)


def _of_letters(problem: Problem, user: User, at: datetime) -> Iterable[Happened]:
    """What became of its letters; of one written before, also when it was linked."""
    seen = letters_of_problem(problem, user)
    for turned in turns_of(seen, at):
        yield Happened(turned.at, turned.by, turned.turn, said_of(turned))
    links = ProblemLetter.objects.filter(problem=problem, letter__in=seen.values("pk"))
    for turned in linked(links.select_related("letter")):
        yield Happened(turned.at, turned.by, turned.turn, said_of(turned))
