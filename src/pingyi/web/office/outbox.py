"""The outbox: what was or will be sent by text message or e-mail, its reader masked.

Each office sees what was written in its own area; the city's sees all.

In trial mode nothing leaves the machine; there alone the page shows what the messages say, so that
a one-time code can be tried out.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pingyi.notices.models import Outgoing
from pingyi.notices.queries import as_shown, outbox
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.markup import tag
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import moment_text

PURPOSES = {"code": _("短信验证码"), "case.reply": _("答复通知"), "digest": _("每日汇总")}
CHANNELS = {Outgoing.Channel.SMS: _("短信"), Outgoing.Channel.EMAIL: _("邮件")}
STATES = {
    Outgoing.State.WAITING: (_("待发"), ""),
    Outgoing.State.SENDING: (_("发送中"), ""),
    Outgoing.State.SENT: (_("已发"), "good"),
    Outgoing.State.FAILED: (_("失败"), "bad"),
    Outgoing.State.UNKNOWN: (_("结果不明"), "warn"),
}


def _state(message: Outgoing, at: datetime) -> SafeString:
    label, tone = STATES[Outgoing.State(message.state)]
    return tag(str(label), tone)


def _by_channel(rows: QuerySet, value: str, at: datetime) -> QuerySet:
    return rows.filter(channel=value)


def _by_state(rows: QuerySet, value: str, at: datetime) -> QuerySet:
    return rows.filter(state=value)


AT = Column(
    "at",
    _("时间"),
    lambda message, at: moment_text(message.created_at),
    value=lambda message: message.created_at,
    sort=("created_at",),
    style="nowrap",
)
PURPOSE = Column(
    "purpose", _("用途"), lambda message, at: PURPOSES.get(message.purpose, message.purpose)
)
CHANNEL = Column(
    "channel",
    _("方式"),
    lambda message, at: CHANNELS[Outgoing.Channel(message.channel)],
    sort=("channel",),
    style="nowrap",
)
TO = Column(
    "to", _("收件人"), lambda message, at: as_shown(message, with_text=False).to, style="nowrap"
)
TEXT = Column(
    "text",
    _("内容"),
    lambda message, at: as_shown(message, with_text=True).text,
    value=lambda message: "",
    style="words",
)
STATE = Column(
    "state",
    _("状态"),
    _state,
    value=lambda message: str(STATES[Outgoing.State(message.state)][0]),
    sort=("state",),
)
BY_STATE = Filter(
    "state",
    _("状态"),
    _by_state,
    lambda request: [(state.value, label) for state, (label, _tone) in STATES.items()],
)


BY_CHANNEL = Filter(
    "channel",
    _("方式"),
    _by_channel,
    lambda request: [(channel.value, label) for channel, label in CHANNELS.items()],
)


def _table(*columns: Column) -> DataTable:
    return DataTable(
        name="outbox",
        title=_("发件箱"),
        columns=columns,
        order="-at",
        filters=(BY_CHANNEL, BY_STATE),
        empty=_(
            "还没有外发的消息。评价人索取验证码、差评有了答复，或发出每日汇总时，会在这里出现。"
        ),
    )


IN_TRIAL = _table(AT, CHANNEL, PURPOSE, TO, TEXT, STATE)
IN_EARNEST = _table(AT, CHANNEL, PURPOSE, TO, STATE)


@requires("outbox.read")
@require_safe
def listed(request: SignedIn) -> HttpResponseBase:
    """Newest first, by state; as a file without the texts."""
    trial = settings.PINGYI.trial
    table = IN_TRIAL if trial else IN_EARNEST
    listing = table.read(request, outbox(request.user, with_text=trial), at=timezone.now())
    if listing.wants_file:
        return listing.file()
    return render(request, "office/outbox.html", {"listing": listing, "trial": trial})
