"""Clocks in words, shapes and colours; dates and figures as officials read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from pingyi.rulebook import Level, scheme
from pingyi.web.components import words
from pingyi.web.components.markup import LEVELS, clock, deadline, level_text, tag
from pingyi.web.components.templatetags.components import grouped

AT = datetime(2026, 11, 21, 10, 40, tzinfo=UTC)


@dataclass
class Clock:
    due_at: datetime = AT
    confirmed: bool = True
    paused_at: datetime | None = None
    met_at: datetime | None = None
    stopped_at: datetime | None = None


def after(**amount: float) -> datetime:
    return AT + timedelta(**amount)


@pytest.fixture(params=["zh-hans", "en"])
def language(request):
    with translation.override(request.param):
        yield request.param


@pytest.mark.parametrize(
    ("due", "zh", "en", "manner"),
    [
        (after(minutes=25), "剩 25 分钟", "25 minutes left", "soon"),
        (after(minutes=1, seconds=59), "剩 1 分钟", "1 minute left", "soon"),
        (after(hours=3, minutes=59), "剩 3 小时", "3 hours left", "soon"),
        (after(hours=4), "剩 4 小时", "4 hours left", "running"),
        (after(hours=47, minutes=59), "剩 47 小时", "47 hours left", "running"),
        (after(days=2), "剩 2 天", "2 days left", "running"),
        (AT, "剩 0 分钟", "0 minutes left", "soon"),
        (after(seconds=-1), "超期 0 分钟", "0 minutes overdue", "late"),
        (after(days=-2, hours=-3), "超期 2 天", "2 days overdue", "late"),
    ],
)
def test_a_clock_says_how_long(language, due, zh, en, manner):
    shown = clock(due, AT)
    assert (zh if language == "zh-hans" else en) in shown
    assert f'class="clock {manner}"' in shown
    assert 'aria-hidden="true"' in shown  # the shape beside the word
    assert words.moment_text(due) in shown  # the date on hover


def test_no_clock_is_nothing():
    assert clock(None, AT) == ""


@pytest.mark.parametrize(
    ("given", "said", "manner"),
    [
        (Clock(due_at=after(days=3)), "剩 3 天", "running"),
        (Clock(due_at=after(days=-3)), "超期 3 天", "late"),
        (Clock(met_at=after(hours=-1)), "按时", "kept"),
        (Clock(met_at=AT), "按时", "kept"),
        (Clock(met_at=after(hours=5)), "迟 5 小时", "late"),
        (Clock(paused_at=after(days=-9)), "已暂停", "still"),
        (Clock(stopped_at=after(days=-9)), "不再计时", "still"),
        (Clock(due_at=after(days=90), confirmed=False), "剩 90 天（暂定）", "running"),
        (Clock(due_at=after(days=-9), confirmed=False), "超期 9 天（暂定）", "late"),
    ],
)
def test_a_deadline_in_every_state(given, said, manner):
    with translation.override("zh-hans"):
        shown = deadline(given, AT)
    assert f"</span>{said}</time>" in shown
    assert f'class="clock {manner}"' in shown


def test_times_are_the_citys():
    assert words.moment_text(AT) == "2026-11-21 18:40"
    assert words.moment_text(None) == "—"


def test_words_are_escaped():
    assert tag("<b>", "bad") == '<span class="tag bad">&lt;b&gt;</span>'


def test_figures_are_grouped():
    assert [grouped(n) for n in (0, 999, 1000, 4020000)] == ["0", "999", "1,000", "4,020,000"]


def test_levels_are_called_as_in_the_rulebook():
    rules = scheme("wuhan-2023")
    for level, (zh, en, _) in LEVELS.items():
        assert (zh, en) == (rules.label(level), rules.label(level, "en"))
    with translation.override("en"):
        assert level_text(1) == rules.label(Level.VERY_DISSATISFIED, "en")
