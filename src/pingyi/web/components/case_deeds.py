"""What people do on a case: each deed with its form, its steps in the table, and its action.

Which deeds a person is offered on a case, and why others are greyed, is asked of
`casework.policies` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pingyi.casework import actions, policies, reasons
from pingyi.casework.models import Case
from pingyi.casework.states import HEARD, MOVES, SECOND_CALLS, Finding
from pingyi.people.models import User
from pingyi.web.components.case_forms import (
    AcknowledgeForm,
    AnswerForm,
    AppealForm,
    AssignForm,
    CallForm,
    CaseForm,
    CheckForm,
    CloseForm,
    ConcludeForm,
    ConfirmForm,
    ConfirmMoveForm,
    DecideForm,
    DispatchForm,
    GrantTimeForm,
    HandlingForm,
    HearForm,
    InstructForm,
    LookBackForm,
    MoveForm,
    NoteForm,
    PickForm,
    RecallForm,
    ReconsiderForm,
    ReferForm,
    RefuseMoveForm,
    RefuseTimeForm,
    ReleaseForm,
    ReplyForm,
    ReportForm,
    ResumeForm,
    ReviewForm,
    SecondCallForm,
    SendBackForm,
    SortForm,
    TimeForm,
)


def _asks_nothing(form: CaseForm) -> str | Promise:
    return ""


def _asks_before_voiding(form: CaseForm) -> str | Promise:
    proposal = policies.open_proposal(form.case)
    void = proposal is not None and proposal.finding == Finding.VOID
    return _("认定为作废？") if void else ""


@dataclass(frozen=True)
class Deed:
    """One thing to do on a case: its form, the steps of the table it may take, and the action."""

    form: type[CaseForm]
    title: str | Promise
    submit: str | Promise
    done: str | Promise
    steps: tuple[str, ...]
    action: Callable[..., Any]
    asks: Callable[[CaseForm], str | Promise] = _asks_nothing
    """What to ask before it is done, if it cannot be undone; "" asks nothing."""

    @property
    def key(self) -> str:
        return self.form.form_id

    def do(self, case: Case, given: dict[str, Any], *, by: User, at: datetime) -> Any:
        """Run the action; raises `reasons.Refusal`."""
        return self.action(case=case, by=by, at=at, **given)


NOWHERE: Mapping[str, str] = {}
DEEDS: dict[str, Deed] = {
    deed.key: deed
    for deed in (
        Deed(
            SortForm, _("分拣"), _("提交，看下一件"), _("已分拣"),
            ("sort_to_call", "sort_to_check", "sort_to_refer"), actions.sort_case,
        ),
        Deed(
            InstructForm, _("领导批示"), _("批示"), _("已批示"),
            ("instruct",), actions.instruct,
        ),
        Deed(
            CallForm, _("登记回访"), _("登记"), _("已登记回访"),
            ("log_attempt", "settle", "stand", "give_up_calling"), actions.log_call,
        ),
        Deed(
            CheckForm, _("记录核查"), _("记录"), _("已记录核查"),
            ("note_check", "find_standing"), actions.note_check,
        ),
        Deed(
            HandlingForm, _("拟办意见"), _("登记"), _("已提出拟办意见"),
            ("propose_handling",), actions.propose_handling,
        ),
        Deed(
            DispatchForm, _("转办单位"), _("转办"), _("已转办"),
            ("dispatch",), actions.dispatch_case,
        ),
        Deed(
            AcknowledgeForm, _("签收"), _("签收"), _("已签收"),
            ("acknowledge",), actions.acknowledge,
        ),
        Deed(
            AnswerForm, _("报送办理情况"), _("报送"), _("已报送"),
            ("answer",), actions.answer_case,
        ),
        Deed(
            RecallForm, _("收回转办"), _("收回"), _("已收回"),
            ("recall",), actions.recall_dispatch,
        ),
        Deed(
            ReferForm, _("移交纪检"), _("移交"), _("已移交纪检"),
            ("refer", "refer_late"), actions.refer_case,
        ),
        Deed(
            NoteForm, _("记录调查"), _("记录"), _("已记录"),
            ("note_investigation",), actions.note_investigation,
        ),
        Deed(
            ReportForm, _("报告核查结果"), _("报告"), _("已报告"),
            ("report",), actions.report_findings,
        ),
        Deed(
            ConcludeForm, _("保密期内认定"), _("认定"), _("已认定"),
            ("conclude",), actions.conclude_case,
        ),
        Deed(
            ReleaseForm, _("解除保密"), _("解除保密"), _("已解除保密"),
            ("release", "release_concluded"), actions.release_embargo,
        ),
        Deed(
            DecideForm, _("认定"), _("认定"), _("已认定"),
            ("decide", "propose"), actions.decide_case,
        ),
        Deed(
            ConfirmForm, _("复核同意"), _("同意，作出认定"), _("已复核认定"),
            ("confirm",), actions.confirm_verdict, _asks_before_voiding,
        ),
        Deed(
            SendBackForm, _("退回重新认定"), _("退回"), _("已退回"),
            ("send_back",), actions.send_back,
        ),
        Deed(
            ReconsiderForm, _("撤回认定"), _("撤回"), _("已撤回认定"),
            ("reconsider",), actions.withdraw_verdict,
        ),
        Deed(
            AppealForm, _("申诉"), _("提出申诉"), _("已提出申诉"),
            ("appeal",), actions.appeal_verdict,
        ),
        Deed(
            ReviewForm, _("复核申诉"), _("作出复核结论"), _("已复核申诉"),
            ("uphold", "uphold_in_hand", "dismiss"), actions.review_appeal,
        ),
        Deed(
            LookBackForm, _("登记回头看"), _("登记"), _("已登记回头看"),
            ("look_back_kept", "look_back_failed"), actions.record_look_back,
        ),
        Deed(
            PickForm, _("列入回头看"), _("列入"), _("已列入回头看"),
            ("pick_look_back",), actions.pick_look_back,
        ),
        Deed(
            TimeForm, _("申请暂停或延期"), _("提请另一人决定"), _("已申请，待另一人决定"),
            ("unit_asks_time", "ask_time", "inspectors_ask_time"), actions.ask_for_time,
        ),
        Deed(
            GrantTimeForm, _("同意暂停或延期"), _("同意"), _("已同意暂停或延期"),
            ("grant_time", "inspectors_grant_time"), actions.grant_time,
        ),
        Deed(
            RefuseTimeForm, _("不同意暂停或延期"), _("不同意"), _("未同意，时限照旧"),
            ("refuse_time", "inspectors_refuse_time"), actions.refuse_time,
        ),
        Deed(
            ResumeForm, _("恢复计时"), _("恢复计时"), _("已恢复计时"),
            ("resume", "inspectors_resume"), actions.resume_clock,
        ),
        Deed(
            MoveForm, _("移交其他单位"), _("提请第二人决定"), _("已提请移交其他单位"),
            ("propose_move",), actions.propose_move,
        ),
        Deed(
            ConfirmMoveForm, _("同意移交其他单位"), _("同意，移交"), _("已移交其他单位"),
            MOVES, actions.confirm_move,
        ),
        Deed(
            RefuseMoveForm, _("不同意移交"), _("不同意"), _("未移交，案件留在原单位"),
            ("refuse_move",), actions.refuse_move,
        ),
        Deed(
            ReplyForm, _("答复评价人"), _("发出答复"), _("已答复"),
            ("reply",), actions.reply_to_citizen,
        ),
        Deed(
            SecondCallForm, _("登记复访"), _("登记"), _("已登记复访"),
            SECOND_CALLS, actions.log_second_call,
        ),
        Deed(
            HearForm, _("登记反映人意见"), _("登记"), _("已登记反映人意见"),
            HEARD, actions.rejudge,
        ),
        Deed(
            AssignForm, _("分派"), _("分派"), _("已分派"),
            ("assign",), actions.assign_case,
        ),
        Deed(
            CloseForm, _("办结"), _("办结"), _("已办结"),
            ("close", "close_unowed"), actions.close_case,
        ),
    )
}  # fmt: skip
"""Every deed by its form's id; the tests hold their steps equal to the table of transitions."""


@dataclass(frozen=True)
class Choice:
    """A deed offered on a case now: with its form, as a link to another page, or greyed."""

    deed: Deed
    form: CaseForm | None
    reason: str
    url: str
    first: bool = False
    """The one thing the case waits for; the others are folded away."""
    wrong: bool = False
    """It was just sent and came back."""


def choices(
    case: Case,
    user: User,
    *,
    at: datetime,
    url: Callable[[str], str],
    elsewhere: Mapping[str, str] = NOWHERE,
    only: Sequence[str] = (),
    sent: CaseForm | None = None,
) -> list[Choice]:
    """What `user` may do on `case` now, in the table's order, the first thing first.

    `url` gives a deed's address by its key. Deeds in `elsewhere` are links to the page there; with
    `only`, no others are offered. `sent` is a form that came back refused: it is shown
    as it was filled in, even if the case has moved on meanwhile.
    """
    offered = {offer.step.name: offer for offer in policies.offers(case, user, at=at)}
    found = []
    for key, deed in DEEDS.items():
        mine = [offered[name] for name in deed.steps if name in offered]
        back = sent if sent is not None and sent.form_id == key else None
        if (not mine and back is None) or (only and key not in only):
            continue
        open_ = back is not None or any(offer.enabled for offer in mine)
        reason = "" if open_ else str(mine[0].reason)
        form = (back or deed.form(case=case)) if open_ and key not in elsewhere else None
        address = elsewhere.get(key) or url(key)
        found.append(Choice(deed, form, reason, address, wrong=back is not None))
    return _first_first(found, case)


FIRST = {
    "unsorted": ("sort",),
    "to_call": ("call",),
    "to_check": ("check",),
    "to_place": ("dispatch",),
    "with_unit": ("acknowledge", "answer"),
    "referred": ("note",),
    "to_decide": ("decide",),
    "to_confirm": ("confirm",),
    "to_reply": ("reply", "release"),
    "replied": ("review", "second-call", "hear", "close"),
    "closed": ("look-back", "review"),
}
"""What a case in each state waits for."""
BEFORE_ALL = ("confirm-move", "grant-time")
"""What somebody has asked a second person, whatever the state."""


def _first_first(found: list[Choice], case: Case) -> list[Choice]:
    asked = tuple(one.deed.key for one in found if one.deed.key in BEFORE_ALL and not one.reason)
    wanted = asked or FIRST.get(case.state, ())

    def rank(choice: Choice) -> tuple[bool, bool, bool]:
        return (not choice.wrong, bool(choice.reason), choice.deed.key not in wanted)

    ordered = sorted(found, key=rank)
    if ordered and not ordered[0].reason and (ordered[0].wrong or ordered[0].deed.key in wanted):
        ordered[0] = replace(ordered[0], first=True)
    return ordered


def send(form: CaseForm, *, by: User, at: datetime) -> bool:
    """Do the deed of a filled-in form; whether it was done.

    Otherwise the form holds its errors, the refusal's reason at the field it names.
    """
    if not form.is_valid():
        return False
    try:
        DEEDS[form.form_id].do(form.case, form.cleaned_data, by=by, at=at)
    except reasons.Refusal as refused:
        form.refused = refused
        form.refuse(str(refused), refused.reason.field or None)
        return False
    return True
