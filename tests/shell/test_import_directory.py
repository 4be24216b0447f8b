"""`pingyi import-directory` as its caller sees it: lines, exit codes, the file of links."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.utils import timezone

from pingyi.directory.models import Area, ServicePoint, Unit
from pingyi.people import links
from pingyi.people.models import User
from pingyi.shell.main import main
from tests.directory.files import CITY, IN_CHINESE, city, xlsx, zipped

pytestmark = pytest.mark.django_db

STAFF = [
    ["login", "name", "role", "area", "unit", "phone"],
    ["wang", "王", "sorter", "420100", "", "13812341234"],
    ["li", "李", "unit_admin", "", "S1", ""],
]


@pytest.fixture
def run(tmp_path: Path):
    def run_it(content: bytes, *options: str, name: str = "directory.xlsx"):
        file = tmp_path / name
        file.write_bytes(content)
        return CliRunner().invoke(main, ["import-directory", str(file), *options])

    return run_it


@pytest.mark.parametrize(
    ("content", "name"), [(xlsx(CITY), "d.xlsx"), (zipped(IN_CHINESE), "目录.zip")]
)
def test_done_and_again(run, content, name):
    done = run(content, name=name)
    assert done.exit_code == 0, done.output
    assert "units: 2 new, 0 changed, 0 unchanged" in done.stdout
    assert "next: open a season, at /office/directory/seasons/" in done.stdout
    again = run(content, name=name)
    assert again.exit_code == 0
    assert "nothing to change" in again.stdout
    assert "points: 0 new, 0 changed, 3 unchanged" in again.stdout


def test_every_bad_row_is_a_line_and_then_one_failure(run):
    bad = [*CITY["points"], ["NO", "x", "window", "", ""], ["B1", "y", "balcony", "", ""]]
    failed = run(xlsx(city(points=bad)))
    assert failed.exit_code == 1
    assert failed.stdout == ""
    first, second, last = failed.stderr.splitlines()
    assert first.startswith("points")
    assert "5" in first
    assert "unit" in first
    assert "balcony" in second
    assert last == "Error: nothing was imported: 2 bad rows in directory.xlsx"
    assert not Area.objects.exists()


def test_past_a_hundred_the_rest_is_in_a_file_it_names(run):
    bad = [["NO", f"窗口{n}", "window", "", ""] for n in range(130)]
    failed = run(xlsx(city(points=[*CITY["points"], *bad])))
    assert failed.exit_code == 1
    *lines, last = failed.stderr.splitlines()
    assert len(lines) == 100
    assert "130 bad rows" in last
    assert "30 more in" in last
    rest = Path(last.split(" more in ")[1].removesuffix(")"))
    assert len(rest.read_text().splitlines()) == 30
    assert "134" in rest.read_text().splitlines()[-1]
    rest.unlink()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing", xlsx({"x": [["a"]]})])
def test_a_file_that_is_none(run, content):
    failed = run(content)
    assert failed.exit_code == 1
    assert failed.stderr.splitlines()[-1].startswith("Error: nothing was imported")


def test_usage():
    assert CliRunner().invoke(main, ["import-directory"]).exit_code == 2


def test_accounts_and_their_links(run, tmp_path):
    file = tmp_path / "links.csv"
    done = run(xlsx({**CITY, "accounts": STAFF}), "--links", str(file))
    assert done.exit_code == 0, done.output
    assert "accounts: 2 new, 0 changed, 2 appointed, 0 appointed already" in done.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["login"] for row in rows] == ["wang", "li"]
    for row in rows:
        assert row["link"].startswith(settings.PINGYI.public_url)
        assert row["link"] not in done.output
        token = row["link"].rstrip("/").rpartition("/")[2]
        assert links.find(token, at=timezone.now()).user.username == row["login"]
    again = run(xlsx({**CITY, "accounts": STAFF}), "--links", str(file))
    assert "nothing to change" in again.stdout


def test_links_that_cannot_be_written_import_nothing(run, tmp_path):
    taken = tmp_path / "taken.csv"
    taken.write_text("somebody's")
    failed = run(xlsx({**CITY, "accounts": STAFF}), "--links", str(taken))
    assert failed.exit_code == 1
    assert "nothing was imported" in failed.stderr
    assert taken.read_text() == "somebody's"
    assert not User.objects.exists()
    assert not Unit.objects.exists()


def test_a_bad_account_stops_the_whole_file(run):
    failed = run(xlsx({**CITY, "accounts": [*STAFF, ["x", "", "emperor", "420100", "", ""]]}))
    assert failed.exit_code == 1
    assert failed.stderr.startswith("accounts")
    assert not ServicePoint.objects.exists()


def test_what_is_not_read_is_said(run):
    points = [[*CITY["points"][0], "adress"], [*CITY["points"][1], "typo"]]
    done = run(xlsx({**city(points=points), "说明": [["一些说明"]]}))
    assert done.exit_code == 0
    assert "adress" in done.stderr
    assert "说明" in done.stderr
