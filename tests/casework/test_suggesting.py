"""Suggestions of a kind: by words and by like cases, with their why, and never a decision."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingyi.casework import actions
from pingyi.casework.likeness import kinds_suggested, open_ones_like
from pingyi.casework.states import Kind
from pingyi.casework.suggesting import Past, most_like, suggestions
from pingyi.people.roles import Role
from tests.casework.world import after
from tests.staff import signed_in
from tests.web.reading import words

QUEUE = "接种疫苗排队三个小时，人手不够，疫苗也不够"


def test_words_speak_for_a_kind_and_are_told():
    first, second = suggestions("窗口态度生硬，一直推诿，材料跑了三趟")
    assert (first.kind, first.words, first.like) == (
        Kind.CONDUCT, ("态度", "生硬", "推诿"), (),
    )  # fmt: skip
    assert (second.kind, second.words) == (Kind.PROCESS, ("材料", "跑了"))
    assert suggestions("今天天气很好") == []


def test_like_cases_speak_too_and_weigh_more_than_a_word():
    past = [
        Past("2026-000001", Kind.FACILITY, QUEUE),
        Past("2026-000002", Kind.FACILITY, "疫苗不够，排队三个小时"),
        Past("2026-000003", Kind.POLICY, "社保补贴标准"),
    ]
    first = suggestions("排队三个小时打不上疫苗，疫苗不够", past)[0]
    assert first.kind is Kind.FACILITY
    assert set(first.like) == {"2026-000001", "2026-000002"}


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=6))
def test_any_text_is_borne(text, others):
    past = [Past(str(n), Kind.POLICY, other) for n, other in enumerate(others)]
    assert len(most_like(text, past)) <= 5
    assert all(suggestion.weight for suggestion in suggestions(text, past))


def _sorted(world, comment: str, kind: str):
    case = world.case(rating=world.rate(comment=comment))
    actions.sort_case(case=case, kind=kind, by=world.sorter, at=after(hours=1))
    return case


def test_the_office_learns_from_its_own_sorting_alone(world):
    past = _sorted(world, QUEUE, "facility")
    case = world.case(rating=world.rate(comment="疫苗不够，接种排队三个小时"))
    found = {s.kind: s.like for s in kinds_suggested(case, world.sorter)}
    assert found[Kind.FACILITY] == (past.number,)
    stranger = world.person(Role.SORTER, area=world.elsewhere)
    assert not any(s.like for s in kinds_suggested(case, stranger))


def test_a_lead_under_embargo_teaches_nothing(world):
    case = world.case(rating=world.rate(comment=QUEUE))
    actions.sort_case(
        case=case, kind="conduct", note="线索", lead=True, by=world.sorter, at=after(hours=1)
    )
    other = world.case(rating=world.rate(comment=QUEUE))
    assert not any(s.like for s in kinds_suggested(other, world.sorter))


def test_open_cases_like_it_are_found_to_be_joined(world):
    first, second = (world.case("to_place", rating=world.rate(comment=QUEUE)) for _ in range(2))
    world.case("to_place", rating=world.rate(comment="停车场收费不给票"))
    world.case("closed", rating=world.rate(comment=QUEUE))
    assert open_ones_like(first, world.manager) == [second]
    problem = actions.open_problem(
        title="疫苗", area=world.district, by=world.manager, at=after(days=9)
    )
    actions.join_problem(problem=problem, case=second, by=world.manager, at=after(days=9))
    assert open_ones_like(first, world.manager) == []
    actions.leave_problem(
        problem=problem, case=second, reason="x", by=world.manager, at=after(days=9)
    )
    assert open_ones_like(first, world.manager) == [second]


def test_the_desk_shows_them_and_decides_nothing(world):
    case = world.case(rating=world.rate(comment="窗口态度生硬"))
    desk = signed_in(world.sorter)
    page = desk.get("/office/sorting/")
    assert "作风 因词“态度”“生硬”" in words(page)
    assert "checked" not in page.content.decode()
    taken = desk.get(f"/office/sorting/?case={case.number}&kind=conduct").content.decode()
    assert taken.count(" checked") == 1
    case.refresh_from_db()
    assert case.state == "unsorted"


@pytest.mark.parametrize("count", [10, 60])
def test_comparing_takes_few_queries(world, count, django_assert_num_queries):
    for _ in range(count // 10):
        _sorted(world, QUEUE, "facility")
    case = world.case(rating=world.rate(comment=QUEUE))
    user = world.sorter
    kinds_suggested(case, user)
    with django_assert_num_queries(1):
        kinds_suggested(case, user)
