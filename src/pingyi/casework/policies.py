"""Whether now: why a step cannot be taken, as one of the `reasons`.

The greyed button's tooltip and the refusal are the same `Reason`. *Who may* is asked here too, so
that no caller can forget it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from pingyi.audit.actions import CITIZEN, SYSTEM, Actor
from pingyi.audit.queries import acted_on
from pingyi.casework import states
from pingyi.casework.embargo import known_verdict
from pingyi.casework.models import (
    Case,
    CaseClock,
    Dispatch,
    HandlingProposal,
    InvestigationNote,
    Proposal,
    Sorting,
)
from pingyi.casework.move_models import CaseMove
from pingyi.casework.reasons import (
    ACKNOWLEDGED,
    APPEAL_OVER,
    APPEALED,
    CLOCK_LATE,
    EMBARGO,
    EXTENDED,
    MOVE_WAITS,
    NO_APPEAL,
    NO_CLOCK,
    NO_MOVE,
    NO_PAUSE,
    NO_REQUEST,
    NOT_ASKED,
    NOT_EMBARGOED,
    NOT_IN_STATE,
    NOT_NEW,
    NOT_PAUSED,
    NOT_PICKED,
    NOT_TO_BE_HEARD,
    NOT_YOURS,
    NOTHING_TO_APPEAL,
    NOTHING_TO_LOOK_AT,
    OTHER_UNITS_POINT,
    OWN_REQUEST,
    OWN_UNIT,
    PAUSED_ALREADY,
    PICKED,
    REPLY_OWED,
    STAYS_VOID,
    STILL_OPEN_TO_HER,
    THERE_ALREADY,
    TIME_ASKED,
    UNFIT_KIND,
    UNIT_RETIRED,
    VERDICT_STANDS,
    Reason,
    too_many_days,
)
from pingyi.casework.rules import appeal_until, clock_in_hand, line_of, scheme_of
from pingyi.casework.second_looks import Appeal, LookBack
from pingyi.casework.states import (
    RATER,
    TRANSITIONS,
    CallOutcome,
    Finding,
    Kind,
    State,
    Transition,
    steps_from,
)
from pingyi.casework.time_models import TimeRequest
from pingyi.clocks import more_time
from pingyi.clocks.models import Deadline
from pingyi.clocks.more_time import NoTime
from pingyi.clocks.names import MoreTime
from pingyi.directory.models import Area, ServicePoint, Unit
from pingyi.people.models import User
from pingyi.people.permissions import scope_of
from pingyi.rulebook import ClockRule

MOOT = frozenset(
    {
        NOT_ASKED,
        NO_MOVE,
        NO_CLOCK,
        NO_REQUEST,
        NOT_PAUSED,
        NOTHING_TO_APPEAL,
        NO_APPEAL,
        NOTHING_TO_LOOK_AT,
        PICKED,
        NOT_PICKED,
        NOT_TO_BE_HEARD,
    }
)
"""Reasons for which a step is not even offered greyed: it is about nothing that is there."""


def why_not(step: Transition, case: Case, by: Actor, *, at: datetime) -> Reason | None:
    """Why `by` cannot take `step` on `case` now; None if nothing stands in the way."""
    if not holds(step, case, by):
        return NOT_YOURS
    if case.embargoed and not step.sealed:
        return EMBARGO
    if step.permission not in OF_UNITS and is_of_its_unit(case, by):
        return OWN_UNIT
    if State(case.state) not in step.sources:
        return NOT_IN_STATE
    further = _FURTHER.get(step.name)
    reason = further(case, at) if further else None
    if reason is None and step.name in OTHER_HANDS and _asked(case, by):
        return OWN_REQUEST
    if reason is None and step.name in NEW_HANDS and worked_on(case, by):
        return NOT_NEW
    return reason


@dataclass(frozen=True)
class Offer:
    """A step for a button: enabled, or greyed with the reason."""

    step: Transition
    reason: Reason | None

    @property
    def enabled(self) -> bool:
        return self.reason is None


def offers(case: Case, user: User, *, at: datetime) -> list[Offer]:
    """The steps from the case's state that are this user's, in the table's order."""
    found = [
        Offer(step, why_not(step, case, user, at=at))
        for step in steps_from(State(case.state))
        if holds(step, case, user)
    ]
    return [offer for offer in found if offer.reason not in MOOT]


def holds(step: Transition, case: Case, by: Actor) -> bool:
    """Who may: whether the step is `by`'s to take on this case at all."""
    if by == SYSTEM:
        return step.automatic
    if by == CITIZEN:
        return step.permission == RATER
    if not isinstance(by, User) or step.permission in (RATER, states.SYSTEM):
        return False
    return reaches(case, by, step.permission)


def reaches(case: Case, user: User, permission: str) -> bool:
    """Whether the user's `permission` reaches the case: by its area, or the unit it lies with."""
    scope = scope_of(user, permission)
    if scope.units:
        dispatch = open_dispatch(case)
        if dispatch is not None and dispatch.unit_id in scope.units:
            return True
        if permission == "case.appeal":
            return case.verdicts.counting().filter(unit__in=scope.units).exists()
    area: Area | None = case.area
    found = scope.everywhere
    while area is not None and not found:
        found = area.pk in scope.areas
        area = area.parent
    return found


def open_dispatch(case: Case) -> Dispatch | None:
    """The dispatch the case lies with a unit under: the latest that was not recalled."""
    return case.dispatches.filter(recalled_at__isnull=True).select_related("unit").last()


OF_UNITS = frozenset({"case.answer", "case.appeal"})
"""Permissions of a unit on its own cases."""


def open_appeal(case: Case) -> Appeal | None:
    """The appeal that waits for its review."""
    return case.appeals.filter(reviewed_at__isnull=True).last()  # type: ignore[no-any-return]


def open_proposal(case: Case) -> Proposal | None:
    """The proposed verdict that waits for a second person."""
    return case.proposals.filter(confirmed_at__isnull=True, sent_back_at__isnull=True).last()


def open_move(case: Case) -> CaseMove | None:
    """The other unit that is proposed and waits for a second person."""
    return _open_moves(case).select_related("to_unit__area__parent", "to_point").last()


def _open_moves(case: Case) -> QuerySet[CaseMove]:
    return case.moves.filter(confirmed_at__isnull=True, refused_at__isnull=True)


def why_not_there(case: Case, unit: Unit, point: ServicePoint | None) -> Reason | None:
    """Why a case cannot be moved to that unit and point."""
    if unit.pk == case.unit_id:
        return THERE_ALREADY
    if unit.retired_at is not None:
        return UNIT_RETIRED
    return OTHER_UNITS_POINT if point is not None and point.unit_id != unit.pk else None


def is_of_its_unit(case: Case, by: Actor) -> bool:
    """Whether `by` also serves the rated unit, or one above it, or the one proposed instead: they
    work no case of their own."""
    if not isinstance(by, User):
        return False
    own = scope_of(by, "case.answer").units
    if not own:
        return False
    move = open_move(case)
    units = [*line_of(case.unit), *(line_of(move.to_unit) if move is not None else ())]
    return any(unit.pk in own for unit in units)


NEW_HANDS = frozenset(
    {
        "confirm",
        "send_back",
        "uphold",
        "uphold_in_hand",
        "dismiss",
        "look_back_kept",
        "look_back_failed",
        *states.MOVES,
        "refuse_move",
    }
)
"""Steps for somebody who was not on the case."""


OTHER_HANDS = frozenset(
    {"grant_time", "refuse_time", "inspectors_grant_time", "inspectors_refuse_time"}
)
"""Steps for anybody of the office, or of the inspectors, but who asked."""


def _asked(case: Case, by: Actor) -> bool:
    request = open_request(case)
    return request is not None and request.by == by.audit_name


def open_request(case: Case) -> TimeRequest | None:
    """The request for more time that waits for somebody, its clock still running."""
    found: TimeRequest | None = _open_requests(case).select_related("clock", "unit").last()
    return found


def _open_requests(case: Case) -> QuerySet[TimeRequest]:
    return TimeRequest.objects.waiting().filter(case=case)


def paused_clock(case: Case) -> CaseClock | None:
    """The clock of the case that stands still."""
    found: CaseClock | None = case.clocks.running().filter(paused_at__isnull=False).first()
    return found


def why_not_more_time(
    case: Case,
    clock: CaseClock,
    what: MoreTime,
    days: int | None,
    *,
    at: datetime,
) -> Reason | None:
    """Why the scheme, or the clock as it stands, does not allow such a pause or extension."""
    return no_time(clock, scheme_of(case).clocks[clock.rule], what, days, at=at)


def no_time(
    clock: Deadline, rule: ClockRule, what: MoreTime, days: int | None, *, at: datetime
) -> Reason | None:
    """What `clocks.more_time` has against it, as a reason; of any clock."""
    found = more_time.why_not(clock, rule, what, days, at=at)
    if found is NoTime.TOO_LONG:
        return too_many_days(more_time.most_days(clock))
    return _NO_TIME[found] if found is not None else None


_NO_TIME = {
    NoTime.LATE: CLOCK_LATE,
    NoTime.NO_PAUSE: NO_PAUSE,
    NoTime.PAUSED: PAUSED_ALREADY,
    NoTime.EXTENDED: EXTENDED,
}


def worked_on(case: Case, by: Actor) -> bool:
    """Whether `by` was on the case: took any step of it, or is named in a fact loaded with it."""
    name = by.audit_name
    facts: tuple[Any, ...] = (
        case.calls, case.checks, case.dispatches, case.answers, case.verdicts, case.replies,
    )  # fmt: skip
    return (
        acted_on(case, name, but=states.PICKING)
        or Sorting.objects.filter(case=case, by=name).exists()
        or any(each.filter(by=name).exists() for each in facts)
    )


def _acknowledged(case: Case, at: datetime) -> Reason | None:
    dispatch = open_dispatch(case)
    return ACKNOWLEDGED if dispatch and dispatch.acknowledged_at else None


def _embargoed(case: Case, at: datetime) -> Reason | None:
    return None if case.embargoed else NOT_EMBARGOED


def is_void(case: Case) -> bool:
    """Whether its verdict is that the rating is void."""
    verdict = case.verdicts.counting().last()
    return verdict is not None and verdict.finding == Finding.VOID


def found_late(case: Case) -> bool:
    """Whether a lead on it is found once it was decided, or settled on the phone."""
    return State(case.state) in TRANSITIONS["refer_late"].sources


def _stays_void(case: Case, at: datetime) -> Reason | None:
    return STAYS_VOID if is_void(case) else None


def _concludable(case: Case, at: datetime) -> Reason | None:
    return _embargoed(case, at) or _stays_void(case, at)


def open_look_back(case: Case) -> LookBack | None:
    """The look-back that waits to be carried out."""
    return case.look_backs.filter(done_at__isnull=True).last()  # type: ignore[no-any-return]


def _worth_a_look(case: Case, at: datetime) -> Reason | None:
    verdict = case.verdicts.counting().last()
    if verdict is None or Finding(verdict.finding) not in states.ALONE:
        return NOTHING_TO_LOOK_AT
    return PICKED if open_look_back(case) is not None else None


def _picked(case: Case, at: datetime) -> Reason | None:
    return None if open_look_back(case) is not None else NOT_PICKED


def _appealable(case: Case, at: datetime) -> Reason | None:
    verdict = known_verdict(case, at)
    if verdict is None or Finding(verdict.finding) not in states.ALONE:
        return NOTHING_TO_APPEAL
    if Appeal.objects.filter(verdict=verdict).exists() or open_appeal(case) is not None:
        return APPEALED
    until = appeal_until(verdict)
    if until is None:
        return NOTHING_TO_APPEAL
    return APPEAL_OVER if until.at < at else None


def _appealed(case: Case, at: datetime) -> Reason | None:
    return None if open_appeal(case) is not None else NO_APPEAL


def _her_time(case: Case, at: datetime) -> Reason | None:
    clock = case.clocks.running().filter(rule="re_judge").first()
    if clock is None or clock.due_at < at:
        return None
    return STILL_OPEN_TO_HER if she_can_judge(case) or is_heard(case) else None


def _heard(case: Case, at: datetime) -> Reason | None:
    return None if is_heard(case) else NOT_TO_BE_HEARD


def _asked_again(case: Case, at: datetime) -> Reason | None:
    return None if may_be_asked(case) else NOT_ASKED


def _somebody_waits(case: Case, at: datetime) -> Reason | None:
    source = getattr(case, "source", None)
    return REPLY_OWED if case.rating is not None or source is None or source.reply_owed else None


def _movable(case: Case, at: datetime) -> Reason | None:
    return _verdict_stands(case) or _move_waits(case, at)


def _verdict_stands(case: Case) -> Reason | None:
    """What was found unfounded of a unit, as another's matter is, holds the rating to nobody."""
    held = case.verdicts.counting().exclude(finding=Finding.UNFOUNDED.value).exists()
    return VERDICT_STANDS if held else None


def _move_waits(case: Case, at: datetime) -> Reason | None:
    return MOVE_WAITS if _open_moves(case).exists() else None


def _moved(case: Case, at: datetime) -> Reason | None:
    if not _open_moves(case).exists():
        return NO_MOVE
    return _verdict_stands(case)


def _move_proposed(case: Case, at: datetime) -> Reason | None:
    return None if _open_moves(case).exists() else NO_MOVE


def _timeable(case: Case, at: datetime) -> Reason | None:
    clock = clock_in_hand(case)
    if clock is None:
        return NO_CLOCK
    if _open_requests(case).exists():
        return TIME_ASKED
    return CLOCK_LATE if clock.is_late(at) else None


def _requested(case: Case, at: datetime) -> Reason | None:
    return None if _open_requests(case).exists() else NO_REQUEST


def _grantable(case: Case, at: datetime) -> Reason | None:
    request = open_request(case)
    if request is None:
        return NO_REQUEST
    return why_not_more_time(case, request.clock, MoreTime(request.what), request.days, at=at)


def _paused(case: Case, at: datetime) -> Reason | None:
    return None if paused_clock(case) is not None else NOT_PAUSED


_FURTHER: dict[str, Callable[[Case, datetime], Reason | None]] = {
    "acknowledge": _acknowledged,
    "conclude": _concludable,
    "release": _embargoed,
    "release_concluded": _embargoed,
    "reconsider": _stays_void,
    "appeal": _appealable,
    "uphold": _appealed,
    "uphold_in_hand": _appealed,
    "dismiss": _appealed,
    "pick_look_back": _worth_a_look,
    "look_back_kept": _picked,
    "look_back_failed": _picked,
    **dict.fromkeys(states.SECOND_CALLS, _asked_again),
    **dict.fromkeys(states.HEARD, _heard),
    "close": _her_time,
    "close_unowed": _somebody_waits,
    "dispatch": _move_waits,
    "decide": _move_waits,
    "propose": _move_waits,
    "reply": _move_waits,
    "propose_move": _movable,
    **dict.fromkeys(states.MOVES, _moved),
    "refuse_move": _move_proposed,
    "unit_asks_time": _timeable,
    "ask_time": _timeable,
    "grant_time": _grantable,
    "refuse_time": _requested,
    "resume": _paused,
    "inspectors_ask_time": _timeable,
    "inspectors_grant_time": _grantable,
    "inspectors_refuse_time": _requested,
    "inspectors_resume": _paused,
}
assert set(_FURTHER) <= set(TRANSITIONS)


RECHECKED = frozenset(
    {"appeal", "uphold", "uphold_in_hand", "dismiss", "pick_look_back", "look_back_kept",
     "look_back_failed", "dispatch", "decide", "propose", "reply", "propose_move",
     *states.MOVES,
     "refuse_move", "unit_asks_time", "ask_time", "grant_time", "refuse_time", "resume",
     *states.INSPECTORS_TIME}
)  # fmt: skip
"""Steps that hang on more than the case's state: asked again once the case's row is held."""


def not_any_more(step: Transition, case: Case, *, at: datetime) -> Reason | None:
    """Why a step of `RECHECKED` cannot be taken, now that nobody else can move the case."""
    return _FURTHER[step.name](case, at)


def she_can_judge(case: Case) -> bool:
    """Whether she can open what became of it: by a phone, or the private word of a rating."""
    contact = case.contact
    if contact is None:
        return False
    return contact.phone_cipher is not None or getattr(contact, "word_digest", None) is not None


def is_heard(case: Case) -> bool:
    """Whether the office records what she says of the answer: who awaits one, and left no phone to
    which a receipt could go, is told face to face or the way it came."""
    source = getattr(case, "source", None)
    return source is not None and source.reply_owed and not she_can_judge(case)


def may_be_called(case: Case) -> bool:
    """Whether she left a phone *and* asked to be called back; a phone alone is for the answer."""
    contact = case.contact
    return contact is not None and contact.phone_cipher is not None and contact.call_back


def may_be_asked(case: Case) -> bool:
    """Whether somebody calls her once more, to ask what she thinks of the answer: who asked to be
    called, or wrote to a board or hotline that has her phone (A)."""
    source = getattr(case, "source", None)
    if source is None or source.message_id is None:
        return may_be_called(case)
    return source.phone_cipher is not None


def has_evidence(case: Case) -> bool:
    """Whether more than the rating's own words speak for it."""
    return (
        case.calls.filter(outcome=CallOutcome.STANDS.value).exists()
        or case.checks.exists()
        or case.answers.exists()
        or case.referrals.filter(notes__is_finding=True).exists()
    )


def last_report(case: Case) -> InvestigationNote | None:
    """The inspectors' latest report that proposes a verdict; None without one."""
    proposing = InvestigationNote.objects.filter(referral__case=case).exclude(proposed_finding="")
    return proposing.order_by("pk").last()


def handling_of(case: Case) -> HandlingProposal | None:
    """How the case should be handled, as somebody said last; None if nobody did."""
    return case.handling_proposals.last()  # type: ignore[no-any-return]


def why_not_found(finding: Finding, kind: Kind) -> Reason | None:
    """Why there is no such finding of such a kind; None if there is."""
    return None if kind in states.KINDS[finding] else UNFIT_KIND


def consents(case: Case) -> tuple[bool, bool]:
    """Whether the unit may know her matter, and read her words: the latest answered call says.

    She agreed of the unit that was rated: once the case is another's, nothing was agreed yet.
    """
    answered = (CallOutcome.SETTLED.value, CallOutcome.STANDS.value)
    calls = case.calls.filter(outcome__in=answered)
    moved = case.moves.filter(confirmed_at__isnull=False).last()
    call = calls.filter(at__gt=moved.confirmed_at).last() if moved else calls.last()
    return (call.consents_matter, call.consents_words) if call else (False, False)
