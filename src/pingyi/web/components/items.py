"""Rectification items as office and unit both see them: cells, and the story of one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.clocks.more_time import most_days
from pingyi.files.models import StoredFile
from pingyi.people.models import User
from pingyi.people.names import names_of
from pingyi.supervision import item_policies as policies
from pingyi.supervision.actions import timing
from pingyi.supervision.models import (
    ItemEscalation,
    ItemPause,
    ItemTimeRequest,
    RectificationItem,
    SubmissionFile,
)
from pingyi.supervision.models.rectification import ItemState
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
from pingyi.web.components.file_fields import FileRow
from pingyi.web.components.forms import DeskForm
from pingyi.web.components.markup import deadline, term_tag
from pingyi.web.components.offers import Offer
from pingyi.web.components.tables import Column, Filter, Words
from pingyi.web.components.time_forms import (
    AskTimeForm,
    GrantTimeForm,
    RefuseTimeForm,
    ResumeForm,
)
from pingyi.web.components.words import say

TONES = {ItemState.OPEN: "open", ItemState.SUBMITTED: "warn", ItemState.CLOSED: "good"}


def state_tag(item: RectificationItem) -> SafeString:
    """Where the item stands, as a pill."""
    state = ItemState(item.state)
    return term_tag(state, TONES[state])


def _due(item: RectificationItem, at: datetime) -> SafeString:
    clock = item.running_clock
    if clock is None:
        return SafeString("—")
    marks = escalation_tag(clock), asked_tag(clock)
    return format_html("<span>{} {}{}</span>", deadline(clock, at), *marks)


def _due_text(item: RectificationItem) -> str:
    clock = item.running_clock
    if clock is None:
        return ""
    return gettext("已暂停") if clock.paused_at else localdate(clock.due_at).isoformat()


STATE = Column(
    "state",
    _("状态"),
    lambda item, at: state_tag(item),
    value=lambda item: say(ItemState(item.state)),
    sort=("state",),
    style="nowrap",
)
DUE = Column(
    "due",
    _("期限"),
    _due,
    value=_due_text,
    sort=("due_at",),
    style="nowrap",
)


def search(label: Words, *more: str) -> Filter:
    """By words of the problem and measure, the person answerable, and what else a list shows."""
    fields = ("problem", "measure", "owner", *more)

    def apply(rows: QuerySet, text: str, at: datetime) -> QuerySet:
        found = [Q(**{f"{field}__icontains": text}) for field in fields]
        return rows.filter(functools.reduce(or_, found))

    return Filter("q", label, apply)


BY_STATE = Filter(
    "state",
    _("状态"),
    lambda rows, value, at: rows.filter(state=value),
    lambda request: [(state.value, say(state)) for state in ItemState],
)
LATE = Filter(
    "late",
    _("逾期"),
    lambda rows, value, at: (
        rows.late(at) if value == "yes" else rows.filter(told_to(ItemEscalation, value, "item"))
    ),
    lambda request: [("yes", gettext("已超期")), *told_choices()],
)


WAITING = Filter(
    "waits",
    _("第二人"),
    lambda rows, value, at: rows.waiting_for_a_second(),
    lambda request: [("yes", gettext("待第二人决定"))],
)


def story(item: RectificationItem, url: Callable[[SubmissionFile], str]) -> list[Said]:
    """How the item went: put on the list, reported, sent back, accepted; given more time. Six
    queries."""
    sent = list(
        item.submissions.select_related("acceptance").prefetch_related("files__file").order_by("pk")
    )
    asked = list(ItemTimeRequest.objects.filter(clock__item=item).order_by("pk"))
    logins = [item.by, *(each.by for each in sent), *(a.by for a in _accepted(sent))]
    names = names_of([*logins, *hands(asked)])
    told = [Said(item.at, names(item.by), gettext("列入清单"), "", [])]
    for each in sent:
        files = [FileRow(row.file, url(row), dated=False) for row in each.files.all()]
        told.append(Said(each.at, names(each.by), gettext("已报请验收"), each.account, files))
        answer = getattr(each, "acceptance", None)
        if answer is not None:
            text = gettext("已验收销号") if answer.accepted else gettext("已退回")
            told.append(Said(answer.at, names(answer.by), text, answer.words, []))
    told += of_time(asked, ItemPause.objects.filter(clock__item=item).order_by("pk"), names)
    return sorted(told, key=lambda said: said.at)


def ask_form(item: RectificationItem) -> AskTimeForm:
    """What may be asked for the item's clock."""
    clock = item.running_clock
    if clock is None:
        return AskTimeForm()
    return AskTimeForm(rule=policies.rule_of(clock), most=most_days(clock))


TIME_DEEDS: dict[str, tuple[type[DeskForm], Callable[..., Any]]] = {
    ASK.key: (AskTimeForm, timing.ask_for_time),
    GRANT.key: (GrantTimeForm, timing.grant_time),
    REFUSE.key: (RefuseTimeForm, timing.refuse_time),
    RESUME.key: (ResumeForm, timing.resume_item),
}


def time_offers(
    item: RectificationItem,
    user: User,
    url: Callable[[str], str],
    *,
    at: datetime,
    sent: DeskForm | None = None,
) -> list[Offer]:
    """The steps on the item's time that are about something that is there."""
    whys = {
        GRANT: policies.why_not_grant(item, user, at=at),
        REFUSE: policies.why_not_refuse(item, user),
        RESUME: policies.why_not_resume(item, user),
        ASK: policies.why_not_ask_time(item, user, at=at),
    }
    return offers_of(whys, ask_form(item), url, sent=sent)


def _accepted(sent: list[Any]) -> list[Any]:
    return [each.acceptance for each in sent if hasattr(each, "acceptance")]


def file_of(item: RectificationItem, pk: int) -> StoredFile | None:
    """A piece of the item's evidence, by the key of its row."""
    row = SubmissionFile.objects.filter(submission__item=item, pk=pk).select_related("file").first()
    return row.file if row is not None else None
