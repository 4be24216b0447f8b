"""Carries a case through the real actions to a wished-for end: `a_case_in("verified", …)`.

The demo city and the tests are built by the same walk. A story of its own is a list of steps for
`walk`; the named ends are in `ENDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pingyi.audit.actions import CITIZEN, SYSTEM
from pingyi.casework import actions
from pingyi.casework.models import Case
from pingyi.casework.policies import may_be_called
from pingyi.casework.states import KINDS, CallOutcome, Finding, Kind, Review, SecondCall, Stage, Way
from pingyi.directory.models import Unit
from pingyi.people.models import User
from pingyi.ratings.models import Rating

PACE = timedelta(hours=2)
"""From one step to the next."""


@dataclass(frozen=True)
class Hands:
    """Who takes which step: `unit` administers the unit it is dispatched to, `second` confirms
    and reviews what the manager decided."""

    sorter: User
    caller: User
    manager: User
    inspector: User
    unit: User
    second: User


SAID: Mapping[str, str] = {
    "sorting": "反映窗口服务问题，转回访核实。",
    "lead": "评价称向个人收款码付费，疑似违规收费。",
    "call": "评价人说明了经过，问题尚未解决。",
    "settled": "已在电话中说明办理依据并代为预约，评价人表示认可。",
    "check": "现场查看并调阅当日监控，所反映情况存在。",
    "dispatch": "有群众反映贵单位窗口办事等候过久、解释不清，请核实并整改。",
    "recall": "转办对象有误，收回重新处置。",
    "refer": "涉及工作人员履职问题，移交核查。",
    "found_late": "答复时获悉，经办人曾收取礼金，移交核查。",
    "investigation": "已调取台账并约谈当事人。",
    "findings": "经查，所反映问题属实。",
    "release": "核查结束，解除保密。",
    "account": "经核实，当日窗口仅一人值守，未及时说明。",
    "measures": "已增设窗口，对当事人批评教育，并向群众致歉。",
    "process": "修订窗口值守制度，午间不断岗。",
    "decision": "回访与单位答复相互印证。",
    "reconsider": "认定依据补充后重新认定。",
    "sent_back": "依据不足，请补充核查后重新认定。",
    "reply": "您反映的问题已核实，单位已增设窗口并改进值守，感谢您的监督。",
    "grounds": "当日系统全市停机，有运维记录为证，并非窗口推诿。",
    "upheld": "经查停机记录属实，原认定不成立。",
    "dismissed": "停机发生在下午，与所反映时段无关，维持原认定。",
    "put_right": "午间窗口有人值守，排班表已张贴。",
    "not_put_right": "午间窗口仍无人值守，排班表未执行。",
    "unhappy": "还要再等。",
}


@dataclass(frozen=True)
class Walk:
    """A case on its way, with who acts and what they say; `at` is the moment of the next step."""

    case: Case
    hands: Hands
    said: Mapping[str, str]
    kind: Kind
    at: datetime


def a_case_in(
    end: str,
    *,
    rating: Rating,
    hands: Hands,
    at: datetime | None = None,
    pace: timedelta = PACE,
    said: Mapping[str, str] | None = None,
    kind: Kind = Kind.CONDUCT,
) -> Case:
    """The case of a bad rating, opened `at` (by default as it was given) and walked to `end`.

    Whether it goes by a call or by a check depends on what the rater left.
    """
    opened = rating.recorded_at if at is None else at
    case = actions.open_case(rating=rating, by=SYSTEM, at=opened)
    return walk(case, ENDS[end], hands=hands, at=opened + pace, pace=pace, said=said, kind=kind)


def walk(
    case: Case,
    steps: Iterable[str],
    *,
    hands: Hands,
    at: datetime,
    pace: timedelta = PACE,
    said: Mapping[str, str] | None = None,
    kind: Kind = Kind.CONDUCT,
) -> Case:
    """Take the named steps, the first one `at`, each next one `pace` later."""
    spoken = {**SAID, **(said or {})}
    for step in steps:
        STEPS[step](Walk(case, hands, spoken, kind, at))
        at += pace
    return case


def _sort(w: Walk) -> None:
    actions.sort_case(case=w.case, kind=w.kind, note=w.said["sorting"], by=w.hands.sorter, at=w.at)


def _sort_lead(w: Walk) -> None:
    actions.sort_case(
        case=w.case, kind=w.kind, note=w.said["lead"], lead=True, by=w.hands.sorter, at=w.at
    )


def _settle(w: Walk) -> None:
    actions.log_call(
        case=w.case,
        outcome=CallOutcome.SETTLED,
        reply=w.said["settled"],
        by=w.hands.caller,
        at=w.at,
    )


def _stand(w: Walk) -> None:
    """She says the matter stands: on the phone if she may be called, else the check says so."""
    if may_be_called(w.case):
        actions.log_call(
            case=w.case,
            outcome=CallOutcome.STANDS,
            note=w.said["call"],
            by=w.hands.caller,
            at=w.at,
        )
    else:
        actions.note_check(
            case=w.case, note=w.said["check"], stands=True, by=w.hands.manager, at=w.at
        )


def _agree(w: Walk) -> None:
    actions.log_call(
        case=w.case,
        outcome=CallOutcome.STANDS,
        note=w.said["call"],
        consents_matter=True,
        consents_words=True,
        by=w.hands.caller,
        at=w.at,
    )


def _call(outcome: CallOutcome) -> Callable[[Walk], None]:
    def step(w: Walk) -> None:
        later = w.at + timedelta(days=1) if outcome is CallOutcome.CALL_LATER else None
        actions.log_call(case=w.case, outcome=outcome, agreed_at=later, by=w.hands.caller, at=w.at)

    return step


def _check(w: Walk) -> None:
    actions.note_check(case=w.case, note=w.said["check"], by=w.hands.manager, at=w.at)


def _dispatch(w: Walk) -> None:
    actions.dispatch_case(
        case=w.case,
        words=w.said["dispatch"],
        unit=_unit_of(w.hands.unit),
        by=w.hands.manager,
        at=w.at,
    )


def _recall(w: Walk) -> None:
    actions.recall_dispatch(case=w.case, reason=w.said["recall"], by=w.hands.manager, at=w.at)


def _acknowledge(w: Walk) -> None:
    actions.acknowledge(case=w.case, by=w.hands.unit, at=w.at)


def _answer(w: Walk) -> None:
    actions.answer_case(
        case=w.case,
        account=w.said["account"],
        measures=w.said["measures"],
        process_change=w.said["process"] if w.kind is Kind.PROCESS else "",
        by=w.hands.unit,
        at=w.at,
    )


def _refer(w: Walk) -> None:
    actions.refer_case(case=w.case, reason=w.said["refer"], by=w.hands.manager, at=w.at)


def _refer_late(w: Walk) -> None:
    actions.refer_case(case=w.case, reason=w.said["found_late"], by=w.hands.caller, at=w.at)


def _investigate(w: Walk) -> None:
    actions.note_investigation(
        case=w.case, note=w.said["investigation"], by=w.hands.inspector, at=w.at
    )


def _report(w: Walk) -> None:
    actions.report_findings(case=w.case, account=w.said["findings"], by=w.hands.inspector, at=w.at)


def _conclude(w: Walk) -> None:
    actions.conclude_case(
        case=w.case,
        account=w.said["findings"],
        finding=Finding.VERIFIED,
        kind=w.kind,
        by=w.hands.inspector,
        at=w.at,
    )


def _release(w: Walk) -> None:
    actions.release_embargo(case=w.case, reason=w.said["release"], by=w.hands.inspector, at=w.at)


def _decide(finding: Finding) -> Callable[[Walk], None]:
    def step(w: Walk) -> None:
        actions.decide_case(
            case=w.case,
            finding=finding,
            kind=w.kind if w.kind in KINDS[finding] else Kind.MISTAKEN,
            reason=w.said["decision"],
            by=w.hands.manager,
            at=w.at,
        )

    return step


def _confirm(w: Walk) -> None:
    actions.confirm_verdict(case=w.case, by=w.hands.second, at=w.at)


def _send_back(w: Walk) -> None:
    actions.send_back(case=w.case, reason=w.said["sent_back"], by=w.hands.second, at=w.at)


def _by_two(finding: Finding) -> Callable[[Walk], None]:
    """Proposed by one and confirmed by the other in one go."""

    def step(w: Walk) -> None:
        _decide(finding)(w)
        _confirm(w)

    return step


def _reconsider(w: Walk) -> None:
    actions.withdraw_verdict(case=w.case, reason=w.said["reconsider"], by=w.hands.manager, at=w.at)


def _reply(w: Walk) -> None:
    actions.reply_to_citizen(case=w.case, text=w.said["reply"], by=w.hands.caller, at=w.at)


def _accept(w: Walk) -> None:
    actions.rejudge(case=w.case, satisfied=True, by=CITIZEN, at=w.at)


def _protest(w: Walk) -> None:
    actions.rejudge(case=w.case, satisfied=False, words=w.said["unhappy"], by=CITIZEN, at=w.at)


def _ask(outcome: SecondCall) -> Callable[[Walk], None]:
    def step(w: Walk) -> None:
        words = w.said["unhappy"] if outcome is SecondCall.UNSATISFIED else ""
        actions.log_second_call(
            case=w.case, outcome=outcome, words=words, by=w.hands.caller, at=w.at
        )

    return step


def _appeal(w: Walk) -> None:
    actions.appeal_verdict(case=w.case, grounds=w.said["grounds"], by=w.hands.unit, at=w.at)


def _review(outcome: Review) -> Callable[[Walk], None]:
    def step(w: Walk) -> None:
        upheld = outcome is Review.UPHELD
        actions.review_appeal(
            case=w.case,
            outcome=outcome,
            finding=Finding.UNFOUNDED if upheld else "",
            kind=w.kind if upheld else "",
            reason=w.said["upheld" if upheld else "dismissed"],
            by=w.hands.second,
            at=w.at,
        )

    return step


def _assign(w: Walk) -> None:
    actions.assign_case(case=w.case, assignee=w.hands.manager, by=w.hands.second, at=w.at)


def _pick(w: Walk) -> None:
    actions.pick_look_back(case=w.case, stage=Stage.FIRST, by=w.hands.second, at=w.at)


def _look_back(*, put_right: bool) -> Callable[[Walk], None]:
    def step(w: Walk) -> None:
        note = w.said["put_right" if put_right else "not_put_right"]
        actions.record_look_back(
            case=w.case, way=Way.SITE, put_right=put_right, note=note, by=w.hands.second, at=w.at
        )

    return step


def _unit_of(user: User) -> Unit | None:
    appointment = user.appointments.filter(unit__isnull=False).select_related("unit").first()
    return appointment.unit if appointment else None


STEPS: dict[str, Callable[[Walk], None]] = {
    "sort": _sort,
    "sort_lead": _sort_lead,
    "settle": _settle,
    "stand": _stand,
    "stand_and_agree": _agree,
    "no_answer": _call(CallOutcome.NO_ANSWER),
    "call_later": _call(CallOutcome.CALL_LATER),
    "wrong_number": _call(CallOutcome.WRONG_NUMBER),
    "refuses": _call(CallOutcome.REFUSES),
    "check": _check,
    "dispatch": _dispatch,
    "recall": _recall,
    "acknowledge": _acknowledge,
    "answer": _answer,
    "refer": _refer,
    "refer_late": _refer_late,
    "investigate": _investigate,
    "report": _report,
    "conclude": _conclude,
    "release": _release,
    "verify": _decide(Finding.VERIFIED),
    "verify_partly": _decide(Finding.PARTLY),
    "find_unfounded": _by_two(Finding.UNFOUNDED),
    "void": _by_two(Finding.VOID),
    "propose_unfounded": _decide(Finding.UNFOUNDED),
    "propose_void": _decide(Finding.VOID),
    "confirm": _confirm,
    "send_back": _send_back,
    "reconsider": _reconsider,
    "assign": _assign,
    "pick": _pick,
    "look_back": _look_back(put_right=True),
    "look_back_fails": _look_back(put_right=False),
    "appeal": _appeal,
    "uphold": _review(Review.UPHELD),
    "dismiss": _review(Review.DISMISSED),
    "reply": _reply,
    "accept": _accept,
    "protest": _protest,
    "ask_in_vain": _ask(SecondCall.MISSED),
    "ask_content": _ask(SecondCall.SATISFIED),
    "ask_unhappy": _ask(SecondCall.UNSATISFIED),
}

_STANDING = ("sort", "stand")
_ANSWERED = (*_STANDING, "dispatch", "acknowledge", "answer")
_VERIFIED = (*_ANSWERED, "verify")
_REOPENED = (*_VERIFIED, "reply", "protest")
_ASKED = (*_VERIFIED, "reply", "ask_unhappy")

ENDS: dict[str, tuple[str, ...]] = {
    "unsorted": (),
    "sorted": ("sort",),
    "settled": ("sort", "settle"),
    "unreachable": ("sort", "no_answer", "no_answer", "no_answer"),
    "to_place": _STANDING,
    "with_unit": (*_STANDING, "dispatch"),
    "assigned": (*_STANDING, "assign"),
    "acknowledged": (*_STANDING, "dispatch", "acknowledge"),
    "to_decide": _ANSWERED,
    "referred": (*_STANDING, "refer"),
    "reported": (*_STANDING, "refer", "investigate", "report"),
    "sealed": ("sort_lead",),
    "concluded": ("sort_lead", "investigate", "conclude"),
    "released": ("sort_lead", "investigate", "conclude", "release"),
    "verified": _VERIFIED,
    "partly": (*_ANSWERED, "verify_partly"),
    "to_confirm": (*_ANSWERED, "propose_unfounded"),
    "unfounded": (*_ANSWERED, "find_unfounded"),
    "void": (*_STANDING, "void"),
    "replied": (*_VERIFIED, "reply"),
    "closed": (*_VERIFIED, "reply", "accept"),
    "appealed": (*_VERIFIED, "reply", "accept", "appeal"),
    "upheld": (*_VERIFIED, "reply", "accept", "appeal", "uphold"),
    "dismissed": (*_VERIFIED, "reply", "accept", "appeal", "dismiss"),
    "picked": (*_VERIFIED, "reply", "accept", "pick"),
    "looked_back": (*_VERIFIED, "reply", "accept", "pick", "look_back"),
    "look_back_failed": (*_VERIFIED, "reply", "accept", "pick", "look_back_fails"),
    "sealed_late": (*_VERIFIED, "reply", "accept", "refer_late"),
    "released_late": (*_VERIFIED, "reply", "accept", "refer_late", "conclude", "release"),
    "reopened": _REOPENED,
    "asked": (*_VERIFIED, "reply", "ask_in_vain", "ask_content"),
    "asked_unsatisfied": (*_ASKED, "dispatch", "answer", "verify", "reply", "ask_unhappy"),
    "closed_unsatisfied": (*_REOPENED, "dispatch", "answer", "verify", "reply", "protest"),
}
