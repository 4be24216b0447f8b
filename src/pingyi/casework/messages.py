"""What the rater is sent: that there is an answer, never what it says or what she rated.

And what waits in the inboxes of those whose turn it is: a case number, nothing of the case.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils.timezone import localtime

from pingyi.audit.actions import Actor
from pingyi.audit.keys import keyring
from pingyi.casework import policies
from pingyi.casework.models import Case, CaseClock, Dispatch, Proposal, Referral, Verdict
from pingyi.casework.move_models import CaseMove
from pingyi.casework.second_looks import Appeal
from pingyi.casework.states import ALONE, Finding, State
from pingyi.casework.time_models import TimeRequest
from pingyi.clocks.names import ClockName
from pingyi.directory.models import Unit
from pingyi.notices.actions import notify, queue_sms
from pingyi.notices.wording import Sentence
from pingyi.people.models import User
from pingyi.people.permissions import holders_of
from pingyi.ratings.contacts import open_phone

ANSWERED = "【评议】您的评价已有答复，请凭回执查看：{address}"
ANSWERED_ELSEWHERE = "【评议】您反映的事项已有答复，请查看并评价：{address}"
DISPATCHED = Sentence(
    "转来案件 {number}，请签收并按期报送办理情况。",
    "Case {number} was dispatched to you: acknowledge it and answer in time.",
)
TO_CONFIRM = Sentence(
    "案件 {number} 拟认定为不属实或作废，请复核。",
    "Case {number} is proposed as unfounded or void: to be confirmed.",
)
TO_REVIEW = Sentence(
    "案件 {number} 的认定被单位申诉，请复核。",
    "The unit appeals against the verdict in case {number}: to be reviewed.",
)
JUDGED = Sentence(
    "案件 {number} 已作出涉及贵单位的认定；不服的，可在期限内申诉。",
    "Case {number} has a verdict on your unit; you may appeal in time.",
)
REVIEWED = Sentence(
    "案件 {number} 的申诉已复核，请查看结果。",
    "The appeal in case {number} was reviewed: see what came of it.",
)
SENT_BACK = Sentence(
    "案件 {number} 的认定意见被复核退回，请重新认定。",
    "Your proposal in case {number} was sent back: decide anew.",
)
DUE_SOON = Sentence(
    "案件 {number} 的“{clock}”时限 {due} 到期，请抓紧办理。",
    "Case {number}: “{clock}” is due at {due}.",
)
OVERDUE = Sentence(
    "案件 {number} 的“{clock}”时限已于 {due} 到期，尚未办理。",
    "Case {number}: “{clock}” was due at {due} and is not done.",
)
TO_GRANT = Sentence(
    "案件 {number} 申请暂停计时或延期，请决定。",
    "Case {number}: more time is asked for; to be decided.",
)
GRANTED = Sentence(
    "案件 {number} 的暂停或延期申请已同意。",
    "Case {number}: more time was given.",
)
NOT_GRANTED = Sentence(
    "案件 {number} 的暂停或延期申请未同意，请看理由。",
    "Case {number}: no more time was given; see why.",
)
TO_MOVE = Sentence(
    "案件 {number} 拟移交其他单位，请复核。",
    "Case {number} is proposed to be moved to another unit: to be confirmed.",
)
NOT_MOVED = Sentence(
    "案件 {number} 拟移交其他单位，复核未同意。",
    "Case {number} is not moved to another unit: the second person did not agree.",
)
MOVED_AWAY = Sentence(
    "案件 {number} 经两人核定不属贵单位，评价已转出，不计入贵单位。",
    "Case {number} is not your unit's, two people found: its rating was moved away and counts not.",
)
MOVED_HERE = Sentence(
    "案件 {number} 经两人核定属贵单位，评价已转入，计入贵单位。",
    "Case {number} is your unit's, two people found: its rating was moved here and counts.",
)
INSTRUCTED = Sentence(
    "案件 {number} 有领导批示，请办理。",
    "Case {number}: a leader has left an instruction.",
)
REFERRED = Sentence(
    "移交案件 {number}，请按期核查。",
    "Case {number} was referred to you: investigate in time.",
)


def tell_her_of_the_answer(case: Case, *, by: Actor, at: datetime) -> bool:
    """Queue the SMS; False if she left no phone."""
    phone = open_phone(case.contact, keyring=keyring()) if case.contact is not None else ""
    if not phone:
        return False
    received, text = (
        (case.rating, ANSWERED) if case.rating is not None else (case.source, ANSWERED_ELSEWHERE)
    )
    text = text.format(address=f"{settings.PINGYI.public_url}/t/{received.receipt}")
    queue_sms(phone=phone, text=text, purpose="case.reply", area=case.area_id, by=by, at=at)
    return True


def tell_the_unit(dispatch: Dispatch, *, by: Actor, at: datetime) -> None:
    """A case lies with the unit: its administrators' turn."""
    readers = holders_of("case.answer", unit=dispatch.unit)
    text = DISPATCHED.format(number=dispatch.case.number)
    notify(users=readers, text=text, link=link_to(dispatch.case), by=by, at=at)


def tell_the_inspectors(referral: Referral, *, by: Actor, at: datetime) -> None:
    """A case was referred to the area's inspectors."""
    readers = holders_of("case.investigate", area=referral.area)
    text = REFERRED.format(number=referral.case.number)
    notify(users=readers, text=text, link=link_to(referral.case), by=by, at=at)


def tell_a_second(case: Case, *, by: Actor, at: datetime) -> None:
    """A verdict waits for a second person."""
    _tell_somebody_new(TO_CONFIRM, case, by=by, at=at)


def tell_a_reviewer(case: Case, *, by: Actor, at: datetime) -> None:
    """A unit has appealed."""
    _tell_somebody_new(TO_REVIEW, case, by=by, at=at)


def tell_who_has_it(case: Case, *, by: Actor, at: datetime) -> None:
    """A leader's instruction: to whom the case is given, else the area's case managers."""
    readers = [case.assignee] if case.assignee else [*holders_of("case.decide", area=case.area)]
    _tell_the_nearest(readers, INSTRUCTED, case, by=by, at=at)


def tell_who_grants_time(case: Case, *, by: Actor, at: datetime) -> None:
    """More time was asked for: whoever decides and did not ask."""
    permission = "case.investigate" if case.state == State.REFERRED else "case.decide"
    others = [user for user in holders_of(permission, area=case.area) if user != by]
    _tell_the_nearest(others, TO_GRANT, case, by=by, at=at)


def _tell_somebody_new(text: str, case: Case, *, by: Actor, at: datetime) -> None:
    """Those who decide and were not on the case."""
    new = [
        user
        for user in holders_of("case.decide", area=case.area)
        if not policies.worked_on(case, user)
    ]
    _tell_the_nearest(new, text, case, by=by, at=at)


def _tell_the_nearest(users: list[User], text: str, case: Case, *, by: Actor, at: datetime) -> None:
    """The district's own, else the city's; none of the unit's."""
    free = [user for user in users if not policies.is_of_its_unit(case, user)]
    near = [user for user in free if user.appointments.filter(area=case.area, until=None).exists()]
    notify(
        users=near or free,
        text=text.format(number=case.number),
        link=link_to(case),
        by=by,
        at=at,
    )


def tell_the_unit_of(verdict: Verdict, *, by: Actor, at: datetime) -> None:
    """A verdict found something of the unit: it may read why, and appeal."""
    if Finding(verdict.finding) in ALONE:
        readers = holders_of("case.appeal", unit=verdict.unit)
        text = JUDGED.format(number=verdict.case.number)
        notify(users=readers, text=text, link=link_to(verdict.case), by=by, at=at)


def tell_of_the_review(appeal: Appeal, *, by: Actor, at: datetime) -> None:
    """The unit's appeal was reviewed."""
    readers = holders_of("case.appeal", unit=appeal.unit)
    text = REVIEWED.format(number=appeal.case.number)
    notify(users=readers, text=text, link=link_to(appeal.case), by=by, at=at)


def tell_a_second_of_the_move(case: Case, *, by: Actor, at: datetime) -> None:
    """Another unit is proposed, and waits for a second person."""
    _tell_somebody_new(TO_MOVE, case, by=by, at=at)


def tell_who_asked(request: TimeRequest, *, by: Actor, at: datetime) -> None:
    """What came of the request for more time; where the clock is a unit's, the unit is told."""
    if request.unit is not None:
        readers = list(holders_of("case.answer", unit=request.unit))
    else:
        readers = list(User.objects.filter(username=request.by, is_active=True))
    text = GRANTED if request.granted_at is not None else NOT_GRANTED
    number = request.case.number
    notify(users=readers, text=text.format(number=number), link=link_to(request.case), by=by, at=at)


def tell_both_units(move: CaseMove, wrong: Iterable[Unit], *, by: Actor, at: datetime) -> None:
    """The case is of the other unit now. Neither has a page of it yet, or any more."""
    number, desk = move.case.number, "/unit/"
    for unit in wrong:
        text = MOVED_AWAY.format(number=number)
        notify(users=holders_of("case.answer", unit=unit), text=text, link=desk, by=by, at=at)
    text = MOVED_HERE.format(number=number)
    notify(users=holders_of("case.answer", unit=move.to_unit), text=text, link=desk, by=by, at=at)


def tell_the_mover(move: CaseMove, *, by: Actor, at: datetime) -> None:
    """The case stays where it is."""
    readers = User.objects.filter(username=move.by, is_active=True)
    text = NOT_MOVED.format(number=move.case.number)
    notify(users=readers, text=text, link=link_to(move.case), by=by, at=at)


def tell_the_proposer(proposal: Proposal, *, by: Actor, at: datetime) -> None:
    """The proposal came back."""
    readers = User.objects.filter(username=proposal.by, is_active=True)
    text = SENT_BACK.format(number=proposal.case.number)
    notify(users=readers, text=text, link=link_to(proposal.case), by=by, at=at)


def of_a_deadline(clock: CaseClock, *, at: datetime) -> str:
    """That a clock falls due, or did."""
    text = DUE_SOON if at < clock.due_at else OVERDUE
    return text.format(
        number=clock.case.number,
        clock=ClockName(clock.rule),
        due=f"{localtime(clock.due_at):%Y-%m-%d %H:%M}",
    )


def link_to(case: Case) -> str:
    """The address that leads each reader to the case's page of their own."""
    return f"/case/{case.number}/"
