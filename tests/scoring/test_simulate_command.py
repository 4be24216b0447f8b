"""`pingyi simulate`: its formats, and its one clear line when it fails."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pingyi.directory.models import Enrolment
from pingyi.shell.main import main
from tests.casework.world import World, build
from tests.scoring.building import DEFINITIONS

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    made = build()
    for unit in (made.bureau, made.brigade, made.other_unit):
        Enrolment.objects.create(season=made.season, unit=unit, group=unit.group)
    return made


@pytest.fixture
def draft(tmp_path: Path) -> str:
    text = (DEFINITIONS / "wuhan-2023.toml").read_text("utf-8")
    path = tmp_path / "draft.toml"
    path.write_text(text.replace("each = -3", "each = -5"), encoding="utf-8")
    return str(path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["simulate", *arguments])


def test_json_tells_all(world: World, draft: str):
    world.case("verified")
    told = json.loads(run("--season", "2026", "--scheme", draft, "--format", "json").stdout)
    assert (told["scheme"], told["units"], told["moved"]) == ("wuhan-2023", 3, 0)
    assert told["clauses"] == [{"clause": "verified-bad-rating", "units": 1, "difference": "-2.00"}]
    brigade = next(move for move in told["moves"] if move["unit"] == "B1-1")
    assert (brigade["total"], brigade["draft_total"]) == ("97.00", "95.00")
    assert brigade["parts"] == [
        {
            "clause": "verified-bad-rating",
            "points": "-3",
            "draft_points": "-5",
            "difference": "-2.00",
        }
    ]
    assert brigade["causes"] == [
        {"clause": "verified-bad-rating", "difference": "-2.00", "others": 0}
    ]


def test_clauses_without_points_are_named(world: World, tmp_path: Path):
    """The two offices share the first place; the brigade, alone in its group, has no honour."""
    world.case("verified")
    path = tmp_path / "draft.toml"
    text = (DEFINITIONS / "wuhan-2023.toml").read_text("utf-8")
    renamed = text.replace("honours.top_ten", "honours.first_ten")
    path.write_text(renamed.replace('"top_ten"', '"first_ten"'), encoding="utf-8")
    table = run("--season", "2026", "--scheme", str(path)).stdout
    assert "2 of 3 units change place, grade or honour" in table
    assert "clause honours.first_ten: 2 units, no points of their own" in table
    told = json.loads(run("--season", "2026", "--scheme", str(path), "--format", "json").stdout)
    assert {"clause": "honours.first_ten", "units": 2, "difference": None} in told["clauses"]


def test_csv_and_table(world: World, draft: str):
    world.case("verified")
    rows = list(
        csv.DictReader(
            io.StringIO(run("--season", "2026", "--scheme", draft, "--format", "csv").stdout)
        )
    )
    assert {row["unit"]: row["difference"] for row in rows}["B1-1"] == "-2.00"
    table = run("--season", "2026", "--scheme", draft).stdout
    assert "0 of 3 units change place, grade or honour" in table
    assert "clause verified-bad-rating: 1 units, -2.00 % of full marks in all" in table


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--season", "1999", "--scheme", "national"), "no season '1999'; there are 2026"),
        (("--season", "2026", "--scheme", "nothing"), "no scheme is named 'nothing'"),
        (("--season", "2026", "--scheme", "jiangmen-2008"), "has no group 'offices'"),
    ],
)
def test_one_clear_line_when_it_fails(world: World, arguments: tuple[str, ...], said: str):
    failed = run(*arguments)
    assert failed.exit_code == 1
    assert said in failed.stderr
    assert failed.stderr.count("\n") == 1
