"""A form for each thing people do on a case, and the action it feeds.

Fields are called as the action's arguments. Which forms a person is offered
on a case, and why others are greyed, is asked of `casework.policies` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pingyi.casework import actions, policies, rules
from pingyi.casework.models import Case
from pingyi.casework.states import CallOutcome, Finding, Grade, Kind
from pingyi.people.models import User
from pingyi.web.components.forms import DeskForm, LongTextField, TermField, TickField


class CaseForm(DeskForm):
    """A form about one case."""

    def __init__(self, *args: Any, case: Case, **options: Any) -> None:
        self.case = case
        super().__init__(*args, **options)


class SortForm(CaseForm):
    form_id = "sort"
    hotkeys = "kind"
    kind = TermField(Kind, label=_("类别"))
    note = LongTextField(
        label=_("备注"), required=False, rows=3, help_text=_("涉腐线索须写明依据。不给单位。")
    )
    lead = TickField(label=_("涉腐线索"), help_text=_("直接移交纪检，并进入保密期。"))


class CallForm(CaseForm):
    form_id = "call"
    hotkeys = "outcome"
    outcome = TermField(CallOutcome, label=_("回访结果"))
    note = LongTextField(
        label=_("评价人怎么说"),
        required=False,
        help_text=_("问题仍在时必填。供本办内部查看，不给单位。"),
    )
    reply = LongTextField(
        label=_("对评价人的答复"),
        required=False,
        rows=3,
        help_text=_("当场解决时必填：告诉了她什么。"),
    )
    consents_matter = TickField(label=_("同意让单位知道是哪一件办件"))
    consents_words = TickField(label=_("同意把她的原话转给单位"))


class CheckForm(CaseForm):
    form_id = "check"
    note = LongTextField(
        label=_("核查发现了什么"), help_text=_("实地、台账、监控或其他核查，写明时间地点。")
    )
    stands = TickField(label=_("问题确实存在，转入处置"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.case.state != "to_check":
            del self.fields["stands"]


class DispatchForm(CaseForm):
    form_id = "dispatch"
    unit = forms.ChoiceField(label=_("承办单位"))
    words = LongTextField(
        label=_("转办内容"),
        rows=6,
        help_text=_("用本办自己的话写。单位看到的就是这段话，不得透露评价人。"),
    )
    grade = TermField(Grade, label=_("难易"), initial="simple")
    includes_matter = TickField(label=_("附办件编号"))
    includes_words = TickField(label=_("附评价人原话"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._units = {unit.code: unit for unit in rules.line_of(self.case.unit)}
        unit = self.fields["unit"]
        unit.choices = [(code, found.name) for code, found in self._units.items()]
        unit.required = False
        unit.initial = self.case.unit.code
        matter, words = policies.consents(self.case)
        self._bar("includes_matter", matter, policies.NO_CONSENT_MATTER)
        self._bar("includes_words", words, policies.NO_CONSENT_WORDS)

    def _bar(self, name: str, agreed: bool, reason: policies.Reason) -> None:
        if not agreed:
            self.fields[name].help_text = str(reason)

    def clean_unit(self) -> Any:
        return self._units.get(self.cleaned_data["unit"], self.case.unit)


class AnswerForm(CaseForm):
    form_id = "answer"
    account = LongTextField(label=_("情况说明"), rows=5, help_text=_("查明了什么。"))
    measures = LongTextField(label=_("整改措施"), rows=4, help_text=_("做了什么，由谁，何时。"))
    process_change = LongTextField(
        label=_("制度或流程改变"),
        required=False,
        rows=3,
        help_text=_("新订或修改了哪条制度、合并了哪个窗口、改了哪个流程。没有则不填。"),
    )


class ReasonForm(CaseForm):
    reason = LongTextField(label=_("理由"), rows=3)


class RecallForm(ReasonForm):
    form_id = "recall"


class ReferForm(ReasonForm):
    form_id = "refer"
    lead = TickField(label=_("涉腐线索"), help_text=_("进入保密期，解除前只有纪检可见。"))


class ReconsiderForm(ReasonForm):
    form_id = "reconsider"


class ReleaseForm(ReasonForm):
    form_id = "release"


class NoteForm(CaseForm):
    form_id = "note"
    note = LongTextField(label=_("调查记录"), help_text=_("只有纪检可见。"))


class ReportForm(CaseForm):
    form_id = "report"
    account = LongTextField(label=_("核查结果"), rows=6, help_text=_("报告治庸办，由其认定。"))


class ConcludeForm(CaseForm):
    form_id = "conclude"
    finding = TermField(Finding, label=_("认定"))
    kind = TermField(Kind, label=_("类别"))
    account = LongTextField(
        label=_("核查结果"), rows=6, help_text=_("保密期内由纪检认定；解除保密前不见于积分。")
    )


class DecideForm(CaseForm):
    form_id = "decide"
    finding = TermField(Finding, label=_("认定"))
    kind = TermField(Kind, label=_("类别"))
    reason = LongTextField(label=_("认定理由"), help_text=_("单位会看到，不得透露评价人。"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].initial = self.case.kind


class ReplyForm(CaseForm):
    form_id = "reply"
    text = LongTextField(
        label=_("给评价人的答复"),
        rows=6,
        help_text=_(
            "用平实的话：查了什么、结果怎样、改了什么。她凭回执看到；留了电话的另发短信提醒。"
        ),
    )


class AcknowledgeForm(CaseForm):
    form_id = "acknowledge"


class CloseForm(CaseForm):
    form_id = "close"


class RevealForm(CaseForm):
    """Not a step: a look at what could name the rater, with its reason."""

    form_id = "reveal"
    what = TermField(actions.Contact, label=_("查看"))
    reason = LongTextField(
        label=_("查看理由"), rows=2, max_length=200, help_text=_("本次查看及理由记入审计日志。")
    )

    def __init__(self, *args: Any, only: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        if only:
            self.fields["what"].widget = forms.HiddenInput()
            self.fields["what"].initial = only


@dataclass(frozen=True)
class Deed:
    """One thing to do on a case: its form, the steps of the table it may take, and the action."""

    form: type[CaseForm]
    title: str | Promise
    submit: str | Promise
    done: str | Promise
    steps: tuple[str, ...]
    action: Callable[..., Any]

    @property
    def key(self) -> str:
        return self.form.form_id

    def do(self, case: Case, given: dict[str, Any], *, by: User, at: datetime) -> Any:
        """Run the action; raises `policies.Refusal`."""
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
            CallForm, _("登记回访"), _("登记"), _("已登记回访"),
            ("log_attempt", "settle", "stand", "give_up_calling"), actions.log_call,
        ),
        Deed(
            CheckForm, _("记录核查"), _("记录"), _("已记录核查"),
            ("note_check", "find_standing"), actions.note_check,
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
            ("refer",), actions.refer_case,
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
            ("decide",), actions.decide_case,
        ),
        Deed(
            ReconsiderForm, _("撤回认定"), _("撤回"), _("已撤回认定"),
            ("reconsider",), actions.withdraw_verdict,
        ),
        Deed(
            ReplyForm, _("答复评价人"), _("发出答复"), _("已答复"),
            ("reply",), actions.reply_to_citizen,
        ),
        Deed(
            CloseForm, _("办结"), _("办结"), _("已办结"),
            ("close",), actions.close_case,
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
    "with_unit": ("answer",),
    "referred": ("note",),
    "to_decide": ("decide",),
    "to_reply": ("reply", "release"),
    "replied": ("close",),
}
"""What a case in each state waits for."""


def _first_first(found: list[Choice], case: Case) -> list[Choice]:
    wanted = FIRST.get(case.state, ())

    def rank(choice: Choice) -> tuple[bool, bool, bool]:
        return (not choice.wrong, bool(choice.reason), choice.deed.key not in wanted)

    ordered = sorted(found, key=rank)
    if ordered and not ordered[0].reason and (ordered[0].wrong or ordered[0].deed.key in wanted):
        ordered[0] = replace(ordered[0], first=True)
    return ordered


def send(key: str, case: Case, data: Any, *, by: User, at: datetime) -> tuple[CaseForm, bool, Deed]:
    """Fill the form `key` with what was sent and do its deed.

    The form comes back with its errors, or with the refusal's reason at the field it names, and
    whether the deed was done. KeyError for a form there is not.
    """
    deed = DEEDS[key]
    form = deed.form(data, case=case)
    if not form.is_valid():
        return form, False, deed
    try:
        deed.do(case, form.cleaned_data, by=by, at=at)
    except policies.Refusal as refused:
        form.refuse(str(refused), refused.reason.field or None)
        form.refused = refused  # type: ignore[attr-defined]
        return form, False, deed
    return form, True, deed
