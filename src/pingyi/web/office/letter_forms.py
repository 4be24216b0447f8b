"""Forms of the office's letters; field names are the arguments of the actions they feed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, cast

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.directory.models import Area, Unit
from pingyi.directory.seasons import groups_in_use
from pingyi.files.models import StoredFile
from pingyi.letters.actions import Addressee
from pingyi.letters.models import Letter, Organ
from pingyi.letters.policies import LONGEST_DAYS
from pingyi.letters.states import Desk, Kind, Part
from pingyi.web.components.file_fields import FilesField
from pingyi.web.components.forms import DeskForm, LongTextField, TermField, TextField, TickField
from pingyi.web.components.words import say
from pingyi.web.office import directory_words

_DAYS = re.compile(r"^(.*?)\s*[\t,，;；]\s*(\d{1,4})\s*$")
EVERY = "*"
LONGEST_LINE = 200
"""Longer ones name no unit; the pattern would take hours over one of blanks."""


class Line(NamedTuple):
    """One line of a list of units: what it names, with how many days of its own."""

    number: int
    name: str
    days: int | None


def lines_of(text: str) -> list[Line]:
    """`蔡店区卫健委，10`, one unit a line; cells pasted from a sheet come apart at tabs."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        match = _DAYS.match(line) if len(line) <= LONGEST_LINE else None
        name, days = (match[1].strip(), int(match[2])) if match else (line.strip(), None)
        if name:
            found.append(Line(number, name, days))
    return found


def addressees_of(lines: Sequence[Line], part: Part) -> list[Addressee]:
    """The units the lines name, by code or by name; ValidationError naming every bad line."""
    names = [line.name for line in lines]
    found: dict[str, list[Unit]] = {}
    units = Unit.objects.filter(Q(code__in=names) | Q(name__in=names), retired_at=None)
    for unit in units.select_related("area__parent__parent").order_by("pk"):
        found.setdefault(unit.code, []).append(unit)
        if unit.name != unit.code:
            found.setdefault(unit.name, []).append(unit)
    wrong = [text for line in lines if (text := _mistake(line, found.get(line.name, [])))]
    if wrong:
        raise forms.ValidationError(wrong)
    return [Addressee(found[line.name][0], part, line.days) for line in lines]


def _mistake(line: Line, units: list[Unit]) -> str:
    shown = {"line": line.number, "name": line.name}
    if not units:
        return gettext("第 %(line)d 行：目录中没有“%(name)s”") % shown
    if len(units) > 1:
        return gettext("第 %(line)d 行：有多个“%(name)s”，请写编码") % shown
    if line.days is not None and not 1 <= line.days <= LONGEST_DAYS:
        return gettext("第 %(line)d 行：期限应为 1 至 250 个工作日") % shown
    return ""


class LetterForm(DeskForm):
    """A letter's text and whom it goes to."""

    form_id = "letter"

    paper = forms.ChoiceField(
        label=_("发文机关与种类"), help_text=_("文号在签发时编定，不预留、不跳号。")
    )
    title = LongTextField(
        label=_("标题"),
        rows=2,
        max_length=120,
        help_text=_("如：关于改进疫苗接种服务的工作建议函。要分行排时在分行处换行。"),
    )
    main = LongTextField(
        label=_("主送单位"),
        rows=4,
        max_length=400_000,
        required=False,
        help_text=_(
            "每行一个单位名称或编码；另定答复期限的，后加逗号和工作日数，如“区人社局，10”。"
        ),
    )
    group = forms.ChoiceField(
        label=_("加送一组单位"), required=False, help_text=_("把这一组的在用单位都列为主送。")
    )
    salutation = TextField(
        label=_("主送统称"),
        max_length=100,
        required=False,
        help_text=_("如“各参评单位”。不填则逐个列出名称。"),
    )
    body = LongTextField(
        label=_("正文"),
        rows=16,
        max_length=20_000,
        help_text=_("每段一行。层次依次写“一、”“（一）”“1.”“（1）”，字体由程序排定。"),
    )
    annexes = LongTextField(
        label=_("附件名称"),
        rows=2,
        max_length=1_000,
        required=False,
        help_text=_("印在正文之后，每行一个。"),
    )
    copies = LongTextField(
        label=_("抄送单位"), rows=2, max_length=100_000, required=False,
        help_text=_("每行一个单位名称或编码。"),
    )  # fmt: skip
    wants_reply = TickField(
        label=_("要求答复"), initial=True, help_text=_("不另定期限的，按方案规定的期限答复。")
    )
    remove = forms.MultipleChoiceField(
        label=_("去掉附件"), required=False, widget=forms.CheckboxSelectMultiple
    )
    uploads = FilesField()
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(
        self,
        *args: Any,
        organs: Iterable[Organ],
        letter: Letter | None = None,
        files: Sequence[StoredFile] = (),
        **options: Any,
    ) -> None:
        if letter is not None:
            options["initial"] = _as_it_stands(letter)
        super().__init__(*args, **options)
        self.letter = letter
        self._organs = {organ.pk: organ for organ in organs}
        paper = cast(forms.ChoiceField, self.fields["paper"])
        paper.choices = _papers(self._organs.values())
        group = cast(forms.ChoiceField, self.fields["group"])
        group.choices = _groups()
        remove = cast(forms.MultipleChoiceField, self.fields["remove"])
        remove.choices = [(str(file.pk), file.name) for file in files]
        if letter is not None:
            del self.fields["paper"]
        if not files:
            del self.fields["remove"]

    def clean_paper(self) -> tuple[Organ, Kind]:
        organ, _sep, kind = self.cleaned_data["paper"].partition(":")
        return self._organs[int(organ)], Kind(kind)

    def clean_main(self) -> list[Addressee]:
        return addressees_of(lines_of(self.cleaned_data["main"]), Part.MAIN)

    def clean_copies(self) -> list[Addressee]:
        return addressees_of(lines_of(self.cleaned_data["copies"]), Part.COPY)

    def clean_remove(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["remove"]]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "main" in given and not given["main"] and not given.get("group"):
            self.add_error("main", gettext("至少要有一个主送单位"))
        return given

    @property
    def arguments(self) -> dict[str, Any]:
        """What `draft_letter` and `edit_letter` take in common."""
        given = self.cleaned_data
        names = ("title", "body", "salutation", "annexes", "wants_reply", "uploads")
        return {name: given[name] for name in names} | {"addressees": self._addressees()}

    def _addressees(self) -> list[Addressee]:
        given = self.cleaned_data
        named = [*given["main"], *given["copies"]]
        organ = self.letter.organ if self.letter is not None else given["paper"][0]
        seen = {addressee.unit.pk for addressee in named}
        grouped = _units_of(given["group"], organ.area) if given["group"] else []
        return [*named, *(Addressee(unit) for unit in grouped if unit.pk not in seen)]


def _as_it_stands(letter: Letter) -> dict[str, Any]:
    recipients = list(letter.recipients.select_related("unit"))
    main = [
        r.unit.code if r.days is None else f"{r.unit.code}，{r.days}"
        for r in recipients
        if r.part == Part.MAIN
    ]
    copies = [r.unit.code for r in recipients if r.part == Part.COPY]
    names = ("title", "body", "salutation", "annexes", "wants_reply", "revision")
    return {name: getattr(letter, name) for name in names} | {
        "main": "\n".join(main),
        "copies": "\n".join(copies),
    }


def _papers(organs: Iterable[Organ]) -> list[tuple[str, list[tuple[str, str]]]]:
    year = timezone.localdate().year
    return [
        (
            organ.name,
            [
                (f"{organ.pk}:{series.kind}", f"{say(Kind(series.kind))} {series.prefix}〔{year}〕")
                for series in organ.series.all()
            ],
        )
        for organ in organs
    ]


def _groups() -> list[tuple[str, str]]:
    known = groups_in_use(timezone.localdate())
    return [
        ("", gettext("不加")),
        (EVERY, gettext("全部在用单位")),
        *((code, directory_words.group_text(code)) for code in known),
    ]


def _units_of(group: str, area: Area) -> QuerySet[Unit]:
    within = Q(area=area) | Q(area__parent=area) | Q(area__parent__parent=area)
    found = Unit.objects.filter(within, retired_at=None).select_related("area__parent__parent")
    return (found if group == EVERY else found.filter(group=group)).order_by("code")


class StepForm(DeskForm):
    """A step on the wording one has read."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class SubmitForm(StepForm):
    form_id = "submit"


class IssueForm(StepForm):
    form_id = "issue"


class DropForm(StepForm):
    form_id = "drop"


class SendBackForm(StepForm):
    form_id = "send_back"
    reason = LongTextField(label=_("退回原因"), rows=3)


class WithdrawForm(StepForm):
    form_id = "withdraw"
    reason = LongTextField(
        label=_("撤回原因"), rows=3, help_text=_("收件单位会看到。文号仍算用过。")
    )


class AcceptForm(DeskForm):
    form_id = "accept"


class ReturnForm(DeskForm):
    form_id = "return"
    reason = LongTextField(label=_("退回原因"), rows=3, help_text=_("单位会看到。"))
    days = forms.IntegerField(
        label=_("重新答复的工作日数"),
        required=False,
        min_value=1,
        max_value=LONGEST_DAYS,
        help_text=_("不填则同原期限。"),
    )


class RemindForm(DeskForm):
    form_id = "remind"


class OrganForm(DeskForm):
    """An organ; the fields for prefixes are called as the kinds."""

    form_id = "organ"

    name = TextField(label=_("机关名称"), max_length=60, help_text=_("红头上的全称，排成一行。"))
    signature = TextField(
        label=_("落款"), max_length=60, required=False, help_text=_("不填则同机关名称。")
    )
    area = forms.ModelChoiceField(label=_("区划"), queryset=Area.objects.none())
    desk = TermField(Desk, label=_("由谁起草签发"))

    def __init__(self, *args: Any, areas: QuerySet[Area], organ: Organ | None, **options: Any):
        if organ is not None:
            prefixes = {series.kind: series.prefix for series in organ.series.all()}
            options["initial"] = {"name": organ.name, "signature": organ.signature} | prefixes
        super().__init__(*args, **options)
        for kind in Kind:
            self.fields[kind.value] = TextField(
                label=gettext("%(kind)s的发文代字") % {"kind": say(kind)},
                max_length=20,
                required=False,
            )
        if organ is not None:
            del self.fields["area"], self.fields["desk"]
        else:
            cast(forms.ModelChoiceField, self.fields["area"]).queryset = areas

    @property
    def arguments(self) -> dict[str, Any]:
        """What `add_organ` and `edit_organ` take."""
        given = self.cleaned_data
        prefixes = {kind: given[kind.value] for kind in Kind}
        own = {name: given[name] for name in given if name not in {kind.value for kind in Kind}}
        return own | {"prefixes": prefixes}


class StartForm(DeskForm):
    form_id = "start"
    series = forms.ChoiceField(label=_("发文代字"))
    last = forms.IntegerField(
        label=_("今年纸面已用到第几号"), min_value=1, max_value=9_999,
        help_text=_("启用本系统之前已发过的。编过一个号之后不能再改。"),
    )  # fmt: skip

    def __init__(self, *args: Any, organ: Organ, **options: Any) -> None:
        super().__init__(*args, **options)
        prefixes = dict.fromkeys(series.prefix for series in organ.series.all())
        cast(forms.ChoiceField, self.fields["series"]).choices = [(p, p) for p in prefixes]
