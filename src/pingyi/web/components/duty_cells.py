"""How duties and measures look, to the office, the inspectors and the unit alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.accountability import actions, names, policies
from pingyi.accountability.actions.duties import Proposal
from pingyi.accountability.models import (
    Duty,
    DutyEscalation,
    DutyPause,
    DutyTimeRequest,
    Measure,
    Part,
)
from pingyi.accountability.terms import MeasureKind, On, Responsibility, State, What
from pingyi.clocks.more_time import most_days
from pingyi.directory.models import Unit
from pingyi.people.models import User
from pingyi.people.names import names_of
from pingyi.publication.duties import RATED
from pingyi.publication.terms import Kind
from pingyi.web.components.clock_time import (
    ASK,
    GRANT,
    REFUSE,
    RESUME,
    Said,
    asked_tag,
    hands,
    of_time,
    offers_of,
)
from pingyi.web.components.escalated import escalation_tag, told_choices, told_to
from pingyi.web.components.forms import DeskForm, TextField
from pingyi.web.components.markup import deadline, tag
from pingyi.web.components.offers import UnitField
from pingyi.web.components.tables import Column, Filter
from pingyi.web.components.time_forms import (
    AskTimeForm,
    GrantTimeForm,
    RefuseTimeForm,
    ResumeForm,
)
from pingyi.web.components.words import in_english, moment_text, say

TONES = {
    State.PROPOSED: "warn",
    State.ACCEPTED: "open",
    State.DONE: "good",
    State.WAIVED: "",
    State.LAPSED: "",
}


class NameForm(DeskForm):
    """Whom a verified case names."""

    form_id = "name"

    unit = UnitField(label=_("所在单位"))
    name = TextField(label=_("姓名"), max_length=names.LONGEST)
    post = TextField(label=_("职务"), max_length=60, required=False)


def listed(terms: list[What]) -> str:
    """Several things in a row, as the language in use sets them apart."""
    return ("; " if in_english() else "；").join(map(say, terms))


def what_of(duty: Duty) -> str:
    """What is to be done; by a rule that has a word of its own for it, as the rule's text says."""
    return listed(duty.whats) or duty.words


def in_a_row(names: list[str]) -> str:
    """The same of names and numbers."""
    return (", " if in_english() else "、").join(names)


def state_tag(duty: Duty) -> SafeString:
    return tag(state(duty), TONES[duty.at_state])


def state(duty: Duty) -> str:
    """Its state; of what several do together, how many of them did."""
    said = say(duty.at_state)
    if duty.at_state is not State.ACCEPTED or not duty.is_joint:
        return said
    all_of_them = len(duty.units)
    return f"{said} {all_of_them - len(duty.to_act)}/{all_of_them}"


def whom(duty: Duty) -> str:
    """On whom: a person by masked name, else head, unit or parent."""
    if duty.person is not None:
        return names.masked(duty.person.name_cipher)
    return aim(duty)


def aim(one: Duty | Proposal) -> str:
    """What it is aimed at: a window by its name, a person by the badge, else head, unit, parent."""
    if one.point is not None:
        return one.point.name
    if one.post is not None:
        return gettext("工号 %(badge)s") % {"badge": one.post.badge}
    return say(On(one.on))


def _due(duty: Duty, at: datetime) -> SafeString:
    clock = duty.running_clock
    if clock is None:
        return SafeString("—")
    marks = escalation_tag(clock), asked_tag(clock)
    return format_html("<span>{} {}{}</span>", deadline(clock, at), *marks)


def _due_text(duty: Duty) -> str:
    clock = duty.running_clock
    if clock is None:
        return ""
    return gettext("已暂停") if clock.paused_at else moment_text(clock.due_at)


STATE = Column(
    "state",
    _("状态"),
    lambda duty, at: state_tag(duty),
    value=state,
    sort=("state",),
    style="nowrap",
)
DUE = Column(
    "due",
    _("时限"),
    _due,
    value=_due_text,
    sort=("due_at",),
    style="nowrap",
)


def units(duty: Duty) -> str:
    """The unit, or all that act together."""
    return in_a_row([unit.name for unit in duty.units])


def together(duty: Duty) -> list[tuple[Unit, Part | None]]:
    """The units that act together, each with what it did; empty where one acts alone."""
    parts = {part.unit_id: part for part in duty.parts.all()}
    return [(unit, parts.get(unit.pk)) for unit in duty.units] if duty.is_joint else []


UNIT = Column(
    "unit",
    _("单位"),
    lambda duty, at: units(duty),
    value=units,
    sort=("unit__name",),
    style="name",
)
WHOM = Column("whom", _("对象"), lambda duty, at: whom(duty), style="nowrap")


def with_promise(duty: Duty, what: str) -> str:
    """What is done, with the date promised once it was."""
    if duty.promised_on is None:
        return what
    return gettext("%(what)s：承诺 %(day)s") % {"what": what, "day": duty.promised_on}


WHAT = Column(
    "what",
    _("措施"),
    lambda duty, at: with_promise(duty, what_of(duty)),
    value=lambda duty: with_promise(duty, what_of(duty)),
    sort=("what",),
    style="words",
)


def rests_on(duty: Duty) -> list[str]:
    """What it rests on beside cases, in the reader's language: findings, a release."""
    return [_cited(ref) for ref in duty.refs.split("、") if ref]


def _cited(ref: str) -> str:
    """`周通报 2026-06-07`: releases are cited by kind and day, ratings by how many were good; all
    else has one name alone."""
    name, _, day = ref.partition(" ")
    if name == RATED:
        good, _, counted = day.partition("/")
        return gettext("满意 %(good)s / 评价 %(counted)s") % {"good": good, "counted": counted}
    kind = next((kind for kind in Kind if kind.zh == name), None)
    return ref if kind is None else f"{say(kind)} {day}"


def _matter(duty: Duty, at: datetime) -> str:
    """The matter, or what it rests on, cases as `with_cases` gives them."""
    cases = [case.number for case in duty.seen_cases]  # type: ignore[attr-defined]
    return duty.matter or in_a_row([*cases, *rests_on(duty)]) or "—"


MATTER = Column("matter", _("依据"), _matter, sort=("matter", "refs"))
PROPOSED = Column(
    "proposed",
    _("提出"),
    lambda duty, at: moment_text(duty.proposed_at),
    sort=("proposed_at",),
    style="nowrap",
)
BY_STATE = Filter(
    "state",
    _("状态"),
    lambda rows, value, at: rows.filter(state=value),
    lambda request: [(state.value, say(state)) for state in State],
)
BY_WHAT = Filter(
    "what",
    _("措施"),
    lambda rows, value, at: rows.filter(what__contains=value),
    lambda request: [(what.value, say(what)) for what in What],
)
LATE = Filter(
    "late",
    _("时限"),
    lambda rows, value, at: (
        rows.late(at) if value == "yes" else rows.filter(told_to(DutyEscalation, value, "duty"))
    ),
    lambda request: [("yes", gettext("已超期")), *told_choices()],
)


WAITING = Filter(
    "waits",
    _("第二人"),
    lambda rows, value, at: rows.waiting_for_a_second(),
    lambda request: [("yes", gettext("待第二人决定"))],
)


# ── More time ────────────────────────────────────────────────────────

TIME_DEEDS: dict[str, tuple[type[DeskForm], Callable[..., Any]]] = {
    ASK.key: (AskTimeForm, actions.ask_for_time),
    GRANT.key: (GrantTimeForm, actions.grant_time),
    REFUSE.key: (RefuseTimeForm, actions.refuse_time),
    RESUME.key: (ResumeForm, actions.resume_duty),
}


def time_story(duty: Duty) -> list[Said]:
    """What was asked for the duty's clock and what came of it; three queries."""
    asked = list(DutyTimeRequest.objects.filter(clock__duty=duty).order_by("pk"))
    pauses = DutyPause.objects.filter(clock__duty=duty).order_by("pk")
    told = of_time(asked, pauses, names_of(list(hands(asked))))
    return sorted(told, key=lambda said: said.at)


def time_context(
    duty: Duty,
    user: User,
    url: Callable[[str], str],
    *,
    at: datetime,
    sent: DeskForm | None = None,
) -> dict[str, Any]:
    """What a duty's page shows of its clock: what is asked for, the steps, how it went."""
    asked = policies.open_request(duty)
    whys = {
        GRANT: policies.why_not_grant(duty, user, at=at),
        REFUSE: policies.why_not_refuse(duty, user),
        RESUME: policies.why_not_resume(duty, user),
        ASK: policies.why_not_ask_time(duty, user, at=at),
    }
    return {
        "request_open": asked,
        "request_why": asked.reason if asked else "",
        "time_choices": offers_of(whys, _ask_form(duty), url, sent=sent),
        "told": time_story(duty),
    }


def _ask_form(duty: Duty) -> AskTimeForm:
    """What may be asked for the duty's clock."""
    clock = policies.running_clock(duty)
    if clock is None:
        return AskTimeForm()
    return AskTimeForm(rule=policies.rule_of(duty, clock.rule), most=most_days(clock))


# ── Measures ─────────────────────────────────────────────────────────


def masked_name(measure: Measure) -> str:
    return names.masked(measure.person.name_cipher)


def measure_tag(measure: Measure) -> SafeString:
    """Annulled, told to the unit, or neither."""
    given = measure.rulings_given
    if "annulled" in given:
        return tag(gettext("已撤销"), "")
    return (
        tag(gettext("已告知单位"), "good") if "notified" in given else tag(gettext("现行有效"), "")
    )


NAME = Column("name", _("姓名"), lambda one, at: masked_name(one), style="nowrap")
POST = Column("post", _("职务"), lambda one, at: one.post, sort=("post",))
MEASURE_UNIT = Column(
    "unit",
    _("单位"),
    lambda one, at: one.person.unit.name,
    sort=("person__unit__name",),
    style="name",
)
RESPONSIBILITY = Column(
    "responsibility",
    _("责任"),
    lambda one, at: say(Responsibility(one.responsibility)),
    sort=("responsibility",),
    style="nowrap",
)
MEASURE = Column(
    "kind",
    _("措施"),
    lambda one, at: say(MeasureKind(one.kind)),
    sort=("kind",),
    style="nowrap",
)
ORGAN = Column("organ", _("决定机关"), lambda one, at: one.organ, sort=("organ",))
DECIDED_ON = Column("on", _("日期"), lambda one, at: f"{one.on}", sort=("on",), style="nowrap")


def shown(rows: QuerySet[Measure]) -> QuerySet[Measure]:
    """With all that a row of measures shows, in two queries."""
    found = rows.select_related("person__unit__area", "case", "finding", "area")
    return found.prefetch_related("rulings")
