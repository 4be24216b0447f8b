"""The city's working calendar: what is worked and why, and what a change of it moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from pingyi.clocks import actions
from pingyi.clocks.actions import CalendarOvertaken, NothingChanged
from pingyi.clocks.calendar import city_calendar
from pingyi.clocks.models import CalendarChange, CalendarDay
from pingyi.clocks.names import DayWord
from pingyi.kernel.workdays import LAST_PUBLISHED_YEAR
from pingyi.people.models import User
from pingyi.people.permissions import may
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.forms import DeskForm, TermField, TextField
from pingyi.web.components.offers import DayField
from pingyi.web.components.words import moment_text, say
from pingyi.web.office import calendar_moves
from pingyi.web.office.directory_scope import reaches_everything

FIRST_YEAR = 2015
AHEAD = 2
"""Years after this one that are shown, and whose days can be declared."""
MOST_DAYS = 31
RECENT = 20


_MEANS: dict[str, bool | None] = {
    DayWord.FREE: False,
    DayWord.WORKING: True,
    DayWord.BACK: None,
}


class CalendarForm(DeskForm):
    """Days, from the first to the last, and what the city says of them."""

    form_id = "days"

    first = DayField(label=_("日期"))
    last = DayField(label=_("至"), required=False, help_text=_("只改一天的，不必填。"))
    word = TermField(DayWord, label=_("改为"))
    note = TextField(label=_("原因"), max_length=100, help_text=_("如文号、活动。"))
    seen = forms.IntegerField(
        min_value=0, max_value=10**6, required=False, widget=forms.HiddenInput
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first = given.get("first")
        last = given.get("last") or first
        if first is None or last is None:
            return given
        years = range(FIRST_YEAR, timezone.localdate().year + AHEAD + 1)
        if first.year not in years:
            text = gettext("只能改 %(first)d 至 %(last)d 年的日子。")
            self.add_error("first", text % {"first": years[0], "last": years[-1]})
        elif last < first:
            self.add_error("last", gettext("不能早于起始日期。"))
        elif (last - first).days >= MOST_DAYS or last.year not in years:
            self.add_error("last", gettext("一次最多改 %(n)d 天。") % {"n": MOST_DAYS})
        return given

    @property
    def days(self) -> dict[date, bool | None]:
        first = self.cleaned_data["first"]
        last = self.cleaned_data["last"] or first
        means = _MEANS[self.cleaned_data["word"]]
        return {first + timedelta(days=n): means for n in range((last - first).days + 1)}


@requires("calendar.read")
@require_safe
def calendar(request: SignedIn) -> HttpResponseBase:
    """A year's working days, the city's own among them, and what was changed."""
    return _show(request)


@requires("calendar.change")
@require_POST
def change(request: SignedIn) -> HttpResponseBase:
    """First what a change would move, then, confirmed, the change."""
    if not _may_change(request.user):
        raise PermissionDenied
    at = timezone.now()
    form = CalendarForm(request.POST)
    if not form.is_valid():
        return _show(request, form=form, status=422)
    if not actions.new_days(form.days):
        form.refuse(gettext("这些日子已经是这样，没有要改的。"), "word")
        return _show(request, form=form, status=422)
    if "confirmed" not in request.POST:
        return _preview(request, form, at=at)
    try:
        actions.change_calendar(
            days=form.days,
            note=form.cleaned_data["note"],
            seen=form.cleaned_data["seen"] or 0,
            by=request.user,
            at=at,
        )
    except NothingChanged:
        form.refuse(gettext("这些日子已经是这样，没有要改的。"), "word")
        return _show(request, form=form, status=422)
    except CalendarOvertaken:
        messages.warning(request, _overtaken())
        return _preview(request, form, at=at, status=409)
    messages.success(request, gettext("工作日历已改，有关时限已重算。"))
    return redirect("office:calendar-change", actions.latest_change())


@requires("calendar.read")
@require_safe
def changed(request: SignedIn, number: int) -> HttpResponseBase:
    """A change, and the deadlines it has moved."""
    found = get_object_or_404(CalendarChange, number=number)
    moves = calendar_moves.of_change(found.moves.all(), request.user)
    shown = {"change": _Told.of([found])[0], "moves": moves, "by_rule": _by_rule(moves)}
    return render(request, "office/calendar_change.html", shown)


def _preview(
    request: SignedIn, form: CalendarForm, *, at: datetime, status: int = 200
) -> HttpResponseBase:
    """What the change would move, to be confirmed by whoever has seen it."""
    moves = calendar_moves.of_preview(actions.would_move(form.days, at=at), request.user)
    carried = {name: form.data.get(name, "") for name in form.fields}
    carried["seen"] = str(actions.latest_change())
    shown = {
        "days": _days_text(actions.new_days(form.days)),
        "note": form.cleaned_data["note"],
        "moves": moves,
        "by_rule": _by_rule(moves),
        "fields": carried.items(),
    }
    return render(request, "office/calendar_preview.html", shown, status=status)


def _show(
    request: SignedIn, *, form: CalendarForm | None = None, status: int = 200
) -> HttpResponseBase:
    this_year = timezone.localdate().year
    year = _year(request.GET.get("year") or "", this_year)
    if form is None and _may_change(request.user):
        form = CalendarForm(initial={"seen": actions.latest_change()})
    shown = {
        "year": year,
        "years": range(this_year - 1, this_year + AHEAD + 1),
        "published": LAST_PUBLISHED_YEAR,
        "months": _months(year),
        "own": CalendarDay.objects.filter(date__year=year),
        "changes": _Told.of(CalendarChange.objects.all()[:RECENT]),
        "form": form,
    }
    return render(request, "office/calendar.html", shown, status=status)


def _may_change(user: User) -> bool:
    """Clocks move in the whole city: so must the appointment of whoever changes it reach."""
    return may(user, "calendar.change") and reaches_everything(user, "calendar.change")


def _year(asked: str, otherwise: int) -> int:
    if asked.isascii() and asked.isdigit() and FIRST_YEAR <= int(asked[:5]) <= otherwise + AHEAD:
        return int(asked)
    return otherwise


def _by_rule(moves: list[calendar_moves.Move]) -> list[tuple[str, str, int]]:
    return calendar_moves.by_rule(moves)


def _overtaken() -> str:
    """Who was quicker, and when."""
    [last] = _Told.of(CalendarChange.objects.all()[:1])
    text = gettext("%(who)s 刚刚改了日历（%(when)s），您的修改没有生效。请看新的影响，再决定。")
    return text % {"who": last.who, "when": moment_text(last.at)}


# ── what the page shows ──────────────────────────────────────────────


@dataclass(frozen=True)
class Day:
    """A square of the calendar; `mark` says what the colour says."""

    number: int
    style: str
    mark: str
    title: str


@dataclass(frozen=True)
class Month:
    """`weeks` begin on Monday; None stands for a day of another month."""

    first: date
    weeks: list[list[Day | None]]
    working: int


def _months(year: int) -> list[Month]:
    worked = city_calendar()
    own = dict(CalendarDay.objects.filter(date__year=year).values_list("date", "note"))
    found = []
    for number in range(1, 13):
        first = date(year, number, 1)
        dates = list(_dates(first))
        days: list[Day | None] = [None] * first.weekday()
        days += [_day(day, *worked.is_working(day), own.get(day)) for day in dates]
        weeks = [days[n : n + 7] for n in range(0, len(days), 7)]
        working = sum(worked.is_working(day).working for day in dates)
        found.append(Month(first, weeks, working))
    return found


def _dates(first: date) -> Iterator[date]:
    day = first
    while day.month == first.month:
        yield day
        day += timedelta(days=1)


def _day(day: date, working: bool, confirmed: bool, note: str | None) -> Day:
    styles = ["worked" if working else "free"]
    if note is not None:
        styles.append("own")
    elif not confirmed:
        styles.append("unsure")
    unusual = working is not (day.weekday() < 5) or note is not None
    mark = (gettext("班") if working else gettext("休")) if unusual else ""
    title = gettext("本市规定：%(note)s") % {"note": note} if note is not None else ""
    return Day(day.day, " ".join(styles), mark, title)


@dataclass(frozen=True)
class _Told:
    """A change in words."""

    number: int
    at: datetime
    who: str
    days: str
    note: str

    @staticmethod
    def of(changes: Any) -> list[_Told]:
        found = list(changes)
        users = User.objects.filter(username__in={one.by for one in found})
        names = {user.username: str(user) for user in users} | {"system": gettext("系统")}
        return [
            _Told(
                one.number,
                one.at,
                names.get(one.by, one.by),
                _days_text({date.fromisoformat(day): word for day, word in one.days.items()})
                or gettext("按新公布的日历重算"),
                one.note,
            )
            for one in found
        ]


def _days_text(days: dict[date, bool | None]) -> str:
    """`2026-06-03 休息、2026-06-06 上班`; consecutive days alike as from–to."""
    parts: list[list[Any]] = []
    for day, word in sorted(days.items()):
        if parts and parts[-1][2] is word and day - parts[-1][1] == timedelta(days=1):
            parts[-1][1] = day
        else:
            parts.append([day, day, word])
    said = {means: say(DayWord(word)) for word, means in _MEANS.items()}
    return gettext("、").join(
        f"{first}{'' if first == last else f' – {last}'} {said[word]}"
        for first, last, word in parts
    )
