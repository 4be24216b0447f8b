"""Starting, meeting, pausing clocks (for the actions of other areas), and changing the calendar.

The helpers write the clock alone; the action that calls them records the event.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from django.apps import apps

from pingyi.audit.actions import Actor, action, record
from pingyi.clocks.calendar import city_calendar
from pingyi.clocks.models import CalendarDay, Deadline, DeadlineQuerySet
from pingyi.kernel.workdays import Calendar, DueAt
from pingyi.kernel.workdays import Pause as Span

D = TypeVar("D", bound=Deadline)


class Length(Protocol):
    """How long a clock runs, as rulebook.ClockRule says it."""

    @property
    def amount(self) -> int: ...
    @property
    def unit(self) -> Any: ...


def start(clocks: Any, rule: str, length: Length, *, at: datetime) -> Deadline:
    """Start a clock of a subject: `clocks` is its related manager (`case.clocks`).

    `at` is when it starts to count, which may lie before the present.
    """
    started: Deadline = begin(clocks.model(), rule, length, city_calendar(), at=at)
    clocks.add(started, bulk=False)
    return started


def begin(clock: D, rule: str, length: Length, calendar: Calendar, *, at: datetime) -> D:
    """The clock, not yet stored, as it starts to count at `at`."""
    due = calendar.due_at(at, length.amount, length.unit)
    clock.rule, clock.amount, clock.unit = rule, length.amount, length.unit
    clock.started_at, clock.due_at, clock.confirmed = at, due.at, due.confirmed
    return clock


def meet(running: Any, *, at: datetime) -> int:
    """Note that the running clocks among `running` were met; paused ones too."""
    return _end(running, met_at=at, at=at)


def stop(running: Any, *, at: datetime) -> int:
    """Stop the running clocks among `running`: they no longer matter."""
    return _end(running, stopped_at=at, at=at)


def _end(running: Any, *, at: datetime, **how: datetime) -> int:
    found: DeadlineQuerySet = running.running()
    for clock in found.filter(paused_at__isnull=False):
        resume(clock, at=at)
    return found.update(**how)


def pause(clock: Deadline, *, reason: str, by: Actor, at: datetime) -> bool:
    """Let a running clock stand still; False if it is paused or over already."""
    running = type(clock)._default_manager.filter(
        pk=clock.pk, paused_at__isnull=True, met_at__isnull=True, stopped_at__isnull=True
    )
    if not running.update(paused_at=at):
        return False
    clock.paused_at = at
    clock.pauses.create(since=at, reason=reason, by=by.audit_name)  # type: ignore[attr-defined]
    return True


def resume(clock: Deadline, *, at: datetime) -> bool:
    """Let a paused clock run on, its deadline moved by the pause; False if it is not paused."""
    paused = type(clock)._default_manager.filter(pk=clock.pk, paused_at__isnull=False)
    if not paused.update(paused_at=None):
        return False
    clock.paused_at = None
    clock.pauses.filter(until__isnull=True).update(until=at)  # type: ignore[attr-defined]
    due = due_of(clock, city_calendar(), at=at)
    clock.due_at, clock.confirmed = due.at, due.confirmed
    clock.save(update_fields=["due_at", "confirmed"])
    return True


def due_of(clock: Deadline, calendar: Calendar, *, at: datetime) -> DueAt:
    """When `clock` is due by `calendar`; a pause not yet lifted counts until `at`."""
    spans = [Span(p.since, p.until or at) for p in clock.pauses.all()]  # type: ignore[attr-defined]
    return calendar.due_at(clock.started_at, clock.amount, clock.unit, pauses=spans)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Moved:
    """A clock whose deadline a changed calendar has moved, or whose days are confirmed now."""

    clock: Deadline
    was: datetime
    due_at: datetime
    confirmed: bool


@action("calendar.change")
def change_calendar(
    *, days: Mapping[date, bool | None], note: str = "", by: Actor, at: datetime
) -> list[Moved]:
    """Declare days working (True) or free (False), or take the city's word back (None).

    Open clocks are recomputed in the same transaction; returns those that moved.
    """
    for day, working in sorted(days.items()):
        if working is None:
            _take_back(day)
        else:
            changed, _ = CalendarDay.objects.update_or_create(
                date=day, defaults={"working": working, "note": note}
            )
            record(changed, date=day.isoformat(), working=working, note=note)
    return recompute(by=by, at=at)


def _take_back(day: date) -> None:
    kept = CalendarDay.objects.filter(date=day).first()
    if kept is None:
        raise LookupError(f"{day} was not declared")
    record(kept, date=day.isoformat(), working=None)
    kept.delete()


def recompute(*, by: Actor, at: datetime) -> list[Moved]:
    """Reckon all open clocks again by the calendar as it now is; those that moved.

    Also what confirms clocks once an upgrade brings the next year's published calendar: a job
    runs it every day.
    """
    calendar, moved = city_calendar(), []
    for clock in _open_clocks():
        due = due_of(clock, calendar, at=at)
        if (due.at, due.confirmed) != (clock.due_at, clock.confirmed):
            try:
                moved.append(move_deadline(clock=clock, due=due, by=by, at=at))
            except ClockOver:
                continue
    return moved


class ClockOver(RuntimeError):
    """The clock was met or stopped, or moved by somebody else, meanwhile."""


@action("clock.move")
def move_deadline(*, clock: Deadline, due: DueAt, by: Actor, at: datetime) -> Moved:
    """Set a running clock's deadline to what the calendar says. Raises ClockOver."""
    was = clock.due_at
    unchanged = type(clock)._default_manager.filter(
        pk=clock.pk, due_at=was, met_at__isnull=True, stopped_at__isnull=True
    )
    if not unchanged.update(due_at=due.at, confirmed=due.confirmed):
        raise ClockOver
    clock.due_at, clock.confirmed = due.at, due.confirmed
    record(clock, was=was.isoformat(), due=due.at.isoformat(), confirmed=due.confirmed)
    return Moved(clock, was, due.at, due.confirmed)


def _open_clocks() -> Iterator[Deadline]:
    for model in _deadline_models():
        # Clock time knows no holidays: only working days can move.
        open_ones = model._default_manager.filter(
            unit="working_days", met_at__isnull=True, stopped_at__isnull=True
        )
        yield from open_ones.prefetch_related("pauses").order_by("pk")  # type: ignore[misc]


def _deadline_models() -> list[type[Deadline]]:
    return [model for model in apps.get_models() if issubclass(model, Deadline)]
