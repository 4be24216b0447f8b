"""Time and terms in the words of the reader's language."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

SOON = timedelta(hours=4)
"""What is due within this needs doing now: the clock turns from ink to amber."""


class Term(Protocol):
    """A word of the domain that knows its own two names, as `casework.states.Kind`."""

    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


def in_english() -> bool:
    """Whether the page is being read in English; otherwise it is in Chinese."""
    return (get_language() or "").startswith("en")


def say(term: Term) -> str:
    """The term's name in the reader's language."""
    return term.en if in_english() else term.zh


def moment_text(value: datetime | None) -> str:
    """`2026-11-21 18:40` in the city's time, or an em dash for no time at all."""
    return "—" if value is None else timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


def span_text(span: timedelta) -> str:
    """`25 分钟`, `3 小时`, `2 天`: whole units begun and finished, hours up to two days."""
    minutes = max(int(span.total_seconds() // 60), 0)
    if minutes < 60:
        return ngettext("%(n)d 分钟", "%(n)d 分钟", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(n)d 小时", "%(n)d 小时", hours) % {"n": hours}
    days = hours // 24
    return ngettext("%(n)d 天", "%(n)d 天", days) % {"n": days}


def remaining_text(due_at: datetime, at: datetime) -> str:
    """`剩 3 小时` before `due_at`, `超期 2 天` after it."""
    if due_at < at:
        return gettext("超期 %(span)s") % {"span": span_text(at - due_at)}
    return gettext("剩 %(span)s") % {"span": span_text(due_at - at)}
