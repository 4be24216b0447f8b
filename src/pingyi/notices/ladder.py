"""Telling the next tier as a clock falls due and after: each step once.

What clocks there are, by whose rules and whom a step tells is each area's own `Ladder`; which steps
were reached, and that each is raised once however often the job runs, stands here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import IntegrityError
from django.db.models import QuerySet

from pingyi.audit.actions import SYSTEM, Actor, action, record_each
from pingyi.audit.giving_way import make_way
from pingyi.clocks.calendar import city_calendar
from pingyi.clocks.models import Deadline, Escalation
from pingyi.clocks.names import Tier
from pingyi.kernel.workdays import Calendar
from pingyi.notices.actions import Notice, notify_each
from pingyi.people.roles import Role
from pingyi.people.staff import Staff
from pingyi.rulebook import EscalationStep

AT_ONCE = 100
"""Steps raised in one transaction."""

OFFICE: dict[Tier, tuple[Role, ...]] = {
    Tier.CASE_MANAGER: (Role.CASE_MANAGER,),
    Tier.LEADER: (Role.LEADER,),
    Tier.CITY: (Role.CASE_MANAGER, Role.LEADER),
}
"""The roles of the office that are told, tier by tier."""


class Running(NamedTuple):
    """A clock that can still be late, and the steps its rules give it."""

    clock: int
    unit: str
    started_at: datetime
    due_at: datetime
    steps: Sequence[EscalationStep]


@dataclass(frozen=True)
class DueStep:
    """A step of a clock that was reached, as it was due, and not yet raised."""

    clock: int
    due_at: datetime
    step: EscalationStep


class Ladder(ABC):
    """How the clocks of one area escalate."""

    escalations: type[Escalation]

    @abstractmethod
    def running(self) -> QuerySet[Any]:
        """The clocks that can still be late."""

    @abstractmethod
    def rows(self) -> Iterable[Running]:
        """The same, in a constant number of queries."""

    @abstractmethod
    def whole(self, clocks: QuerySet[Any]) -> QuerySet[Any]:
        """With what `told` and `notice` ask of a clock."""

    @abstractmethod
    def told(self, clock: Any, tier: Tier, staff: Staff) -> Collection[int]:
        """Whom a step to `tier` tells."""

    @abstractmethod
    def notice(self, clock: Any, user: int, tier: Tier, *, at: datetime) -> Notice:
        """What one of them reads; no personal data."""


def unpaused(clocks: QuerySet[Any]) -> QuerySet[Any]:
    """Of these, what can still be late: neither met, stopped nor paused."""
    return clocks.filter(met_at__isnull=True, stopped_at__isnull=True, paused_at__isnull=True)


def due_steps(ladder: Ladder, at: datetime) -> list[DueStep]:
    """Every step that is due to be raised, in the order of the clocks. However many clocks run, a
    constant number of queries."""
    moments = _Moments(city_calendar())
    raised = raised_on(ladder, ladder.running())
    return [
        DueStep(row.clock, row.due_at, step)
        for row in ladder.rows()
        for step in row.steps
        if (row.clock, step.at, step.to) not in raised
        and row.started_at < moments.of(row.due_at, step.at, row.unit) <= at
    ]


def raised_on(ladder: Ladder, clocks: QuerySet[Any] | Collection[int]) -> set[tuple[int, int, str]]:
    """Which steps these clocks have had."""
    manager: Any = ladder.escalations._default_manager
    found = manager.filter(clock__in=clocks).order_by()
    return set(found.values_list("clock_id", "step", "to"))


class _Moments:
    """When steps are reached, each worked out once. Whoever is told before the deadline is not told
    of what has only begun: a step that lies before the start is none."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._known: dict[tuple[datetime, int, str], datetime] = {}

    def of(self, due_at: datetime, by: int, unit: str) -> datetime:
        """When the step `by` units after `due_at` is reached."""
        key = due_at, by, unit
        if key not in self._known:
            self._known[key] = self._calendar.moved(due_at, by, unit)  # type: ignore[arg-type]
        return self._known[key]


def raise_due_steps(ladder: Ladder, *, by: Actor = SYSTEM, at: datetime) -> int:
    """Raise every step that was reached; how many were. Safe to run twice, or in two places."""
    due, raised = due_steps(ladder, at), 0
    if not due:
        return 0
    staff = Staff()
    for first in range(0, len(due), AT_ONCE):
        if first:
            make_way()
        with suppress(_NothingLeft):
            raised += _raise_some(ladder, due[first : first + AT_ONCE], staff, by=by, at=at)
    return raised


def _raise_some(
    ladder: Ladder, due: Sequence[DueStep], staff: Staff, *, by: Actor, at: datetime
) -> int:
    given: dict[str, Any] = {"ladder": ladder, "due": due, "staff": staff, "by": by, "at": at}
    try:
        return _raise(**given)
    except IntegrityError:  # another worker was raising one of them: what it left is ours
        return _raise(**given)


class _NothingLeft(Exception):
    """Others were quicker: every clock was met, or its step raised, since it was looked at."""


@action("clock.escalate")
def _raise(*, ladder: Ladder, due: Sequence[DueStep], staff: Staff, by: Actor, at: datetime) -> int:
    notices: list[Notice] = []
    made: list[Any] = []
    for clock, step in _still_due(ladder, due):
        tier = Tier(step.to)
        told = sorted(ladder.told(clock, tier, staff))
        notices += [ladder.notice(clock, user, tier, at=at) for user in told]
        one: Any = ladder.escalations(
            step=step.at, to=step.to, due_at=clock.due_at, at=at, told=len(told)
        )
        one.clock = clock
        made.append(one)
    if not made:
        raise _NothingLeft
    ladder.escalations._default_manager.bulk_create(made)
    record_each(
        (each.clock, {"rule": each.clock.rule, "at": each.step, "to": each.to, "told": each.told})
        for each in made
    )
    notify_each(notices=notices, by=by, at=at)
    return len(made)


def _still_due(ladder: Ladder, due: Sequence[DueStep]) -> Iterator[tuple[Deadline, EscalationStep]]:
    """Those whose clock still runs, is due as it was, and has not had the step."""
    pks = {one.clock for one in due}
    clocks = {clock.pk: clock for clock in ladder.whole(ladder.running().filter(pk__in=pks))}
    had = raised_on(ladder, pks)
    for one in due:
        clock, step = clocks.get(one.clock), one.step
        if clock is None or clock.due_at != one.due_at:
            continue
        if (one.clock, step.at, step.to) not in had:
            yield clock, step


def furthest(raised: Collection[Any]) -> Any:
    """The step that went furthest, of those of one clock; None of none."""
    tiers = list(Tier)
    return max(raised, key=lambda each: (each.step, tiers.index(Tier(each.to))), default=None)
