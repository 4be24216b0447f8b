"""A leader's instruction: told to whoever has the case, read by the office, not by the unit."""

from __future__ import annotations

import pytest

from pingyi.casework.actions import assign_case, instruct
from pingyi.casework.models import Case
from pingyi.casework.reasons import EMBARGO, Incomplete, NotAllowed, NotNow, Refusal
from pingyi.casework.search import matching
from pingyi.casework.timeline import timeline
from pingyi.notices.models import InboxItem
from pingyi.people.roles import Role
from tests.casework.world import World, after
from tests.staff import signed_in
from tests.web.reading import form_ids, words

LATER = after(days=1)


@pytest.fixture
def leader(world: World):
    return world.person(Role.LEADER, area=world.district)


def told(user) -> list[str]:
    return list(InboxItem.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


@pytest.mark.parametrize("end", ["unsorted", "sorted", "with_unit", "referred", "verified"])
def test_it_is_left_on_any_open_case_and_moves_nothing(world: World, leader, end: str):
    case = world.case(end)
    state, due = case.state, list(case.clocks.values_list("rule", "due_at", "met_at"))
    made = instruct(case=case, instruction="三日内当面道歉", by=leader, at=LATER)
    case = Case.objects.get()
    assert (made.case, case.state) == (case, state)
    assert list(case.clocks.values_list("rule", "due_at", "met_at")) == due
    assert any("三日内当面道歉" in entry.detail for entry in timeline(case, "office"))
    assert any("三日内当面道歉" in entry.detail for entry in timeline(case, "inspectors"))
    assert not any("三日内" in entry.detail for entry in timeline(case, "unit"))
    assert not any("批示" in entry.text for entry in timeline(case, "citizen"))
    assert Case.objects.filter(matching("当面道歉")).exists()


def test_whoever_has_the_case_is_told_without_its_words(world: World, leader):
    case = world.case("unreachable")
    instruct(case=case, instruction="查清楚", by=leader, at=LATER)
    assert told(world.manager)[-1] == f"案件 {case.number} 有领导批示，请办理。"
    before = told(world.manager)
    assign_case(case=case, assignee=world.caller, by=world.manager, at=LATER)
    instruct(case=case, instruction="再查", by=leader, at=LATER)
    assert told(world.caller)[-1] == f"案件 {case.number} 有领导批示，请办理。"
    assert told(world.manager) == before


def test_who_may_and_when(world: World, leader):
    case = world.case("unreachable")
    for by in (world.manager, world.inspector, world.unit_admin):
        with pytest.raises(NotAllowed):
            instruct(case=case, instruction="查", by=by, at=LATER)
    elsewhere = world.person(Role.LEADER, area=world.elsewhere)
    with pytest.raises(NotAllowed):
        instruct(case=case, instruction="查", by=elsewhere, at=LATER)
    with pytest.raises(Incomplete) as refused:
        instruct(case=case, instruction=" ", by=leader, at=LATER)
    assert refused.value.reason.field == "instruction"
    with pytest.raises(NotNow):
        instruct(case=world.case("closed"), instruction="查", by=leader, at=LATER)
    with pytest.raises(Refusal) as refused:
        instruct(case=world.case("sealed"), instruction="查", by=leader, at=LATER)
    assert refused.value.reason == EMBARGO


def test_on_the_cases_page(world: World, leader):
    case = world.case("unreachable")
    desk, page = signed_in(leader), f"/office/cases/{case.number}/"
    assert "instruct" in form_ids(desk.get(page))
    assert "instruct" not in form_ids(signed_in(world.manager).get(page))
    refused = desk.post(f"{page}instruct/", {"instruction": ""})
    assert (refused.status_code, "instruct-instruction_error" in refused.content.decode()) == (
        422,
        True,
    )
    done = desk.post(f"{page}instruct/", {"instruction": "当面说清"}, follow=True)
    assert "已批示" in words(done)
    assert "当面说清" in words(done)
