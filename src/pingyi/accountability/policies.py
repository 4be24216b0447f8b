"""Whether now: why a measure, a naming or a duty's step is refused, as a typed reason."""

from __future__ import annotations

from datetime import datetime

from pingyi import rulebook
from pingyi.accountability.models import PROMISE, Duty, DutyClock, DutyTimeRequest, Measure
from pingyi.accountability.terms import MeasureRulingKind, State
from pingyi.audit.actions import Actor
from pingyi.casework.models import Case
from pingyi.casework.policies import is_of_its_unit, no_time, reaches
from pingyi.casework.reasons import (
    CLOCK_LATE,
    NO_CLOCK,
    NO_REQUEST,
    NOT_PAUSED,
    NOT_YOURS,
    OWN_REQUEST,
    OWN_UNIT,
    TIME_ASKED,
    Reason,
)
from pingyi.casework.rules import line_of, office_of
from pingyi.casework.states import Finding
from pingyi.clocks.names import MoreTime
from pingyi.directory.models import Area, Unit
from pingyi.directory.schemes import in_force
from pingyi.people.models import User
from pingyi.people.permissions import scope_of
from pingyi.rulebook import ClockRule
from pingyi.supervision.policies import serves

LENGTHS = rulebook.scheme("wuhan-2023").clocks
"""Clocks for a scheme that names none of its own."""

ANNULLED = Reason("annulled", "该措施已撤销", "The measure was annulled already")
NOTIFIED = Reason("notified", "已经告知单位", "The unit was notified already")
SEALED = Reason(
    "sealed",
    "案件处于保密期，解除前不能告知单位",
    "The case is under embargo: the unit is not told before its release",
)
NOT_VERIFIED = Reason(
    "not_verified",
    "只有查实或部分属实的案件才能点名到人",
    "Only a case that was verified, or partly, names a person",
)
NAMED_ALREADY = Reason(
    "named_already", "本案已点名此人", "The case names this person already", "name"
)
UNRELATED_UNIT = Reason(
    "unrelated_unit",
    "单位须是被评单位、其主管单位或承办单位",
    "The unit is the rated one, one above it, or one it was dispatched to",
    "unit",
)
MEASURED_ALREADY = Reason(
    "measured_already",
    "对此人的这项措施已经登记",
    "This measure on this person was recorded already",
    "kind",
)
NO_NAME = Reason("no_name", "请填姓名，不填电话或证件号码", "A name, not a number", "name")
DECIDED = Reason("decided", "已经有人决定，请查看最新情况", "Decided already; look again")
NOT_ACCEPTED = Reason(
    "not_accepted", "只有决定采取的才能登记落实", "Only what was decided on can be done"
)
NOT_OF_IT = Reason("not_of_it", "该单位不在其中", "The unit has no part in it", "unit")
PART_DONE = Reason(
    "part_done", "该单位已经登记落实", "This unit's part is noted as done already", "unit"
)
NO_PROMISE = Reason("no_promise", "没有待兑现的承诺", "No promise waits to be kept")
PROMISED_BEFORE = Reason(
    "promised_before",
    "承诺的日期不能早于说明之日",
    "The promised date cannot lie before the day of the explanation",
    "promised",
)
NOTHING_TO_READ = Reason("nothing_to_read", "没有可查看的姓名", "There is no name to show")


def area_reaches(by: Actor, permission: str, area: Area | None) -> bool:
    """Whether `by`'s permission reaches the area, held there or above."""
    if not isinstance(by, User):
        return False
    scope = scope_of(by, permission)
    while area is not None and not scope.everywhere and area.pk not in scope.areas:
        area = area.parent
    return scope.everywhere or area is not None


def why_not_measure(by: Actor, unit: Unit, area: Area, case: Case | None) -> Reason | None:
    """Why `by` records no measure on a person of `unit` in `area`, be it of a case."""
    if not area_reaches(by, "measure.record", area):
        return NOT_YOURS
    if serves(by, unit):
        return OWN_UNIT
    if answers_for(unit, case) or area_reaches(by, "measure.record", office_of(unit)):
        return None
    return UNRELATED_UNIT


def answers_for(unit: Unit, case: Case | None) -> bool:
    """Whether the unit is the case's rated one, one above it, or one it was dispatched to."""
    if case is None:
        return False
    given = {dispatch.unit_id for dispatch in case.dispatches.all()}
    return unit.pk in given or unit in line_of(case.unit)


def why_not_annul(measure: Measure, by: Actor) -> Reason | None:
    if MeasureRulingKind.ANNULLED in measure.rulings_given:
        return ANNULLED
    return why_not_measure(by, measure.person.unit, measure.area, measure.case)


def why_not_notify(measure: Measure, by: Actor) -> Reason | None:
    given = measure.rulings_given
    if MeasureRulingKind.ANNULLED in given:
        return ANNULLED
    if MeasureRulingKind.NOTIFIED in given:
        return NOTIFIED
    if measure.case is not None and measure.case.embargoed:
        return SEALED
    return why_not_measure(by, measure.person.unit, measure.area, measure.case)


def why_not_name(case: Case, by: Actor) -> Reason | None:
    """Why `by` cannot say now whom the case names."""
    if not isinstance(by, User):
        return NOT_YOURS
    permission = "case.investigate" if case.embargoed else "person.name"
    if not reaches(case, by, permission):
        return NOT_YOURS
    if is_of_its_unit(case, by):
        return OWN_UNIT
    verdict = case.verdicts.counting().first()
    good = verdict is not None and verdict.finding in (Finding.VERIFIED, Finding.PARTLY)
    return None if good else NOT_VERIFIED


def why_not_keep(duty: Duty, by: Actor) -> Reason | None:
    """Why `by` cannot note that what was promised was done."""
    refused = why_not_duty(duty, by, State.DONE)
    if refused in (NOT_ACCEPTED, None):
        return None if duty.promise is not None else NO_PROMISE
    return refused


def why_not_duty(duty: Duty, by: Actor, state: State) -> Reason | None:
    """Why `by` can do nothing with the duty, which must be in `state`."""
    if (refused := _why_not_office(duty, by)) is not None:
        return refused
    if duty.state == state:
        return None
    return DECIDED if state is State.PROPOSED else NOT_ACCEPTED


def _why_not_office(duty: Duty, by: Actor) -> Reason | None:
    """Whether `by` decides on duties of its area, and it is not their own unit's."""
    if not area_reaches(by, "duty.decide", duty.area):
        return NOT_YOURS
    return OWN_UNIT if any(serves(by, unit) for unit in duty.units) else None


def rule_of(duty: Duty, clock: str) -> ClockRule:
    """What the scheme of the duty's season says of such a clock."""
    return in_force(duty.season).clocks.get(clock) or LENGTHS[clock]


def owns(duty: Duty, by: Actor) -> bool:
    """Whether `by` is of the unit that has to do it, or one of several."""
    if not isinstance(by, User):
        return False
    own = scope_of(by, "duty.own").units
    return any(unit.pk in own for unit in duty.units)


def running_clock(duty: Duty) -> DutyClock | None:
    """The clock that runs, as it is now; a promised date is nobody's to put off."""
    found: DutyClock | None = duty.clocks.running().exclude(rule=PROMISE).first()
    return found


def open_request(duty: Duty) -> DutyTimeRequest | None:
    """The request for more time that waits for somebody, its clock still running."""
    asked = DutyTimeRequest.objects.waiting().filter(clock__duty=duty)
    found: DutyTimeRequest | None = asked.select_related("clock").last()
    return found


def why_not_ask_time(duty: Duty, by: Actor, *, at: datetime) -> Reason | None:
    """Why `by`, of the unit or of those who decide, cannot ask for more time now."""
    if not owns(duty, by) and (refused := _why_not_office(duty, by)) is not None:
        return refused
    clock = running_clock(duty)
    if clock is None or not rule_of(duty, clock.rule).may_change:
        return NO_CLOCK
    if open_request(duty) is not None:
        return TIME_ASKED
    return CLOCK_LATE if clock.is_late(at) else None


def why_not_more(
    duty: Duty, clock: DutyClock, what: MoreTime, days: int | None, *, at: datetime
) -> Reason | None:
    """Why the scheme, or the clock as it stands, does not allow such a pause or extension."""
    return no_time(clock, rule_of(duty, clock.rule), what, days, at=at)


def why_not_grant(duty: Duty, by: Actor, *, at: datetime) -> Reason | None:
    """Why `by` cannot give what was asked for."""
    refused, request = why_not_refuse(duty, by), open_request(duty)
    if refused is not None or request is None:
        return refused
    return why_not_more(duty, request.clock, MoreTime(request.what), request.days, at=at)


def why_not_refuse(duty: Duty, by: Actor) -> Reason | None:
    """Why `by` cannot refuse what was asked for: it takes somebody else who decides on duties."""
    if (refused := _why_not_office(duty, by)) is not None:
        return refused
    request = open_request(duty)
    if request is None:
        return NO_REQUEST
    return OWN_REQUEST if request.by == by.audit_name else None


def why_not_resume(duty: Duty, by: Actor) -> Reason | None:
    """Why `by` cannot let the clock run on."""
    clock = running_clock(duty)
    paused = clock is not None and clock.paused_at is not None
    return _why_not_office(duty, by) or (None if paused else NOT_PAUSED)
