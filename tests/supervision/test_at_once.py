"""Two people at the same list or answer at once: both find room, or one is told."""

from __future__ import annotations

import pytest

from pingyi.audit.actions import SYSTEM
from pingyi.casework.models import UnitAnswer
from pingyi.casework.reasons import Refusal
from pingyi.directory.problems import DirectoryErrors
from pingyi.supervision.actions import improvements, rectification, returns
from pingyi.supervision.models import ChannelReturn, Improvement
from tests.casework.test_concurrency import at_once
from tests.casework.world import AT, World, build
from tests.supervision.city import city
from tests.supervision.test_returns import DAYS, HEAD, enter, read

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db) -> World:
    return build()


def test_items_added_at_once_get_numbers_of_their_own(world: World):
    manager = world.manager
    made = rectification.open_list(title="大队整改", unit=world.brigade, by=manager, at=AT)
    given = {"problem": "无人值守", "measure": "排班", "owner": "大队长", "days": 5}
    results = at_once(
        *(lambda: rectification.add_item(of=made, by=manager, at=AT, **given) for _ in range(3))
    )
    assert not [one for one in results if isinstance(one, Exception)], results
    assert sorted(item.number for item in results) == [1, 2, 3]


def test_an_answers_change_recorded_at_once_is_recorded_once(world: World):
    world.case("to_decide")
    answer, manager = UnitAnswer.objects.select_related("case").get(), world.manager
    results = at_once(
        *(
            lambda: improvements.record_improvement(
                kind="rule_made",
                title="值班制度",
                what="不再空岗",
                unit=world.brigade,
                on=AT.date(),
                answer=answer,
                by=manager,
                at=AT,
            )
            for _ in range(2)
        )
    )
    assert sum(isinstance(one, Refusal) for one in results) == 1, results
    assert Improvement.objects.count() == 1


def test_returns_of_overlapping_periods_entered_at_once_are_entered_once(transactional_db):
    city("jiangmen-2008", "public_facing")
    month = read("D1,clients,2026-05,1,,,,,,,\n", head=HEAD)
    days = read("D1,clients,2026-05-20,2026-05-31,1\n", head=DAYS)
    results = at_once(
        *(
            lambda rows=rows: returns.enter_returns(rows=rows, source="f", by=SYSTEM, at=AT)
            for rows in (month, days)
        )
    )
    assert sum(isinstance(one, DirectoryErrors) for one in results) == 1, results
    assert ChannelReturn.objects.count() == 1


def test_a_return_entered_twice_at_once_is_one(transactional_db):
    city("jiangmen-2008", "public_facing")
    rows = "D1,clients,2026-05,1,,,,,,,\n"
    results = at_once(*(lambda: enter(rows) for _ in range(2)))
    assert sorted(one["new"] for one in results) == [0, 1]
    assert ChannelReturn.objects.count() == 1
