"""Two people at the same case at once: one wins, the other is told, nothing is half done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from pingyi.audit.actions import CITIZEN, SYSTEM
from pingyi.audit.queries import events, events_about
from pingyi.casework import actions
from pingyi.casework.actions import opening
from pingyi.casework.models import (
    CallAttempt,
    Case,
    Dispatch,
    Proposal,
    Rejudgement,
    Reply,
    Sorting,
    Verdict,
)
from pingyi.casework.reasons import Refusal
from pingyi.casework.second_looks import Appeal, LookBack
from pingyi.demo.cases import walk
from pingyi.people.roles import Role
from tests.casework.world import World, a_petition, after, build

pytestmark = pytest.mark.django_db(transaction=True)

LATER = after(days=1)


@pytest.fixture
def world(transactional_db) -> World:
    return build()


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Each call in a thread and on a connection of its own; what it returned or raised."""
    start = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=20)
            results[place] = call()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def one_wins(results: list[Any]) -> None:
    lost = [result for result in results if isinstance(result, Exception)]
    assert [type(error) for error in lost if not isinstance(error, Refusal)] == []
    assert len(lost) == len(results) - 1, results


def sort(case: Case, world: World, kind: str) -> Callable[[], Any]:
    return lambda: actions.sort_case(case=case, kind=kind, by=world.sorter, at=LATER)


def dispatch(case: Case, world: World, words: str) -> Callable[[], Any]:
    return lambda: actions.dispatch_case(case=case, words=words, by=world.manager, at=LATER)


def refer(case: Case, world: World) -> Callable[[], Any]:
    return lambda: actions.refer_case(case=case, reason="线索", by=world.manager, at=LATER)


def decide(case: Case, world: World, finding: str) -> Callable[[], Any]:
    return lambda: actions.decide_case(
        case=case, finding=finding, kind="conduct", reason="认定", by=world.manager, at=LATER
    )


def copies(case: Case) -> tuple[Case, Case]:
    """The case as two people have it open, with what their pages have read."""
    first, second = (Case.objects.select_related("area__parent").get(pk=case.pk) for _ in range(2))
    return first, second


def test_two_sorters(world: World):
    a, b = copies(world.case())
    one_wins(at_once(sort(a, world, "conduct"), sort(b, world, "policy")))
    case = Case.objects.get()
    assert Sorting.objects.get().kind == case.kind
    assert events_about(case).count() == 2
    assert case.clocks.filter(rule="sort", met_at__isnull=False).count() == 1


def test_dispatched_and_referred(world: World):
    a, b = copies(world.case("to_place"))
    one_wins(at_once(dispatch(a, world, "请核实"), refer(b, world)))
    case = Case.objects.get()
    assert case.dispatches.count() + case.referrals.count() == 1
    assert case.clocks.running().exists()


def test_two_verdicts(world: World):
    a, b = copies(world.case("to_decide"))
    one_wins(at_once(decide(a, world, "verified"), decide(b, world, "unfounded")))
    assert Verdict.objects.count() + Proposal.objects.count() == 1


def test_confirmed_and_sent_back(world: World):
    a, b = copies(world.case("to_confirm"))
    second, third = world.hands.second, world.newcomer(Role.CASE_MANAGER)
    one_wins(
        at_once(
            lambda: actions.confirm_verdict(case=a, by=second, at=LATER),
            lambda: actions.send_back(case=b, reason="再查", by=third, at=LATER),
        )
    )
    proposal = Proposal.objects.get()
    assert (proposal.confirmed_at is None) != (proposal.sent_back_at is None)
    assert Verdict.objects.count() == (proposal.confirmed_at is not None)


def test_upheld_and_dismissed(world: World):
    a, b = copies(world.case("appealed"))
    second, third = world.hands.second, world.newcomer(Role.CASE_MANAGER)
    one_wins(
        at_once(
            lambda: actions.review_appeal(
                case=a, outcome="upheld", finding="unfounded", kind="conduct", reason="不实",
                by=second, at=LATER,
            ),
            lambda: actions.review_appeal(
                case=b, outcome="dismissed", reason="属实", by=third, at=LATER
            ),
        )
    )  # fmt: skip
    upheld = Appeal.objects.get().upheld
    assert Verdict.objects.count() == (2 if upheld else 1)
    assert Case.objects.get().state == ("to_reply" if upheld else "closed")


def test_two_appeals(world: World):
    a, b = copies(world.case("closed"))
    one_wins(
        at_once(
            *(
                lambda case=case: actions.appeal_verdict(
                    case=case, grounds="不服", by=world.unit_admin, at=LATER
                )
                for case in (a, b)
            )
        )
    )
    assert Appeal.objects.count() == 1


def test_two_answers_to_the_rater(world: World):
    a, b = copies(world.case("verified"))
    one_wins(
        at_once(
            *(
                lambda case=case: actions.reply_to_citizen(
                    case=case, text="已改进", by=world.caller, at=LATER
                )
                for case in (a, b)
            )
        )
    )
    assert Reply.objects.count() == 1


def test_answered_while_it_is_recalled(world: World):
    a, b = copies(world.case("with_unit"))
    one_wins(
        at_once(
            lambda: actions.answer_case(
                case=a, account="属实", measures="已改", by=world.unit_admin, at=LATER
            ),
            lambda: actions.recall_dispatch(case=b, reason="错", by=world.manager, at=LATER),
        )
    )
    made = Dispatch.objects.get()
    recalled = Case.objects.get().state == "to_place"
    assert recalled == (made.recalled_at is not None)
    assert recalled != hasattr(made, "answer")


def test_acknowledged_twice(world: World):
    a, b = copies(world.case("with_unit"))
    one_wins(
        at_once(
            lambda: actions.acknowledge(case=a, by=world.unit_admin, at=LATER),
            lambda: actions.acknowledge(case=b, by=world.unit_admin, at=LATER),
        )
    )
    assert events(actions=["case.acknowledge"]).count() == 1


def test_her_judgement_and_the_job(world: World):
    case = world.case("replied")
    late = case.clocks.get(rule="re_judge").due_at + timedelta(seconds=1)
    results = at_once(
        lambda: actions.rejudge(case=copies(case)[0], satisfied=False, by=CITIZEN, at=late),
        lambda: actions.close_unjudged_cases(at=late),
    )
    reopened, closed = not isinstance(results[0], Refusal), bool(results[1])
    assert reopened != closed
    assert Case.objects.get().state == ("to_place" if reopened else "closed")


def test_two_calls_logged_at_once_are_both_facts(world: World):
    case = world.case("sorted")
    walk(case, ["no_answer"], hands=world.hands, at=after(hours=3))
    a, b = copies(case)
    results = at_once(
        *(
            lambda copy=copy, hour=hour: actions.log_call(
                case=copy, outcome="no_answer", by=world.caller, at=after(hours=hour)
            )
            for copy, hour in ((a, 4), (b, 5))
        )
    )
    assert not [result for result in results if isinstance(result, Exception)]
    assert CallAttempt.objects.count() == 3
    assert Case.objects.get().state == "to_check", "whoever came second saw the third hour"


def test_the_opening_job_run_by_three_workers(world: World):
    for _ in range(8):
        world.rate()
    results = at_once(*[lambda: actions.open_missing_cases(by=SYSTEM, at=LATER)] * 3)
    assert sum(len(opened) for opened in results) == 8
    numbers = sorted(Case.objects.values_list("number", flat=True))
    assert numbers == [f"2026-{n:06d}" for n in range(1, 9)]
    assert events(actions=["case.open"]).count() == 8


def test_a_job_that_dies_half_way_leaves_whole_cases(world: World, monkeypatch):
    for _ in range(3):
        world.rate()
    monkeypatch.setattr(opening, "AT_ONCE", 1)
    real, told = opening.record_each, []

    def dies(subjects):
        told.append(subjects)
        if len(told) == 2:  # in the midst of the second case
            raise SystemExit
        real(subjects)

    monkeypatch.setattr(opening, "record_each", dies)
    with pytest.raises(SystemExit):
        actions.open_missing_cases(by=SYSTEM, at=LATER)
    assert Case.objects.count() == 1
    monkeypatch.setattr(opening, "record_each", real)
    assert len(actions.open_missing_cases(by=SYSTEM, at=LATER)) == 2
    assert sorted(Case.objects.values_list("number", flat=True))[-1] == "2026-000003"
    assert {case.clocks.count() for case in Case.objects.all()} == {3}


@pytest.mark.parametrize("put_right", [(True, True), (True, False), (False, False)])
def test_two_at_the_same_look_back(world: World, put_right: tuple[bool, bool]):
    """Nothing of the second is stored, and the round goes up once at most."""
    a, b = copies(world.case("picked"))
    second, third = world.newcomer(Role.CALLER), world.newcomer(Role.CASE_MANAGER)
    one_wins(
        at_once(
            *(
                lambda case=case, by=by, found=found: actions.record_look_back(
                    case=case, way="site", put_right=found, note=str(by), by=by, at=LATER
                )
                for case, by, found in zip((a, b), (second, third), put_right, strict=True)
            )
        )
    )
    case, look = Case.objects.get(), LookBack.objects.get()
    assert (look.done_by, look.note) in {(p.audit_name, str(p)) for p in (second, third)}
    assert case.round == (not look.put_right)
    assert case.state == ("closed" if look.put_right else "to_place")
    assert Verdict.objects.count() == (1 if look.put_right else 2)
    assert events(actions=["case.look_back"]).count() == 1
    assert not case.clocks.running().filter(rule__startswith="look_back").exists()


def test_two_who_say_who_sees_to_it(world: World):
    case = world.case("to_place")
    a, b = copies(case)
    one_wins(
        at_once(
            *(
                lambda case=case, to=to: actions.assign_case(
                    case=case, assignee=to, by=world.manager, at=LATER
                )
                for case, to in ((a, world.caller), (b, world.sorter))
            )
        )
    )
    assert Case.objects.get().assignee == case.assignments.get().assignee


@pytest.mark.parametrize("phone", ["", "13900000001"])
def test_two_judgements_of_who_spoke_up_otherwise(world: World, phone: str):
    """She taps twice, or two people record what she said: it counts once."""
    case = a_petition(world, phone=phone)
    walk(case, ["sort", "check", "verify", "reply"], hands=world.hands, at=after(hours=2))
    a, b = copies(case)
    one_wins(
        at_once(
            lambda: actions.rejudge(
                case=a, satisfied=False, by=CITIZEN if phone else world.caller, at=LATER
            ),
            lambda: actions.rejudge(
                case=b, satisfied=True, by=CITIZEN if phone else world.sorter, at=LATER
            ),
        )
    )
    judged = Rejudgement.objects.get()
    assert Case.objects.get().state == ("closed" if judged.satisfied else "to_place")
