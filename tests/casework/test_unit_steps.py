"""The unit acknowledges and answers."""

import pytest

from pingyi.casework.actions import acknowledge, answer_case, recall_dispatch
from pingyi.casework.models import Case, Dispatch
from pingyi.casework.reasons import Incomplete, NotAllowed, NotNow, Overtaken
from pingyi.people.roles import Role
from tests.casework.test_sorting import clocks
from tests.casework.world import World, after

LATER = after(days=1)
ANSWER = {"account": "当日一人请假", "measures": "增设窗口"}


def test_acknowledging_stamps_the_dispatch_once(world: World):
    case = world.case("with_unit")
    made = acknowledge(case=case, by=world.unit_admin, at=LATER)
    assert (made.acknowledged_at, made.acknowledged_by) == (LATER, world.unit_admin.username)
    assert clocks(case)["acknowledge"] == "met"
    assert clocks(case)["handle_simple"] == "running"
    with pytest.raises(NotNow) as refused:
        acknowledge(case=case, by=world.unit_admin, at=after(days=2))
    assert refused.value.reason.code == "acknowledged"
    assert Dispatch.objects.get().acknowledged_at == LATER


def test_two_who_acknowledge_at_once(world: World, monkeypatch):
    case = world.case("with_unit")
    acknowledge(case=case, by=world.unit_admin, at=LATER)
    from pingyi.casework import policies

    monkeypatch.delitem(policies._FURTHER, "acknowledge")
    with pytest.raises(Overtaken):
        acknowledge(case=case, by=world.unit_admin, at=after(days=2))


def test_the_answer_acknowledges_and_comes_back_to_be_decided(world: World):
    case = world.case("with_unit")
    answer = answer_case(
        case=case, by=world.unit_admin, at=LATER, process_change=" 值守 ", **ANSWER
    )
    assert (answer.account, answer.measures, answer.process_change) == (
        "当日一人请假", "增设窗口", "值守",
    )  # fmt: skip
    assert answer.dispatch.acknowledged_by == world.unit_admin.username
    assert Case.objects.get().state == "to_decide"
    assert clocks(case)["acknowledge"] == clocks(case)["handle_simple"] == "met"
    assert [c.rule for c in case.clocks.running()] == ["verify"]


def test_an_earlier_acknowledgement_keeps_its_time(world: World):
    case = world.case("acknowledged")
    was = Dispatch.objects.get().acknowledged_at
    answer_case(case=case, by=world.unit_admin, at=after(days=3), **ANSWER)
    assert Dispatch.objects.get().acknowledged_at == was


@pytest.mark.parametrize("field", ["account", "measures"])
def test_account_and_measures_are_needed(world: World, field):
    case = world.case("with_unit")
    with pytest.raises(Incomplete) as refused:
        answer_case(case=case, by=world.unit_admin, at=LATER, **{**ANSWER, field: "\n"})
    assert refused.value.reason.field == field


def test_only_the_unit_it_lies_with_answers(world: World):
    case = world.case("with_unit")
    for unit in (world.bureau, world.other_unit):
        stranger = world.person(Role.UNIT_ADMIN, unit=unit)
        with pytest.raises(NotAllowed):
            answer_case(case=case, by=stranger, at=LATER, **ANSWER)
    recall_dispatch(case=case, reason="收回", by=world.manager, at=LATER)
    with pytest.raises(NotAllowed):
        answer_case(case=case, by=world.unit_admin, at=LATER, **ANSWER)
