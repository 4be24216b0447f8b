"""Seasons from imported files and entered marks to `pingyi scoreboard`, reckoned by hand.

Jiangmen 2008, public facing: platforms 80, superiors 10, clients 10.
  D1, platforms: 12345 in April 8 of 10, in May 80 of 100; petition office 18 of 20; service centre
      70 of 70, its 500 defaults not counted: 176 of 200 = 0.88 · 80 = 70.40.
      superiors 92.5: 9.25 · clients 45 of 50 = 0.9 · 10 = 9.00
      two violations −2, bonus +1.5: 70.40 + 9.25 + 9.00 − 2 + 1.50 = 88.15.
  D2: nobody rated it through 12345; superiors alone, 100, takes all the weight: 100.00; vetoed,
      so last.
Wuhan 2018, offices: SMS and WeChat 40, board and hotline 20, departments 20, rectification 20.
  D1: QR 19 of 20 and SMS 171 of 180 = 190 of 200 = 0.95 · 40 = 38.00
      board 40 of 50 and hotline 30 of 50 = 0.7 · 20 = 14.00
      departments 85: 17.00 · rectification 90: 18.00 → 87.00.
  D2: SMS 60 of 80, departments 80, nothing else: 40 and 20 share 100 as 66⅔ and 33⅓:
      66⅔ · 0.75 = 50.00, 33⅓ · 0.8 = 26.67 → 76.67.
Wuhan 2021, offices: platform 500, mayor's hotline 150, message board 150, rectification 200.
  D1: QR 19 of 20, SMS 76 of 80, provincial 855 of 900 = 950 of 1,000 = 0.95 · 500 = 475.00
      hotline 90 of 100: 135.00 · board 24 of 25: 144.00 · rectification 80: 160.00 → 914.00.
  D2: provincial alone, 1 of 3, takes all: 1,000 ÷ 3 = 333.33.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingyi.directory.models import ServicePoint
from pingyi.people.roles import Role
from pingyi.scoring import board, facts
from pingyi.scoring.queries import revision
from pingyi.shell.main import main
from pingyi.supervision.actions import findings, marks
from pingyi.supervision.actions.marks import Sheet
from pingyi.supervision.models import Finding
from tests.scoring.test_facts import load, past
from tests.supervision.city import AT, City, city, whole
from tests.supervision.test_returns import enter as return_

pytestmark = pytest.mark.django_db
D = Decimal

JIANGMEN = """单位,渠道,月份,很满意,满意,基本满意,不满意,很不满意,默认评价,来文编号
D1,12345 热线,2026-04,,8,,,2,,江热〔2026〕4号
D1,12345 热线,2026-05,40,30,10,15,5,,江热〔2026〕5号
D1,信访办,2026-05,,18,,2,,,
D1,行政服务中心,2026-05,70,,,,,500,
D1,服务对象,2026-05,45,,,5,,,
D2,12345 热线,2026-05,0,0,0,0,0,0,
"""
WUHAN_2018 = """unit,channel,from,to,satisfied,dissatisfied
D1,sms,2026-04-01,2026-04-30,100,5
D1,sms,2026-05-01,2026-05-31,71,4
D1,message_board,2026-05-01,2026-05-31,40,10
D1,mayor_hotline,2026-05-01,2026-05-31,30,20
D2,sms,2026-05-01,2026-05-31,60,20
"""
WUHAN_2021 = """单位,渠道,月份,满意,基本满意,不满意
D1,短信,2026-05,70,6,4
D1,省好差评,2026-05,855,,45
D1,市长热线,2026-05,80,10,10
D1,留言板,2026-05,24,,1
D2,省好差评,2026-05,1,,2
"""


def rated(unit, good: int, bad: int) -> None:
    """So many ratings by QR code, taken by the program itself."""
    point = ServicePoint.objects.create(unit=unit, name="窗口", kind="window")
    levels = [4] * good + [2] * bad
    load(*(past(point, AT, level) for level in levels))


def imported(folder, text: str) -> str:
    file = folder / "returns.csv"
    file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["import-returns", str(file)])
    assert result.exit_code == 0, result.output
    return result.stdout


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
def jiangmen(tmp_path) -> City:
    town = city("jiangmen-2008", "public_facing")
    one, two = town.units
    imported(tmp_path, JIANGMEN)
    enter(town, "superiors", D1="92.5", D2="100")
    town.find(one, "monitoring.violation")
    town.find(one, "covert_check.violation")
    town.find(one, "exposure")
    leader = town.person(Role.LEADER)
    bonus = town.find(one, "bonus", points=D("1.5"))
    findings.approve_finding(finding=bonus, by=leader, at=AT)
    findings.approve_finding(finding=town.find(two, "veto"), by=leader, at=AT)
    return town


def lines(result: dict) -> dict[str, str]:
    return {line["clause"]: line["points"] for line in result["lines"]}


def test_jiangmen(jiangmen):
    found = scoreboard()
    assert lines(found["D1"]) == {
        "platforms": "70.40",
        "superiors": "9.25",
        "clients": "9.00",
        "monitoring-violation": "-1",
        "covert-check-violation": "-1",
        "bonus": "1.50",
    }
    assert (found["D1"]["total"], found["D1"]["rank"]) == ("88.15", 1)
    assert (found["D2"]["total"], found["D2"]["rank"], found["D2"]["vetoed"]) == ("100.00", 2, True)
    refs = {line["clause"]: line.get("refs") for line in found["D1"]["lines"]}
    assert refs["bonus"] == [Finding.objects.get(kind="bonus").ref]


def test_a_corrected_return_counts_from_then_on(jiangmen, tmp_path):
    """Clients 40 of 50 instead of 45: 8.00 instead of 9.00."""
    between = timezone.now()
    corrected = "单位,渠道,月份,很满意,不满意\nD1,服务对象,2026-05,40,10\n"
    assert imported(tmp_path, corrected) == (
        "returns: 0 new, 1 replaced, 0 taken back, 0 unchanged\n"
    )
    assert scoreboard()["D1"]["total"] == "87.15"
    assert scoreboard("--at", between.isoformat())["D1"]["total"] == "88.15"


def test_wuhan_2018(tmp_path):
    town = city("wuhan-2018", "offices")
    rated(town.units[0], 19, 1)
    imported(tmp_path, WUHAN_2018)
    enter(town, "departments", D1="85", D2="80")
    enter(town, "rectification", D1="90")
    found = scoreboard()
    assert lines(found["D1"]) == {
        "sms_wechat": "38.00",
        "board_hotline": "14.00",
        "departments": "17.00",
        "rectification": "18.00",
    }
    assert found["D1"]["total"] == "87.00"
    assert lines(found["D2"]) == {"sms_wechat": "50.00", "departments": "26.67"}
    assert found["D2"]["total"] == "76.67"


def test_wuhan_2021(tmp_path):
    town = city("wuhan-2021", "offices")
    rated(town.units[0], 19, 1)
    imported(tmp_path, WUHAN_2021)
    enter(town, "rectification", D1="80")
    found = scoreboard()
    assert lines(found["D1"]) == {
        "platform": "475.00",
        "mayor_hotline": "135.00",
        "message_board": "144.00",
        "rectification": "160.00",
    }
    assert (found["D1"]["total"], found["D1"]["rank"]) == ("914.00", 1)
    assert (lines(found["D2"]), found["D2"]["total"]) == ({"platform": "333.33"}, "333.33")


def test_a_bulletin_takes_the_returns_whose_period_ends_in_it():
    """April and May have a return each; what came in May is May's alone."""
    town = city("jiangmen-2008", "public_facing", units=1)
    return_("D1,clients,2026-04,9,,,1,,,,\nD1,clients,2026-05,3,,,,,2,,\n")
    given = {"at": AT, "through": date(2026, 5, 31)}
    (season,) = facts.gather(town.season, **given).satisfaction
    assert (season.very_satisfied, season.dissatisfied, season.default) == (12, 1, 2)
    whole_season = facts.gather(town.season, **given)
    (may,) = facts.of_days(town.season, whole_season, since=date(2026, 5, 1), **given).satisfaction
    assert (may.very_satisfied, may.dissatisfied, may.default) == (3, 0, 2)
    (april,) = facts.gather(town.season, at=AT, through=date(2026, 5, 30)).satisfaction
    assert (april.very_satisfied, april.dissatisfied) == (9, 1)


def test_verified_bad_ratings_of_a_return_are_facts_too():
    town = city("jiangmen-2008", "public_facing", units=1)
    return_("D1,clients,2026-05,9,,,1,2,,3,\n")
    (found,) = facts.gather(town.season, at=AT).satisfaction
    assert found.verified_bad == 3


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
    assert (gathered.events, gathered.measured, gathered.satisfaction) == ((), (), ())


def test_the_live_board_moves_with_findings_marks_and_returns(jiangmen):
    seen = {revision(jiangmen.season)}
    one, now = jiangmen.units[0], timezone.now()
    first = board.live(jiangmen.season, at=now)
    made = jiangmen.find(one, "quality.error")
    seen.add(revision(jiangmen.season))
    assert board.live(jiangmen.season, at=now).row("D1").result.total == D("87.15")
    findings.annul_finding(finding=made, reason="误报", by=jiangmen.person(Role.LEADER), at=AT)
    seen.add(revision(jiangmen.season))
    assert board.live(jiangmen.season, at=now).row("D1").result == first.row("D1").result
    enter(jiangmen, "superiors", D1="100")
    seen.add(revision(jiangmen.season))
    assert board.live(jiangmen.season, at=now).row("D1").result.total == D("88.90")
    return_("D1,clients,2026-06,1,,,,,,,\n", at=AT + timedelta(days=30))
    seen.add(revision(jiangmen.season))
    assert len(seen) == 5


def test_queries_do_not_grow_with_findings_marks_and_returns(jiangmen):
    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            facts.gather(jiangmen.season, at=AT)
        return len(caught)

    few = count()
    for n in range(30):
        jiangmen.find(jiangmen.units[0], "quality.error", what=f"差错 {n}")
        enter(jiangmen, "superiors", D1=str(n))
        day = date(2026, 1, 1) + timedelta(days=n)
        return_(f"D1,media,{day},{day},1\n", head="unit,channel,from,to,satisfied\n")
    assert count() == few <= 10
