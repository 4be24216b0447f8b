"""Telling the next tier as a clock falls due and after: each step once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from django.db import IntegrityError

from pingyi.audit.actions import SYSTEM, Actor, action, record_each
from pingyi.casework import messages
from pingyi.casework.escalation import (
    DueStep,
    Staff,
    due_steps,
    raised_on,
    running_clocks,
    with_case,
)
from pingyi.casework.escalation_models import Escalation
from pingyi.casework.models import CaseClock
from pingyi.casework.states import Tier
from pingyi.notices.actions import Notice, notify_each
from pingyi.ratings.batching import make_way

AT_ONCE = 100
"""Steps raised in one transaction."""


def raise_due_steps(*, by: Actor = SYSTEM, at: datetime) -> int:
    """Raise every step that was reached; how many were. Safe to run twice, or in two places."""
    due, raised = due_steps(at), 0
    if not due:
        return 0
    staff = Staff()
    for first in range(0, len(due), AT_ONCE):
        if first:
            make_way()
        with suppress(_NothingLeft):
            raised += _raise_some(due[first : first + AT_ONCE], staff, by=by, at=at)
    return raised


def _raise_some(due: Sequence[DueStep], staff: Staff, *, by: Actor, at: datetime) -> int:
    try:
        return _raise(due=due, staff=staff, by=by, at=at)
    except IntegrityError:  # another worker was raising one of them: what it left is ours
        return _raise(due=due, staff=staff, by=by, at=at)


class _NothingLeft(Exception):
    """Others were quicker: every clock was met, or its step raised, since it was looked at."""


@action("clock.escalate")
def _raise(*, due: Sequence[DueStep], staff: Staff, by: Actor, at: datetime) -> int:
    pks = {one.clock for one in due}
    clocks = {clock.pk: clock for clock in with_case(running_clocks().filter(pk__in=pks))}
    had = raised_on(pks)
    notices, made = [], []
    for one in due:
        clock, step = clocks.get(one.clock), one.step
        if clock is None or clock.due_at != one.due_at or (clock.pk, step.at, step.to) in had:
            continue
        told = sorted(staff.told(clock, Tier(step.to)))
        notices += [_notice(clock, user, at=at) for user in told]
        made.append(
            Escalation(
                clock=clock, step=step.at, to=step.to, due_at=clock.due_at, at=at, told=len(told)
            )
        )
    if not made:
        raise _NothingLeft
    Escalation.objects.bulk_create(made)
    record_each(
        (each.clock, {"rule": each.clock.rule, "at": each.step, "to": each.to, "told": each.told})
        for each in made
    )
    notify_each(notices=notices, by=by, at=at)
    return len(made)


def _notice(clock: CaseClock, user: int, *, at: datetime) -> Notice:
    return Notice(user, messages.of_a_deadline(clock, at=at), messages.link_to(clock.case))
