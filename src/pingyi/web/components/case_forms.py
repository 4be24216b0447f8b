"""A form for each thing people do on a case; fields are called as the action's arguments."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pingyi.casework import actions, policies, reasons, rules
from pingyi.casework.assigning import workers_of
from pingyi.casework.models import Case
from pingyi.casework.states import (
    ALONE,
    CallOutcome,
    Finding,
    Found,
    Grade,
    Ground,
    Handling,
    Judged,
    Kind,
    Review,
    SecondCall,
    Stage,
    State,
    Way,
)
from pingyi.clocks.more_time import most_days
from pingyi.directory.models import ServicePoint, Unit
from pingyi.people.models import User
from pingyi.web.components.file_fields import FilesField
from pingyi.web.components.forms import (
    DeskForm,
    LongTextField,
    MomentField,
    TermField,
    TextField,
    TickField,
)
from pingyi.web.components.time_forms import AskTimeForm
from pingyi.web.components.unit_fields import one_point, one_unit
from pingyi.web.components.words import say


class CaseForm(DeskForm):
    """A form about one case; `refused` is why its action would not do it."""

    refused: reasons.Refusal | None = None

    def __init__(self, *args: Any, case: Case, **options: Any) -> None:
        self.case = case
        super().__init__(*args, **options)


class AssignForm(CaseForm):
    form_id = "assign"
    assignee = forms.ModelChoiceField(
        label=_("承办人"), queryset=User.objects.none(), empty_label=_("请选择")
    )
    reason = LongTextField(
        label=_("理由"), required=False, rows=2, max_length=200, help_text=_("如原承办人外出。")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        assignee = cast(forms.ModelChoiceField, self.fields["assignee"])
        others = ~Q(pk=self.case.assignee_id)
        assignee.queryset = workers_of(self.case.area).filter(others).order_by("name", "pk")


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
    agreed_at = MomentField(
        label=_("约定何时再打"),
        required=False,
        help_text=_("约定再打时必填：日期和钟点。"),
    )
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


class InstructForm(CaseForm):
    form_id = "instruct"
    instruction = LongTextField(
        label=_("批示"), help_text=_("治庸办和纪检可见，承办人会收到提醒；单位不可见。")
    )


class CheckForm(CaseForm):
    form_id = "check"
    note = LongTextField(
        label=_("核查发现了什么"), help_text=_("实地、台账、监控或其他核查，写明时间地点。")
    )
    stands = TickField(label=_("问题确实存在，转入处置"))
    uploads = FilesField(label=_("证据"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.case.state != "to_check":
            del self.fields["stands"]


class HandlingForm(CaseForm):
    form_id = "handling"
    ground = TermField(Ground, label=_("诉求是否合理"))
    handling = TermField(Handling, label=_("拟如何办"))
    note = LongTextField(
        label=_("说明"), required=False, rows=3, help_text=_("治庸办和纪检可见；单位不可见。")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if said := policies.handling_of(self.case):
            self.fields["ground"].initial = said.ground
            self.fields["handling"].initial = said.handling


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
    uploads = FilesField(label=_("给单位的附件"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._units = {unit.code: unit for unit in rules.line_of(self.case.unit)}
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ChoiceField)
        unit.choices = [(code, found.name) for code, found in self._units.items()]
        unit.required = False
        unit.initial = self.case.unit.code
        said = policies.handling_of(self.case)
        if said is not None and said.handling == Handling.IN_TIME:
            self.fields["grade"].initial = Grade.COMPLEX.value
        matter, words = policies.consents(self.case)
        self._bar("includes_matter", matter, reasons.NO_CONSENT_MATTER)
        self._bar("includes_words", words, reasons.NO_CONSENT_WORDS)

    def _bar(self, name: str, agreed: bool, reason: reasons.Reason) -> None:
        if not agreed:
            self.fields[name].help_text = str(reason)
            self.fields[name].widget.attrs["disabled"] = True

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
    uploads = FilesField()


class ReasonForm(CaseForm):
    reason = LongTextField(label=_("理由"), rows=3)


class RecallForm(ReasonForm):
    form_id = "recall"


class ReferForm(ReasonForm):
    form_id = "refer"
    lead = TickField(label=_("涉腐线索"), help_text=_("进入保密期，解除前只有纪检可见。"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if policies.found_late(self.case):
            del self.fields["lead"]
            self.fields["reason"].help_text = _(
                "已认定、已答复或已办结的案件，只移交涉腐线索：进入保密期，解除前只有纪检可见。"
                "此前的认定和答复照旧。"
            )


class ReconsiderForm(ReasonForm):
    form_id = "reconsider"


class TimeForm(CaseForm, AskTimeForm):
    """More time for the clock in hand, as far as the scheme allows it."""

    reason = LongTextField(
        label=_("理由"),
        rows=3,
        max_length=200,
        help_text=_("如等待法院裁判、专家意见。由治庸办另一人决定；单位时限的申请单位会看到结果。"),
    )

    def __init__(self, *args: Any, case: Case, **options: Any) -> None:
        clock = rules.clock_in_hand(case)
        if clock is not None:
            rule = rules.scheme_of(case).clocks[clock.rule]
            options = {"rule": rule, "most": most_days(clock), **options}
        super().__init__(*args, case=case, **options)
        if case.state == State.REFERRED:
            self.fields["reason"].help_text = _("由另一名纪检监察人员决定；理由只有纪检可见。")


class GrantTimeForm(CaseForm):
    form_id = "grant-time"


class RefuseTimeForm(ReasonForm):
    form_id = "refuse-time"


class ResumeForm(CaseForm):
    form_id = "resume"


class MoveForm(CaseForm):
    form_id = "move"
    unit = TextField(
        label=_("应属单位"), max_length=120, help_text=_("编码，或名称的一部分；外区的也可以。")
    )
    point = TextField(
        label=_("服务点"), max_length=120, required=False, help_text=_("不清楚的不填。")
    )
    reason = LongTextField(
        label=_("理由"),
        rows=3,
        help_text=_("依据什么认为属该单位。由未经手本案的第二人决定；不给单位。"),
    )

    def clean_unit(self) -> Unit:
        return one_unit(self.cleaned_data["unit"], Unit.objects.select_related("area__parent"))

    def clean_point(self) -> ServicePoint | None:
        said, unit = self.cleaned_data["point"], self.cleaned_data.get("unit")
        return one_point(said, unit) if said and unit is not None else None


class ConfirmMoveForm(CaseForm):
    form_id = "confirm-move"


class RefuseMoveForm(ReasonForm):
    form_id = "refuse-move"


class ConfirmForm(CaseForm):
    form_id = "confirm"


class SendBackForm(ReasonForm):
    form_id = "send-back"


class ReleaseForm(ReasonForm):
    form_id = "release"


class NoteForm(CaseForm):
    form_id = "note"
    note = LongTextField(label=_("调查记录"), help_text=_("只有纪检可见，附件也是。"))
    uploads = FilesField(label=_("证据"))


class ReportForm(CaseForm):
    form_id = "report"
    account = LongTextField(label=_("核查结果"), rows=6, help_text=_("报告治庸办，由其认定。"))
    finding = TermField(
        Finding, label=_("建议认定"), required=False, help_text=_("可不填；由治庸办作出认定。")
    )
    kind = TermField(Kind, label=_("建议类别"), required=False)
    uploads = FilesField(label=_("证据"))


class ConcludeForm(CaseForm):
    form_id = "conclude"
    finding = TermField((each for each in Finding if each in ALONE), label=_("认定"))
    kind = TermField(Kind, label=_("类别"))
    account = LongTextField(
        label=_("核查结果"), rows=6, help_text=_("保密期内由纪检认定；解除保密前不见于积分。")
    )
    uploads = FilesField(label=_("证据"))


class DecideForm(CaseForm):
    form_id = "decide"
    finding = TermField(
        Finding,
        label=_("认定"),
        help_text=_("不属实、作废须由未经手本案的第二人复核后生效。"),
    )
    kind = TermField(Kind, label=_("类别"))
    reason = LongTextField(label=_("认定理由"), help_text=_("单位会看到，不得透露评价人。"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        report = policies.last_report(self.case)
        self.fields["kind"].initial = report.proposed_kind if report else self.case.kind
        if report:
            self.fields["finding"].initial = report.proposed_finding


class AppealForm(CaseForm):
    form_id = "appeal"
    grounds = LongTextField(
        label=_("申诉理由"),
        rows=5,
        help_text=_("写明哪一点与事实不符、有何依据。由未经手本案的人复核；同一认定只能申诉一次。"),
    )


class ReviewForm(CaseForm):
    form_id = "review"
    outcome = TermField(Review, label=_("复核结论"))
    finding = TermField(Finding, label=_("改变为"), required=False, help_text=_("采纳申诉时必填。"))
    kind = TermField(Kind, label=_("类别"), required=False)
    reason = LongTextField(label=_("复核理由"), help_text=_("单位会看到，不得透露评价人。"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].initial = self.case.kind


class PickForm(CaseForm):
    form_id = "pick"
    stage = TermField(Stage, label=_("第几次"), initial="first")


class LookBackForm(CaseForm):
    form_id = "look-back"
    way = TermField(Way, label=_("方式"))
    put_right = TermField(Found, label=_("结果"))
    note = LongTextField(
        label=_("看到的情况"), help_text=_("不打招呼。未整改的，单位会看到，不得透露评价人。")
    )

    def clean_put_right(self) -> bool:
        return bool(self.cleaned_data["put_right"] == Found.PUT_RIGHT)


class ReplyForm(CaseForm):
    form_id = "reply"
    text = LongTextField(
        label=_("给评价人的答复"),
        rows=6,
        help_text=_(
            "用平实的话：查了什么、结果怎样、改了什么。她凭回执看到；留了电话的另发短信提醒。"
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if policies.is_heard(self.case):
            self.fields["text"].help_text = _(
                "用平实的话：查了什么、结果怎样、改了什么。"
                "她没有留手机号：请当面或经原渠道告知，再登记她的意见。"
            )


class HearForm(CaseForm):
    form_id = "hear"
    satisfied = TermField(Judged, label=_("反映人对办理满意吗"))
    words = LongTextField(
        label=_("反映人怎么说"),
        required=False,
        rows=3,
        max_length=500,
        help_text=_("她没有留手机号，打不开回执：当面或经原渠道告知答复后，如实代记。不给单位。"),
    )

    def clean_satisfied(self) -> bool:
        return bool(self.cleaned_data["satisfied"] == Judged.SATISFIED)


class SecondCallForm(CaseForm):
    form_id = "second-call"
    hotkeys = "outcome"
    outcome = TermField(SecondCall, label=_("复访结果"))
    words = LongTextField(
        label=_("评价人怎么说"),
        required=False,
        rows=3,
        max_length=500,
        help_text=_("问她对处理结果是否满意，不得劝说。不满意时必填；不给单位。"),
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
        other = actions.Contact.MATTER if self.case.rating is None else actions.Contact.NAME
        what = self.fields["what"]
        assert isinstance(what, forms.ChoiceField)
        what.choices = [(str(term), say(term)) for term in actions.Contact if term is not other]
        if only:
            self.fields["what"].widget = forms.HiddenInput()
            self.fields["what"].initial = only
