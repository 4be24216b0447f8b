"""More time for an item: asked for with a reason, decided by somebody else of the office."""

from __future__ import annotations

from datetime import datetime

from pingyi.audit.actions import Actor, action, record
from pingyi.casework.actions.steps import chosen, required
from pingyi.casework.reasons import TIME_ASKED, Overtaken, needs
from pingyi.clocks import actions as clocks
from pingyi.clocks import more_time
from pingyi.clocks.names import MoreTime
from pingyi.notices.actions import notify
from pingyi.notices.wording import Sentence
from pingyi.people.permissions import holders_of
from pingyi.supervision import item_policies as policies
from pingyi.supervision.actions.rectification import fit, office_link, refuse, tell_unit
from pingyi.supervision.models.rectification import ItemTimeRequest, RectificationItem

TO_GRANT = Sentence(
    "整改清单有一项申请暂停计时或延期，请决定。",
    "More time is asked for a point of a rectification list: to be decided.",
)
GRANTED = Sentence(
    "整改清单有一项的暂停或延期申请已同意。",
    "More time was given for a point of a rectification list.",
)
NOT_GRANTED = Sentence(
    "整改清单有一项的暂停或延期申请未同意，请看理由。",
    "No more time was given for a point of a rectification list; see why.",
)
RUNS_ON = Sentence(
    "整改清单有一项已恢复计时，请抓紧办理。",
    "The clock of a point of your rectification list runs on: go on with it.",
)


@action("rectification.ask_time")
def ask_for_time(
    *,
    item: RectificationItem,
    what: MoreTime | str,
    days: int | None = None,
    reason: str,
    by: Actor,
    at: datetime,
) -> ItemTimeRequest:
    """Ask that the item's clock stand still, or run `days` working days longer. Raises Refusal."""
    what = chosen(MoreTime, what, "what")
    text = fit(required(reason, "reason", longest=more_time.LONGEST_REASON), item.of, "reason")
    if what is MoreTime.EXTENSION and not days:
        refuse(needs("days"))
    refuse(policies.why_not_ask_time(item, by, at=at))
    clock = item.running_clock
    assert clock is not None
    refuse(policies.why_not_more(clock, what, days, at=at))
    request: ItemTimeRequest | None = more_time.ask(clock, what, days, reason=text, by=by, at=at)
    if request is None:
        raise Overtaken(TIME_ASKED)
    record(item, request=request.pk, what=what.value, days=request.days)
    readers = holders_of("rectification.manage", area=item.of.unit.area)
    others = readers.exclude(username=by.audit_name)
    notify(users=others, text=TO_GRANT, link=office_link(item), by=by, at=at)
    return request


@action("rectification.grant_time")
def grant_time(*, item: RectificationItem, by: Actor, at: datetime) -> ItemTimeRequest:
    """Somebody else of the office agrees: the clock stands still from now on, or runs longer.

    Raises Refusal.
    """
    refuse(policies.why_not_grant(item, by, at=at))
    request = policies.open_request(item)
    if request is None or not more_time.grant(request, by=by, at=at):
        raise Overtaken(policies.OVERTAKEN)
    record(item, request=request.pk, what=request.what, days=request.days)
    _tell_who_asked(item, request, GRANTED, by=by, at=at)
    return request


@action("rectification.refuse_time")
def refuse_time(
    *, item: RectificationItem, reason: str, by: Actor, at: datetime
) -> ItemTimeRequest:
    """Somebody else of the office does not agree, and says why. Raises Refusal."""
    text = fit(required(reason, "reason"), item.of, "reason")
    refuse(policies.why_not_refuse(item, by))
    request = policies.open_request(item)
    if request is None or not more_time.refuse(request, text, by=by, at=at):
        raise Overtaken(policies.OVERTAKEN)
    record(item, request=request.pk)
    _tell_who_asked(item, request, NOT_GRANTED, by=by, at=at)
    return request


@action("rectification.resume")
def resume_item(*, item: RectificationItem, by: Actor, at: datetime) -> RectificationItem:
    """What was waited for has come: the clock runs on with the time that was left. Raises
    Refusal."""
    refuse(policies.why_not_resume(item, by))
    clock = item.running_clock
    if clock is None or not clocks.resume(clock, at=at):
        raise Overtaken(policies.OVERTAKEN)
    record(item, due=clock.due_at.isoformat())
    tell_unit(item, RUNS_ON, by=by, at=at)
    return item


def _tell_who_asked(
    item: RectificationItem, request: ItemTimeRequest, text: Sentence, *, by: Actor, at: datetime
) -> None:
    """The unit, whose clock it is; and whoever asked for it at the office."""
    tell_unit(item, text, by=by, at=at)
    asker = holders_of("rectification.manage", area=item.of.unit.area).filter(username=request.by)
    notify(users=asker, text=text, link=office_link(item), by=by, at=at)
