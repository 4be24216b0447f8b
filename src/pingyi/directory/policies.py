"""Whether now: why a change of the directory is refused. *Who may* is in people/permissions."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi import rulebook
from pingyi.directory.models import Season, ServicePoint, Unit
from pingyi.directory.schemes import in_force


class Why(StrEnum):
    """The reasons, typed so that a button's tooltip and a refusal say the same."""

    UNIT_RETIRED = "unit_retired"
    POINT_RETIRED = "point_retired"
    NOT_RETIRED = "not_retired"
    NAME_TAKEN = "name_taken"
    BADGE_TAKEN = "badge_taken"
    OTHER_UNITS_POINT = "other_units_point"
    POST_RETIRED = "post_retired"
    CODE_REPLACED = "code_replaced"
    SEASON_TAKEN = "season_taken"
    SEASONS_OVERLAP = "seasons_overlap"
    DATES_REVERSED = "dates_reversed"
    SCHEME_UNKNOWN = "scheme_unknown"
    GROUP_UNKNOWN = "group_unknown"
    SEASON_BEGUN = "season_begun"
    SEASON_OVER = "season_over"
    PROPOSAL_GONE = "proposal_gone"


TEXTS: dict[Why, str | Promise] = {
    Why.UNIT_RETIRED: _("该单位已停用"),
    Why.POINT_RETIRED: _("该服务点已停用"),
    Why.NOT_RETIRED: _("该服务点未停用"),
    Why.NAME_TAKEN: _("本单位已有同名服务点"),
    Why.BADGE_TAKEN: _("本单位已有此工号"),
    Why.OTHER_UNITS_POINT: _("该服务点不属于本单位"),
    Why.POST_RETIRED: _("该工号已停用"),
    Why.CODE_REPLACED: _("该二维码刚刚已被更换"),
    Why.SEASON_TAKEN: _("已有同名年度"),
    Why.SEASONS_OVERLAP: _("与另一年度的日期重叠"),
    Why.DATES_REVERSED: _("结束日期早于开始日期"),
    Why.SCHEME_UNKNOWN: _("没有这个评议方案"),
    Why.GROUP_UNKNOWN: _("该方案没有这个分组"),
    Why.SEASON_BEGUN: _("年度已开始，分组不再变动"),
    Why.SEASON_OVER: _("年度已结束"),
    Why.PROPOSAL_GONE: _("该文件已导入或已放弃"),
}


class Refused(ValueError):
    """The action cannot be done now; `why` says it to the program, the message to a person."""

    def __init__(self, why: Why, detail: str = "") -> None:
        self.why = why
        self.detail = detail
        super().__init__(why)

    def __str__(self) -> str:
        if not self.detail:
            return str(TEXTS[self.why])
        return gettext("%(what)s：%(detail)s") % {"what": TEXTS[self.why], "detail": self.detail}


def why_not_add_point(unit: Unit, name: str) -> Why | None:
    if unit.retired_at is not None:
        return Why.UNIT_RETIRED
    return Why.NAME_TAKEN if unit.points.filter(name=name).exists() else None


def why_not_edit_point(point: ServicePoint, name: str) -> Why | None:
    if point.retired_at is not None:
        return Why.POINT_RETIRED
    others = ServicePoint.objects.filter(unit_id=point.unit_id, name=name).exclude(pk=point.pk)
    return Why.NAME_TAKEN if others.exists() else None


def why_not_reinstate_point(point: ServicePoint) -> Why | None:
    if point.retired_at is None:
        return Why.NOT_RETIRED
    return Why.UNIT_RETIRED if point.unit.retired_at is not None else None


def why_not_replace_code(point: ServicePoint) -> Why | None:
    return Why.POINT_RETIRED if point.retired_at is not None else None


def why_not_add_post(unit: Unit, point: ServicePoint | None, badge: str) -> Why | None:
    if unit.retired_at is not None:
        return Why.UNIT_RETIRED
    if point is not None and point.unit_id != unit.pk:
        return Why.OTHER_UNITS_POINT
    if point is not None and point.retired_at is not None:
        return Why.POINT_RETIRED
    return Why.BADGE_TAKEN if unit.posts.filter(badge=badge).exists() else None


def why_not_open_season(code: str, scheme: str, starts_on: date, ends_on: date) -> Why | None:
    if scheme not in rulebook.names():
        return Why.SCHEME_UNKNOWN
    if ends_on < starts_on:
        return Why.DATES_REVERSED
    if Season.objects.filter(code=code).exists():
        return Why.SEASON_TAKEN
    overlapping = Season.objects.filter(starts_on__lte=ends_on, ends_on__gte=starts_on)
    return Why.SEASONS_OVERLAP if overlapping.exists() else None


def why_not_enrol(season: Season, unit: Unit, group: str, day: date) -> Why | None:
    """A season that has begun takes in new units, but moves none from group to group."""
    if unit.retired_at is not None:
        return Why.UNIT_RETIRED
    if season.ends_on < day:
        return Why.SEASON_OVER
    if group not in in_force(season).groups:
        return Why.GROUP_UNKNOWN
    if season.starts_on <= day and season.enrolments.filter(unit=unit).exclude(group=group):
        return Why.SEASON_BEGUN
    return None


def why_not_withdraw(season: Season, day: date) -> Why | None:
    return Why.SEASON_BEGUN if season.starts_on <= day else None
