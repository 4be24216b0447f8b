"""Who sees which case, what each desk lists, and in which order."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pingyi.audit.actions import SYSTEM
from pingyi.casework import queries
from pingyi.casework.actions import open_case
from pingyi.casework.models import Case
from pingyi.demo.cases import ENDS, walk
from pingyi.directory.models import PointCode, ServicePoint
from pingyi.kernel.codes import new_point_code
from pingyi.people.models import User
from pingyi.people.roles import PERMISSIONS, Role
from tests.casework.world import AT, World, after

EVERY_END = sorted(ENDS)


def seen(user: User) -> set[Case]:
    return set(Case.objects.visible_to(user))


def test_the_office_sees_its_district_and_nothing_under_embargo(world: World):
    cases = {end: world.case(end) for end in EVERY_END}
    sealed = {cases["sealed"], cases["concluded"], cases["sealed_late"]}
    for role in (Role.SORTER, Role.CALLER, Role.CASE_MANAGER, Role.SCHEME_KEEPER, Role.LEADER):
        assert seen(world.person(role)) == set(cases.values()) - sealed, role
        assert seen(world.person(role, area=world.elsewhere)) == set(), role
        assert seen(world.person(role, area=world.city)) == set(cases.values()) - sealed, role
    assert seen(world.inspector) == set(cases.values())
    assert seen(world.person(Role.INSPECTOR, area=world.elsewhere)) == set()


@pytest.mark.parametrize("role", sorted(set(Role) - PERMISSIONS["case.read"]))
def test_others_see_none(world: World, role):
    world.case("to_place")
    assert seen(world.person(role)) == set()


def test_the_unit_sees_a_case_from_its_dispatch_on(world: World):
    cases = {end: world.case(end) for end in EVERY_END}
    dispatched = {end for end in EVERY_END if "dispatch" in ENDS[end]}
    released = {"released"}  # never dispatched, but found of the unit
    assert seen(world.unit_admin) == {cases[end] for end in dispatched | released}
    assert seen(world.person(Role.UNIT_ADMIN, unit=world.bureau)) == set()
    assert seen(world.person(Role.UNIT_ADMIN, unit=world.other_unit)) == set()


def test_the_unit_loses_sight_of_what_is_recalled_not_of_what_came_under_embargo(world: World):
    recalled = world.case("with_unit")
    walk(recalled, ["recall"], hands=world.hands, at=after(days=1))
    lead = world.case("to_decide")
    from pingyi.casework.actions import refer_case

    refer_case(case=lead, reason="收钱", lead=True, by=world.manager, at=after(days=1))
    assert seen(world.unit_admin) == {lead}
    assert seen(world.manager) == {recalled}
    assert list(queries.unit_desk(world.unit_admin)) == []


def test_a_case_dispatched_twice_is_listed_once(world: World):
    case = world.case("reopened")
    walk(case, ["dispatch"], hands=world.hands, at=after(days=2))
    assert list(Case.objects.visible_to(world.unit_admin)) == [case]
    assert list(queries.unit_desk(world.unit_admin)) == [case]


def test_each_desk_lists_its_state(world: World):
    cases = {end: world.case(end) for end in EVERY_END}
    desks = {
        queries.to_sort: (world.sorter, {"unsorted"}),
        queries.to_call: (world.caller, {"sorted"}),
        queries.to_check: (world.manager, {"unreachable"}),
        queries.to_place: (world.manager, {"to_place", "assigned", "reopened", "look_back_failed"}),
        queries.to_decide: (world.manager, {"to_decide", "reported"}),
        queries.to_reply: (
            world.caller,
            {"verified", "partly", "unfounded", "void", "released", "upheld", "released_late"},
        ),
        queries.to_ask_again: (world.caller, {"replied"}),
        queries.unit_desk: (world.unit_admin, {"with_unit", "acknowledged"}),
        queries.inspectors_desk: (
            world.inspector,
            {"referred", "sealed", "concluded", "sealed_late"},
        ),
    }
    for desk, (user, ends) in desks.items():
        assert set(desk(user)) == {cases[end] for end in ends}, desk.__name__
        assert set(desk(world.person(Role.AUDIT_ADMIN))) == set()
    managed = set(queries.to_manage(world.manager))
    ended = {
        cases[end]
        for end in (
            "settled",
            "closed",
            "closed_unsatisfied",
            "asked",
            "asked_unsatisfied",
            "appealed",
            "dismissed",
            "picked",
            "looked_back",
        )
    }
    hidden = {cases[end] for end in ("sealed", "concluded", "sealed_late")}
    assert managed == set(cases.values()) - ended - hidden
    assert set(queries.cases_for(world.manager)) == managed | ended


def test_another_districts_desk_is_empty(world: World):
    for end in EVERY_END:
        world.case(end)
    for desk, role in (
        (queries.to_sort, Role.SORTER),
        (queries.to_call, Role.CALLER),
        (queries.to_manage, Role.CASE_MANAGER),
        (queries.inspectors_desk, Role.INSPECTOR),
    ):
        assert list(desk(world.person(role, area=world.elsewhere))) == []


def test_desks_are_in_the_order_of_what_is_due(world: World):
    late = world.case(rating=world.rate(at=after(hours=5)), at=after(hours=6))
    early = world.case(rating=world.rate(at=after(hours=1)), at=after(hours=7))
    assert list(queries.to_sort(world.sorter)) == [early, late]
    first = queries.to_sort(world.sorter)[0]
    assert first.due_rule == "sort"
    assert first.due_at == early.clocks.get(rule="sort").due_at


def test_corruption_leads_come_first_and_what_has_no_clock_last(world: World):
    concluded = world.case("concluded")
    plain = world.case("referred")
    lead = world.case("sealed", rating=world.rate(at=after(days=3)), at=after(days=3))
    desk = list(queries.inspectors_desk(world.inspector))
    assert desk == [lead, concluded, plain]


def test_late_cases_are_those_overdue_at_the_time(world: World):
    case = world.case()
    due = case.clocks.get(rule="sort").due_at
    assert not queries.late_cases(world.sorter, due).exists()
    from datetime import timedelta

    later = due + timedelta(seconds=1)
    assert list(queries.late_cases(world.sorter, later)) == [case]
    assert not queries.late_cases(world.person(Role.SORTER, area=world.elsewhere), later).exists()


def test_a_city_unit_is_the_citys(world: World):
    world.brigade.area = world.city
    world.brigade.save()
    case = world.case()
    assert case.area == world.city
    assert seen(world.sorter) == set()
    assert seen(world.person(Role.SORTER, area=world.city)) == {case}


@pytest.mark.parametrize(
    "desk",
    [queries.to_sort, queries.to_call, queries.to_manage, queries.cases_for],
)
def test_desks_cost_the_same_at_ten_rows_as_at_forty(world: World, desk):

    end = {queries.to_call: "sorted"}.get(desk, "unsorted")
    user = world.manager

    def shown() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            for case in desk(user):
                assert case.unit.name
                assert case.point.name
                assert case.area.parent.name
                assert case.rating.comment
                assert [clock.rule for clock in case.clocks.all()]
                if desk is queries.to_call:
                    assert list(case.calls.all()) == []
        return len(asked)

    for _ in range(10):
        world.case(end)
    shown()  # the user's appointments are read once
    ten = shown()
    for _ in range(30):
        world.case(end)
    assert shown() == ten
    assert ten <= 4, ten


def test_a_point_of_another_unit_is_another_units_case(world: World):
    point = ServicePoint.objects.create(unit=world.other_unit, name="一号窗", kind="window")
    code = PointCode.objects.create(point=point, code=new_point_code(), issued_at=AT).code
    case = open_case(rating=world.rate(code=code), by=SYSTEM, at=AT)
    assert (case.unit, case.area) == (world.other_unit, world.elsewhere)
