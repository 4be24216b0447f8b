"""Seasons of Jiangmen 2008 and Wuhan 2021 from the database to `pingyi scoreboard`, by hand.

Jiangmen, public facing: platforms 80, superiors 10, clients 10.
  D1: platforms 9 of 10 → 72; superiors 92.5 → 9.25; clients none, so its 10 go 80 : 10 to the
      others: platforms weigh 88.89 (88⁸⁄₉ · 0.9 = 80.00), superiors 11.11 (11¹⁄₉ · 0.925 = 10.28);
      two violations −2, bonus +1.5 → 89.78.
  D2: superiors alone, 100 → 100.00; vetoed: last.
Wuhan, offices: platform 500, hotline 150, board 150, rectification 200.
  D1: platform 19 of 20, rectification 80: 500 and 200 share 1,000: 714.29 · 0.95 = 678.57,
      285.71 · 0.8 = 228.57 → 907.14.
"""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pingyi.people.roles import Role
from pingyi.ratings.models import UnitTally
from pingyi.scoring import board, facts
from pingyi.scoring.queries import revision
from pingyi.shell.main import main
from pingyi.supervision.actions import findings, marks
from pingyi.supervision.actions.marks import Sheet
from pingyi.supervision.models import Finding
from tests.supervision.city import AT, City, city, whole

pytestmark = pytest.mark.django_db
D = Decimal


def rated(town: City, unit, channel: str, **levels: int) -> None:
    """Ratings as the tallies have them; levels by their rank, as `l4=9`."""
    for level, count in levels.items():
        UnitTally.objects.create(
            season=town.season,
            unit=unit,
            channel=channel,
            level=int(level[1:]),
            by_default=False,
            count=count,
        )


def scoreboard(*arguments: str) -> dict[str, dict]:
    result = CliRunner().invoke(
        main, ["scoreboard", "--season", "2026", "--format", "json", *arguments]
    )
    assert result.exit_code == 0, result.output
    return {one["unit"]: one for one in json.loads(result.stdout)["results"]}


def enter(town: City, component: str, **values: str) -> None:
    units = {unit.code: unit for unit in town.units}
    marks.enter_marks(
        season=town.season,
        component=component,
        marks={units[code]: D(value) for code, value in values.items()},
        by=town.person(Role.SCHEME_KEEPER),
        at=AT,
    )


@pytest.fixture
def jiangmen() -> City:
    town = city("jiangmen-2008", "public_facing")
    one, two = town.units
    rated(town, one, "hotline_12345", l4=9, l2=1)
    enter(town, "superiors", D1="92.5", D2="100")
    town.find(one, "monitoring.violation")
    town.find(one, "covert_check.violation")
    town.find(one, "exposure")
    leader = town.person(Role.LEADER)
    bonus = town.find(one, "bonus", points=D("1.5"))
    findings.approve_finding(finding=bonus, by=leader, at=AT)
    findings.approve_finding(finding=town.find(two, "veto"), by=leader, at=AT)
    return town


def test_jiangmen(jiangmen):
    found = scoreboard()
    lines = {line["clause"]: line["points"] for line in found["D1"]["lines"]}
    assert lines == {
        "platforms": "80.00",
        "superiors": "10.28",
        "monitoring-violation": "-1",
        "covert-check-violation": "-1",
        "bonus": "1.50",
    }
    assert (found["D1"]["total"], found["D1"]["rank"]) == ("89.78", 1)
    assert (found["D2"]["total"], found["D2"]["rank"], found["D2"]["vetoed"]) == ("100.00", 2, True)
    refs = {line["clause"]: line.get("refs") for line in found["D1"]["lines"]}
    assert refs["bonus"] == [Finding.objects.get(kind="bonus").ref]


def test_wuhan_2021():
    town = city("wuhan-2021", "offices", units=1)
    rated(town, town.units[0], "qr", l4=19, l2=1)
    enter(town, "rectification", D1="80")
    assert scoreboard()["D1"]["total"] == "907.14"


def test_a_mass_rating_is_a_component_like_any_other():
    town = city("jiangmen-2008", "public_facing", units=1)
    keeper, one = town.person(Role.SCHEME_KEEPER), town.units[0]
    session = marks.open_session(
        season=town.season,
        component="superiors",
        name="年终集中测评",
        held_on=AT.date(),
        by=keeper,
        at=AT,
    )
    sheet = Sheet(one, "residents", whole(very_satisfied=8, dissatisfied=2))
    marks.enter_ballots(session=session, sheets=[sheet], by=keeper, at=AT)
    assert scoreboard()["D1"]["total"] == "88.00"


def test_a_past_moment_recomputes_as_it_was(jiangmen):
    gathered = facts.gather(jiangmen.season, at=AT - timedelta(seconds=1))
    assert (gathered.events, gathered.measured) == ((), ())


def test_the_live_board_moves_with_findings_marks_and_ballots(jiangmen):
    seen = {revision(jiangmen.season)}
    one = jiangmen.units[0]
    first = board.live(jiangmen.season, at=AT)
    made = jiangmen.find(one, "quality.error")
    seen.add(revision(jiangmen.season))
    assert board.live(jiangmen.season, at=AT).row("D1").result.total == D("88.78")
    findings.annul_finding(finding=made, reason="误报", by=jiangmen.person(Role.LEADER), at=AT)
    seen.add(revision(jiangmen.season))
    assert board.live(jiangmen.season, at=AT).row("D1").result == first.row("D1").result
    enter(jiangmen, "superiors", D1="100")
    seen.add(revision(jiangmen.season))
    assert board.live(jiangmen.season, at=AT).row("D1").result.total == D("90.61")
    assert len(seen) == 4


def test_queries_do_not_grow_with_findings_and_marks(jiangmen):
    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            facts.gather(jiangmen.season, at=AT)
        return len(caught)

    few = count()
    for n in range(30):
        jiangmen.find(jiangmen.units[0], "quality.error", what=f"差错 {n}")
        enter(jiangmen, "superiors", D1=str(n))
    assert count() == few <= 9
