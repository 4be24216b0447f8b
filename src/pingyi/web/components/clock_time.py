"""More time for a clock, as items, duties and letters show it: marked on lists, told in a story,
asked for and decided on a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.casework.policies import MOOT
from pingyi.casework.reasons import NOT_YOURS, TIME_ASKED, Reason
from pingyi.casework.timeline import more_time
from pingyi.web.components.file_fields import FileRow
from pingyi.web.components.forms import DeskForm
from pingyi.web.components.markup import tag
from pingyi.web.components.offers import Named, Offer, offer
from pingyi.web.components.time_forms import GrantTimeForm, RefuseTimeForm, ResumeForm


def asked_tag(clock: Any) -> SafeString:
    """That more time was asked for, and nobody has decided; reads `requests`, prefetched."""
    waits = any(one.granted_at is None and one.refused_at is None for one in clock.requests.all())
    return tag(gettext("待批延期或暂停"), "open") if waits else SafeString("")


@dataclass(frozen=True)
class Said:
    """One step of a story."""

    at: datetime
    who: str
    text: str
    detail: str
    files: list[FileRow]


def hands(requests: Iterable[Any]) -> Iterator[str]:
    """Who asked and who decided, by login."""
    for request in requests:
        yield from (request.by, request.granted_by, request.refused_by)


def of_time(
    requests: Iterable[Any], pauses: Iterable[Any], names: Callable[[str], str]
) -> Iterator[Said]:
    """More time asked for, what came of it, and when what stood still ran on."""
    for request in requests:
        yield from _of_request(request, names)
    for pause in pauses:
        if pause.until is not None:
            yield Said(pause.until, "", gettext("恢复计时"), "", [])


def _of_request(request: Any, names: Callable[[str], str]) -> Iterator[Said]:
    """What was asked for, and what came of it."""
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


ASK = Named("ask-time", _("申请暂停或延期"), _("提请另一人决定"))
GRANT = Named("grant-time", _("同意暂停或延期"), _("同意"))
REFUSE = Named("refuse-time", _("不同意暂停或延期"), _("不同意"))
RESUME = Named("resume", _("恢复计时"), _("恢复计时"))
TIME_DONE = {
    ASK.key: _("已申请，待另一人决定。"),
    GRANT.key: _("已同意暂停或延期。"),
    REFUSE.key: _("未同意，时限照旧。"),
    RESUME.key: _("已恢复计时。"),
}
FORMS: dict[str, type[DeskForm]] = {
    GRANT.key: GrantTimeForm,
    REFUSE.key: RefuseTimeForm,
    RESUME.key: ResumeForm,
}


def offers_of(
    whys: Mapping[Named, Reason | None],
    ask: DeskForm,
    url: Callable[[str], str],
    *,
    sent: DeskForm | None = None,
) -> list[Offer]:
    """The steps on a clock's time that are about something that is there; `whys` says of each why
    it cannot be taken now, `ask` is the form to ask with."""
    return [
        offer(
            named,
            FORMS[named.key]() if named.key in FORMS else ask,
            url(named.key),
            reason=reason,
            sent=sent,
        )
        for named, reason in whys.items()
        if reason not in (*MOOT, NOT_YOURS, TIME_ASKED) or (sent and sent.form_id == named.key)
    ]
