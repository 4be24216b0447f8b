"""Cases like one at hand: sorted before, to suggest its kind; open still, to be joined with it."""

from __future__ import annotations

from pingyi.casework import rules
from pingyi.casework.models import Case
from pingyi.casework.problem_models import ProblemCase
from pingyi.casework.querysets import CaseQuerySet
from pingyi.casework.states import Kind, State
from pingyi.casework.suggesting import Past, Suggestion, most_like, suggestions
from pingyi.people.models import User

LATEST = 200
"""So many cases are compared with: the latest."""


def text_of(case: Case, *, reasons: bool = True) -> str:
    """What a case says in its own words and, unless left out, its ticked reasons, in Chinese."""
    source = getattr(case, "source", None)
    said = [source.summary] if source is not None else []
    if source is not None and source.message is not None:
        said.append(source.message.text)
    if case.rating is not None:
        said.append(case.rating.comment)
        said += _reasons(case) if reasons else []
    return "\n".join(said)


def _reasons(case: Case) -> list[str]:
    if case.rating is None or not case.rating.reasons:
        return []
    known = rules.scheme_of(case).reasons_by_code
    return [known[code].zh for code in case.rating.reasons.split(",") if code in known]


def kinds_suggested(case: Case, user: User) -> list[Suggestion]:
    """Kinds for `case`, by its words and by how the user's office sorted like ones."""
    sorted_before = _compared(user).filter(sorting__isnull=False).exclude(pk=case.pk)
    past = [
        Past(other.number, Kind(other.kind), text_of(other))
        for other in sorted_before.order_by("-pk")[:LATEST]
        if other.kind
    ]
    return suggestions(text_of(case), past)


def open_ones_like(case: Case, user: User) -> list[Case]:
    """Cases that may be of one problem with it: open, in none, and like it in words."""
    closed = (State.REPLIED.value, State.CLOSED.value)
    joined = ProblemCase.objects.filter(left_at__isnull=True)
    others = (
        _compared(user)
        .exclude(pk__in=joined.values("case"))
        .exclude(state__in=closed)
        .exclude(pk=case.pk)
    )
    found = {other.number: other for other in others.order_by("-pk")[:LATEST]}
    # A reason ticked is too little to be of one problem.
    past = [
        Past(number, Kind.PROCESS, text_of(other, reasons=False)) for number, other in found.items()
    ]
    return [found[like.number] for like in most_like(text_of(case, reasons=False), past)]


def _compared(user: User) -> CaseQuerySet:
    seen: CaseQuerySet = Case.objects.overseen_by(user).filter(embargoed=False)
    return seen.select_related("unit", "rating__season", "source__message")
