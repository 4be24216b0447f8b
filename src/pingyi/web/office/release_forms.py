"""Forms of the releases' pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.directory.models import Season
from pingyi.directory.schemes import in_force
from pingyi.publication import policies, wording
from pingyi.publication.models import Release
from pingyi.publication.terms import BULLETINS, Kind, over_by
from pingyi.web.components.forms import DeskForm, LongTextField

PERIODS = 3
"""How many past periods of each kind are offered."""


class PrepareForm(DeskForm):
    """What to release: the latest periods that are over and were not released."""

    form_id = "prepare"

    what = forms.ChoiceField(
        label=_("发布什么"),
        help_text=_("只列出已结束、尚未发布的各期。评价和扣分事项计至当期最后一天。"),
    )
    listed = forms.IntegerField(
        label=_("前列、末位各列多少名"),
        help_text=_("留空则按方案。"),
        required=False,
        min_value=1,
        max_value=100,
    )
    note = LongTextField(label=_("附注"), required=False, rows=2, max_length=500)

    def __init__(self, *args: Any, at: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self._found = dict(_offered(at))
        choices = [(key, _words(*what)) for key, what in self._found.items()]
        self.fields["what"].choices = choices or [("", gettext("眼下没有可发布的期次"))]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, Any]:
        """The action's arguments."""
        season, kind, through = self._found[self.cleaned_data["what"]]
        return {
            "season": season,
            "kind": kind,
            "through": through,
            "listed": self.cleaned_data["listed"],
            "note": self.cleaned_data["note"],
        }


def _offered(at: datetime) -> list[tuple[str, tuple[Season, Kind, date]]]:
    today = localdate(at)
    found = []
    for season in Season.objects.filter(starts_on__lte=today).order_by("-starts_on")[:2]:
        if policies.unfit(season, Kind.SEASON, season.ends_on, today) is None:
            found.append((season, Kind.SEASON, season.ends_on))
        for kind in _in_order(season):
            periods = over_by(kind, today, since=season.starts_on, until=season.ends_on)
            ends = [period.ends_on for period in periods][:PERIODS]
            found += [
                (season, kind, end)
                for end in ends
                if policies.unfit(season, kind, end, today) is None
            ]
    return [(f"{season.code}/{kind}/{end}", (season, kind, end)) for season, kind, end in found]


def _in_order(season: Season) -> list[Kind]:
    """The kinds of bulletins: the one that the season's scheme asks for first."""
    found = list(reversed(BULLETINS))
    asked = in_force(season).releases
    if asked is not None:
        found.sort(key=lambda kind: kind != asked.bulletin)
    return found


def _words(season: Season, kind: Kind, end: date) -> str:
    starts = season.starts_on
    if kind is not Kind.SEASON:
        periods = over_by(kind, date.max, since=season.starts_on, until=season.ends_on)
        starts = next(period.starts_on for period in periods if period.ends_on == end)
    return wording.title(Release(season=season, kind=str(kind), starts_on=starts, through=end))


class CorrectForm(DeskForm):
    form_id = "correct"

    reason = LongTextField(
        label=_("更正原因"),
        rows=3,
        max_length=1000,
        help_text=_("原因随更正一并公布，不写个人信息。"),
    )
