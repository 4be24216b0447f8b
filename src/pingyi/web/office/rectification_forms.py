"""Forms for rectification lists, their items, and improvements."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pingyi.files.actions import Checked
from pingyi.supervision.models.improvements import ImprovementKind
from pingyi.web.components.file_fields import FilesField
from pingyi.web.components.forms import DeskForm, LongTextField, TermField, TextField
from pingyi.web.office.intake_forms import UnitForm

DAYS = 10


class DayField(forms.DateField):
    """A day, picked from the browser's calendar."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**options)


class DaysField(forms.IntegerField):
    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("限期（工作日）"))
        super().__init__(min_value=1, max_value=250, initial=DAYS, **options)


class ListForm(UnitForm):
    form_id = "list"
    permission = "rectification.manage"
    title = TextField(label=_("名称"), max_length=100)
    unit = TextField(label=_("整改单位"), max_length=120, help_text=_("编码，或名称的一部分。"))
    team = LongTextField(
        label=_("帮扶专班"), required=False, rows=3, help_text=_("成员及职务，每行一人。")
    )


class ItemForm(UnitForm):
    form_id = "item"
    permission = "rectification.manage"
    problem = LongTextField(label=_("问题"), rows=3, help_text=_("单位会看到，不得透露评价人。"))
    measure = LongTextField(label=_("措施"), rows=3)
    route = LongTextField(
        label=_("路径"), required=False, rows=2, help_text=_("分几步，由谁配合。")
    )
    owner = TextField(label=_("责任人"), max_length=60, help_text=_("姓名或职务。"))
    unit = TextField(
        label=_("责任单位"), max_length=120, required=False, help_text=_("不填即清单单位。")
    )
    days = DaysField()


class MeetingForm(DeskForm):
    form_id = "meeting"
    on = DayField(label=_("日期"))
    text = LongTextField(label=_("议定事项"), rows=4)


class AcceptForm(DeskForm):
    form_id = "accept"
    words = LongTextField(label=_("验收意见"), required=False, rows=3)


class SendBackForm(DeskForm):
    form_id = "back"
    words = LongTextField(label=_("还缺什么"), rows=3, help_text=_("单位会看到。"))
    days = DaysField()


class ImprovementForm(UnitForm):
    form_id = "improvement"
    permission = "rectification.manage"
    kind = TermField(ImprovementKind, label=_("类别"))
    title = TextField(label=_("名称"), max_length=100, help_text=_("制度、窗口或设备的名称。"))
    what = LongTextField(label=_("改了什么"), rows=4)
    unit = TextField(label=_("单位"), max_length=120, help_text=_("编码，或名称的一部分。"))
    on = DayField(label=_("施行日期"))
    document = FilesField(label=_("文件"), most=1)

    def clean_document(self) -> Checked | None:
        found = self.cleaned_data["document"]
        return found[0] if found else None


class StrikeForm(DeskForm):
    form_id = "strike"
    reason = LongTextField(label=_("理由"), rows=2)
