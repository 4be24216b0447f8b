"""The city at a glance: figures with denominators, each leading to its records."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingyi.casework.actions import rejudge
from pingyi.casework.models import Case
from pingyi.casework.states import State
from pingyi.demo.cases import walk
from pingyi.people.roles import Role
from pingyi.web.observatory.handling import verified_by_kind
from pingyi.web.observatory.outcomes import counted
from tests.casework.world import AT, World, a_petition, after
from tests.staff import signed_in
from tests.web.many import many_cases
from tests.web.reading import words

CITY = "/city/?season=2026"


@pytest.fixture(autouse=True)
def _no_kept_trend():
    cache.clear()


@pytest.fixture
def desk(world: World):
    return signed_in(world.person(Role.LEADER, area=world.city))


def test_figures_with_their_denominators(world: World, desk):
    world.case("settled")
    world.case("closed")
    world.case("with_unit")
    world.rate(level="satisfied", comment="", phone=None)
    shown = words(desk.get(CITY))
    assert "满意率 25.00% 4 条评价" in shown
    assert "差评 3 占评价 75.00%" in shown
    assert "在办案件 1 已办结 2 件" in shown
    assert "已超期 1 在办 1 件之中" in shown  # its clocks ran out in June
    assert "回访解决 50.00% 1 / 办结 2" in shown
    assert "查实 1 办结 2 件之中" in shown
    assert "洪山区 25.00% 4 条评价 ▲ 超期 1 · 在办 1" in shown


def test_a_case_decided_twice_is_one_case(world: World, desk):
    case = world.case("look_back_failed")
    walk(case, ["verify", "reply", "accept"], hands=world.hands, at=after(days=60))
    assert case.verdicts.count() == 3
    shown = words(desk.get(CITY))
    assert "在办案件 0 已办结 1 件" in shown
    assert "回访解决 0.00% 0 / 办结 1" in shown
    assert "查实 1 办结 1 件之中" in shown
    told = counted(Case.objects.all(), timezone.now())
    assert [(bar.label, bar.count) for bar in verified_by_kind(told)] == [("作风", 1)]


def test_what_an_appeal_overturned_is_not_verified(world: World, desk):
    case = world.case("upheld")
    walk(case, ["reply", "accept"], hands=world.hands, at=after(days=60))
    assert "查实 0 办结 1 件之中" in words(desk.get(CITY))


def test_each_figure_leads_to_its_records(world: World, desk):
    world.case("with_unit")
    page = desk.get(CITY).content.decode()
    for address in ("/office/cases/?late=yes", "/office/cases/?state=with_unit",
                    f"/office/cases/?area={world.district.code}"):  # fmt: skip
        assert f'href="{address}"' in page
        assert "2026-000001" in words(desk.get(address))


def test_a_district_leader_sees_the_district(world: World):
    world.case("with_unit")
    there = signed_in(world.person(Role.LEADER, area=world.elsewhere)).get(CITY)
    assert "武昌区 概览" in words(there)
    assert "在办案件 0" in words(there)
    assert "还没有评价" in words(there)


@pytest.mark.parametrize("role", [Role.UNIT_ADMIN, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN])
def test_it_is_closed_to_others(world: World, role: Role):
    assert signed_in(world.person(role)).get(CITY).status_code == 403


def test_an_embargoed_case_is_not_among_the_figures(world: World, desk):
    world.case("sealed")
    assert "在办案件 0" in words(desk.get(CITY))


def test_as_many_queries_for_a_thousand_cases_as_for_ten(world: World, desk):
    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(CITY).status_code == 200
        return len(captured)

    many_cases(world, State.WITH_UNIT, 10)
    queries()
    few = queries()
    many_cases(world, State.WITH_UNIT, 990)
    assert queries() == few <= 24


def test_three_rates_say_what_they_count(world: World, desk):
    world.case("settled")
    world.case("closed")
    world.case("with_unit")
    shown = words(desk.get(CITY))
    assert "响应率 100.00% 3 / 3 · 按时回访或核查" in shown
    assert "解决率 100.00% 2 / 2" in shown
    assert "满意率（办理） 100.00% 1 / 1" in shown


def test_the_rates_count_who_spoke_up_otherwise_too(world: World, desk):
    case = a_petition(world)
    walk(case, ["sort", "check", "verify", "reply"], hands=world.hands, at=after(hours=2))
    rejudge(case=case, satisfied=True, by=world.caller, at=after(days=2))
    world.case("closed_unsatisfied")
    a_petition(world, at=AT - timedelta(days=400), dated=date(2025, 1, 1))
    shown = words(desk.get(CITY))
    assert "满意率（办理） 33.33% 1 / 3 · 评价人、反映人对办理再评满意" in shown
    assert "解决率 50.00% 1 / 2" in shown
    assert "响应率 100.00% 2 / 2" in shown


def test_a_clock_that_ran_out_unmet_lowers_the_response(world: World, desk):
    world.case("settled")
    world.case("sorted")
    assert "响应率 50.00% 1 / 2" in words(desk.get(CITY))


def test_how_long_each_stage_takes_in_the_middle(world: World, desk):
    world.case("closed")
    clock = world.case("closed").clocks.get(rule="sort")
    shown = words(desk.get(CITY))
    assert clock.met_at is not None
    assert "从评价到分拣" in shown
    assert "从移交到纪检报告 – 0" in shown


def test_what_needs_a_leaders_word_leads_to_the_case(world: World, desk):
    case = world.case("with_unit")
    page = desk.get(CITY).content.decode()
    assert f'href="/case/{case.number}/"' in page
    elsewhere = signed_in(world.person(Role.LEADER, area=world.elsewhere)).get(CITY)
    assert case.number not in elsewhere.content.decode()


def test_what_is_under_embargo_is_not_on_the_leaders_page(world: World, desk):
    case = world.case("concluded")
    page = desk.get(CITY).content.decode()
    assert case.number not in page
    assert "本年度还没有查实的差评" in page


def test_verified_by_kind_lead_to_the_cases(world: World, desk):
    case = world.case("closed")
    page = desk.get(CITY).content.decode()
    assert f'href="/office/cases/?kind={case.verdicts.get().kind}"' in page


def test_units_whose_bad_ratings_rose_or_fell(world: World, desk):
    at = timezone.now()
    for days, count in ((40, 1), (2, 4)):
        for _ in range(count):
            world.rate(at=at - timedelta(days=days))
    assert "洪山区劳动监察大队 4 1 ▲ 3" in words(desk.get(CITY))
