"""Whether now: why a list, an item or an improvement is refused, as a typed reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.utils.timezone import localdate

from pingyi.audit.actions import Actor
from pingyi.casework.models import Case
from pingyi.casework.policies import no_time
from pingyi.casework.reasons import (
    CLOCK_LATE,
    NO_CLOCK,
    NO_REQUEST,
    NOT_PAUSED,
    NOT_YOURS,
    OWN_REQUEST,
    TIME_ASKED,
    Reason,
)
from pingyi.casework.rules import line_of
from pingyi.clocks.names import MoreTime
from pingyi.directory.models import Unit
from pingyi.people.models import User
from pingyi.people.permissions import scope_of
from pingyi.ratings.points import rules_on
from pingyi.rulebook import ClockRule
from pingyi.supervision.models.improvements import Improvement
from pingyi.supervision.models.rectification import (
    ItemClock,
    ItemState,
    ItemTimeRequest,
    RectificationItem,
)
from pingyi.supervision.policies import IN_FUTURE, NAMES_SOMEBODY, why_not_theirs

MOST_DAYS = 250
CLOCK = "rectify"
"""The scheme's clause on an item's clock: its length is the office's word, item by item."""

OVERTAKEN = Reason(
    "overtaken",
    "此项刚刚已由他人办理，请查看最新情况",
    "Somebody has just worked this item; look again",
)
SEALED = Reason("sealed", "案件不存在或在保密期内", "There is no such case, or it is under embargo")
WRONG_OWNER = Reason(
    "wrong_owner",
    "责任单位须是清单单位或其下属单位",
    "The owner is the list's unit, or one below it",
    "unit",
)
ODD_DAYS = Reason(
    "odd_days",
    "限期为 1 至 250 个工作日",
    "1 to 250 working days",
    "days",
)
NOT_OPEN = Reason("not_open", "此项已报请验收或已销号", "The item was reported, or is closed")
IS_CLOSED = Reason(
    "is_closed", "此项已销号，没有下一步", "The item is closed; nothing is left to do"
)
NOT_SUBMITTED = Reason(
    "not_submitted", "单位尚未报请验收", "The unit has not reported it as put right"
)
RECORDED = Reason(
    "recorded", "该答复中的改变已登记", "The change in this answer is recorded already"
)
STRUCK = Reason("struck", "已划去", "Struck out already")


def names_somebody(field: str) -> Reason:
    return replace(NAMES_SOMEBODY, field=field)


def why_not_manage(by: Actor, unit: Unit) -> Reason | None:
    """Whether `by` keeps the lists of this unit, which is not their own."""
    return why_not_theirs(by, "rectification.manage", unit)


def why_not_of(case: Case | None) -> Reason | None:
    return SEALED if case is not None and case.embargoed else None


def why_not_owner(worker: Unit, unit: Unit) -> Reason | None:
    return None if unit in line_of(worker) else WRONG_OWNER


def why_not_days(days: int) -> Reason | None:
    return None if 1 <= days <= MOST_DAYS else ODD_DAYS


def why_not_on(on: date, *, today: date) -> Reason | None:
    return IN_FUTURE if on > today else None


def why_not_submit(item: RectificationItem, by: Actor) -> Reason | None:
    """Why `by` cannot report the item as put right now."""
    if not works(item, by):
        return NOT_YOURS
    return None if item.state == ItemState.OPEN else NOT_OPEN


def why_not_accept(item: RectificationItem, by: Actor) -> Reason | None:
    """Why `by` can neither accept nor send it back now."""
    refused = _why_not_office(item, by)
    if refused is None and item.state == ItemState.CLOSED:
        return IS_CLOSED
    return refused or (None if item.state == ItemState.SUBMITTED else NOT_SUBMITTED)


def rule_of(clock: ItemClock) -> ClockRule | None:
    """What the scheme in force when the clock started says of it."""
    return rules_on(localdate(clock.started_at)).scheme.clocks.get(CLOCK)


def open_request(item: RectificationItem) -> ItemTimeRequest | None:
    """The request for more time that waits for somebody, its clock still running."""
    found: ItemTimeRequest | None = (
        ItemTimeRequest.objects.waiting().filter(clock__item=item).select_related("clock").last()
    )
    return found


def works(item: RectificationItem, by: Actor) -> bool:
    """Whether `by` is of the unit that puts it right."""
    return isinstance(by, User) and item.unit_id in scope_of(by, "rectification.work").units


def why_not_ask_time(item: RectificationItem, by: Actor, *, at: datetime) -> Reason | None:
    """Why `by`, of the unit or of the office, cannot ask for more time now."""
    if not works(item, by) and (refused := _why_not_office(item, by)) is not None:
        return refused
    clock = item.running_clock
    rule = rule_of(clock) if clock is not None else None
    if clock is None or rule is None or not rule.may_change:
        return NO_CLOCK
    if open_request(item) is not None:
        return TIME_ASKED
    return CLOCK_LATE if clock.is_late(at) else None


def why_not_more(
    clock: ItemClock, what: MoreTime, days: int | None, *, at: datetime
) -> Reason | None:
    """Why the scheme, or the clock as it stands, does not allow such a pause or extension."""
    rule = rule_of(clock)
    return NO_CLOCK if rule is None else no_time(clock, rule, what, days, at=at)


def why_not_grant(item: RectificationItem, by: Actor, *, at: datetime) -> Reason | None:
    """Why `by` cannot give what was asked for."""
    refused, request = why_not_refuse(item, by), open_request(item)
    if refused is not None or request is None:
        return refused
    return why_not_more(request.clock, MoreTime(request.what), request.days, at=at)


def why_not_refuse(item: RectificationItem, by: Actor) -> Reason | None:
    """Why `by` cannot refuse what was asked for: it takes somebody else of the office."""
    if (refused := _why_not_office(item, by)) is not None:
        return refused
    request = open_request(item)
    if request is None:
        return NO_REQUEST
    return OWN_REQUEST if request.by == by.audit_name else None


def why_not_resume(item: RectificationItem, by: Actor) -> Reason | None:
    """Why `by` cannot let the clock run on."""
    clock = item.running_clock
    paused = clock is not None and clock.paused_at is not None
    return _why_not_office(item, by) or (None if paused else NOT_PAUSED)


def _why_not_office(item: RectificationItem, by: Actor) -> Reason | None:
    return why_not_manage(by, item.of.unit) or why_not_manage(by, item.unit)


def why_not_strike(improvement: Improvement, by: Actor) -> Reason | None:
    if improvement.struck_at is not None:
        return STRUCK
    return why_not_manage(by, improvement.unit)
