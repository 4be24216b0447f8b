"""`pingyi import-messages` as its caller sees it: lines and exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pingyi.casework.intake_models import CitizenMessage
from pingyi.casework.models import Case
from pingyi.shell.main import main
from tests.casework.test_messages_import import GOOD, HEAD
from tests.casework.world import build
from tests.directory.files import xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(tmp_path: Path):
    def run_it(content: bytes, *options: str, name: str = "messages.csv"):
        file = tmp_path / name
        file.write_bytes(content)
        options = options or ("--channel", "message_board")
        return CliRunner().invoke(main, ["import-messages", str(file), *options])

    return run_it


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_done_and_again(run, encoding):
    build()
    done = run(GOOD.encode(encoding))
    assert done.exit_code == 0, done.output
    assert done.stdout == "messages: 3 new, 0 known already, 1 opened as cases\n"
    again = run(GOOD.encode(encoding))
    assert again.stdout == "messages: 0 new, 3 known already, 0 opened as cases\n"
    assert (CitizenMessage.objects.count(), Case.objects.count()) == (3, 1)


def test_a_workbook_serves_too(run):
    build()
    rows = [HEAD.strip().split(","), ["1", "A", "s", "2026/5/24 8:00:00", "t", "", "", "", ""]]
    done = run(xlsx({"Sheet1": rows}), name="messages.xlsx")
    assert done.exit_code == 0, done.output


def test_bad_rows_are_lines_past_a_hundred_in_a_file(run):
    build()
    failed = run((HEAD + "".join(f"{n},a,s,never,t,,,,\n" for n in range(130))).encode())
    assert failed.exit_code == 1
    assert failed.stdout == ""
    lines = failed.stderr.splitlines()
    assert len(lines) == 101
    assert lines[0] == "messages, row 2: sent_at: not a time such as 2026/11/21 18:40:00"
    kept = Path(lines[-1].rsplit(" ", 1)[1].rstrip(")"))
    assert len(kept.read_text().splitlines()) == 30
    assert not CitizenMessage.objects.exists()


def test_usage_and_an_empty_city(run):
    assert run(GOOD.encode(), "--channel", "pigeon").exit_code == 2
    assert run(GOOD.encode(), "--all").exit_code == 2
    failed = run(GOOD.encode())
    assert failed.exit_code == 1
    assert "import its directory first" in failed.stderr
