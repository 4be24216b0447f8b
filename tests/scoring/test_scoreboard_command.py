"""`pingyi scoreboard`: its formats, and its one clear line when it fails."""

from __future__ import annotations

import csv
import io
import json

import pytest
from click.testing import CliRunner, Result

from pingyi.directory.models import Enrolment
from pingyi.shell.main import main
from tests.casework.world import World, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    made = build()
    for unit in (made.bureau, made.brigade, made.other_unit):
        Enrolment.objects.create(season=made.season, unit=unit, group=unit.group)
    return made


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["scoreboard", *arguments])


def test_json_is_what_score_prints(world: World):
    number = world.case("verified").number
    found = json.loads(run("--season", "2026").stdout)
    assert (found["scheme"], found["season"]) == ("wuhan-2023", "2026")
    brigade = next(one for one in found["results"] if one["unit"] == "B1-1")
    assert brigade["total"] == "97.00"
    assert brigade["lines"] == [
        {"clause": "base", "points": "100"},
        {"clause": "verified-bad-rating", "points": "-3", "count": 1, "refs": [number]},
    ]
    assert set(brigade) == {
        "unit", "group", "total", "rank", "of", "place_from_last", "grade", "honour", "vetoed",
        "lines", "consequences",
    }  # fmt: skip


def test_a_past_moment(world: World):
    verdict = world.case("verified").verdicts.get()
    for moment, total in ((verdict.at, "97.00"), ("2026-05-31", "100.00")):
        at = moment if isinstance(moment, str) else moment.isoformat()
        found = json.loads(run("--season", "2026", "--at", at, "--group", "stations").stdout)
        assert [one["total"] for one in found["results"]] == [total]


def test_csv_has_one_line_a_unit(world: World):
    rows = list(csv.DictReader(io.StringIO(run("--season", "2026", "--format", "csv").stdout)))
    assert [row["unit"] for row in rows] == ["B1", "X1", "B1-1"]
    assert rows[2]["name"] == "洪山区劳动监察大队"
    assert rows[2]["total"] == "100.00"


def test_csv_has_the_interval_beside_the_rate(world: World):
    """One of one satisfied: by Wilson 1 ÷ (1 + z²) = 1 ÷ 4.8415 = 0.2065 to 1; none rated, none."""
    world.rate(level="satisfied", comment="", phone=None)
    text = run("--season", "2026", "--format", "csv").stdout
    ends = {r["unit"]: (r["rate_low"], r["rate_high"]) for r in csv.DictReader(io.StringIO(text))}
    assert ends["B1-1"] == ("0.2065", "1.0000")
    assert set(ends.values()) - {ends["B1-1"]} <= {("", "")}


def test_the_table_names_the_units(world: World):
    shown = run("--season", "2026", "--format", "table").stdout
    assert "洪山区劳动监察大队" in shown
    assert "base 100" in shown


def test_another_scheme(world: World):
    found = json.loads(run("--season", "2026", "--scheme", "wuhan-2018").stdout)
    assert found["scheme"] == "wuhan-2018"
    assert {one["total"] for one in found["results"]} == {None}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--season", "1999"), 1, "no season '1999'; there are 2026"),
        (("--season", "2026", "--group", "x"), 1, "wuhan-2023 has no group 'x'"),
        (("--season", "2026", "--scheme", "nowhere"), 1, "no scheme is named 'nowhere'"),
        (("--season", "2026", "--scheme", "jiangmen-2008"), 1, "has no group"),
        (("--season", "2026", "--at", "noon"), 2, "'noon' is no day or time"),
        (("--season", "2026", "--at", "2026-02-30"), 2, "is no day or time"),
        (("--season", "2026", "--at", ""), 2, "'' is no day or time"),
        (("--season", "2026", "--at", "9999-12-31T23:59:59-12:00"), 2, "is no day or time"),
        (("--season", "2026", "--at", "0001-01-01T00:00:00"), 2, "is no day or time"),
        ((), 2, "Missing option '--season'"),
    ],
)
def test_failures_are_one_clear_line(world: World, arguments, code, said):
    result = run(*arguments)
    assert result.exit_code == code
    assert said in result.stderr
    assert code == 2 or result.stderr.count("\n") == 1
