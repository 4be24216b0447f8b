"""Who sees to a case: given by the case manager, told in the story, first on their desk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pingyi.audit.queries import events_about
from pingyi.casework import actions, assigning, queries, reasons
from pingyi.casework.models import Case
from pingyi.casework.reasons import Incomplete, NotAllowed, NotNow, Overtaken
from pingyi.casework.timeline import timeline
from pingyi.directory.models import Area
from pingyi.people.actions import appoint
from pingyi.people.roles import Role
from tests.casework.world import AT, FOUNDER, World, after

LATER = after(days=1)


def give(world: World, case: Case, to, **given):
    return actions.assign_case(
        case=case, assignee=to, **{"by": world.manager, "at": LATER, **given}
    )


def test_it_is_an_event_and_a_line_of_the_story(world: World):
    case = world.case("to_place")
    give(world, case, world.caller)
    second = world.newcomer(Role.CASE_MANAGER)
    give(world, case, second, reason="原承办人外出学习")
    case.refresh_from_db()
    assert case.assignee == second
    assert events_about(case).filter(action="case.assign").count() == 2
    told = [entry for entry in timeline(case, "office") if entry.step == "assign"]
    assert [entry.text for entry in told] == ["分派", "分派"]
    assert told[1].detail == f"承办人：{second}\n原承办人外出学习"
    for audience in ("unit", "citizen"):
        assert "assign" not in {entry.step for entry in timeline(case, audience)}


def test_only_who_works_there_can_be_given_it(world: World):
    case = world.case("to_place")
    stranger = world.person(Role.CALLER, area=world.elsewhere)
    of_unit = world.newcomer(Role.CALLER)
    appoint(user=of_unit, role=Role.UNIT_ADMIN, unit=world.bureau, by=FOUNDER, at=AT)
    for nobody in (stranger, world.person(Role.LEADER), world.inspector, of_unit):
        with pytest.raises(Incomplete) as refused:
            give(world, case, nobody)
        assert refused.value.reason == reasons.CANNOT_WORK_IT
    give(world, case, world.person(Role.SORTER, area=world.city))
    with pytest.raises(Incomplete) as refused:
        give(world, case, world.person(Role.SORTER, area=world.city))
    assert refused.value.reason == reasons.ASSIGNED_SO


def test_only_the_manager_gives_and_neither_closed_nor_sealed_ones(world: World):
    case = world.case("to_place")
    for person in (world.caller, world.sorter, world.person(Role.LEADER)):
        with pytest.raises(NotAllowed):
            give(world, case, world.caller, by=person)
    with pytest.raises(NotNow):
        give(world, world.case("closed"), world.caller)
    with pytest.raises(NotNow) as refused:
        give(world, world.case("sealed"), world.caller)
    assert refused.value.reason == reasons.EMBARGO


def test_whoever_gives_it_is_still_new_to_it(world: World):
    case = world.case("to_confirm")
    second = world.newcomer(Role.CASE_MANAGER)
    give(world, case, second, by=second)
    assert case in queries.to_confirm(second)
    actions.confirm_verdict(case=case, by=second, at=LATER)


def test_of_two_who_give_it_the_second_is_told(world: World):
    case = world.case("to_place")
    seen = Case.objects.get(pk=case.pk)
    give(world, case, world.caller)
    with pytest.raises(Overtaken):
        give(world, seen, world.sorter)
    assert Case.objects.get().assignee == world.caller
    assert case.assignments.count() == 1


def test_ones_own_come_first_on_every_desk(world: World):
    first, second = world.case("sorted"), world.case("sorted")
    assert list(queries.to_call(world.caller)) == [first, second]
    give(world, second, world.caller)
    assert list(queries.to_call(world.caller)) == [second, first]
    assert list(queries.to_call(world.newcomer(Role.CALLER))) == [first, second]
    assert list(assigning.mine(world.caller)) == [second]
    actions.refer_case(case=second, reason="线索", lead=True, by=world.manager, at=LATER)
    assert not assigning.mine(world.caller).exists()


def test_the_figures_are_those_of_the_lists(world: World):
    cases = [world.case("to_place") for _ in range(3)]
    give(world, cases[0], world.caller)
    world.case("closed"), world.case("sealed")
    clock = cases[0].clocks.running().get()
    rows = Area.objects.filter(pk=world.district.pk)

    def figures(at):
        found = assigning.with_load(rows, assigning.open_cases(world.manager), "area", at).get()
        return found.open, found.unassigned, found.soon, found.late

    assert figures(clock.due_at - timedelta(days=2)) == (3, 2, 0, 0)
    assert figures(clock.due_at - timedelta(hours=23)) == (3, 2, 3, 0)
    assert figures(clock.due_at + timedelta(days=2)) == (3, 2, 0, 3)
    other = assigning.with_load(
        Area.objects.filter(pk=world.elsewhere.pk), assigning.open_cases(world.manager), "area", AT
    ).get()
    assert (other.open, other.oldest) == (0, None)
