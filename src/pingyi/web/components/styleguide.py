"""`/styleguide/`: every component with its states, for staff, and for anyone trying the program."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from pingyi.casework.states import CallOutcome, Finding, Kind, State
from pingyi.casework.timeline import Entry
from pingyi.directory.models import Area
from pingyi.files.models import StoredFile
from pingyi.web.components.case_cells import FINDING_TONES, STATE_TONES
from pingyi.web.components.file_fields import FileRow, FilesField
from pingyi.web.components.forms import DeskForm, LongTextField, TermField, TextField, TickField
from pingyi.web.components.markup import tag
from pingyi.web.components.tables import Column, DataTable, Filter


class SampleForm(DeskForm):
    form_id = "sample"
    hotkeys = "kind"

    kind = TermField(Kind, label=gettext_lazy("类别"))
    unit = forms.ChoiceField(
        label=gettext_lazy("单位"), choices=[("1", "江岸区政务服务中心"), ("2", "武昌区公证处")]
    )
    phone = TextField(label=gettext_lazy("电话"), help_text=gettext_lazy("11 位手机号"))
    note = LongTextField(label=gettext_lazy("备注"), required=False, rows=3)
    lead = TickField(
        label=gettext_lazy("涉腐线索"), help_text=gettext_lazy("直接移交纪检，并进入保密期")
    )
    uploads = FilesField()


class OutcomeForm(DeskForm):
    form_id = "outcome"
    outcome = TermField(CallOutcome, label=gettext_lazy("回访结果"))


@dataclass(frozen=True)
class Clock:
    due_at: datetime
    confirmed: bool = True
    paused_at: datetime | None = None
    met_at: datetime | None = None
    stopped_at: datetime | None = None


AREAS = DataTable(
    name="areas",
    title=gettext_lazy("区划"),
    columns=(
        Column("code", gettext_lazy("编码"), lambda area, at: area.code, sort=("code",)),
        Column("name", gettext_lazy("名称"), lambda area, at: area.name, sort=("name",)),
    ),
    order="code",
    filters=(
        Filter(
            "q", gettext_lazy("名称"), lambda rows, value, at: rows.filter(name__contains=value)
        ),
    ),
    empty=gettext_lazy("目录里还没有区划。"),
    per_page=5,
)


@login_not_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponseBase:
    if not (request.user.is_authenticated or settings.PINGYI.trial):
        return redirect_to_login(request.get_full_path())
    at = timezone.now()
    hour = timedelta(hours=1)
    files = MultiValueDict({"uploads": [SimpleUploadedFile("IMG_0042.HEIC", HEIC)]})
    filled = SampleForm({"phone": "1380000", "note": _("已写好的话会留在表里"), "unit": "2"}, files)
    filled.is_valid()
    filled.refuse(_("案件刚刚已由他人办理，请查看最新情况"))
    areas = AREAS.read(request, Area.objects.all(), at=at)
    if areas.wants_file:
        return areas.file()
    return render(
        request,
        "components/styleguide.html",
        {
            "at": at,
            "form": OutcomeForm(),
            "filled": filled,
            "clocks": [
                Clock(at + 30 * hour),
                Clock(at + 3 * hour),
                Clock(at - 50 * hour),
                Clock(at + 99 * hour, confirmed=False),
                Clock(at + hour, met_at=at),
                Clock(at - 9 * hour, met_at=at - hour),
                Clock(at, paused_at=at),
                Clock(at, stopped_at=at),
            ],
            "states": [(state, STATE_TONES[state]) for state in State],
            "findings": [(finding, FINDING_TONES[finding]) for finding in Finding],
            "levels": [5, 4, 3, 2, 1],
            "tones": ["", "open", "good", "warn", "bad"],
            "entries": [
                Entry(at - 20 * hour, "", _("立案")),
                Entry(at - 18 * hour, "wang", _("分拣，转回访"), _("类别：作风")),
                Entry(at - 2 * hour, "li", _("回访后问题仍在"), _("评价人说窗口无人值守")),
            ],
            "areas": areas,
            "files": _files(at),
            "colours": COLOURS,
            "keys": KEYS,
        },
    )


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


def _files(at: datetime) -> list[FileRow]:
    photo = StoredFile(name=_("窗口现场.jpg"), kind="picture", size=1_260_000, at=at)
    minutes = StoredFile(name=_("整改会议纪要.docx"), kind="office", size=48_000, at=at)
    return [
        FileRow(photo, "#", by="wang", about=_("报送办理情况")),
        FileRow(minutes, "#", by="li", seen_by=tag(_("仅纪检"), "warn")),
    ]


COLOURS = ("river", "river-tint", "ink", "ink-soft", "line", "ground", "good", "warn", "bad")
KEYS = (
    ("j  k", gettext_lazy("下一行、上一行")),
    ("Enter", gettext_lazy("打开")),
    ("1 … 9", gettext_lazy("选择编号项")),
    ("/", gettext_lazy("搜索")),
    ("Ctrl Enter", gettext_lazy("提交")),
)
