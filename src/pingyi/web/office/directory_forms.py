"""Forms of the directory's pages; field names are the arguments of the actions they feed."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi import rulebook
from pingyi.directory.models import Item, Season, ServicePoint, Unit
from pingyi.directory.policies import Refused, Why
from pingyi.directory.schemes import in_force
from pingyi.web.components.forms import DeskForm, TextField
from pingyi.web.office import directory_words as words


def kinds() -> list[tuple[str, str]]:
    return [(value, gettext(name)) for value, name in ServicePoint.Kind.choices]


class UnitForm(DeskForm):
    form_id = "unit"

    name = TextField(label=_("名称"), max_length=120)
    kind = TextField(label=_("类型"), max_length=40, required=False)


class PointForm(DeskForm):
    form_id = "point"

    name = TextField(label=_("名称"), max_length=120)
    kind = forms.ChoiceField(label=_("类型"), choices=kinds)
    address = TextField(label=_("地址"), max_length=200, required=False)
    hours = TextField(
        label=_("办公时间"),
        max_length=100,
        required=False,
        help_text=_("如：周一至周五 8:30-12:00 13:30-17:00"),
    )


class EditPointForm(PointForm):
    items = forms.ModelMultipleChoiceField(
        label=_("在此办理的事项"),
        queryset=Item.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("一项不选，即为本单位全部事项。"),
    )

    def __init__(self, *args: Any, point: ServicePoint, **options: Any) -> None:
        initial = {
            "name": point.name,
            "kind": point.kind,
            "address": point.address,
            "hours": point.hours,
            "items": point.items.all(),
        }
        super().__init__(*args, initial=initial, **options)
        items = Item.objects.filter(unit=point.unit_id).order_by("code")
        if items.exists():
            cast(forms.ModelMultipleChoiceField, self.fields["items"]).queryset = items
        else:
            del self.fields["items"]


class ReplaceForm(DeskForm):
    form_id = "replace"

    reason = TextField(label=_("更换原因"), max_length=100, help_text=_("如：海报破损、被人涂改"))


class PostForm(DeskForm):
    form_id = "post"

    badge = TextField(label=_("工号"), max_length=20)
    name = TextField(label=_("姓名"), max_length=60, required=False)
    point = forms.ModelChoiceField(
        label=_("所在服务点"), queryset=ServicePoint.objects.none(), required=False
    )

    def __init__(self, *args: Any, unit: Unit, **options: Any) -> None:
        super().__init__(*args, **options)
        points = unit.points.filter(retired_at=None).order_by("name")
        cast(forms.ModelChoiceField, self.fields["point"]).queryset = points


class SeasonForm(DeskForm):
    form_id = "season"

    code = forms.RegexField(
        label=_("年度"),
        regex=r"^\d{4}$",
        help_text=_("四位数字，如 2027；连续两年的结果按它相接。"),
    )
    scheme = forms.ChoiceField(
        label=_("评议方案"),
        choices=lambda: [(name, words.scheme_text(name)) for name in rulebook.names()],
    )
    starts_on = forms.DateField(
        label=_("开始日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label=_("结束日期（含当日）"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    counts_by = forms.ChoiceField(
        label=_("扣分归属"),
        widget=forms.RadioSelect,
        initial=Season.CountsBy.VERDICT,
        choices=lambda: [(value, gettext(name)) for value, name in Season.CountsBy.choices],
    )


class EnrolForm(DeskForm):
    form_id = "enrol"

    unit = TextField(label=_("单位编码"), max_length=32)
    group = forms.ChoiceField(label=_("分组"), required=False)

    def __init__(self, *args: Any, season: Season, **options: Any) -> None:
        super().__init__(*args, **options)
        groups = in_force(season).groups
        own = ("", gettext("单位自己的分组"))
        choices = [own, *((group, words.group_text(group)) for group in groups)]
        cast(forms.ChoiceField, self.fields["group"]).choices = choices

    def clean_unit(self) -> Unit:
        found = Unit.objects.filter(code=self.cleaned_data["unit"]).first()
        if found is None:
            raise forms.ValidationError(gettext("没有这个编码的单位。"))
        return found


class UploadForm(DeskForm):
    form_id = "upload"

    file = forms.FileField(
        label=_("目录文件"),
        help_text=_(".xlsx 工作簿，或内含各表 .csv 的 .zip"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.zip,.csv"}),
    )


FIELD_TO_BLAME = {
    Why.NAME_TAKEN: "name",
    Why.BADGE_TAKEN: "badge",
    Why.OTHER_UNITS_POINT: "point",
    Why.SEASON_TAKEN: "code",
    Why.DATES_REVERSED: "ends_on",
    Why.SEASONS_OVERLAP: "starts_on",
    Why.SCHEME_UNKNOWN: "scheme",
    Why.GROUP_UNKNOWN: "group",
}


def blame(form: DeskForm, refused: Refused) -> None:
    """Show the refusal at the field it is about."""
    form.refuse(str(refused), FIELD_TO_BLAME.get(refused.why))
