"""A unit's page: line by line with its clause and cases; and how little the unit itself learns."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pingyi.audit.actions import SYSTEM
from pingyi.people.actions import appoint
from pingyi.people.roles import Role
from tests.casework.world import AT, World
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
    months = page.content.decode().split('id="months"')[1]
    assert '<svg class="trend"' not in months
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


def test_a_case_never_dispatched_leads_the_unit_to_its_verdict(world: World, own):
    rating = world.rate(phone=None)
    from pingyi.casework.states import Kind
    from pingyi.demo.cases import walk

    case = world.case("sorted", rating=rating)
    walk(case, ("check", "verify"), hands=world.hands, at=rating.recorded_at, kind=Kind.CONDUCT)
    shown = words(own.get(PAGE))
    assert case.number in shown
    page = own.get(f"/case/{case.number}/", follow=True)
    assert page.redirect_chain == [(f"/unit/cases/{case.number}/", 302)]
    assert "本案未转办贵单位" in words(page)
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


def _rated(world: World, bad: int, good: int) -> None:
    for _ in range(bad):
        world.rate(phone=None)
    for _ in range(good):
        world.rate(level="satisfied", comment="", phone=None)


def test_how_sure_the_figures_are_stands_beside_the_score(world: World, desk):
    _rated(world, 1, 3)
    shown = words(desk.get(PAGE))
    # Wilson's interval of 3 in 4: 30.1 % to 95.4 %, rounded outwards.
    assert "满意率 75.00% 30.0%–95.5% 评价少 · 少于 30 条，不宜据此比较。" in shown
    assert "实有 0 件 / 4 次办事" in shown
    assert "默认评价 0 · 不计入满意率。" in shown


def test_what_would_change_its_rank_is_computed_by_the_engine(world: World, desk):
    world.case("verified")
    shown = words(desk.get(PAGE))
    assert "少一件查实差评 100.00 +3.00 1 不变" in shown
    assert "多一件查实差评 94.00 −3.00 1 不变" in shown
    assert "多 100 条满意评价 97.00 0 1 不变" in shown
    assert "多一件 每发现一次违反评议纪律扣 10 分。 87.00 −10.00 1 不变" in shown
    assert "少一件 每发现" not in shown


def test_under_a_scheme_of_rates_a_bad_rating_lowers_the_rate(world: World, desk):
    world.season.scheme = "wuhan-2018"
    world.season.save()
    _rated(world, 0, 4)
    assert "多一件查实差评 80.00 −20.00 1 不变" in words(desk.get(PAGE))


def test_its_course_is_told_as_the_facts_stood_and_is_kept(world: World, desk):
    from django.core.cache import cache

    cache.clear()
    world.case("verified")  # in June
    shown = words(desk.get(PAGE))
    assert "2026-05 100.00 1 1" in shown
    assert "2026-06 97.00 1 1" in shown
    assert "现在 97.00 1 1" in shown
    with CaptureQueriesContext(connection) as first:
        desk.get(PAGE)
    cache.clear()
    with CaptureQueriesContext(connection) as anew:
        desk.get(PAGE)
    assert len(first) < len(anew) / 2
    cache.clear()


def test_in_a_large_group_the_course_is_computed_when_asked(world: World, desk, monkeypatch):
    from django.core.cache import cache

    from pingyi.web.observatory import reading

    cache.clear()
    monkeypatch.setattr(reading, "SMALL", 0)
    page = desk.get(PAGE)
    assert "推算各月" in words(page)
    assert "2026-05 100.00 1 1" in words(desk.get(f"{PAGE}?course=yes"))
    assert "推算各月" not in words(desk.get(PAGE))  # known by now
    cache.clear()


def test_the_unit_itself_reads_none_of_it(world: World, own):
    _rated(world, 1, 12)
    shown = words(own.get(PAGE))
    for hidden in ("数字有多可靠", "什么会改变名次", "逐月得分与名次", "每千次"):
        assert hidden not in shown


def test_whoever_serves_it_too_reads_it_as_the_unit_does(world: World):
    both = world.newcomer(Role.CASE_MANAGER)
    path = f"/scoreboard/{world.season.code}/{world.brigade.code}/"
    assert signed_in(both).get(path).context["own"] is False
    appoint(user=both, role=Role.UNIT_ADMIN, unit=world.brigade, by=SYSTEM, at=AT)
    assert signed_in(both).get(path).context["own"] is True
    above = world.newcomer(Role.LEADER)
    appoint(user=above, role=Role.UNIT_ADMIN, unit=world.bureau, by=SYSTEM, at=AT)
    assert signed_in(above).get(path).status_code == 404
