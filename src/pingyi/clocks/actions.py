"""Starting, meeting, pausing, extending clocks for other areas, and changing the calendar.

The helpers write the clock alone; the action that calls them records the event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import Max

from pingyi.audit.actions import Actor, action, kind_of, record
from pingyi.clocks.calendar import city_calendar
from pingyi.clocks.models import CalendarChange, CalendarDay, Deadline, DeadlineQuerySet
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


def extend(clock: Deadline, by_amount: int, *, at: datetime) -> bool:
    """Let a running clock run longer by so much of its own unit; False if it is over or was
    changed meanwhile. A paused one stays paused."""
    running = type(clock)._default_manager.filter(
        pk=clock.pk, amount=clock.amount, met_at__isnull=True, stopped_at__isnull=True
    )
    if not running.update(amount=clock.amount + by_amount):
        return False
    clock.amount += by_amount
    due = due_of(clock, city_calendar(), at=clock.paused_at or at)
    clock.due_at, clock.confirmed = due.at, due.confirmed
    clock.save(update_fields=["due_at", "confirmed"])
    return True


def due_of(clock: Deadline, calendar: Calendar, *, at: datetime) -> DueAt:
    """When `clock` is due by `calendar`; a pause not yet lifted counts until `at`."""
    spans = [Span(p.since, p.until or at) for p in clock.pauses.all()]  # type: ignore[attr-defined]
    return calendar.due_at(clock.started_at, clock.amount, clock.unit, pauses=spans)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Moved:
    """A clock whose deadline a changed calendar moves, or whose days it confirms."""

    clock: Deadline
    was: datetime
    due_at: datetime
    confirmed: bool


class CalendarOvertaken(RuntimeError):
    """Somebody else has changed the calendar meanwhile."""


class NothingChanged(ValueError):
    """The days are declared so already."""


Days = Mapping[date, bool | None]
"""Days declared working (True) or free (False), or the city's word taken back (None)."""


def latest_change() -> int:
    """The number of the latest change: what whoever decides on the next one has seen."""
    return CalendarChange.objects.aggregate(last=Max("number"))["last"] or 0


def new_days(days: Days) -> dict[date, bool | None]:
    """Those of `days` of which the city says something else now."""
    declared = dict(CalendarDay.objects.filter(date__in=days).values_list("date", "working"))
    return {day: word for day, word in sorted(days.items()) if word is not declared.get(day)}


def would_move(days: Days, *, at: datetime) -> list[Moved]:
    """The open clocks that changing these days would move. Changes nothing."""
    return list(_moves(city_calendar(days), at=at))


@action("calendar.change")
def change_calendar(
    *, days: Days, note: str = "", seen: int | None = None, by: Actor, at: datetime
) -> list[Moved]:
    """Declare days, or take the city's word on them back.

    Open clocks are recomputed in the same transaction; returns those that moved, and keeps them
    with the change. `seen` is the latest change that whoever decided knew of. Raises
    CalendarOvertaken if there is a later one, NothingChanged.
    """
    change = _begin(note=note, seen=seen, by=by, at=at)
    new = new_days(days)
    if not new:
        raise NothingChanged
    change.days = {day.isoformat(): working for day, working in new.items()}
    change.save(update_fields=["days"])
    for day, working in new.items():
        if working is None:
            kept = CalendarDay.objects.get(date=day)
            record(kept, date=day.isoformat(), working=None, note=note)
            kept.delete()
        else:
            changed, _ = CalendarDay.objects.update_or_create(
                date=day, defaults={"working": working, "note": note}
            )
            record(changed, date=day.isoformat(), working=working, note=note)
    return _move_all(_moves(city_calendar(), at=at), change, by=by, at=at)


def _begin(*, note: str, seen: int | None, by: Actor, at: datetime) -> CalendarChange:
    last = latest_change()
    if seen is not None and seen != last:
        raise CalendarOvertaken
    try:
        with transaction.atomic():
            return CalendarChange.objects.create(
                number=last + 1,
                note=note,
                by=by.audit_name,
                at=at,
            )
    except IntegrityError:  # two at once: the number is taken
        raise CalendarOvertaken from None


def recompute(*, by: Actor, at: datetime) -> list[Moved]:
    """Reckon all open clocks again by the calendar as it now is; those that moved.

    What confirms clocks once an upgrade brings the next year's published calendar: a job runs it
    every day. Nothing is kept where nothing moved; another's change goes first.
    """
    due = list(_moves(city_calendar(), at=at))
    if not due:
        return []
    try:
        return _recompute(due=due, by=by, at=at)
    except CalendarOvertaken:
        return []


@action("calendar.recompute")
def _recompute(*, due: list[Moved], by: Actor, at: datetime) -> list[Moved]:
    """All in one: what is cut short leaves no change that tells of half of it."""
    change = _begin(note="", seen=None, by=by, at=at)
    record(change, number=change.number)
    return _move_all(due, change, by=by, at=at)


def _moves(calendar: Calendar, *, at: datetime) -> Iterator[Moved]:
    for clock in _open_clocks():
        due = due_of(clock, calendar, at=at)
        if (due.at, due.confirmed) != (clock.due_at, clock.confirmed):
            yield Moved(clock, clock.due_at, due.at, due.confirmed)


def _move_all(
    due: Iterable[Moved], change: CalendarChange, *, by: Actor, at: datetime
) -> list[Moved]:
    moved = []
    for one in due:
        with suppress(ClockOver):
            to = DueAt(one.due_at, one.confirmed)
            moved.append(move_deadline(clock=one.clock, due=to, change=change, by=by, at=at))
    return moved


class ClockOver(RuntimeError):
    """The clock was met or stopped, or moved by somebody else, meanwhile."""


@action("clock.move")
def move_deadline(
    *,
    clock: Deadline,
    due: DueAt,
    change: CalendarChange | None = None,
    by: Actor,
    at: datetime,
) -> Moved:
    """Set a running clock's deadline to what the calendar says, and keep the move with the
    change. Raises ClockOver."""
    was = clock.due_at
    unchanged = type(clock)._default_manager.filter(
        pk=clock.pk, due_at=was, met_at__isnull=True, stopped_at__isnull=True
    )
    if not unchanged.update(due_at=due.at, confirmed=due.confirmed):
        raise ClockOver
    clock.due_at, clock.confirmed = due.at, due.confirmed
    if change is not None:
        change.moves.create(
            kind=kind_of(clock),
            clock=clock.pk,
            rule=clock.rule,
            was=was,
            due_at=due.at,
            confirmed=due.confirmed,
        )
    record(clock, was=was.isoformat(), due=due.at.isoformat(), confirmed=due.confirmed)
    return Moved(clock, was, due.at, due.confirmed)


def _open_clocks() -> Iterator[Deadline]:
    for model in deadline_models():
        # Clock time knows no holidays: only working days can move. A paused clock is reckoned
        # anew when it runs on.
        open_ones = model._default_manager.filter(
            unit="working_days",
            met_at__isnull=True,
            stopped_at__isnull=True,
            paused_at__isnull=True,
        )
        yield from open_ones.prefetch_related("pauses").order_by("pk")  # type: ignore[misc]


def deadline_models() -> list[type[Deadline]]:
    """Every kind of clock there is."""
    return [model for model in apps.get_models() if issubclass(model, Deadline)]
