"""A city's own folder of schemes: taken at start, or the start is refused in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.core.exceptions import ImproperlyConfigured

from pingyi import rulebook
from pingyi.conf.environment import read, use_schemes
from pingyi.rulebook.reading import DEFINITIONS
from pingyi.shell.main import main
from tests.shell.test_backup import pingyi

OURS = (
    (DEFINITIONS / "wuhan-2023.toml")
    .read_text(encoding="utf-8")
    .replace('name = "wuhan-2023"', 'name = "jiangcheng-2027"')
    .replace("each = -3", "each = -4")
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A city's folder with one scheme in it; nothing of it is left afterwards."""
    found = tmp_path / "schemes"
    found.mkdir()
    (found / "jiangcheng-2027.toml").write_text(OURS, encoding="utf-8")
    monkeypatch.setenv("PINGYI_SCHEMES", str(found))
    yield found
    rulebook.use_folder(None)


def run(*arguments: str):
    return CliRunner().invoke(main, arguments)


def test_its_schemes_stand_beside_the_shipped_ones(folder: Path):
    use_schemes(read({"PINGYI_SCHEMES": str(folder)}).schemes)
    assert rulebook.names() == tuple(sorted((*rulebook.shipped(), "jiangcheng-2027")))
    own = rulebook.scheme("jiangcheng-2027")
    assert own.points["verified-bad-rating"].each == -4
    assert own.clocks, "includes are found among the shipped ones"
    rulebook.use_folder(None)
    with pytest.raises(rulebook.UnknownScheme):
        rulebook.scheme("jiangcheng-2027")


def test_they_are_listed_checked_and_scored_by_name(folder: Path, tmp_path: Path):
    for words in (("schemes",), ("schemes", "list")):
        listed = run(*words)
        assert listed.exit_code == 0, listed.stderr
        rows = {row.split()[0]: row.split()[3] for row in listed.stdout.splitlines()[1:]}
        assert rows["jiangcheng-2027"] == "own"
        assert rows["wuhan-2023"] == "shipped"
    rulebook.use_folder(None)
    checked = run("schemes", "check")
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert checked.stdout.startswith("jiangcheng-2027: no mistakes; jiangcheng-2027, ")
    rulebook.use_folder(None)
    facts = tmp_path / "facts.json"
    facts.write_text('{"season": "2027", "units": [{"code": "U1", "group": "stations"}]}')
    scored = run("score", str(facts), "--scheme", "jiangcheng-2027")
    assert scored.exit_code == 0, scored.stderr
    assert '"scheme": "jiangcheng-2027"' in scored.stdout


def _broken(folder: Path) -> str:
    (folder / "jiangcheng-2027.toml").write_text(
        OURS.replace("each = -4", "eahc = -4").replace('round = "', 'rund = "'), encoding="utf-8"
    )
    line = OURS[: OURS.index("each = -4")].count("\n") + 1
    return f"jiangcheng-2027.toml:{line}: points.verified-bad-rating: unknown key `eahc`"


def _taken(folder: Path) -> str:
    text = (DEFINITIONS / "national.toml").read_text(encoding="utf-8")
    (folder / "national.toml").write_text(text, encoding="utf-8")
    return "`national` is a shipped scheme's name: give it, and the file, another"


def _named_otherwise(folder: Path) -> str:
    (folder / "jiangcheng-2027.toml").rename(folder / "ours.toml")
    return "`jiangcheng-2027` must be the file's own name, ours"


def _not_toml(folder: Path) -> str:
    (folder / "a.toml").write_bytes(b"\xff\xfe")
    return "a.toml:1: file: is not UTF-8 text"


def _a_folder(folder: Path) -> str:
    (folder / "a.toml").mkdir()
    return "a.toml:1: file: cannot be read"


def _gone(folder: Path) -> str:
    (folder / "jiangcheng-2027.toml").unlink()
    folder.rmdir()
    return "there is no such folder"


@pytest.mark.parametrize("spoil", [_broken, _taken, _named_otherwise, _not_toml, _a_folder, _gone])
def test_what_cannot_be_used_stops_the_start_in_plain_words(folder: Path, spoil):
    said = spoil(folder)
    with pytest.raises(ImproperlyConfigured) as refused:
        use_schemes(folder)
    assert said in str(refused.value)
    assert str(refused.value).startswith("PINGYI_SCHEMES: ")
    assert rulebook.names() == rulebook.shipped(), "nothing is taken"
    for words in (("schemes", "list"), ("schemes", "check")):
        failed = run(*words)
        assert failed.exit_code == 1
        assert said in failed.stderr
        assert "Traceback" not in failed.stderr


def test_a_command_that_needs_them_fails_with_one_line(folder: Path, tmp_path: Path):
    said = _broken(folder)
    done = pingyi("doctor", data=tmp_path / "data", PINGYI_SCHEMES=str(folder))
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("Error: PINGYI_SCHEMES: ")
    assert said in line


def test_without_a_folder_a_file_must_be_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PINGYI_SCHEMES", raising=False)
    assert run("schemes", "check").exit_code == 2
