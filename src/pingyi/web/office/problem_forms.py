"""Forms for problems; fields are called as the actions' arguments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.casework.models import Case
from pingyi.casework.problem_models import Problem
from pingyi.casework.states import Finding, Grade, Kind
from pingyi.directory.models import Unit
from pingyi.letters.models import Letter
from pingyi.web.components.forms import DeskForm, LongTextField, TermField, TextField
from pingyi.web.components.letter_cells import letter_text

NEW = "new"


class AboutForm(DeskForm):
    """What a problem is about."""

    form_id = "about"
    title = TextField(label=_("问题"), max_length=100)
    cause = LongTextField(
        label=_("问题原因"), required=False, rows=3, help_text=_("查明后再填也可以。")
    )
    parent = TextField(
        label=_("上级主管单位"),
        max_length=120,
        required=False,
        help_text=_("编码或全名：函件将发给它。"),
    )

    def clean_parent(self) -> Unit | None:
        said = self.cleaned_data["parent"]
        if not said:
            return None
        units = Unit.objects.filter(retired_at__isnull=True)
        found = list(units.filter(code=said)) or list(units.filter(name=said)[:2])
        if len(found) != 1:
            raise forms.ValidationError(gettext("没有这个编码或全名的单位。"))
        return found[0]


class JoinForm(AboutForm):
    """Into a problem that is open, or a new one."""

    form_id = "join"
    problem = forms.ChoiceField(label=_("并入"))
    field_order = ("problem", "title", "cause", "parent")

    def __init__(self, *args: Any, problems: Iterable[Problem], **options: Any) -> None:
        super().__init__(*args, **options)
        self._problems = {problem.number: problem for problem in problems}
        problem = self.fields["problem"]
        assert isinstance(problem, forms.ChoiceField)
        problem.choices = [
            (NEW, gettext("新的问题")),
            *((number, f"{number} {found.title}") for number, found in self._problems.items()),
        ]
        self.fields["title"].required = False
        self.fields["title"].help_text = gettext("新的问题须写：一句话说清是什么事。")

    def clean_problem(self) -> Problem | None:
        return self._problems.get(self.cleaned_data["problem"])

    def clean(self) -> dict[str, Any] | None:
        given = super().clean()
        if self.cleaned_data.get("problem") is None and not self.cleaned_data.get("title"):
            self.add_error("title", gettext("请写明是什么问题。"))
        return given


class CheckForm(DeskForm):
    form_id = "check"
    text = LongTextField(
        label=_("核查发现了什么"), help_text=_("记入每一件待核查、待处置、待认定的案件。")
    )


class DispatchForm(DeskForm):
    form_id = "dispatch"
    text = LongTextField(
        label=_("转办内容"),
        rows=6,
        help_text=_("各案的被评单位看到的是同一段话，不得透露任何一位评价人。"),
    )
    grade = TermField(Grade, label=_("难易"), initial="simple")


class DecideForm(DeskForm):
    form_id = "decide"
    finding = TermField(
        [finding for finding in Finding if finding is not Finding.VOID], label=_("认定")
    )
    kind = TermField(Kind, label=_("类别"))
    text = LongTextField(label=_("认定理由"), help_text=_("单位会看到，不得透露评价人。"))


class ReplyForm(DeskForm):
    form_id = "reply"
    text = LongTextField(
        label=_("给每位反映人的答复"),
        rows=6,
        help_text=_("每一件待答复的案件各得一份，并各自短信通知。"),
    )


class CloseProblemForm(DeskForm):
    form_id = "close"
    outcome = LongTextField(label=_("结果"), rows=3, help_text=_("改了什么，今后怎样。"))


class LeaveForm(DeskForm):
    form_id = "leave"
    case = forms.ChoiceField(label=_("案件"))
    reason = LongTextField(label=_("理由"), rows=2)

    def __init__(self, *args: Any, cases: Iterable[Case], **options: Any) -> None:
        super().__init__(*args, **options)
        self._cases = {case.number: case for case in cases}
        case = self.fields["case"]
        assert isinstance(case, forms.ChoiceField)
        case.choices = [(number, f"{number} {c.unit.name}") for number, c in self._cases.items()]

    def clean_case(self) -> Case:
        return self._cases[self.cleaned_data["case"]]


class LetterForm(DeskForm):
    form_id = "letter"
    letter = forms.ChoiceField(label=_("函件"))

    def __init__(self, *args: Any, letters: Iterable[Letter], **options: Any) -> None:
        super().__init__(*args, **options)
        self._letters = {str(letter.pk): letter for letter in letters}
        letter = self.fields["letter"]
        assert isinstance(letter, forms.ChoiceField)
        letter.choices = [(pk, letter_text(found)) for pk, found in self._letters.items()]

    def clean_letter(self) -> Letter:
        return self._letters[self.cleaned_data["letter"]]
