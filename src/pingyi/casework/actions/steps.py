"""What every action on a case does: ask the policy, move by compare-and-set, turn the clocks."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Q

from pingyi.audit.actions import Actor, record
from pingyi.casework import rules, search
from pingyi.casework.models import Case, Fact
from pingyi.casework.policies import RECHECKED, not_any_more, why_not, why_not_found
from pingyi.casework.reasons import (
    NOT_NEW,
    NOT_TO_BE_HEARD,
    NOT_YOURS,
    OVERTAKEN,
    OWN_REQUEST,
    OWN_UNIT,
    Incomplete,
    NotAllowed,
    NotNow,
    Overtaken,
    Reason,
    Refusal,
    needs,
    too_long,
)
from pingyi.casework.states import (
    TRANSITIONS,
    Finding,
    Grade,
    Kind,
    Stage,
    State,
    Transition,
)
from pingyi.clocks import actions as clocks
from pingyi.kernel.terms import Term
from pingyi.kernel.text import clean_text

T = TypeVar("T", bound=Term)

LONGEST = 5000
"""Characters of a text somebody writes on a case."""


def refusal(reason: Reason) -> Refusal:
    """The reason as the exception that fits it."""
    if reason in (NOT_YOURS, OWN_UNIT, NOT_NEW, OWN_REQUEST, NOT_TO_BE_HEARD):
        return NotAllowed(reason)
    return Incomplete(reason) if reason.field else NotNow(reason)


def take(
    name: str,
    case: Case,
    *,
    by: Actor,
    at: datetime,
    grade: Grade | Stage | None = None,
    since: datetime | None = None,
    **changes: Any,
) -> Transition:
    """Take the table's step `name`: raises Refusal, or leaves the case and its clocks moved.

    `grade` says which of a step's clocks is meant where there are several; they count from `since`
    where that is not `at`. The case must still be in the state its caller saw, and of that unit, or
    the step is Overtaken.
    """
    step = TRANSITIONS[name]
    reason = why_not(step, case, by, at=at)
    if reason is not None:
        raise refusal(reason)
    target = step.target_from(State(case.state))
    if target is not State(case.state):
        changes["closed_at"] = at if target is State.CLOSED else None
    unchanged = Case.objects.filter(
        pk=case.pk, state=case.state, embargoed=case.embargoed, unit=case.unit_id
    )
    if unchanged.update(state=target.value, **changes) != 1:
        raise Overtaken(OVERTAKEN)
    if step.name in RECHECKED and (reason := not_any_more(step, case, at=at)) is not None:
        raise Overtaken(reason)  # the update waited for whoever was quicker
    case.state = target.value
    for field, value in changes.items():
        setattr(case, field, value)
    _turn_clocks(step, case, at=at, since=since or at, grade=grade)
    return step


def record_step(
    case: Case, step: Transition, *facts: Fact, about: Fact | None = None, **data: Any
) -> None:
    """Record the step's event, with the facts it appended and the earlier one it is about.

    `data` must be impersonal.
    """
    if about is not None:
        data["about"] = _by_kind(about)
        search.add_ending(case, about)
    search.add(case, facts)
    record(case, **step_data(case, step, *facts, **data))


def step_data(case: Case, step: Transition, *facts: Fact, **data: Any) -> dict[str, Any]:
    """What the event of a step says."""
    return {"step": step.name, "state": case.state, "facts": _by_kind(*facts), **data}


def _by_kind(*facts: Fact) -> dict[str, int]:
    return {fact._meta.model_name or "": fact.pk for fact in facts}


def cleaned(value: str, field: str, *, longest: int = LONGEST) -> str:
    """`value` in one form; Incomplete, naming the field, if it is longer than `longest`."""
    text = clean_text(value).strip()
    if len(text) > longest:
        raise Incomplete(too_long(field, longest))
    return text


def required(value: str, field: str, *, longest: int = LONGEST) -> str:
    """`value` in one form; Incomplete, naming the field, if it is blank or too long."""
    text = cleaned(value, field, longest=longest)
    if not text:
        raise Incomplete(needs(field))
    return text


def chosen(terms: type[T], value: str, field: str) -> T:
    """`value` as one of `terms`; Incomplete, naming the field, if it is none of them."""
    try:
        return terms(value)
    except ValueError:
        raise Incomplete(needs(field)) from None


def chosen_verdict(finding: Finding | str, kind: Kind | str) -> tuple[Finding, Kind]:
    """Finding and kind that go together; Incomplete, naming the field, if they do not."""
    found, about = chosen(Finding, finding, "finding"), chosen(Kind, kind, "kind")
    unfit = why_not_found(found, about)
    if unfit is not None:
        raise Incomplete(unfit)
    return found, about


def start_clock(case: Case, rule: str, *, at: datetime) -> None:
    """Start a clock as long as the case's scheme says; a scheme without it starts none."""
    length = rules.scheme_of(case).clocks.get(rule)
    if length is not None:
        clocks.start(case.clocks, rule, length, at=at)


def _turn_clocks(
    step: Transition, case: Case, *, at: datetime, since: datetime, grade: Grade | Stage | None
) -> None:
    if step.meets:
        clocks.meet(case.clocks.filter(_named(step.meets)), at=at)
    if step.stops:
        clocks.stop(case.clocks.filter(_named(step.stops)), at=at)
    for name in step.starts:
        rule = f"{name[:-1]}{grade}" if name.endswith("*") else name
        start_clock(case, rule, at=since)


def _named(names: tuple[str, ...]) -> Q:
    found = Q()
    for name in names:
        found |= Q(rule__startswith=name[:-1]) if name.endswith("*") else Q(rule=name)
    return found
