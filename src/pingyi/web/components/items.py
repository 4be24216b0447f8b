"""Rectification items as office and unit both see them: cells, and the story of one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.casework.policies import MOOT, NOT_YOURS, TIME_ASKED
from pingyi.casework.timeline import more_time
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
from pingyi.web.components.escalated import escalation_tag, told_choices, told_to
from pingyi.web.components.file_fields import FileRow
from pingyi.web.components.forms import DeskForm
from pingyi.web.components.markup import deadline, tag, term_tag
from pingyi.web.components.offers import Named, Offer, offer
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


def asked_tag(clock: Any) -> SafeString:
    """That more time was asked for, and nobody has decided; reads `requests`, prefetched."""
    waits = any(one.granted_at is None and one.refused_at is None for one in clock.requests.all())
    return tag(gettext("待批延期或暂停"), "open") if waits else SafeString("")


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


@dataclass(frozen=True)
class Said:
    """One step of an item's story."""

    at: datetime
    who: str
    text: str
    detail: str
    files: list[FileRow]


def story(item: RectificationItem, url: Callable[[SubmissionFile], str]) -> list[Said]:
    """How the item went: put on the list, reported, sent back, accepted; given more time. Six
    queries."""
    sent = list(
        item.submissions.select_related("acceptance").prefetch_related("files__file").order_by("pk")
    )
    asked = list(ItemTimeRequest.objects.filter(clock__item=item).order_by("pk"))
    logins = [item.by, *(each.by for each in sent), *(a.by for a in _accepted(sent))]
    names = names_of([*logins, *(name for one in asked for name in _hands(one))])
    told = [Said(item.at, names(item.by), gettext("列入清单"), "", [])]
    for each in sent:
        files = [FileRow(row.file, url(row), dated=False) for row in each.files.all()]
        told.append(Said(each.at, names(each.by), gettext("已报请验收"), each.account, files))
        answer = getattr(each, "acceptance", None)
        if answer is not None:
            text = gettext("已验收销号") if answer.accepted else gettext("已退回")
            told.append(Said(answer.at, names(answer.by), text, answer.words, []))
    told += [said for one in asked for said in _of_time(one, names)]
    lifted = ItemPause.objects.filter(clock__item=item, until__isnull=False).order_by("pk")
    told += [Said(pause.until or pause.since, "", gettext("恢复计时"), "", []) for pause in lifted]
    return sorted(told, key=lambda said: said.at)


def _hands(request: ItemTimeRequest) -> tuple[str, str, str]:
    return request.by, request.granted_by, request.refused_by


def _of_time(request: ItemTimeRequest, names: Callable[[str], str]) -> Iterator[Said]:
    """More time asked for, and what came of it."""
    wanted = more_time(request)
    yield Said(request.at, names(request.by), asked_text(wanted), request.reason, [])
    if request.granted_at is not None:
        yield Said(request.granted_at, names(request.granted_by), granted_text(wanted), "", [])
    if request.refused_at is not None:
        why = request.refused_reason
        yield Said(request.refused_at, names(request.refused_by), refused_text(wanted), why, [])


def asked_text(wanted: str) -> str:
    return gettext("申请%(wanted)s") % {"wanted": wanted}


def granted_text(wanted: str) -> str:
    return gettext("同意%(wanted)s") % {"wanted": wanted}


def refused_text(wanted: str) -> str:
    return gettext("不同意%(wanted)s") % {"wanted": wanted}


def ask_form(item: RectificationItem) -> AskTimeForm:
    """What may be asked for the item's clock."""
    clock = item.running_clock
    if clock is None:
        return AskTimeForm()
    return AskTimeForm(rule=policies.rule_of(clock), most=most_days(clock))


ASK = Named("ask-time", _("申请暂停或延期"), _("提请另一人决定"))
GRANT = Named("grant-time", _("同意暂停或延期"), _("同意"))
REFUSE = Named("refuse-time", _("不同意暂停或延期"), _("不同意"))
RESUME = Named("resume", _("恢复计时"), _("恢复计时"))
TIME_DEEDS: dict[str, tuple[type[DeskForm], Callable[..., Any]]] = {
    ASK.key: (AskTimeForm, timing.ask_for_time),
    GRANT.key: (GrantTimeForm, timing.grant_time),
    REFUSE.key: (RefuseTimeForm, timing.refuse_time),
    RESUME.key: (ResumeForm, timing.resume_item),
}
TIME_DONE = {
    ASK.key: _("已申请，待另一人决定。"),
    GRANT.key: _("已同意暂停或延期。"),
    REFUSE.key: _("未同意，时限照旧。"),
    RESUME.key: _("已恢复计时。"),
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
    steps = (
        (GRANT, GrantTimeForm(), policies.why_not_grant(item, user, at=at)),
        (REFUSE, RefuseTimeForm(), policies.why_not_refuse(item, user)),
        (RESUME, ResumeForm(), policies.why_not_resume(item, user)),
        (ASK, ask_form(item), policies.why_not_ask_time(item, user, at=at)),
    )
    return [
        offer(named, form, url(named.key), reason=reason, sent=sent)
        for named, form, reason in steps
        if reason not in (*MOOT, NOT_YOURS, TIME_ASKED) or (sent and sent.form_id == named.key)
    ]


def _accepted(sent: list[Any]) -> list[Any]:
    return [each.acceptance for each in sent if hasattr(each, "acceptance")]


def file_of(item: RectificationItem, pk: int) -> StoredFile | None:
    """A piece of the item's evidence, by the key of its row."""
    row = SubmissionFile.objects.filter(submission__item=item, pk=pk).select_related("file").first()
    return row.file if row is not None else None
