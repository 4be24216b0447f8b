"""The smallest components as HTML: a clock, a state, a level.

They are functions because a desk renders hundreds of them: tables call them cell by cell, the
template tags of the same names call them once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from pingyi.rulebook import Level
from pingyi.web.components.words import (
    SOON,
    Term,
    in_english,
    moment_text,
    remaining_text,
    say,
    span_text,
)

SHAPES = {"late": "▲", "soon": "◆", "running": "○", "kept": "✓", "still": "–"}
TONES = ("", "open", "good", "warn", "bad")

LEVELS: dict[Level, tuple[str, str, str]] = {
    Level.VERY_SATISFIED: ("非常满意", "Very satisfied", "good"),
    Level.SATISFIED: ("满意", "Satisfied", "good"),
    Level.BASICALLY_SATISFIED: ("基本满意", "Basically satisfied", ""),
    Level.DISSATISFIED: ("不满意", "Dissatisfied", "warn"),
    Level.VERY_DISSATISFIED: ("非常不满意", "Very dissatisfied", "bad"),
}


class Deadline(Protocol):
    """What of a `clocks.Deadline` a page shows."""

    due_at: datetime
    confirmed: bool
    paused_at: datetime | None
    met_at: datetime | None
    stopped_at: datetime | None


def clock(due_at: datetime | None, at: datetime, *, confirmed: bool = True) -> SafeString:
    """A running clock as the time remaining at `at`, the due date on hover; marked where it rests
    on a calendar not yet published."""
    if due_at is None:
        return SafeString("")
    manner = "late" if due_at < at else "soon" if due_at - at < SOON else "running"
    if not confirmed:
        text = remaining_text(due_at, at) + gettext("（暂定）")
        return _clock(manner, text, due_at, gettext("截止（该年工作日安排尚未公布）"))
    return _clock(manner, remaining_text(due_at, at), due_at, gettext("截止"))


def deadline(clock_: Deadline, at: datetime) -> SafeString:
    """A clock in whatever state it is: running, met in time or late, paused, stopped."""
    if clock_.met_at is not None:
        if clock_.met_at > clock_.due_at:
            text = gettext("迟 %(span)s") % {"span": span_text(clock_.met_at - clock_.due_at)}
            return _clock("late", text, clock_.met_at, gettext("完成于"))
        return _clock("kept", gettext("按时"), clock_.met_at, gettext("完成于"))
    if clock_.stopped_at is not None:
        return _clock("still", gettext("不再计时"), clock_.stopped_at, gettext("停止于"))
    if clock_.paused_at is not None:
        return _clock("still", gettext("已暂停"), clock_.paused_at, gettext("暂停于"))
    return clock(clock_.due_at, at, confirmed=clock_.confirmed)


def deadline_text(clock_: Deadline | None) -> str:
    """When a clock is due, as files say it; nothing without one."""
    if clock_ is None:
        return ""
    return gettext("已暂停") if clock_.paused_at is not None else moment_text(clock_.due_at)


def _clock(manner: str, text: str, when: datetime, what: str) -> SafeString:
    return format_html(
        '<time class="clock {}" datetime="{}" title="{} {}">'
        '<span class="shape" aria-hidden="true">{}</span>{}</time>',
        manner,
        timezone.localtime(when).isoformat(timespec="minutes"),
        what,
        moment_text(when),
        SHAPES[manner],
        text,
    )


def tag(text: str, tone: str = "") -> SafeString:
    """A state as a word in a pill; `tone` is one of TONES."""
    return format_html('<span class="tag {}">{}</span>', tone, text)


def term_tag(term: Term, tone: str = "") -> SafeString:
    """A state named by a term of the domain."""
    return tag(say(term), tone)


def level_text(rank: int) -> str:
    """A rating's level, by its rank 5 (best) to 1, in the reader's language."""
    zh, en, _ = LEVELS[Level.from_rank(rank)]
    return en if in_english() else zh


def level_tag(rank: int) -> SafeString:
    """A rating's level as a pill."""
    return tag(level_text(rank), LEVELS[Level.from_rank(rank)][2])
