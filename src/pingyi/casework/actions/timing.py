"""More time for a case's clock: asked for with a reason, decided by somebody else of the office;
for the inspectors' own clock, by another of them."""

from __future__ import annotations

from datetime import datetime

from pingyi.audit.actions import Actor, action
from pingyi.casework import policies, reasons, rules
from pingyi.casework.actions.steps import chosen, record_step, refusal, required, take
from pingyi.casework.messages import tell_who_asked, tell_who_grants_time
from pingyi.casework.models import Case
from pingyi.casework.states import HANDLE, TRANSITIONS, State, is_clock
from pingyi.casework.time_models import TimeRequest
from pingyi.casework.wording import unfit_for_unit
from pingyi.clocks import actions as clocks
from pingyi.clocks import more_time
from pingyi.clocks.more_time import LONGEST_REASON
from pingyi.clocks.names import MoreTime


@action("case.ask_time")
def ask_for_time(
    *,
    case: Case,
    what: MoreTime | str,
    days: int | None = None,
    reason: str,
    by: Actor,
    at: datetime,
) -> TimeRequest:
    """Ask that the clock in hand stand still, or run `days` longer, in its own unit.

    The unit asks for its own handling clock, the inspectors for theirs, the office for any other
    that the scheme allows.
    """
    what, text = chosen(MoreTime, what, "what"), required(reason, "reason", longest=LONGEST_REASON)
    if what is MoreTime.EXTENSION and not days:
        raise refusal(reasons.needs("days"))
    units_own = policies.holds(TRANSITIONS["unit_asks_time"], case, by)
    name = "unit_asks_time" if units_own else "ask_time"
    step = take(_of_theirs(name, case), case, by=by, at=at)
    clock = rules.clock_in_hand(case)
    assert clock is not None
    reason_not = policies.why_not_more_time(case, clock, what, days, at=at)
    if reason_not is not None:
        raise refusal(reason_not)
    dispatch = policies.open_dispatch(case) if is_clock(HANDLE, clock.rule) else None
    request = TimeRequest.objects.create(
        case=case,
        clock=clock,
        unit=dispatch.unit if dispatch else None,
        inspectors=_with_the_inspectors(case),
        what=what.value,
        days=days if what is MoreTime.EXTENSION else None,
        reason=text,
        at=at,
        by=by.audit_name,
    )
    record_step(case, step, request, clock=clock.rule, what=what.value, days=request.days)
    tell_who_grants_time(case, by=by, at=at)
    return request


@action("case.grant_time")
def grant_time(*, case: Case, by: Actor, at: datetime) -> TimeRequest:
    """Somebody else of the office agrees: the clock stands still from now on, or runs longer."""
    step = take(_of_theirs("grant_time", case), case, by=by, at=at)
    request = policies.open_request(case)
    assert request is not None
    if not more_time.grant(request, by=by, at=at):
        raise reasons.Overtaken(reasons.OVERTAKEN)
    record_step(
        case, step, about=request, clock=request.clock.rule, what=request.what, days=request.days
    )
    tell_who_asked(request, by=by, at=at)
    return request


@action("case.refuse_time")
def refuse_time(*, case: Case, reason: str, by: Actor, at: datetime) -> TimeRequest:
    """Somebody else of the office does not agree: the clock runs on. Whoever asked reads why."""
    text = required(reason, "reason")
    unfit = unfit_for_unit(text, case, field="reason")
    if unfit is not None:
        raise refusal(unfit)
    step = take(_of_theirs("refuse_time", case), case, by=by, at=at)
    request = policies.open_request(case)
    assert request is not None
    if not more_time.refuse(request, text, by=by, at=at):
        raise reasons.Overtaken(reasons.OVERTAKEN)
    record_step(case, step, about=request, clock=request.clock.rule)
    tell_who_asked(request, by=by, at=at)
    return request


@action("case.resume")
def resume_clock(*, case: Case, by: Actor, at: datetime) -> Case:
    """What was waited for has come: the paused clock runs on with the time that was left."""
    step = take(_of_theirs("resume", case), case, by=by, at=at)
    clock = policies.paused_clock(case)
    assert clock is not None
    granted = clock.requests.filter(what=MoreTime.PAUSE.value, granted_at__isnull=False).last()
    if not clocks.resume(clock, at=at):
        raise reasons.Overtaken(reasons.OVERTAKEN)
    record_step(case, step, about=granted, clock=clock.rule)
    return case


_THEIRS = {
    "unit_asks_time": "inspectors_ask_time",
    "ask_time": "inspectors_ask_time",
    "grant_time": "inspectors_grant_time",
    "refuse_time": "inspectors_refuse_time",
    "resume": "inspectors_resume",
}


def _of_theirs(name: str, case: Case) -> str:
    """The step as the table calls it while the case is the inspectors'."""
    return _THEIRS[name] if _with_the_inspectors(case) else name


def _with_the_inspectors(case: Case) -> bool:
    return State(case.state) is State.REFERRED
