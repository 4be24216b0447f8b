"""How cases look in a table and on a page: tones, names of clocks, and the columns desks share."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.casework import search
from pingyi.casework.escalation_models import Escalation
from pingyi.casework.models import Case, CaseClock
from pingyi.casework.origins import Origin
from pingyi.casework.querysets import CaseQuerySet
from pingyi.casework.states import Finding, Kind, Priority, State
from pingyi.clocks.names import ClockName
from pingyi.web.components.escalated import escalation_tag, told_choices, told_to
from pingyi.web.components.markup import deadline, level_text, tag, term_tag
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


def clock_name(rule: str) -> str:
    """What a clock of the scheme measures, in the reader's language."""
    return say(ClockName(rule)) if rule in list(ClockName) else rule


def state_tag(case: Case) -> SafeString:
    """The case's state, or what its unit may know of it."""
    state = _state(case)
    return term_tag(state, STATE_TONES[state])


def _state(case: Case) -> State:
    return State(getattr(case, "known_state", case.state))


def _due(case: Case, at: datetime) -> SafeString:
    next_one = next_clock(case)
    if next_one is None:
        return SafeString("—")
    return format_html(
        '<span>{} <span class="soft">{}</span> {}{}</span>',  # one part of a narrow row
        deadline(next_one, at),
        clock_name(next_one.rule),
        escalation_tag(next_one),
        pause_tag(case, next_one),
    )


def pause_tag(case: Case, shown: CaseClock) -> SafeString:
    """That another clock of the case stands still, beside the one that is shown."""
    still = [c for c in case.clocks.all() if c.is_running and c.paused_at and c.pk != shown.pk]
    return (
        tag(f"{clock_name(still[0].rule)} {gettext('已暂停')}", "warn") if still else SafeString("")
    )


def next_clock(case: Case, rules: tuple[str, ...] = ("",)) -> CaseClock | None:
    """The running clock that is due next, of those whose rule begins so; one that stands still
    only if no other runs."""
    running = [c for c in case.clocks.all() if c.is_running and c.rule.startswith(rules)]
    return min(running, key=_next_first, default=None)


def _next_first(clock: CaseClock) -> tuple[bool, datetime, int]:
    return clock.paused_at is not None, clock.due_at, clock.pk


def _due_text(case: Case) -> str:
    if case.due_at is None:  # type: ignore[attr-defined]
        return ""
    still = case.due_paused  # type: ignore[attr-defined]
    return gettext("已暂停") if still else moment_text(case.due_at)  # type: ignore[attr-defined]


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
    value=_due_text,
    sort=("due_at",),
)
STATE = Column(
    "state",
    _("状态"),
    lambda case, at: state_tag(case),
    value=lambda case: say(_state(case)),
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
ASSIGNEE = Column(
    "assignee",
    _("承办人"),
    lambda case, at: _assignee(case),
    value=lambda case: str(case.assignee or ""),
    sort=("assignee__name",),
    style="nowrap",
)
MINE = replace(ASSIGNEE, key="mine", sort=("others", "due_at"))
"""On a desk: what was given to oneself before all others, what is due first before the rest."""


def _assignee(case: Case) -> object:
    if not getattr(case, "others", 1):
        return tag(gettext("我的"), "open")
    return case.assignee or "—"


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


def _in_state(rows: QuerySet, value: str, at: datetime) -> QuerySet:
    return rows.exclude(state=State.CLOSED) if value == "open" else rows.filter(state=value)


SEARCH = Filter("q", _("编号、单位或文字"), _search)
BY_STATE = Filter(
    "state",
    _("状态"),
    _in_state,
    lambda request: [
        ("open", gettext("未办结")),
        *((state.value, say(state)) for state in State),
    ],
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
    lambda rows, value, at: _late(rows, value, at),
    lambda request: [
        ("yes", gettext("已超期")),
        ("soon", gettext("一日内到期")),
        *told_choices(),
    ],
)
WAITING = Filter(
    "waits",
    _("第二人"),
    lambda rows, value, at: rows.waiting_for_a_second(),
    lambda request: [("yes", gettext("待第二人复核"))],
)


TO_ASK = Filter(
    "ask",
    _("听取意见"),
    lambda rows, value, at: rows.without_receipt() if value == "heard" else rows.to_ask_again(),
    lambda request: [("yes", gettext("待复访")), ("heard", gettext("待听取意见"))],
)


def _late(rows: CaseQuerySet, value: str, at: datetime) -> QuerySet:
    if value == "soon":
        return rows.due_soon(at)
    return rows.late(at) if value == "yes" else rows.filter(told_to(Escalation, value, "case"))
