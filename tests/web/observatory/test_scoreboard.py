"""The scoreboard: who opens it, what it shows, how it sorts, filters and exports."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pingyi.casework.actions import withdraw_verdict
from pingyi.directory.models import Enrolment, Season, Unit
from pingyi.kernel.tables import read_tables
from pingyi.people.roles import OFFICE, Role
from tests.casework.world import World, after
from tests.staff import signed_in
from tests.web.reading import reader, untranslated, words

BOARD = "/scoreboard/?season=2026"
READERS = OFFICE | {Role.INSPECTOR, Role.LEADER}


def units(page) -> list[str]:
    return re.findall(r'href="/scoreboard/2026/([^/]+)/"', page.content.decode())


@pytest.fixture
def desk(world: World):
    return signed_in(world.person(Role.LEADER, area=world.city))


@pytest.mark.parametrize("role", list(Role))
def test_it_opens_to_the_office_inspectors_and_leaders(world: World, role: Role):
    client = signed_in(world.person(role))
    assert client.get(BOARD).status_code == (200 if role in READERS else 403)


def test_nobody_reads_it_without_signing_in(client, world: World):
    assert client.get(BOARD).status_code == 302


def test_groups_are_tabs_and_only_those_with_units(world: World, desk):
    page = desk.get(BOARD)
    assert units(page) == ["B1", "X1"]
    assert "机关处室" in words(page)
    assert "医疗机构" not in words(page)
    assert units(desk.get(f"{BOARD}&group=stations")) == ["B1-1"]
    assert units(desk.get(f"{BOARD}&group=nonsense")) == ["B1", "X1"]


def test_a_district_sees_its_own_ranked_among_all(world: World):
    page = signed_in(world.manager).get(BOARD)
    assert units(page) == ["B1"]
    assert "1 / 2" in words(page).replace(" / ", "/").replace("/", " / ")


def test_a_verdict_shows_at_once_and_goes_when_withdrawn(world: World, desk):
    stations = f"{BOARD}&group=stations"
    assert "100.00" in words(desk.get(stations))
    case = world.case("verified")
    assert "97.00" in words(desk.get(stations))
    withdraw_verdict(case=case, reason="重新认定", by=world.manager, at=after(days=9))
    assert "100.00" in words(desk.get(stations))


def test_the_rate_stands_with_its_denominator(world: World, desk):
    world.rate()
    for _ in range(3):
        world.rate(level="satisfied", comment="", phone=None)
    assert "75.00% 3 / 4" in words(desk.get(f"{BOARD}&group=stations"))


def test_beside_the_score_stands_how_sure_the_figures_are(world: World, desk):
    world.case("verified")
    for _ in range(4):
        world.rate(level="satisfied", comment="", phone=None)
    shown = words(desk.get(f"{BOARD}&group=stations"))
    assert "80.00% 4 / 5 37.5%–96.4% 评价少" in shown
    assert "每千次办事查实差评" in shown
    assert "得分相同的，依次比较：满意率、评价数，高者在前" in shown
    assert "不计入满意率" in shown
    text = b"".join(desk.get(f"{BOARD}&group=stations&export=csv")).decode("utf-8-sig")
    head, row = csv.reader(io.StringIO(text))
    assert row[head.index("95% 区间")] == "37.5%–96.4%"
    assert row[head.index("评价数")] == "5"
    low, high = map(float, row[head.index("每千次办事查实差评的 95% 区间")].split("–"))
    value = float(row[head.index("每千次办事查实差评")])
    assert low < value < high
    assert 50 < value <= 250  # one in five, hardly drawn anywhere: it is its own group


@pytest.mark.parametrize("key", ["bad", "-bad", "last", "-last", "rate", "-rate"])
def test_it_sorts_by_what_stands_beside(world: World, desk, key):
    world.case("verified")
    assert units(desk.get(f"{BOARD}&group=stations&sort={key}")) == ["B1-1"]
    assert set(units(desk.get(f"{BOARD}&sort={key}"))) == {"B1", "X1"}


def test_a_verdict_moves_at_once_what_stands_beside(world: World, desk):
    world.rate()
    before = words(desk.get(f"{BOARD}&group=stations"))
    world.case("verified")
    assert words(desk.get(f"{BOARD}&group=stations")) != before


def test_sorting_and_filters(world: World, desk):
    assert units(desk.get(f"{BOARD}&sort=-rank")) == ["B1", "X1"]  # equal in everything
    assert units(desk.get(f"{BOARD}&sort=-district")) == ["B1", "X1"]
    assert units(desk.get(f"{BOARD}&sort=district")) == ["X1", "B1"]
    assert units(desk.get(f"{BOARD}&q=民政")) == ["X1"]
    assert units(desk.get(f"{BOARD}&area={world.elsewhere.code}")) == ["X1"]
    assert units(desk.get(f"{BOARD}&honour=bottom_ten")) == []
    assert "没有符合条件的记录" in words(desk.get(f"{BOARD}&q=不存在"))


@pytest.mark.parametrize("query", ["area=0", "honour=best", "page=9", "sort=x", "sort=rate"])
def test_what_makes_no_sense_is_no_error(world: World, desk, query):
    assert desk.get(f"{BOARD}&{query}").status_code == 200


def test_filters_keep_the_season_and_the_group(world: World, desk):
    page = desk.get(f"{BOARD}&group=stations").content.decode()
    assert '<input type="hidden" name="group" value="stations">' in page
    assert '<input type="hidden" name="season" value="2026">' in page
    narrowed = desk.get(f"{BOARD}&group=stations&q=x").content.decode()
    assert 'href="?season=2026&amp;group=stations"' in narrowed


def test_an_unknown_season_is_not_found_and_none_is_explained(world: World, desk):
    assert desk.get("/scoreboard/?season=1999").status_code == 404
    Enrolment.objects.all().delete()
    Season.objects.all().delete()
    for address in ("/scoreboard/", "/city/"):
        assert "还没有评议年度" in words(desk.get(address))


def test_files_hold_what_the_page_shows(world: World, desk, tmp_path):
    world.rate()
    text = b"".join(desk.get(f"{BOARD}&group=stations&export=csv")).decode("utf-8-sig")
    (head, row) = csv.reader(io.StringIO(text))
    assert (head[0], head[3]) == ("名次", "得分")
    assert (row[0], row[1], row[3], row[5]) == ("1", "洪山区劳动监察大队", "100.00", "0.00%")
    book = b"".join(desk.get(f"{BOARD}&group=offices&export=xlsx").streaming_content)
    (tmp_path / "scoreboard.xlsx").write_bytes(book)
    (table,) = read_tables(tmp_path / "scoreboard.xlsx").values()
    assert len(table.rows) == 2


def test_in_english_nothing_is_left_in_chinese(world: World):
    for unit in Unit.objects.all():
        unit.name = f"Unit {unit.code}"
        unit.save()
    for area in (world.city, world.district, world.elsewhere):
        area.name = f"Area {area.code}"
        area.save()
    world.case("verified")
    leader = world.person(Role.LEADER, area=world.city)
    leader.name = "Leader"
    leader.save()
    client = reader(leader, "en")
    for address in (BOARD, f"{BOARD}&group=stations", "/city/?season=2026"):
        assert untranslated(client.get(address)) == []


def _queries(client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"{BOARD}&group=stations").status_code == 200
    return len(captured)


def test_as_many_queries_for_a_thousand_units_as_for_ten(world: World, desk):
    _queries(desk)
    few = _queries(desk)
    rivals = Unit.objects.bulk_create(
        Unit(code=f"N{n:04}", name=f"单位{n}", group="stations", area=world.street)
        for n in range(1000)
    )
    Enrolment.objects.bulk_create(
        Enrolment(season=world.season, unit=unit, group="stations") for unit in rivals
    )
    cold = _queries(desk)
    assert _queries(desk) == few <= 18
    assert cold <= few + 9


def test_the_units_of_one_parent(world: World, desk):
    page = desk.get(f"{BOARD}&group=stations&parent=B1")
    assert units(page) == ["B1-1"]
    assert "洪山区人社局" in words(page)
    assert units(desk.get(f"{BOARD}&group=offices")) == ["B1", "X1"]
    Unit.objects.create(code="B9", name="无下级的局", group="offices", area=world.district)
    assert "无下级的局" not in words(desk.get(f"{BOARD}&group=stations"))
