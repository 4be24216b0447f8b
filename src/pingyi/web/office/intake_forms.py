"""Forms for cases that begin with no rating."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pingyi.casework.origins import BY_HAND, Channel
from pingyi.directory.models import ServicePoint, Unit
from pingyi.people.models import User
from pingyi.web.components.forms import DeskForm, LongTextField, TermField, TextField, TickField
from pingyi.web.components.unit_fields import one_point, one_unit
from pingyi.web.office.directory_scope import units_for


class UnitForm(DeskForm):
    """A form that names one unit by its code, its name, or part of it."""

    permission = "case.open"
    """Units it reaches can be named."""

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        self.user = user
        super().__init__(*args, **options)

    def clean_unit(self) -> Unit | None:
        said = self.cleaned_data["unit"]
        if not said:
            return None
        return one_unit(said, units_for(self.user, self.permission))


class PointForm(UnitForm):
    """A form that may name a point of its unit, too."""

    def clean_point(self) -> ServicePoint | None:
        said, unit = self.cleaned_data["point"], self.cleaned_data.get("unit")
        if not said or unit is None:
            return None
        return one_point(said, unit)


class NewCaseForm(PointForm):
    form_id = "new-case"
    hotkeys = "origin"
    origin = TermField(BY_HAND, label=_("来源"))
    unit = TextField(label=_("单位"), max_length=120, help_text=_("编码，或名称的一部分。"))
    point = TextField(
        label=_("服务点"), max_length=120, required=False, help_text=_("名称，或其一部分。")
    )
    number = TextField(label=_("来文编号"), max_length=64, required=False)
    dated = forms.DateField(
        label=_("来文日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    summary = LongTextField(
        label=_("事由"), rows=5, help_text=_("用本办自己的话概括，不写姓名和号码。不给单位。")
    )
    name = TextField(
        label=_("反映人姓名"), max_length=60, required=False, help_text=_("加密保存。")
    )
    phone = TextField(
        label=_("反映人手机"),
        max_length=20,
        required=False,
        help_text=_("加密保存；查看须写理由，并留记录。"),
    )
    call_back = TickField(label=_("要求回访"))
    reply_owed = TickField(label=_("有人在等答复"), initial=True)


class OpenMessageForm(PointForm):
    form_id = "open-message"
    unit = TextField(label=_("单位"), max_length=120, help_text=_("编码，或名称的一部分。"))
    point = TextField(
        label=_("服务点"), max_length=120, required=False, help_text=_("名称，或其一部分。")
    )
    summary = LongTextField(
        label=_("事由"), rows=4, help_text=_("用本办自己的话概括，不写姓名和号码。不给单位。")
    )


class OpenTickedForm(UnitForm):
    """Several messages at once: each as a case of the unit named, or else of its own."""

    form_id = "bulk"
    unit = TextField(
        label=_("立案单位"),
        max_length=120,
        required=False,
        help_text=_("编码，或名称的一部分；不填则按各条留言的单位。"),
    )


class MessageFileForm(DeskForm):
    form_id = "upload"
    channel = TermField(Channel, label=_("渠道"))
    file = forms.FileField(
        label=_("留言文件"),
        help_text=_(".csv（UTF-8 或 GB 18030）或 .xlsx"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )
