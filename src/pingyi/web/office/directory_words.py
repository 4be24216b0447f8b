"""The directory's terms in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

from pingyi import rulebook
from pingyi.directory import schemes
from pingyi.directory.models import Area, Season, ServicePoint
from pingyi.directory.plan import Change
from pingyi.rulebook import Scheme
from pingyi.web.components.words import in_english

# The models' own words, once more for the message catalogue; a test holds them equal.
KINDS = (
    gettext_noop("窗口"),
    gettext_noop("大厅"),
    gettext_noop("站所"),
    gettext_noop("自助终端"),
    gettext_noop("网上"),
    gettext_noop("执法队"),
    gettext_noop("科室"),
    gettext_noop("诊室"),
)
LEVELS = (gettext_noop("市"), gettext_noop("区"), gettext_noop("街道"))
COUNTS_BY = (gettext_noop("按查实之日"), gettext_noop("按评价之日"))
SHEETS = {
    "areas": gettext_noop("区划"),
    "units": gettext_noop("单位"),
    "items": gettext_noop("服务事项"),
    "points": gettext_noop("服务点"),
}
COLUMNS = {
    "code": gettext_noop("编码"),
    "name": gettext_noop("名称"),
    "parent": gettext_noop("上级"),
    "group": gettext_noop("分组"),
    "area": gettext_noop("区划"),
    "kind": gettext_noop("类型"),
    "unit": gettext_noop("单位"),
    "address": gettext_noop("地址"),
    "hours": gettext_noop("办公时间"),
}


def kind_text(point: ServicePoint) -> str:
    return gettext(point.get_kind_display())


def level_text(area: Area) -> str:
    return gettext(area.get_level_display())


def group_text(group: str) -> str:
    """A group's name as the schemes known have it; its code if none knows it."""
    for scheme in schemes.known():
        found = scheme.groups.get(group)
        if found is not None:
            return found.en if in_english() else found.zh
    return group


def scheme_text(name: str) -> str:
    """A scheme's title, and its name for whoever writes it down."""
    return _scheme_text(rulebook.scheme(name))


def season_scheme_text(season: Season) -> str:
    """The same of the scheme a season runs under, though its file be gone."""
    return _scheme_text(schemes.in_force(season))


def _scheme_text(scheme: Scheme) -> str:
    title = scheme.title_en if in_english() else scheme.title
    return gettext("%(title)s（%(name)s）") % {"title": title, "name": scheme.name}


def sheet_text(sheet: str) -> str:
    return gettext(SHEETS[sheet])


def change_texts(change: Change) -> list[str]:
    """`名称：旧 → 新`, one for each field that changes."""
    return [
        gettext("%(what)s：%(detail)s")
        % {
            "what": gettext(COLUMNS[name]),
            "detail": f"{_value(change, name, old)} → {_value(change, name, new)}",
        }
        for name, old, new in change.fields
    ]


def new_texts(change: Change) -> list[str]:
    """What a new row says beyond its key."""
    said = {name: value for name, value in change.new.items() if value and value not in change.key}
    return [_value(change, name, value) for name, value in said.items()]


def _value(change: Change, name: str, value: str) -> str:
    if name == "group":
        return group_text(value)
    if (change.sheet, name) == ("points", "kind"):
        return gettext(dict(ServicePoint.Kind.choices).get(value, value))
    return value or "—"
