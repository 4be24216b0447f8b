"""Calling back, and what each outcome leads to."""

from datetime import timedelta
from types import SimpleNamespace

import msgspec
import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingyi.audit.queries import events_about
from pingyi.casework import rules
from pingyi.casework.actions import log_call
from pingyi.casework.models import CallAttempt, Case, Reply
from pingyi.casework.policies import consents
from pingyi.casework.queries import timeline, to_call
from pingyi.casework.reasons import Incomplete, NotAllowed
from pingyi.casework.rules import hours_missing, hours_tried
from pingyi.casework.states import CallOutcome, State
from tests.casework.test_sorting import clocks
from tests.casework.world import World, after
from tests.staff import signed_in

NINE = after(days=1, hours=-1)  # 2 June, 9:00 in Wuhan


@pytest.fixture
def case(world: World) -> Case:
    return world.case("sorted")


def call(world: World, case: Case, outcome: str, **given) -> CallAttempt:
    given.setdefault("at", NINE)
    if outcome == "call_later":
        given.setdefault("agreed_at", given["at"] + timedelta(hours=5))
    return log_call(case=case, outcome=outcome, by=world.caller, **given)


def test_settled_on_the_phone_ends_the_case_with_what_she_was_told(world: World, case: Case):
    call(world, case, "answered_settled", reply="已说明，她认可", note="态度好")
    case = Case.objects.get()
    assert (case.state, case.closed_at) == ("closed", NINE)
    reply = Reply.objects.get()
    assert (reply.text, reply.by_phone) == ("已说明，她认可", True)
    assert not case.verdicts.exists()
    assert clocks(case) == {"sort": "met", "call_back": "met", "verify": "met"}


def test_what_stands_is_to_be_placed(world: World, case: Case):
    attempt = call(world, case, "answered_stands", note="社保三年未缴")
    assert (attempt.by, attempt.at, attempt.note) == (world.caller.username, NINE, "社保三年未缴")
    assert clocks(case) == {"sort": "met", "call_back": "met", "verify": "running"}
    assert Case.objects.get().state == State.TO_PLACE
    assert "社保" not in str(events_about(case).last().data)


@pytest.mark.parametrize(
    ("outcome", "field"), [("answered_settled", "reply"), ("answered_stands", "note")]
)
def test_an_answered_call_says_what_was_said(world: World, case: Case, outcome, field):
    with pytest.raises(Incomplete) as refused:
        call(world, case, outcome)
    assert refused.value.reason.field == field
    assert not CallAttempt.objects.exists()


def test_what_she_agreed_to_is_kept_with_the_call(world: World, case: Case):
    assert consents(case) == (False, False)
    call(world, case, "answered_stands", note="同意", consents_matter=True)
    assert consents(case) == (True, False)


@pytest.mark.parametrize("outcome", ["no_answer", "call_later", "wrong_number", "refuses"])
def test_nobody_agrees_without_answering(world: World, case: Case, outcome):
    with pytest.raises(Incomplete) as refused:
        call(world, case, outcome, consents_words=True)
    assert refused.value.reason.code == "consent_unasked"


def test_three_different_hours_without_an_answer_send_it_to_be_checked(world: World, case: Case):
    for minutes, state in ((0, "to_call"), (20, "to_call"), (61, "to_call")):
        call(world, case, "no_answer", at=NINE + timedelta(minutes=minutes))
        assert Case.objects.get().state == state
    call(world, case, "call_later", at=NINE + timedelta(hours=3))
    assert Case.objects.get().state == "to_call", "she answered: not a try"
    call(world, case, "no_answer", at=NINE + timedelta(days=1))
    assert Case.objects.get().state == "to_call", "nine o'clock again is no other hour"
    call(world, case, "no_answer", at=NINE + timedelta(days=1, hours=5))
    assert Case.objects.get().state == "to_check"
    assert clocks(case)["call_back"] == "met"
    assert [event.data["step"] for event in events_about(case)][-6:] == [
        *["log_attempt"] * 5, "give_up_calling",
    ]  # fmt: skip


def test_who_only_ever_tries_at_the_same_hour_has_not_reached_three(world: World, case: Case):
    for day in range(4):
        for minutes in (0, 59, 20):
            call(world, case, "no_answer", at=NINE + timedelta(days=day, minutes=minutes))
    assert Case.objects.get().state == "to_call"
    assert [one.at for one in hours_tried(case.calls.all())] == [NINE]
    assert hours_missing(case) == 2


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.integers(0, 4 * 24 * 60), max_size=12))
def test_hours_that_count_lie_an_hour_apart_on_the_clock_and_hide_none(minutes: list[int]):
    tries = [
        CallAttempt(outcome="no_answer", at=NINE + timedelta(minutes=each)) for each in minutes
    ]
    of_the_day = [each.at.hour * 60 + each.at.minute for each in hours_tried(tries)]

    def near(one: int, other: int) -> bool:
        return any(abs(one - other + turn) < 60 for turn in (-1440, 0, 1440))

    assert not any(near(a, b) for i, a in enumerate(of_the_day) for b in of_the_day[:i])
    for each in tries:
        assert any(near(each.at.hour * 60 + each.at.minute, counted) for counted in of_the_day)


@pytest.mark.parametrize("outcome", ["wrong_number", "refuses"])
def test_who_cannot_or_will_not_be_called_is_checked_at_once(world: World, case: Case, outcome):
    call(world, case, outcome)
    assert Case.objects.get().state == "to_check"


def test_an_unknown_outcome_is_refused(world: World, case: Case):
    with pytest.raises(Incomplete) as refused:
        call(world, case, "hung_up")
    assert refused.value.reason.field == "outcome"


def test_a_sorter_does_not_call(world: World, case: Case):
    with pytest.raises(NotAllowed):
        log_call(case=case, outcome=CallOutcome.NO_ANSWER, by=world.sorter, at=NINE)
    assert not CallAttempt.objects.exists()


def test_two_calls_around_the_full_hour_are_one_try(world: World, case: Case):
    for minutes in (58, 62, 117, 118, 122, 177):  # 9:58 and 10:58 count
        call(world, case, "no_answer", at=NINE + timedelta(minutes=minutes))
        assert Case.objects.get().state == "to_call", minutes
    call(world, case, "no_answer", at=NINE + timedelta(minutes=178))
    assert Case.objects.get().state == "to_check"


@pytest.mark.parametrize(
    ("agreed", "code"),
    [
        (None, "needs"),
        (timedelta(0), "agreed_past"),
        (timedelta(minutes=-1), "agreed_past"),
        (timedelta(days=7, seconds=1), "agreed_too_late"),
    ],
)
def test_an_agreed_call_lies_ahead_and_within_the_limit(world: World, case: Case, agreed, code):
    with pytest.raises(Incomplete) as refused:
        call(world, case, "call_later", agreed_at=None if agreed is None else NINE + agreed)
    assert (refused.value.reason.field, refused.value.reason.code) == ("agreed_at", code)
    assert not CallAttempt.objects.exists()


def test_an_agreed_call_is_kept_and_told(world: World, case: Case):
    call(world, case, "call_later", agreed_at=NINE + timedelta(days=7), note="开会")
    assert CallAttempt.objects.get().agreed_at == NINE + timedelta(days=7)
    assert "约定 2026-06-09 09:00 再打" in timeline(case, "office")[-1].detail
    assert Case.objects.get().state == "to_call"
    assert clocks(case)["call_back"] == "running"


@pytest.mark.parametrize("outcome", ["no_answer", "wrong_number", "refuses", "answered_stands"])
def test_only_a_call_for_later_has_a_time(world: World, case: Case, outcome):
    with pytest.raises(Incomplete) as refused:
        call(world, case, outcome, note="x", agreed_at=NINE + timedelta(hours=1))
    assert refused.value.reason.code == "agreed_unasked"
    with pytest.raises(IntegrityError), transaction.atomic():
        CallAttempt.objects.create(
            case=case, outcome=outcome, agreed_at=NINE, at=NINE, by="somebody"
        )


def test_a_scheme_without_a_limit_sets_none(world: World, case: Case, monkeypatch):
    bare = SimpleNamespace(clocks={})
    monkeypatch.setattr("pingyi.casework.rules.scheme_of", lambda case: bare)
    call(world, case, "call_later", agreed_at=NINE + timedelta(days=60))
    assert CallAttempt.objects.exists()


def test_the_callers_order(world: World):
    """Agreed calls whose time has come, then what is due first, then those agreed for later."""
    names = ["later", "due_later", "agreed_early", "due_first", "agreed_late", "latest", "undone"]
    cases = {name: world.case("sorted") for name in names}

    def agree(name: str, hours: int, at=NINE) -> None:
        call(world, cases[name], "call_later", at=at, agreed_at=at + timedelta(hours=hours))

    agree("later", 30)
    agree("latest", 50)
    agree("agreed_late", 3)
    agree("agreed_early", 1)
    agree("undone", 40)
    call(world, cases["undone"], "no_answer", at=NINE + timedelta(hours=2))
    for name, hours in (("due_first", 5), ("due_later", 20), ("undone", 90), ("agreed_early", 99)):
        cases[name].clocks.running().update(due_at=NINE + timedelta(hours=hours))
    rows = to_call(world.caller).by_turn(NINE + timedelta(hours=3))
    by_number = {case.number: name for name, case in cases.items()}
    assert [by_number[row.number] for row in rows] == [
        "agreed_early", "agreed_late", "due_first", "due_later", "undone", "later", "latest",
    ]  # fmt: skip


def test_how_often_she_is_called_is_the_schemes_word(world: World, case: Case, monkeypatch):
    scheme = rules.scheme_of(case)
    twice = msgspec.structs.replace(scheme.clocks["call_back"], tries=2)
    changed = msgspec.structs.replace(scheme, clocks={**scheme.clocks, "call_back": twice})
    monkeypatch.setattr(rules, "scheme_of", lambda case: changed)
    page = signed_in(world.caller).get(f"/office/calls/{case.number}/")
    assert "在一天中 2 个不同钟点" in page.content.decode()
    call(world, case, "no_answer", at=NINE)
    assert hours_missing(case) == 1
    call(world, case, "no_answer", at=NINE + timedelta(hours=4))
    assert Case.objects.get().state == "to_check"
