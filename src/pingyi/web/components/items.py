"""Rectification items as office and unit both see them: cells, and the story of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.files.models import StoredFile
from pingyi.people.models import User
from pingyi.supervision.models import RectificationItem, SubmissionFile
from pingyi.supervision.models.rectification import ItemState
from pingyi.web.components.file_fields import FileRow
from pingyi.web.components.markup import clock, term_tag
from pingyi.web.components.tables import Column, Filter
from pingyi.web.components.words import say

TONES = {ItemState.OPEN: "open", ItemState.SUBMITTED: "warn", ItemState.CLOSED: "good"}


def state_tag(item: RectificationItem) -> SafeString:
    """Where the item stands, as a pill."""
    state = ItemState(item.state)
    return term_tag(state, TONES[state])


def _due(item: Any, at: datetime) -> object:
    if item.due_at is None:
        return "—"
    return clock(item.due_at, at, confirmed=item.due_confirmed)


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
    value=lambda item: item.due_at.date().isoformat() if item.due_at else "",
    sort=("due_at",),
    style="nowrap",
)
BY_STATE = Filter(
    "state",
    _("状态"),
    lambda rows, value, at: rows.filter(state=value),
    lambda request: [(state.value, say(state)) for state in ItemState],
)
LATE = Filter(
    "late",
    _("逾期"),
    lambda rows, value, at: rows.late(at),
    lambda request: [("yes", gettext("已超期"))],
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
    """How the item went: put on the list, reported, sent back, accepted. Four queries."""
    sent = list(
        item.submissions.select_related("acceptance").prefetch_related("files__file").order_by("pk")
    )
    names = names_of([item.by, *(each.by for each in sent), *(a.by for a in _accepted(sent))])
    told = [Said(item.at, names(item.by), gettext("列入清单"), "", [])]
    for each in sent:
        files = [FileRow(row.file, url(row), dated=False) for row in each.files.all()]
        told.append(Said(each.at, names(each.by), gettext("已报请验收"), each.account, files))
        answer = getattr(each, "acceptance", None)
        if answer is not None:
            text = gettext("已验收销号") if answer.accepted else gettext("已退回")
            told.append(Said(answer.at, names(answer.by), text, answer.words, []))
    return told


def _accepted(sent: list[Any]) -> list[Any]:
    return [each.acceptance for each in sent if hasattr(each, "acceptance")]


def names_of(logins: list[str]) -> Callable[[str], str]:
    """What people are called, by their logins; one query."""
    found = {user.username: str(user) for user in User.objects.filter(username__in=set(logins))}
    return lambda login: found.get(login, login)


def file_of(item: RectificationItem, pk: int) -> StoredFile | None:
    """A piece of the item's evidence, by the key of its row."""
    row = SubmissionFile.objects.filter(submission__item=item, pk=pk).select_related("file").first()
    return row.file if row is not None else None
