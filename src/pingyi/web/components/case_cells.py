"""How cases look in a table and on a page: tones, names of clocks, and the columns desks share."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.casework import search
from pingyi.casework.models import Case
from pingyi.casework.origins import Origin
from pingyi.casework.states import Finding, Kind, Priority, State
from pingyi.web.components.markup import clock, level_text, tag, term_tag
from pingyi.web.components.tables import Column, Filter
from pingyi.web.components.words import moment_text, say

STATE_TONES: dict[State, str] = {
    state: "open" for state in State if state not in (State.REPLIED, State.CLOSED)
} | {State.REPLIED: "good", State.CLOSED: ""}
"""In hand, answered, or over."""

FINDING_TONES: dict[Finding, str] = {
    Finding.VERIFIED: "bad",
    Finding.PARTLY: "warn",
    Finding.UNFOUNDED: "",
    Finding.VOID: "",
}

CLOCK_NAMES = {
    "sort": _("分拣"),
    "call_back": _("回访"),
    "acknowledge": _("签收"),
    "handle_simple": _("办理"),
    "handle_complex": _("办理（复杂）"),
    "rectify": _("整改"),
    "referral": _("纪检反馈"),
    "verify": _("认定"),
    "reply": _("答复"),
    "re_judge": _("评价人再评"),
    "look_back_first": _("回头看（第一次）"),
    "look_back_second": _("回头看（第二次）"),
    "appeal": _("申诉"),
    "appeal_review": _("复核"),
    "letter_reply": _("答复函件"),
}


def clock_name(rule: str) -> str:
    """What a clock of the scheme measures, in the reader's language."""
    return str(CLOCK_NAMES.get(rule, rule))


def state_tag(case: Case) -> SafeString:
    """The case's state; a corruption lead says so too."""
    state = State(case.state)
    return term_tag(state, STATE_TONES[state])


def _due(case: Case, at: datetime) -> SafeString:
    if case.due_at is None:  # type: ignore[attr-defined]
        return SafeString("—")
    name = clock_name(case.due_rule)  # type: ignore[attr-defined]
    shown = clock(case.due_at, at)  # type: ignore[attr-defined]
    return format_html('{} <span class="soft">{}</span>', shown, name)


def number_link(case: Case, url: str, *, mark_leads: bool = True) -> SafeString:
    """The number, leading to the case; marked if it is a lead."""
    lead = mark_leads and case.priority == Priority.LEAD
    mark = tag(gettext("涉腐"), "bad") if lead else SafeString("")
    return format_html('<a href="{}">{}</a> {}', url, case.number, mark)


def number_column(url_name: str, *, mark_leads: bool = True) -> Column:
    """The case's number as a link to its page at `url_name`."""

    def cell(case: Case, at: datetime) -> SafeString:
        return number_link(case, reverse(url_name, args=[case.number]), mark_leads=mark_leads)

    return Column(
        "number",
        _("编号"),
        cell,
        value=lambda case: case.number,
        sort=("number",),
        style="nowrap",
    )


DUE = Column(
    "due",
    _("时限"),
    _due,
    value=lambda case: moment_text(case.due_at) if case.due_at else "",
    sort=("due_at",),
    style="nowrap",
)
STATE = Column(
    "state",
    _("状态"),
    lambda case, at: state_tag(case),
    value=lambda case: say(State(case.state)),
    sort=("state",),
    style="nowrap",
)
KIND = Column(
    "kind",
    _("类别"),
    lambda case, at: say(Kind(case.kind)) if case.kind else "—",
    value=lambda case: say(Kind(case.kind)) if case.kind else "",
    sort=("kind",),
    style="nowrap",
)
UNIT = Column(
    "unit", _("单位"), lambda case, at: case.unit.name, sort=("unit__name",), style="name"
)
POINT = Column(
    "point", _("服务点"), lambda case, at: case.point.name if case.point else "—", style="name"
)
AREA = Column(
    "area", _("区"), lambda case, at: case.area.name, sort=("area__code",), style="nowrap"
)


def cause_text(case: Case, at: datetime | None = None) -> str:
    """The rating's level, or else where the case comes from."""
    return level_text(case.rating.level) if case.rating else say(Origin(case.origin))


LEVEL = Column(
    "level",
    _("评价"),
    cause_text,
    value=cause_text,
    sort=("rating__level",),
    style="nowrap",
)
OPENED = Column(
    "opened",
    _("立案"),
    lambda case, at: moment_text(case.opened_at),
    sort=("opened_at",),
    style="nowrap",
)


def _search(rows: QuerySet, text: str, at: datetime) -> QuerySet:
    """By the number or part of it, or by words that stand in the case."""
    found = search.matching(text)
    if text.isascii():
        found |= Q(number__icontains=text)
    return rows.filter(found)


SEARCH = Filter("q", _("编号、单位或文字"), _search)
BY_STATE = Filter(
    "state",
    _("状态"),
    lambda rows, value, at: rows.filter(state=value),
    lambda request: [(state.value, say(state)) for state in State],
)
BY_KIND = Filter(
    "kind",
    _("类别"),
    lambda rows, value, at: rows.filter(kind=value),
    lambda request: [(kind.value, say(kind)) for kind in Kind],
)
BY_ORIGIN = Filter(
    "origin",
    _("来源"),
    lambda rows, value, at: rows.filter(origin=value),
    lambda request: [(origin.value, say(origin)) for origin in Origin],
)
LATE = Filter(
    "late",
    _("时限"),
    lambda rows, value, at: rows.late(at),
    lambda request: [("yes", gettext("已超期"))],
)
