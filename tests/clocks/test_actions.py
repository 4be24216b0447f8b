"""Clocks of a case: started by rule, paused, met, and recomputed when the calendar changes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingyi.audit.actions import NamedActor
from pingyi.audit.queries import events, events_about
from pingyi.casework.models import Case, CaseClock
from pingyi.clocks import actions
from pingyi.clocks.actions import ClockOver, NothingChanged, change_calendar, recompute
from pingyi.clocks.calendar import city_calendar
from pingyi.clocks.models import CalendarDay
from pingyi.kernel.workdays import SHANGHAI
from pingyi.rulebook import ClockRule
from tests.casework.world import World, build

BY = NamedActor("keeper")
MONDAY = datetime(2026, 6, 1, 10, 0, tzinfo=SHANGHAI)


def rule(amount: int, unit: str) -> ClockRule:
    return ClockRule(amount=amount, unit=unit, zh="试", source="试")


@pytest.fixture
def world(db) -> World:
    return build()


@pytest.fixture
def case(world: World) -> Case:
    case = world.case("unsorted")
    case.clocks.update(stopped_at=MONDAY)
    return case


def local(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%m-%d %H:%M:%S}"


@pytest.mark.parametrize(
    ("amount", "unit", "due"),
    [
        (24, "hours", "06-02 10:00:00"),
        (2, "days", "06-03 10:00:00"),
        (1, "working_days", "06-02 23:59:59"),
        (5, "working_days", "06-08 23:59:59"),
    ],
)
def test_a_clock_is_due_by_its_rule(case: Case, amount: int, unit: str, due: str):
    clock = actions.start(case.clocks, "verify", rule(amount, unit), at=MONDAY)
    assert local(clock.due_at) == due
    assert clock.confirmed
    assert (clock.amount, clock.unit) == (amount, unit)


def test_a_clock_runs_once_at_a_time(case: Case):
    actions.start(case.clocks, "verify", rule(1, "days"), at=MONDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.start(case.clocks, "verify", rule(1, "days"), at=MONDAY)


def test_late_is_a_query(case: Case):
    clock = actions.start(case.clocks, "verify", rule(24, "hours"), at=MONDAY)
    due, after = clock.due_at, clock.due_at + timedelta(seconds=1)
    assert not CaseClock.objects.late(due).exists()
    assert CaseClock.objects.late(after).get() == clock
    assert clock.is_late(after)
    assert not clock.is_late(due)
    actions.meet(case.clocks, at=after)
    clock.refresh_from_db()
    assert not CaseClock.objects.late(after).exists()
    assert clock.is_late(due), "met too late stays late"
    assert not clock.is_running


def test_a_stopped_clock_is_neither_met_nor_late(case: Case):
    clock = actions.start(case.clocks, "verify", rule(24, "hours"), at=MONDAY)
    assert actions.stop(case.clocks, at=MONDAY) == 1
    clock.refresh_from_db()
    assert (clock.met_at, clock.stopped_at) == (None, MONDAY)
    assert not clock.is_late(MONDAY + timedelta(days=9))
    assert actions.meet(case.clocks, at=MONDAY) == 0


def test_a_pause_moves_the_deadline_by_what_it_lasted(case: Case):
    clock = actions.start(case.clocks, "verify", rule(24, "hours"), at=MONDAY)
    assert actions.pause(clock, reason="等评价人材料", by=BY, at=MONDAY + timedelta(hours=1))
    assert not actions.pause(clock, reason="again", by=BY, at=MONDAY + timedelta(hours=2))
    assert not CaseClock.objects.late(MONDAY + timedelta(days=9)).exists()
    assert not clock.is_late(MONDAY + timedelta(days=9))
    assert actions.resume(clock, at=MONDAY + timedelta(hours=31))
    assert not actions.resume(clock, at=MONDAY + timedelta(hours=32))
    clock.refresh_from_db()
    assert local(clock.due_at) == "06-03 16:00:00"
    pause = clock.pauses.get()
    assert (pause.by, pause.reason) == ("keeper", "等评价人材料")
    assert pause.until - pause.since == timedelta(hours=30)


def test_a_paused_clock_that_is_met_ends_its_pause(case: Case):
    clock = actions.start(case.clocks, "verify", rule(5, "working_days"), at=MONDAY)
    actions.pause(clock, reason="等", by=BY, at=MONDAY)
    actions.meet(case.clocks, at=MONDAY + timedelta(days=3))
    clock.refresh_from_db()
    assert clock.paused_at is None
    assert clock.pauses.get().until == clock.met_at == MONDAY + timedelta(days=3)


def test_a_clock_that_is_over_cannot_be_paused(case: Case):
    clock = actions.start(case.clocks, "verify", rule(5, "working_days"), at=MONDAY)
    actions.meet(case.clocks, at=MONDAY)
    assert not actions.pause(clock, reason="等", by=BY, at=MONDAY)


def test_a_changed_calendar_moves_open_clocks_and_says_which(world: World, case: Case):
    moving = actions.start(case.clocks, "verify", rule(5, "working_days"), at=MONDAY)
    hours = actions.start(case.clocks, "sort", rule(24, "hours"), at=MONDAY)
    over = actions.start(case.clocks, "reply", rule(5, "working_days"), at=MONDAY)
    actions.meet(case.clocks.filter(rule="reply"), at=MONDAY)
    was = moving.due_at

    moved = change_calendar(days={date(2026, 6, 3): False}, note="市运会", by=BY, at=MONDAY)

    assert [(m.clock.pk, m.was, local(m.due_at)) for m in moved] == [
        (moving.pk, was, "06-09 23:59:59")
    ]
    for clock, due in ((moving, "06-09 23:59:59"), (hours, "06-02 10:00:00")):
        clock.refresh_from_db()
        assert local(clock.due_at) == due
    over.refresh_from_db()
    assert local(over.due_at) == "06-08 23:59:59"
    assert datetime.fromisoformat(events_about(moving).get().data["was"]) == was
    assert str(CalendarDay.objects.get()) == "2026-06-03 休"

    back = change_calendar(days={date(2026, 6, 3): None}, by=BY, at=MONDAY)
    assert [local(m.due_at) for m in back] == ["06-08 23:59:59"]
    assert not CalendarDay.objects.exists()
    assert events(actions=["calendar.change"]).count() == 2


def test_a_saturday_made_working_brings_the_deadline_forward(case: Case):
    clock = actions.start(case.clocks, "verify", rule(5, "working_days"), at=MONDAY)
    change_calendar(days={date(2026, 6, 6): True}, by=BY, at=MONDAY)
    clock.refresh_from_db()
    assert local(clock.due_at) == "06-06 23:59:59"
    assert city_calendar().is_working(date(2026, 6, 6)).working


def test_a_day_that_was_not_declared_cannot_be_taken_back(db):
    with pytest.raises(NothingChanged):
        change_calendar(days={date(2026, 6, 3): None}, by=BY, at=MONDAY)


def test_beyond_the_published_years_a_clock_is_marked_unconfirmed(case: Case, monkeypatch):
    from pingyi.clocks import calendar
    from pingyi.kernel.workdays import Calendar

    real = calendar._calendar
    monkeypatch.setattr(
        calendar, "_calendar", lambda days: Calendar(dict(days), published_through=2025)
    )
    clock = actions.start(case.clocks, "verify", rule(5, "working_days"), at=MONDAY)
    assert not clock.confirmed
    monkeypatch.setattr(calendar, "_calendar", real)

    moved = recompute(by=BY, at=MONDAY)
    assert [m.confirmed for m in moved] == [True]
    assert recompute(by=BY, at=MONDAY) == [], "twice does nothing twice"


def test_a_clock_met_meanwhile_does_not_move(case: Case):
    clock = actions.start(case.clocks, "verify", rule(5, "working_days"), at=MONDAY)
    actions.meet(case.clocks, at=MONDAY)
    with pytest.raises(ClockOver):
        actions.move_deadline(
            clock=clock, due=city_calendar().due_at(MONDAY, 9, "days"), by=BY, at=MONDAY
        )


def test_recomputing_passes_over_a_clock_met_meanwhile(case: Case, monkeypatch):
    """Two open when the recomputing begins; one is met before its turn comes."""
    first = actions.start(case.clocks, "verify", rule(5, "working_days"), at=MONDAY)
    second = actions.start(case.clocks, "referral", rule(5, "working_days"), at=MONDAY)
    listed = list(actions._open_clocks())
    monkeypatch.setattr(actions, "_open_clocks", lambda: iter(listed))
    actions.meet(case.clocks.filter(pk=first.pk), at=MONDAY)
    CalendarDay.objects.create(date=date(2026, 6, 3), working=False)
    assert [m.clock for m in recompute(by=BY, at=MONDAY)] == [second]


def test_every_clock_model_names_its_pauses():
    for model in actions.deadline_models():
        assert model.pauses.rel.related_model._meta.get_field("clock")


HOURS = st.integers(0, 40 * 24)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    amount=st.integers(1, 15),
    unit=st.sampled_from(["hours", "days", "working_days"]),
    start=st.datetimes(datetime(2015, 1, 1), datetime(2026, 10, 1)),  # noqa: DTZ001
    pauses=st.lists(st.tuples(HOURS, HOURS, st.integers(0, 9)), max_size=3),
)
def test_pauses_and_extensions_by_the_actions_against_a_slow_count(
    case: Case, amount, unit, start, pauses
):
    """Each pause is lifted before the next; meanwhile, and in between, the clock may be extended.
    The deadline is that of an hour-by-hour, or day-by-day, count of all it was given."""
    started = start.replace(microsecond=0, tzinfo=UTC)
    spans, at, given_in_all = [], started, amount
    with transaction.atomic():
        clock = actions.start(case.clocks, "verify", rule(amount, unit), at=started)
        for wait, length, more in pauses:
            since = at + timedelta(hours=wait)
            at = since + timedelta(hours=length)
            spans.append((since, at))
            if more % 2:
                assert actions.extend(clock, more, at=since)
            actions.pause(clock, reason="等", by=BY, at=since)
            if more and not more % 2:
                assert actions.extend(clock, more, at=since)
            given_in_all += more
            actions.resume(clock, at=at)
        assert clock.due_at == slowly(started, given_in_all, unit, spans)
        assert CaseClock.objects.get(pk=clock.pk).amount == given_in_all
        transaction.set_rollback(True)


def slowly(start: datetime, amount: int, unit: str, spans: list) -> datetime:
    """Second by second would be slower still: hours, or days, one at a time."""
    if unit == "working_days":
        day, left, calendar = start.astimezone(SHANGHAI).date(), amount, city_calendar()
        while left:
            day += timedelta(days=1)
            end = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=SHANGHAI)
            paused = any(since <= end < until for since, until in spans)
            left -= calendar.is_working(day).working and not paused
        return end
    seconds, now = amount * (3600 if unit == "hours" else 86400), start
    for since, until in spans:
        if seconds <= (since - now).total_seconds():
            break
        seconds -= (since - now).total_seconds()
        now = until
    return now + timedelta(seconds=seconds)


def test_a_changed_calendar_moves_extended_clocks_and_paused_ones_once_they_run_on(case: Case):
    extended = actions.start(case.clocks, "verify", rule(5, "working_days"), at=MONDAY)
    assert actions.extend(extended, 2, at=MONDAY)
    paused = actions.start(case.clocks, "referral", rule(5, "working_days"), at=MONDAY)
    actions.pause(paused, reason="等", by=BY, at=MONDAY)
    assert (local(extended.due_at), local(paused.due_at)) == ("06-10 23:59:59", "06-08 23:59:59")
    change_calendar(days={date(2026, 6, 9): False}, by=BY, at=MONDAY)
    extended.refresh_from_db()
    assert local(extended.due_at) == "06-11 23:59:59"
    actions.resume(paused, at=MONDAY + timedelta(days=2))
    assert local(paused.due_at) == "06-10 23:59:59", "Tuesday stood still, and the 9th is free"


def test_a_clock_that_is_over_or_was_changed_meanwhile_is_not_extended(case: Case):
    clock = actions.start(case.clocks, "verify", rule(5, "working_days"), at=MONDAY)
    stale = CaseClock.objects.get(pk=clock.pk)
    assert actions.extend(clock, 2, at=MONDAY)
    assert not actions.extend(stale, 2, at=MONDAY)
    actions.meet(case.clocks, at=MONDAY)
    assert not actions.extend(clock, 2, at=MONDAY)
