"""Whether now: why a list, an item or an improvement is refused, as a typed reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pingyi.audit.actions import Actor
from pingyi.casework.models import Case
from pingyi.casework.policies import NOT_YOURS, Reason
from pingyi.casework.rules import line_of
from pingyi.directory.models import Unit
from pingyi.people.models import User
from pingyi.people.permissions import scope_of
from pingyi.supervision.models.improvements import Improvement
from pingyi.supervision.models.rectification import ItemState, RectificationItem
from pingyi.supervision.policies import IN_FUTURE, NAMES_SOMEBODY, why_not_theirs

MOST_DAYS = 250

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
    if not isinstance(by, User) or item.unit_id not in scope_of(by, "rectification.work").units:
        return NOT_YOURS
    return None if item.state == ItemState.OPEN else NOT_OPEN


def why_not_accept(item: RectificationItem, by: Actor) -> Reason | None:
    """Why `by` can neither accept nor send it back now."""
    refused = why_not_manage(by, item.of.unit) or why_not_manage(by, item.unit)
    if refused is None and item.state == ItemState.CLOSED:
        return IS_CLOSED
    return refused or (None if item.state == ItemState.SUBMITTED else NOT_SUBMITTED)


def why_not_strike(improvement: Improvement, by: Actor) -> Reason | None:
    if improvement.struck_at is not None:
        return STRUCK
    return why_not_manage(by, improvement.unit)
