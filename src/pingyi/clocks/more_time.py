"""More time for a clock: what stands in the way of it, and giving it.

Who may ask and who decides, and that it is somebody else, is the word of the area whose clock it
is. The helpers write the request and its clock alone; the action that calls them records the event.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from pingyi.audit.actions import Actor
from pingyi.clocks import actions as clocks
from pingyi.clocks.names import MoreTime

if TYPE_CHECKING:
    from pingyi.clocks.models import Deadline, TimeRequest
    from pingyi.rulebook import ClockRule

LONGEST_REASON = 200


class NoTime(StrEnum):
    """Why a clock is given no more time."""

    LATE = "clock_late"
    NO_PAUSE = "no_pause"
    PAUSED = "paused_already"
    EXTENDED = "extended"
    TOO_LONG = "too_many_days"


def why_not(
    clock: Deadline, rule: ClockRule, what: MoreTime, days: int | None, *, at: datetime
) -> NoTime | None:
    """Why the rule, or the clock as it stands, does not allow such a pause or extension."""
    if clock.is_late(at):
        return NoTime.LATE
    if what is MoreTime.PAUSE:
        if not rule.may_pause:
            return NoTime.NO_PAUSE
        return NoTime.PAUSED if clock.paused_at is not None else None
    if len(_extensions(clock)) >= rule.extensions:
        return NoTime.EXTENDED
    return NoTime.TOO_LONG if days is not None and days > most_days(clock) else None


def most_days(clock: Deadline) -> int:
    """The most an extension adds: what the clock was started with."""
    return clock.amount - sum(_extensions(clock))


def _extensions(clock: Any) -> list[int]:
    granted = clock.requests.filter(what=MoreTime.EXTENSION.value, granted_at__isnull=False)
    return list(granted.values_list("days", flat=True))


def waiting(clock: Any) -> Any:
    """The request for the clock that nobody has decided on; None if there is none."""
    return clock.requests.waiting().last()


def ask(
    clock: Any, what: MoreTime, days: int | None, *, reason: str, by: Actor, at: datetime
) -> Any:
    """Put the request to somebody else; None if another is open already."""
    wanted = days if what is MoreTime.EXTENSION else None
    asked = {"what": what.value, "days": wanted, "reason": reason, "at": at, "by": by.audit_name}
    try:
        with transaction.atomic():
            return clock.requests.create(**asked)
    except IntegrityError:
        return None


def grant(request: TimeRequest, *, by: Actor, at: datetime) -> bool:
    """Let the clock stand still from now on, or run longer; False if somebody was quicker."""
    if not _decide(request, granted_at=at, granted_by=by.audit_name):
        return False
    clock: Deadline = request.clock  # type: ignore[attr-defined]
    if request.what == MoreTime.PAUSE:
        return clocks.pause(clock, reason=request.reason, by=by, at=at)
    return clocks.extend(clock, request.days or 0, at=at)


def refuse(request: TimeRequest, reason: str, *, by: Actor, at: datetime) -> bool:
    """Let the clock run on as it is; False if somebody was quicker."""
    return _decide(request, refused_at=at, refused_by=by.audit_name, refused_reason=reason)


def _decide(request: TimeRequest, **how: Any) -> bool:
    open_ = type(request)._default_manager.filter(
        pk=request.pk, granted_at__isnull=True, refused_at__isnull=True
    )
    if not open_.update(**how):
        return False
    for field, value in how.items():
        setattr(request, field, value)
    return True
