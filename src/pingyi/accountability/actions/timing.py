"""More time for a duty: asked for with a reason, decided by somebody else who decides on duties."""

from __future__ import annotations

from datetime import datetime

from pingyi.accountability import policies
from pingyi.accountability.models import Duty, DutyTimeRequest
from pingyi.audit.actions import Actor, action, record
from pingyi.casework.actions.steps import chosen, refusal, required
from pingyi.casework.reasons import TIME_ASKED, Overtaken, Reason, needs
from pingyi.clocks import actions as clocks
from pingyi.clocks import more_time
from pingyi.clocks.names import MoreTime
from pingyi.notices.actions import notify
from pingyi.notices.wording import Sentence
from pingyi.people.models import User
from pingyi.people.permissions import holders_of
from pingyi.supervision.actions.findings import impersonal
from pingyi.supervision.policies import serves

TO_GRANT = Sentence(
    "问责事项 {ref} 申请暂停计时或延期，请决定。",
    "Duty {ref}: more time is asked for; to be decided.",
)
GRANTED = Sentence(
    "问责事项 {ref} 的暂停或延期申请已同意。",
    "Duty {ref}: more time was given.",
)
NOT_GRANTED = Sentence(
    "问责事项 {ref} 的暂停或延期申请未同意，请看理由。",
    "Duty {ref}: no more time was given; see why.",
)
RUNS_ON = Sentence(
    "问责事项 {ref} 已恢复计时，请抓紧落实。",
    "Duty {ref}: its clock runs on; go on with it.",
)


@action("duty.ask_time")
def ask_for_time(
    *,
    duty: Duty,
    what: MoreTime | str,
    days: int | None = None,
    reason: str,
    by: Actor,
    at: datetime,
) -> DutyTimeRequest:
    """Ask that the duty's clock stand still, or run `days` working days longer. Raises Refusal."""
    what = chosen(MoreTime, what, "what")
    text = impersonal(required(reason, "reason", longest=more_time.LONGEST_REASON), "reason")
    if what is MoreTime.EXTENSION and not days:
        _refuse(needs("days"))
    _refuse(policies.why_not_ask_time(duty, by, at=at))
    clock = policies.running_clock(duty)
    assert clock is not None
    _refuse(policies.why_not_more(duty, clock, what, days, at=at))
    request: DutyTimeRequest | None = more_time.ask(clock, what, days, reason=text, by=by, at=at)
    if request is None:
        raise Overtaken(TIME_ASKED)
    record(duty, request=request.pk, what=what.value, days=request.days)
    notify(
        users=[user for user in _deciding(duty) if user != by],
        text=TO_GRANT.format(ref=duty.ref),
        link=office_link(duty),
        by=by,
        at=at,
    )
    return request


@action("duty.grant_time")
def grant_time(*, duty: Duty, by: Actor, at: datetime) -> DutyTimeRequest:
    """Somebody else agrees: the clock stands still from now on, or runs longer. Raises Refusal."""
    _refuse(policies.why_not_grant(duty, by, at=at))
    request = policies.open_request(duty)
    if request is None or not more_time.grant(request, by=by, at=at):
        raise Overtaken(policies.DECIDED)
    record(duty, request=request.pk, what=request.what, days=request.days)
    _tell_who_asked(duty, request, GRANTED, by=by, at=at)
    return request


@action("duty.refuse_time")
def refuse_time(*, duty: Duty, reason: str, by: Actor, at: datetime) -> DutyTimeRequest:
    """Somebody else does not agree, and says why. Raises Refusal."""
    text = impersonal(required(reason, "reason"), "reason")
    _refuse(policies.why_not_refuse(duty, by))
    request = policies.open_request(duty)
    if request is None or not more_time.refuse(request, text, by=by, at=at):
        raise Overtaken(policies.DECIDED)
    record(duty, request=request.pk)
    _tell_who_asked(duty, request, NOT_GRANTED, by=by, at=at)
    return request


@action("duty.resume")
def resume_duty(*, duty: Duty, by: Actor, at: datetime) -> Duty:
    """What was waited for has come: the clock runs on with the time that was left. Raises
    Refusal."""
    _refuse(policies.why_not_resume(duty, by))
    clock = policies.running_clock(duty)
    if clock is None or not clocks.resume(clock, at=at):
        raise Overtaken(policies.DECIDED)
    record(duty, due=clock.due_at.isoformat())
    _tell_unit(duty, RUNS_ON, by=by, at=at)
    return duty


def _deciding(duty: Duty) -> list[User]:
    """Those who decide on it, without whoever serves a unit of it."""
    holders = holders_of("duty.decide", area=duty.area)
    return [user for user in holders if not any(serves(user, unit) for unit in duty.units)]


def _tell_who_asked(
    duty: Duty, request: DutyTimeRequest, text: Sentence, *, by: Actor, at: datetime
) -> None:
    """The unit, whose clock it is; and whoever asked for it at the office."""
    _tell_unit(duty, text, by=by, at=at)
    asker = [user for user in _deciding(duty) if user.audit_name == request.by]
    notify(users=asker, text=text.format(ref=duty.ref), link=office_link(duty), by=by, at=at)


def _tell_unit(duty: Duty, text: Sentence, *, by: Actor, at: datetime) -> None:
    for unit in duty.units:
        readers = holders_of("duty.own", unit=unit)
        notify(users=readers, text=text.format(ref=duty.ref), link=unit_link(duty), by=by, at=at)


def office_link(duty: Duty) -> str:
    """The duty's page at the office."""
    return f"/office/duties/{duty.pk}/"


def unit_link(duty: Duty) -> str:
    """The duty's page at its unit."""
    return f"/unit/duties/{duty.pk}/"


def _refuse(reason: Reason | None) -> None:
    if reason is not None:
        raise refusal(reason)
