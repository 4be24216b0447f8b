"""The case manager's desk: each figure leads to its cases, and cases go to people."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingyi.casework import actions
from pingyi.casework.models import Case
from pingyi.casework.states import State
from pingyi.people.roles import Role
from tests.casework.world import after
from tests.staff import signed_in
from tests.web.many import many_cases
from tests.web.reading import words

HERE = "/office/workload/"
LIST = "/office/cases/"


@pytest.fixture
def manager(world):
    return signed_in(world.manager)


def listed(client, url: str) -> set[str]:
    return set(re.findall(r"\b20\d\d-\d{6}\b", words(client.get(url))))


def figures(client, url: str) -> list[tuple[int, str]]:
    """Every figure on the page that leads to a list, with the address."""
    page = client.get(url).content.decode()
    found = re.findall(r'<a class="[^"]*" href="(/office/cases/\?[^"]+)">(\d+)</a>', page)
    return [(int(count), unescape(address)) for address, count in found]


def test_each_figure_leads_to_exactly_the_cases_it_counts(world, manager):
    cases = [world.case("to_place"), world.case("with_unit"), world.case("sorted")]
    world.case("closed"), world.case("sealed")
    actions.assign_case(case=cases[0], assignee=world.caller, by=world.manager, at=after(days=1))
    there = f"{HERE}{world.district.code}/"
    assert there in manager.get(HERE).content.decode()
    for page, least in ((HERE, 3), (there, 1)):
        found = figures(manager, page)
        assert len(found) >= least
        for count, address in found:
            assert len(listed(manager, address)) == count, address


def test_it_sorts_filters_and_leaves_as_a_file(world, manager):
    world.case("to_place")
    page = manager.get(f"{HERE}?sort=-open&having=late&q={world.district.name}")
    assert world.district.name in words(page)
    assert "没有符合条件的记录" in words(manager.get(f"{HERE}?q=没有这个区"))
    text = b"".join(manager.get(f"{HERE}?export=csv")).decode("utf-8-sig")
    assert text.splitlines()[0] == "区,未办结,一日内到期,已超期,最早立案,未分派"
    assert text.splitlines()[1].startswith(f"{world.district.name},1,")
    people = b"".join(manager.get(f"{HERE}{world.district.code}/?export=csv")).decode("utf-8-sig")
    assert str(world.manager) in people


def test_who_opens_it_and_what_of(world, manager):
    for role in (Role.CALLER, Role.SORTER, Role.LEADER, Role.INSPECTOR, Role.UNIT_ADMIN):
        assert signed_in(world.person(role)).get(HERE).status_code == 403
    assert manager.get(f"{HERE}{world.elsewhere.code}/").status_code == 404
    assert world.elsewhere.name not in words(manager.get(HERE))
    city = signed_in(world.person(Role.CASE_MANAGER, area=world.city))
    assert world.elsewhere.name in words(city.get(HERE))


def test_given_from_the_cases_page_and_first_on_their_desk(world, manager):
    other, case = world.case("sorted"), world.case("sorted")
    page = f"{LIST}{case.number}/"
    assert "分派" in words(manager.get(page))
    sent = {"assignee": world.caller.pk, "reason": ""}
    assert manager.post(f"{page}assign/", sent).status_code == 302
    shown = words(manager.get(page))
    assert f"承办人：{world.caller}" in shown
    caller = signed_in(world.caller)
    desk = words(caller.get("/office/calls/"))
    assert desk.index(case.number) < desk.index(other.number)
    assert "我的" in desk
    start = words(caller.get("/desk/"))
    assert "我的案件" in start
    assert "共 2 件" in start, "what waits is counted once"
    assert listed(caller, f"{LIST}?state=open&assignee=mine&sort=due") == {case.number}
    wrong = manager.post(f"{page}assign/", {"assignee": world.inspector.pk})
    assert wrong.status_code == 422


def test_several_at_once(world, manager):
    cases = [world.case("to_place"), world.case("sorted"), world.case("closed")]
    ticked = {"case": [case.number for case in cases], "deed": "assign"}
    for nobody in ("", "abc", "9" * 40, str(world.inspector.pk)):
        done = manager.post(f"{LIST}bulk/", {**ticked, "assignee": nobody}, follow=True)
        assert "请选择承办人。" in words(done)
    done = manager.post(f"{LIST}bulk/", {**ticked, "assignee": world.caller.pk}, follow=True)
    assert "已办 2 件。" in words(done)
    assert f"{cases[2].number} 未办" in words(done)
    assert Case.objects.filter(assignee=world.caller).count() == 2


def test_all_of_somebodys_go_to_another(world, manager):
    cases = [world.case("to_place") for _ in range(3)]
    second = world.newcomer(Role.CASE_MANAGER)
    for case in cases[:2]:
        actions.assign_case(case=case, assignee=world.caller, by=world.manager, at=after(days=1))
    there = f"{HERE}{world.district.code}/"
    same = {"giver": world.caller.pk, "assignee": world.caller.pk, "reason": "外出"}
    wrong = manager.post(f"{there}hand-over/", same)
    assert wrong.status_code == 422
    assert "须转交给另一人。" in words(wrong)
    assert "外出" in wrong.content.decode()
    done = manager.post(f"{there}hand-over/", same | {"assignee": second.pk}, follow=True)
    assert "已办 2 件。" in words(done)
    assert set(Case.objects.filter(assignee=second)) == set(cases[:2])
    assert "外出" in words(manager.get(f"{LIST}{cases[0].number}/"))


def test_queries_do_not_grow_with_cases(world, manager):
    there = f"{HERE}{world.district.code}/"

    def count(path: str) -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as caught:
            assert b"".join(manager.get(path))
        return len(caught)

    def some(number: int) -> None:
        pks = [case.pk for case in many_cases(world, State.TO_PLACE, number, at=timezone.now())]
        people = [world.person(Role.CALLER, nth=f"-{n}") for n in range(number // 100 or 1)]
        for n, person in enumerate(people):
            Case.objects.filter(pk__in=pks[n :: len(people) + 1]).update(assignee=person)

    some(10)
    pages = (HERE, there, f"{HERE}?export=csv", f"{LIST}?assignee=mine", f"{LIST}?assignee=none")
    count(HERE)  # the first request looks up the session and the menu's counts
    few = {path: count(path) for path in pages}
    some(990)
    assert {path: count(path) for path in pages} == few
