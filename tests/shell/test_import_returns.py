"""`pingyi import-returns` as its caller sees it: lines and exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pingyi.shell.main import main
from pingyi.supervision.models import ChannelReturn, ReturnBatch
from tests.directory.files import xlsx
from tests.supervision.city import city

pytestmark = pytest.mark.django_db
HEAD = "单位,渠道,月份,满意,不满意\n"


@pytest.fixture
def run(tmp_path: Path):
    def run_it(content: bytes, name: str = "returns.csv"):
        file = tmp_path / name
        file.write_bytes(content)
        return CliRunner().invoke(main, ["import-returns", str(file)])

    return run_it


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_done_and_again(run, encoding):
    city("wuhan-2021", "offices")
    content = (HEAD + "D1,sms,2026-04,9,1\nD2,省好差评,2026-04,8,2\n").encode(encoding)
    done = run(content)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "returns: 2 new, 0 replaced, 0 taken back, 0 unchanged\n"
    assert run(content).stdout == "returns: 0 new, 0 replaced, 0 taken back, 2 unchanged\n"
    changed = run((HEAD + "D1,sms,2026-04,8,2\nD2,provincial,2026-04,,\n").encode(encoding))
    assert changed.stdout == "returns: 0 new, 1 replaced, 1 taken back, 0 unchanged\n"
    assert ChannelReturn.objects.count() == 4


def test_a_workbook_serves_too_and_what_is_not_read_is_said(run):
    city("wuhan-2021", "offices")
    rows = [["单位", "渠道", "起始日期", "截止日期", "满意", "备注"]]
    rows.append(["D1", "短信", "2026/4/1", "2026/4/30", 9, "x"])
    done = run(xlsx({"Sheet1": rows}), name="returns.xlsx")
    assert done.exit_code == 0, done.output
    assert "备注" in done.stderr


def test_bad_rows_are_lines_past_a_hundred_in_a_file(run):
    city("wuhan-2021", "offices")
    failed = run((HEAD + "D1,sms,2026-04,9,1\n" + "D1,qr,2026-04,9,1\n" * 130).encode())
    assert (failed.exit_code, failed.stdout) == (1, "")
    lines = failed.stderr.splitlines()
    assert len(lines) == 101
    assert lines[0].startswith("returns, row 3: 渠道: Ratings by QR code are counted here")
    kept = Path(lines[-1].rsplit(" ", 1)[1].rstrip(")"))
    assert len(kept.read_text().splitlines()) == 30
    assert not ReturnBatch.objects.exists()


def test_what_is_no_table(run):
    failed = run(b"%PDF-1.7", name="returns.xlsx")
    assert failed.exit_code == 1
    assert "nothing was imported" in failed.stderr
