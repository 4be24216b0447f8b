"""`pingyi score` and `pingyi schemes`, as a script sees them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pingyi import rulebook
from pingyi.shell.columns import aligned
from pingyi.shell.main import main
from tests.scoring.building import DEFINITIONS, text
from tests.scoring.test_engine import EXAMPLE


def pingyi(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, list(words), input=stdin)


def failed(result: Result) -> str:
    """The one line of a failure."""
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr.removesuffix("\n")


@pytest.fixture
def example(tmp_path: Path) -> str:
    path = tmp_path / "FACTS.json"
    path.write_text(json.dumps(EXAMPLE), encoding="utf-8")
    return str(path)


def test_score_as_json(example: str) -> None:
    result = pingyi("score", example, "--scheme", "wuhan-2023")
    assert (result.exit_code, result.stderr) == (0, "")
    shown = json.loads(result.stdout)
    assert shown["scheme"] == "wuhan-2023"
    assert [(one["unit"], one["total"]) for one in shown["results"]] == [("U1", "84.00")]


def test_score_from_standard_input_and_a_scheme_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text(), encoding="utf-8")
    facts = EXAMPLE | {"units": [{"code": "U1", "group": "g"}]}
    result = pingyi("score", "-", "--scheme", str(path), stdin=json.dumps(facts))
    assert result.exit_code == 0
    assert json.loads(result.stdout)["results"][0]["lines"] == [
        {"clause": "qr", "points": "98.00", "count": 1000}
    ]


def test_score_as_a_table(tmp_path: Path) -> None:
    path = tmp_path / "FACTS.json"
    units = [
        {"code": "U1", "name": "劳动监察大队", "group": "stations"},
        {"code": "U22", "name": "Post", "group": "stations"},
        {"code": "U3", "group": "stations"},
    ]
    path.write_text(json.dumps(EXAMPLE | {"units": units}), encoding="utf-8")
    result = pingyi("score", str(path), "--scheme", "wuhan-2023", "--format", "table")
    assert result.stdout.splitlines()[-1] == (
        "stations     3   3  U1    劳动监察大队   84.00         bottom_ten  "
        "base 100, verified-bad-rating -6, breach -10  "
        "named, head_accountable, parent_loses_points, dismissal_recommended, parent_examined"
    )
    unranked = json.dumps({"season": "2018", "units": [{"code": "A", "group": "offices"}]})
    table = pingyi("score", "-", "--scheme", "wuhan-2018", "--format", "table", stdin=unranked)
    assert table.stdout.splitlines()[1].split() == ["offices", "–", "0", "A", "–"]


def test_hanzi_take_two_cells() -> None:
    assert aligned([("评议", "1"), ("ab", "22")], right={1}) == "评议   1\nab    22"
    assert aligned([("两\n行", "x")]) == "两 行  x"


def test_what_is_wrong_is_one_line_on_stderr(example: str, tmp_path: Path) -> None:
    said = failed(pingyi("score", example, "--scheme", "nowhere"))
    assert said.startswith("Error: no scheme is named 'nowhere'; there are jiangmen-2008, national")
    said = failed(pingyi("score", str(tmp_path / "gone.json"), "--scheme", "national"))
    assert said.endswith("gone.json: No such file or directory")
    said = failed(pingyi("score", example, "--scheme", "jiangmen-2008"))
    assert said.startswith("Error: units[0].group: jiangmen-2008 has no group 'stations'")
    said = failed(pingyi("score", "-", "--scheme", "national", stdin='{"season": 1}'))
    assert said == "Error: units: is missing"
    bad = tmp_path / "bad.toml"
    bad.write_text("x = 1\n", encoding="utf-8")
    said = failed(pingyi("score", example, "--scheme", str(bad)))
    assert said.startswith(f"Error: {bad}:1: ")
    assert said.endswith(f"more: pingyi schemes check {bad})")
    said = failed(pingyi("score", example, "--scheme", str(tmp_path / "gone.toml")))
    assert "cannot be read" in said
    assert "more:" not in said


@pytest.mark.parametrize("words", [["score"], ["score", "x.json"], ["schemes", "check"]])
def test_wrong_usage(words: list[str]) -> None:
    assert pingyi(*words).exit_code == 2


def test_schemes_are_listed() -> None:
    result = pingyi("schemes")
    assert result.exit_code == 0
    rows = result.stdout.splitlines()
    assert [row.split()[0] for row in rows[1:]] == list(rulebook.names())
    assert rulebook.scheme("wuhan-2023").digest[:12] in result.stdout


@pytest.mark.parametrize("name", rulebook.names())
def test_the_shipped_schemes_pass_their_check(name: str) -> None:
    path = str(DEFINITIONS / f"{name}.toml")
    result = pingyi("schemes", "check", path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{path}: no mistakes; {name}, ")


def test_a_schemes_mistakes_are_each_a_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    made = text(("weight = 60", "wieght = 60"), ("keys = []", 'keys = ["luck"]'))
    path.write_text(made, encoding="utf-8")
    lines = made.splitlines()
    result = pingyi("schemes", "check", str(path))
    assert (result.exit_code, result.stdout) == (1, "")
    first, second = result.stderr.splitlines()
    assert first.startswith(f"{path}:{lines.index('wieght = 60') + 1}: components.qr: unknown key")
    assert second.startswith(f"{path}:{len(lines)}: ties: `keys[0]` `luck` is not a word known")
