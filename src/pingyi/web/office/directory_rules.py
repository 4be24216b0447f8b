"""By which text of its scheme a season runs: who adopted what and when, and what differs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from pingyi.directory import schemes
from pingyi.directory.models import Adoption, Season
from pingyi.people.models import User
from pingyi.people.permissions import may
from pingyi.publication import adoption as adopting
from pingyi.publication.adoption import Refused, Why
from pingyi.rulebook.comparing import HEAD, Difference, differences
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.forms import DeskForm, LongTextField
from pingyi.web.components.markup import tag
from pingyi.web.office import directory_words as words
from pingyi.web.office.directory_scope import reaches_everything

WHAT = {"new": _("新增"), "gone": _("删去"), "changed": _("修改")}
KEYS = {
    "zh": _("条文"),
    "en": _("英文"),
    "source": _("依据"),
    "assumed": _("推定"),
    "weight": _("权重"),
    "weights": _("各项权重"),
    "each": _("每件分值"),
    "cap": _("上限"),
    "steps": _("递进"),
    "points": _("分值"),
    "event": _("事项"),
    "amount": _("时限"),
    "unit": _("时限单位"),
    "number": _("个数"),
    "share": _("比例"),
    "channels": _("渠道"),
    "order": _("次序"),
    "name": _("名称"),
    "title": _("标题"),
    "dated": _("日期"),
    "full_marks": _("满分"),
    "what": _("措施"),
    "on": _("对象"),
    "when": _("条件"),
    "before": _("上一年度的条件"),
    "why": _("英文说明"),
    "honour": _("评定结果"),
    "grade": _("等次"),
    "places": _("末位个数"),
    "clocks": _("时限名"),
    "extensions": _("可延期次数"),
    "may_pause": _("可以暂停"),
    "complaints": _("有效投诉宗数"),
    "within_years": _("年限"),
    "findings": _("监督事项"),
    "units": _("单位个数"),
    "reasons": _("评价原因"),
    "at_least": _("不低于"),
    "below": _("低于"),
    "satisfied": _("计为满意的档次"),
    "min_ratings": _("最少评价数"),
}
"""The commonest keys of scheme files in words; others stand as in the file."""
VALUES = {
    "true": _("是"),
    "false": _("否"),
    "hours": _("小时"),
    "days": _("自然日"),
    "working_days": _("工作日"),
}
"""The same of what stands behind them."""


class ProposeForm(DeskForm):
    """Why the season should come under what the file says now, and from when."""

    form_id = "propose"

    reason = LongTextField(label=_("理由"), rows=3, max_length=500)
    from_day = forms.DateField(
        label=_("自何日施行"),
        help_text=_("自当日零时起施行；当天或更晚采用的，自采用时起。"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


FIELD_TO_BLAME = {Why.IN_THE_PAST: "from_day", Why.NO_REASON: "reason"}


def allowed(user: User, permission: str) -> bool:
    """A scheme is of the whole city: so must be the appointment of whoever changes it."""
    return may(user, permission) and reaches_everything(user, permission)


@requires("scoreboard.read")
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: SignedIn, code: str) -> HttpResponseBase:
    """The season's texts, what the file says otherwise; whoever may, proposes it here."""
    found, at = get_object_or_404(Season, code=code), timezone.now()
    form = None
    if request.method == "POST":
        if not allowed(request.user, "season.change"):
            return render(request, "403.html", status=403)
        form = ProposeForm(request.POST)
        if form.is_valid():
            try:
                adopting.propose(season=found, **form.cleaned_data, by=request.user, at=at)
            except Refused as refused:
                form.refuse(str(refused), FIELD_TO_BLAME.get(refused.why))
            else:
                messages.success(request, gettext("新文本已提出。须由另一人采用，才会施行。"))
                return redirect("office:season-rules", found.code)
    return _show(request, found, form, at)


@requires("scheme.adopt")
@require_POST
def adopt(request: SignedIn, code: str, pk: int) -> HttpResponseBase:
    """Another than who proposed it puts it in force."""
    return _decide(request, code, pk, "scheme.adopt")


@requires("season.change")
@require_POST
def give_up(request: SignedIn, code: str, pk: int) -> HttpResponseBase:
    """A proposal that will not be adopted."""
    return _decide(request, code, pk, "season.change")


def _decide(request: SignedIn, code: str, pk: int, permission: str) -> HttpResponseBase:
    rows = Adoption.objects.select_related("season", "version")
    found = get_object_or_404(rows, season__code=code, pk=pk)
    if not allowed(request.user, permission):
        return render(request, "403.html", status=403)
    at = timezone.now()
    try:
        if permission == "scheme.adopt":
            adopting.adopt(adoption=found, by=request.user, at=at)
            said = gettext("已采用。")
        else:
            adopting.give_up(adoption=found, by=request.user, at=at)
            said = gettext("已放弃。")
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return redirect("office:season-rules", code)


def _show(
    request: SignedIn, found: Season, form: ProposeForm | None, at: datetime
) -> HttpResponseBase:
    adoptions = list(found.adoptions.select_related("version").order_by("pk"))
    waiting = next((one for one in adoptions if one.is_open), None)
    on_file = schemes.unadopted(found, at)
    refused = adopting.why_not_propose(found, at=at)
    proposes = allowed(request.user, "season.change")
    why_not = adopting.why_not_adopt(waiting, request.user) if waiting else None
    context: dict[str, Any] = {
        "season": found,
        "scheme": words.season_scheme_text(found),
        "adoptions": [(one, _state(one, found, at)) for one in reversed(adoptions)],
        "waiting": waiting,
        "on_file": on_file,
        "missing": schemes.on_file(found.scheme) is None,
        "compared": _compared(request, found, adoptions, waiting, at),
        "reads_directory": may(request.user, "directory.read"),
        "form": None
        if refused or not proposes
        else form or ProposeForm(initial={"from_day": timezone.localdate(at)}),
        "may_adopt": waiting and allowed(request.user, "scheme.adopt"),
        "adopt_refused": adopting.TEXTS[why_not] if why_not else "",
        "may_give_up": waiting and proposes,
        "refused": adopting.TEXTS[refused] if form is not None and refused else "",
    }
    status = 422 if form is not None else 200
    return render(request, "office/directory/rules.html", context, status=status)


def _state(one: Adoption, season: Season, at: datetime) -> SafeString:
    if one.given_up_at is not None:
        return tag(gettext("已放弃"), "")
    if one.starts_at is None:
        return tag(gettext("待采用"), "warn")
    if one.starts_at > at:
        return tag(gettext("待施行"), "warn")
    current = schemes.entry_in_force(season, at)
    if current is not None and datetime.fromisoformat(current["since"]) == one.starts_at:
        return tag(gettext("现行"), "good")
    return tag(gettext("已被取代"), "")


def _compared(
    request: SignedIn,
    season: Season,
    adoptions: list[Adoption],
    waiting: Adoption | None,
    at: datetime,
) -> dict[str, Any] | None:
    """Two texts beside each other: those asked for, else what waits or lies on file beside the one
    in force."""
    asked = next((one for one in adoptions if str(one.pk) == request.GET.get("text")), None)
    chosen = asked or waiting
    if chosen is not None:
        new = chosen.version.scheme()
        earlier = [one for one in adoptions if one.starts_at and one.pk < chosen.pk]
        old = earlier[-1].version.scheme() if earlier else None
        title = gettext("文本 %(digest)s 改了什么") % {"digest": new.digest[:12]}
    else:
        file = schemes.unadopted(season, at)
        if file is None:
            return None
        new, old = file, schemes.in_force(season, at)
        title = gettext("方案文件与现行文本的差别")
    if old is None:
        return {"title": title, "first": True, "rows": []}
    return {"title": title, "first": False, "rows": list(map(_row, differences(old, new)))}


def _row(one: Difference) -> dict[str, Any]:
    return {
        "place": gettext("开头") if one.place == HEAD else one.place,
        "what": WHAT[one.what],
        "zh": one.zh,
        "source": one.source,
        "changes": [
            (
                KEYS.get(each.key, each.key),
                VALUES.get(each.old, each.old),
                VALUES.get(each.new, each.new),
            )
            for each in one.changes
        ],
    }
