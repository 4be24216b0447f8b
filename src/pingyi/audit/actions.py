"""The one shape of a write: an action, which cannot store without its event.

An action is a function with keyword-only arguments that takes `by` (who) and `at` (when, aware,
read once at the edge). It runs in one transaction and records at least one event in it:

    @action("case.sort")
    def sort_case(*, case: Case, kind: Kind, by: Actor, at: datetime) -> Case:
        ...
        record(case, kind=kind)
        return case
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ParamSpec, Protocol, TypeVar

from django.db import models, transaction

from pingyi.audit.models import Event, ReadAccess

P = ParamSpec("P")
R = TypeVar("R")


class Actor(Protocol):
    """Whoever acts: a user, or the system itself."""

    @property
    def audit_name(self) -> str: ...


@dataclass(frozen=True)
class NamedActor:
    """An actor that is no user: a job, a citizen who opened her receipt, the demo's builder."""

    audit_name: str


SYSTEM = NamedActor("system")
CITIZEN = NamedActor("citizen")


class UnrecordedAction(RuntimeError):
    """An action returned without having recorded an event; its transaction is rolled back."""


@dataclass
class _Recorder:
    action: str
    by: Actor
    at: datetime
    events: int = 0


_current: ContextVar[_Recorder | None] = ContextVar("pingyi_action", default=None)


def action(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make the decorated function the action `name`: `<area noun>.<verb>`."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            if args:
                raise TypeError(f"{name}: actions take keyword arguments only")
            recorder = _Recorder(name, _actor(kwargs), _moment(kwargs))
            with transaction.atomic():
                token = _current.set(recorder)
                try:
                    result = function(*args, **kwargs)
                finally:
                    _current.reset(token)
                if not recorder.events:
                    raise UnrecordedAction(name)
            return result

        return run

    return decorate


def record(subject: models.Model, **data: Any) -> None:
    """Append an event about `subject` to the action under way. `data` must be JSON, impersonal."""
    record_each([(subject, data)])


def record_each(subjects: Iterable[tuple[models.Model, dict[str, Any]]]) -> None:
    """Append an event about each subject, with its data, to the action under way."""
    recorder = _current.get()
    if recorder is None:
        raise UnrecordedAction("an event is recorded inside an action only")
    made = Event.objects.bulk_create(
        Event(
            at=recorder.at,
            action=recorder.action,
            actor=recorder.by.audit_name,
            subject_kind=kind_of(subject),
            subject_id=str(subject.pk),
            data=data,
        )
        for subject, data in subjects
    )
    recorder.events += len(made)


def note(
    action: str, kind: str, subject: object, data: dict[str, Any], *, by: Actor, at: datetime
) -> None:
    """Append an event about something that is no row: a keyring, a backup, a bulk load's batch.

    Within an action it is that action's event.
    """
    recorder = _current.get()
    if recorder is not None:
        recorder.events += 1
    Event.objects.create(
        at=at,
        action=action,
        actor=by.audit_name,
        subject_kind=kind,
        subject_id=str(subject),
        data=data,
    )


def log_read(
    subject: models.Model | type[models.Model], *, what: str, reason: str, by: Actor, at: datetime
) -> None:
    """Note that `by` was shown personal data (`what`, as "phone") of `subject`, and why.

    A model instead of a row: they looked for one by it and found none, which tells them something
    too. What they looked for is not kept.
    """
    ReadAccess.objects.create(
        at=at,
        reader=by.audit_name,
        what=what,
        subject_kind=kind_of(subject),
        subject_id="" if isinstance(subject, type) else str(subject.pk),
        reason=reason,
    )


def in_action() -> bool:
    """Whether an action is under way; the tests' guard against writes outside one asks this."""
    return _current.get() is not None


def kind_of(subject: models.Model | type[models.Model]) -> str:
    """The name under which events know this kind of thing: its model's name, as "case"."""
    return subject._meta.model_name or ""


def _actor(kwargs: dict[str, Any]) -> Actor:
    by: Any = kwargs.get("by")
    if not isinstance(getattr(by, "audit_name", None), str):
        raise TypeError("an action needs by=, who acts")
    actor: Actor = by
    return actor


def _moment(kwargs: dict[str, Any]) -> datetime:
    at = kwargs.get("at")
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise TypeError("an action needs at=, an aware time")
    return at
