"""Sorting: where a case goes, and what a lead on corruption hides."""

import pytest

from pingyi.audit.queries import events_about
from pingyi.casework.actions import sort_case
from pingyi.casework.models import Case
from pingyi.casework.reasons import Incomplete, NotNow, Overtaken
from pingyi.casework.states import Kind, State
from tests.casework.world import World, after

SOON = after(hours=1)


def clocks(case: Case) -> dict[str, str]:
    return {
        clock.rule: "met" if clock.met_at else "stopped" if clock.stopped_at else "running"
        for clock in case.clocks.all()
    }


@pytest.mark.parametrize(
    ("left", "target"),
    [
        ({"call_back": True}, State.TO_CALL),
        ({"call_back": False}, State.TO_CHECK),
        ({"phone": None}, State.TO_CHECK),
        ({"phone": None, "matter": None}, State.TO_CHECK),
    ],
)
def test_called_back_only_if_she_asked_for_it(world: World, left, target):
    case = world.case(rating=world.rate(**left))
    sort_case(case=case, kind="facility", note="等候区", by=world.sorter, at=SOON)
    case = Case.objects.get()
    assert (case.state, case.kind, case.priority, case.embargoed) == (
        target, "facility", "", False,
    )  # fmt: skip
    assert clocks(case) == {"sort": "met", "call_back": "running", "verify": "running"}
    sorting = case.sorting
    assert (sorting.kind, sorting.note, sorting.lead) == ("facility", "等候区", False)
    assert (sorting.by, sorting.at) == (world.sorter.username, SOON)
    event = events_about(case).last()
    assert event.action == "case.sort"
    assert event.data["facts"] == {"sorting": sorting.pk}
    assert "等候区" not in str(event.data)


def test_a_lead_goes_to_the_districts_inspectors_under_embargo(world: World):
    case = world.case()
    sort_case(case=case, kind=Kind.CONDUCT, note="个人码", lead=True, by=world.sorter, at=SOON)
    case = Case.objects.get()
    assert (case.state, case.priority, case.embargoed) == ("referred", "lead", True)
    referral = case.referrals.get()
    assert (referral.area, referral.reason, referral.embargoed) == (
        world.district, "个人码", True,
    )  # fmt: skip
    assert clocks(case) == {
        "sort": "met", "call_back": "stopped", "verify": "stopped", "referral": "running",
    }  # fmt: skip


def test_a_lead_says_why(world: World):
    case = world.case()
    with pytest.raises(Incomplete) as refused:
        sort_case(case=case, kind="conduct", note=" \n", lead=True, by=world.sorter, at=SOON)
    assert refused.value.reason.field == "note"
    assert Case.objects.get().state == "unsorted"


@pytest.mark.parametrize("kind", ["", "weather"])
def test_a_kind_is_named(world: World, kind):
    with pytest.raises(Incomplete) as refused:
        sort_case(case=world.case(), kind=kind, by=world.sorter, at=SOON)
    assert refused.value.reason.field == "kind"
    assert refused.value.reason.code == "needs"


def test_not_twice(world: World):
    case = world.case("sorted")
    with pytest.raises(NotNow) as refused:
        sort_case(case=case, kind="conduct", by=world.sorter, at=SOON)
    assert not isinstance(refused.value, Overtaken)
    assert str(refused.value) == "案件当前状态不能办理此步"


def test_whoever_looked_too_long_is_told(world: World):
    case = world.case()
    seen_earlier = Case.objects.get()
    sort_case(case=case, kind="conduct", by=world.sorter, at=SOON)
    with pytest.raises(Overtaken):
        sort_case(case=seen_earlier, kind="policy", by=world.manager, at=after(hours=2))
    assert Case.objects.get().kind == "conduct"
    assert events_about(case).count() == 2
