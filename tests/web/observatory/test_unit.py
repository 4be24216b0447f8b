"""A unit's page: line by line with its clause and cases; and how little the unit itself learns."""

from __future__ import annotations

import pytest

from pingyi.people.roles import Role
from tests.casework.world import World
from tests.staff import signed_in
from tests.web.reading import words

PAGE = "/scoreboard/2026/B1-1/"


@pytest.fixture
def desk(world: World):
    return signed_in(world.manager)


@pytest.fixture
def own(world: World):
    return signed_in(world.unit_admin)


def test_each_line_cites_its_clause_and_source_and_links_to_its_cases(world: World, desk):
    case = world.case("verified")
    page = desk.get(PAGE)
    shown = words(page)
    assert "−3 每查实一件差评扣 3 分，当即扣除。 领域说明 §1 第 7 项" in shown
    assert "+100 每个参评单位基础分 100 分。" in shown
    assert "97.00" in shown
    assert f'href="/case/{case.number}/"' in page.content.decode()
    assert desk.get(f"/case/{case.number}/", follow=True).status_code == 200


def test_the_trend_has_its_table_behind_it(world: World, desk):
    from tests.scoring.test_facts import load, past

    moments = [world.season.starts_on.replace(month=month) for month in (2, 3)]
    from datetime import datetime, time

    from pingyi.kernel.workdays import SHANGHAI

    load(
        *(past(world.point, datetime.combine(day, time(10), SHANGHAI)) for day in moments),
        past(world.point, datetime.combine(moments[1], time(11), SHANGHAI), level=2),
    )
    page = desk.get(PAGE)
    assert "2026-02 100.00% 1 1 2026-03 50.00% 1 2" in words(page)
    assert '<svg class="trend"' in page.content.decode()


def test_one_month_is_no_trend_but_a_table(world: World, desk):
    world.rate()
    page = desk.get(PAGE)
    assert '<svg class="trend"' not in page.content.decode()
    assert "2026-06 0.00% 0 1" in words(page)


@pytest.mark.parametrize("code", ["X1", "nobody"])
def test_what_is_out_of_reach_is_not_found(world: World, desk, own, code):
    assert desk.get(f"/scoreboard/2026/{code}/").status_code == 404
    assert own.get(f"/scoreboard/2026/{code}/").status_code == 404
    assert desk.get("/scoreboard/1999/B1-1/").status_code == 404


def test_who_may_open_it(world: World):
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.SQUAD_MEMBER):
        assert signed_in(world.person(role)).get(PAGE).status_code == 403
    assert signed_in(world.person(Role.LEADER)).get(PAGE).status_code == 200


def test_the_unit_sees_its_lines_but_no_rank_no_rate_and_no_month(world: World, own):
    case = world.case("verified")
    page = own.get(PAGE)
    shown = words(page)
    assert "97.00" in shown
    assert case.number in shown
    assert "名次以正式通报为准" in shown
    assert "2026-06" not in shown.replace(case.number, "")
    assert "0.00%" not in shown
    assert "评价满 10 条后显示" in shown


def test_a_case_never_dispatched_has_no_number_for_the_unit(world: World, own):
    rating = world.rate(phone=None)
    from pingyi.casework.states import Kind
    from pingyi.demo.cases import walk

    case = world.case("sorted", rating=rating)
    walk(case, ("check", "verify"), hands=world.hands, at=rating.recorded_at, kind=Kind.CONDUCT)
    shown = words(own.get(PAGE))
    assert case.number not in shown
    assert "另有 1 件未转办本单位" in shown
    assert case.number in words(signed_in(world.manager).get(PAGE))


def test_an_embargoed_verdict_shows_to_nobody_here(world: World, desk, own):
    case = world.case("concluded")
    for client in (desk, own, signed_in(world.inspector)):
        shown = words(client.get(PAGE))
        assert case.number not in shown
        assert "100.00" in shown


def test_under_a_scheme_of_rates_the_unit_sees_events_alone(world: World, own, desk):
    world.season.scheme = "wuhan-2018"
    world.season.save()
    world.rate()
    assert "0.00" in words(desk.get(PAGE))
    shown = words(own.get(PAGE))
    assert "0.00" not in shown
    assert "得分明细" in shown


def test_its_figures_move_in_tens(world: World, own):
    for _ in range(10):
        world.rate(level="satisfied", comment="", phone=None)
    assert "100.00 % 10 条评价" in words(own.get(PAGE))
    world.rate()
    assert "100.00 % 10 条评价" in words(own.get(PAGE))
