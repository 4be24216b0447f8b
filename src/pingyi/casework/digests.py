"""The day's overview by e-mail: how much waits for a person, each figure a link. No more than that.

Once on each working day, to whoever asked for it on the account page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.audit import sealing
from pingyi.audit.actions import SYSTEM, Actor, action, record
from pingyi.casework import queries
from pingyi.casework.querysets import CaseQuerySet
from pingyi.clocks.calendar import city_calendar
from pingyi.notices.actions import queue_message
from pingyi.notices.installed import Channel, gateways
from pingyi.notices.models import Digest
from pingyi.notices.queries import unread_count
from pingyi.people.actions import email_of
from pingyi.people.models import User
from pingyi.people.permissions import may

FROM_HOUR = 8
"""Local time from which the day's overview is sent (A)."""

Rows = Callable[[User], CaseQuerySet]


class Desk(NamedTuple):
    """A desk whose cases are counted for those holding `permission`."""

    key: str
    title: str | Promise
    permission: str
    rows: Rows
    path: str


DESKS = (
    Desk("investigating", _("移交件"), "case.investigate", queries.inspectors_desk, "/inspectors/"),
    Desk("sorting", _("待分拣"), "case.sort", queries.to_sort, "/office/sorting/"),
    Desk("calls", _("待回访"), "case.call", queries.to_call, "/office/calls/"),
    Desk("checks", _("待核查"), "case.check", queries.to_check, "/office/checks/"),
    Desk("managing", _("在办案件"), "case.close", queries.to_manage, "/office/cases/"),
    Desk("answering", _("待本单位办理"), "case.answer", queries.unit_desk, "/unit/"),
)


class Line(NamedTuple):
    """One figure of the overview, how much of it is late, and where it leads."""

    key: str
    title: str
    waiting: int
    late: int
    path: str


def lines_for(user: User, *, at: datetime) -> list[Line]:
    """What waits for the user, empty desks left out."""
    unread = unread_count(user)
    found = [Line("unread", gettext("未读消息"), unread, 0, "/inbox/")] if unread else []
    for desk in DESKS:
        if may(user, desk.permission):
            rows = desk.rows(user).order_by()
            if count := rows.count():
                late = rows.late(at).count()
                found.append(Line(desk.key, str(desk.title), count, late, desk.path))
    return found


def send_digests(*, at: datetime, by: Actor = SYSTEM) -> int:
    """Send today's overview to whoever has not had it; how many people were seen to.

    Does nothing on a free day, before FROM_HOUR, or without a way to send e-mail. Safe to run as
    often, and in as many places at once, as one likes.
    """
    now = timezone.localtime(at)
    if now.hour < FROM_HOUR or Channel.EMAIL not in gateways():
        return 0
    if not city_calendar().is_working(now.date()).working:
        return 0
    seen_to = 0
    for user in readers_without(now.date()):
        try:
            _send(user=user, day=now.date(), by=by, at=at)
        except _HadIt:
            continue
        seen_to += 1
    return seen_to


def readers_without(day: date) -> QuerySet[User]:
    """Who wants the overview, and has not had that day's."""
    had = Digest.objects.filter(user=OuterRef("pk"), day=day)
    wanting = User.objects.filter(is_active=True, mail_digest=True, email_cipher__isnull=False)
    return wanting.exclude(Exists(had)).order_by("pk")


class _HadIt(Exception):
    """Another worker was first."""


@action("digest.send")
def _send(*, user: User, day: date, by: Actor, at: datetime) -> None:
    digest, first = Digest.objects.get_or_create(user=user, day=day, defaults={"at": at})
    if not first:
        raise _HadIt
    with translation.override(user.language):
        lines = lines_for(user, at=at)
        closing = list(_closing(user))
        if lines or closing:
            digest.message = queue_message(
                channel=Channel.EMAIL,
                to=email_of(user),
                text=_text(day, lines, closing),
                purpose="digest",
                area=_area_of(user),
                by=by,
                at=at,
            )
    digest.counts = {line.key: line.waiting for line in lines}
    digest.save(update_fields=["counts", "message"])
    record(user, day=day.isoformat(), sent=digest.message is not None)


def _text(day: date, lines: list[Line], closing: list[str]) -> str:
    """The subject, and below it a figure a line, each with its address."""
    site = settings.PINGYI.public_url
    said = [gettext("【评议】%(day)s 待办汇总") % {"day": day.isoformat()}, ""]
    for line in lines:
        figure = gettext("%(title)s：%(count)d") % {"title": line.title, "count": line.waiting}
        if line.late:
            figure += gettext("（超期 %(late)d）") % {"late": line.late}
        said += [figure, f"  {site}{line.path}"]
    said += ["", *closing] if closing else []
    said += ["", gettext("不想再收，请在“我的账号”里关闭：%(url)s") % {"url": f"{site}/account/"}]
    return "\n".join(said)


def _closing(user: User) -> Iterator[str]:
    """For the audit administrators: the head of the log's chain, kept so outside the system."""
    if may(user, "audit.read"):
        head = sealing.head()
        yield gettext("操作日志链首：第 %(links)d 条，%(digest)s") % head._asdict()


def _area_of(user: User) -> int | None:
    """Whose outbox shows it: that of her first appointment's area, or her unit's."""
    held = user.appointments.filter(until__isnull=True).select_related("unit").first()
    if held is None:
        return None
    return held.unit.area_id if held.unit is not None else held.area_id
