"""Calling back, and what each outcome leads to."""

from datetime import timedelta

import pytest

from pingyi.audit.queries import events_about
from pingyi.casework.actions import log_call
from pingyi.casework.models import CallAttempt, Case, Reply
from pingyi.casework.policies import Incomplete, NotAllowed, consents
from pingyi.casework.states import CallOutcome, State
from tests.casework.test_sorting import clocks
from tests.casework.world import World, after

NINE = after(days=1, hours=-1)  # 2 June, 9:00 in Wuhan


@pytest.fixture
def case(world: World) -> Case:
    return world.case("sorted")


def call(world: World, case: Case, outcome: str, **given) -> CallAttempt:
    given.setdefault("at", NINE)
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
    assert Case.objects.get().state == "to_check"
    assert clocks(case)["call_back"] == "met"
    assert [event.data["step"] for event in events_about(case)][-5:] == [
        "log_attempt", "log_attempt", "log_attempt", "log_attempt", "give_up_calling",
    ]  # fmt: skip


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
