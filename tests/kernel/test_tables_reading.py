"""Tables are read as people meant them, and a hostile file is refused in clear words."""

import contextlib
import io
import itertools
import subprocess
import zipfile
from dataclasses import replace
from datetime import date, datetime, time

import openpyxl
import openpyxl.chart
import pytest

from pingyi.kernel.tables import LIMITS, TableErrors, read_tables, sandbox, workbook
from tests.kernel.workbooks import archive, sheet_xml, text_cell, with_lying_sizes
from tests.kernel.workbooks import workbook as built

SMALL = replace(LIMITS, memory_bytes=2**30, seconds=30)
ROWS = {1: [text_cell("A1", "编码"), text_cell("B1", "名称")], 3: [text_cell("A3", " C1 ")]}
BOTH = pytest.mark.parametrize("reader", ["_with_calamine", "_with_openpyxl"])


def refusal(source, limits=SMALL, filename="upload.xlsx"):
    with pytest.raises(TableErrors) as caught:
        read_tables(source, filename=filename, limits=limits)
    (error,) = caught.value.errors
    return str(error)


def saved(fill):
    file = openpyxl.Workbook()
    fill(file.active)
    buffer = io.BytesIO()
    file.save(buffer)
    return buffer.getvalue()


@BOTH
def test_cells_become_the_text_a_person_sees(monkeypatch, reader):
    def fill(sheet):
        moment = datetime(2026, 11, 21, 18, 40)  # noqa: DTZ001  spreadsheets know no zones
        text = " \u3000e\u0301\u00a0\ufeff"
        sheet.append(["数", "日", "时", "刻", "是", "文"])
        sheet.append([420100.0, date(2026, 11, 21), moment, time(8, 30), True, text])
        sheet.append([0.1, None, "", 12345678901, False, "'=1"])

    other = {"_with_calamine": "_with_openpyxl", "_with_openpyxl": "_with_calamine"}[reader]
    monkeypatch.setattr(workbook, other, lambda content: 1 / 0)
    ((name, lines),) = workbook.sheets(saved(fill), LIMITS)
    assert name == "Sheet"
    assert lines[0] == ["数", "日", "时", "刻", "是", "文"]
    assert lines[1] == ["420100", "2026-11-21", "2026-11-21 18:40:00", "08:30:00", "TRUE", "é"]
    assert lines[2] == ["0.1", "", "", "12345678901", "FALSE", "'=1"]


def test_sheets_rows_and_their_numbers():
    table = read_tables(built(sheet_xml(ROWS)), filename="x.xlsx")["单位"]
    assert table.header == ["编码", "名称"]
    assert table.rows == [(3, {"编码": "C1", "名称": ""})]


def test_a_path_is_read_too(tmp_path):
    path = tmp_path / "单位.xlsx"
    path.write_bytes(built(sheet_xml(ROWS)))
    assert read_tables(path) == read_tables(str(path)) == read_tables(path.read_bytes())
    with pytest.raises(FileNotFoundError):
        read_tables(tmp_path / "missing.xlsx")


@BOTH
def test_formulas_give_their_last_value_and_are_never_calculated(monkeypatch, reader):
    monkeypatch.setattr(workbook, "_with_calamine", getattr(workbook, reader))
    formula = '<c r="A2"><f>1+1</f><v>7</v></c>'
    hostile = '<c r="B2"><f>HYPERLINK("http://example.test","x")</f></c>'
    sheet = sheet_xml(ROWS | {2: [formula, hostile]})
    ((_, lines),) = workbook.sheets(built(sheet), LIMITS)
    assert lines[1][0] == "7"
    assert "".join(lines[1][1:]) == ""


def test_chart_sheets_are_passed_over():
    def fill(sheet):
        sheet.append(["x"])
        sheet.parent.create_chartsheet("图").add_chart(openpyxl.chart.BarChart())

    assert workbook.sheets(saved(fill), LIMITS) == [("Sheet", [["x"]])]


def test_macros_are_not_looked_at():
    content = built(sheet_xml(ROWS), more={"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 macro"})
    assert read_tables(content, filename="x.xlsm")["单位"].rows[0].values["编码"] == "C1"


@pytest.mark.parametrize("dimension", ["A1:XFD1048576", "A1:J1048576", "A1", "A1:A1", "B2:C3"])
def test_a_wrong_dimension_does_no_harm(dimension):
    table = read_tables(built(sheet_xml(ROWS, dimension)), filename="wps.xlsx", limits=SMALL)[
        "单位"
    ]
    assert table.rows == [(3, {"编码": "C1", "名称": ""})]


@pytest.mark.parametrize("dimension", ["A1:XFD1048576", "A1:B3", ""])
def test_one_cell_far_out_cannot_ask_for_a_giant_table(dimension):
    rows = ROWS | {1048576: [text_cell("XFD1048576", "x")]}
    answer = refusal(built(sheet_xml(rows, dimension)))
    assert "column XFD" in answer or "too large" in answer


def test_a_stray_cell_to_the_right_is_named():
    rows = ROWS | {2: [text_cell("ZZ2", "x")]}
    assert "单位 reaches to column ZZ" in refusal(built(sheet_xml(rows)))
    with pytest.raises(workbook.Refused, match="reaches_out"):
        workbook.sheets(built(sheet_xml(rows)), LIMITS)


def test_too_many_cells_are_refused():
    rows = {n: [text_cell(f"A{n}", "x")] for n in range(1, 102)}
    assert "too much" in refusal(built(sheet_xml(rows)), replace(SMALL, cells=100))
    assert read_tables(built(sheet_xml(rows)), limits=replace(SMALL, cells=101))


def test_one_long_text_repeated_is_refused():
    cells = {n: [f'<c r="A{n}" t="s"><v>0</v></c>'] for n in range(1, 101)}
    content = built(sheet_xml(cells), shared="长" * 1000)
    assert "too much" in refusal(content, replace(SMALL, characters=99_999))
    assert len(read_tables(content, limits=replace(SMALL, characters=100_000))["单位"].rows) == 99


def test_a_bomb_is_refused_by_its_declared_size():
    content = built(sheet_xml(ROWS), more={"xl/media/zeros.bin": bytes(30 * 2**20)})
    assert len(content) < 2**16
    assert "unpacked" in refusal(content, replace(SMALL, inflated_bytes=20 * 2**20))


def test_a_bomb_that_lies_about_its_size_dies_alone():
    blank = " " * (64 * 2**20)
    content = built(sheet_xml(ROWS).replace("<sheetData>", f"{blank}<sheetData>"))
    lying = with_lying_sizes(content, "xl/worksheets/sheet1.xml", 1000)
    assert "broken" in refusal(lying, replace(SMALL, memory_bytes=250 * 2**20))


def test_memory_is_limited():
    rows = {1: [text_cell("A1", "长" * 20_000_000)]}
    answer = refusal(built(sheet_xml(rows)), replace(SMALL, memory_bytes=250 * 2**20))
    assert "too large" in answer


def test_entities_are_not_blown_up():
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE worksheet [<!ENTITY e0 "boom">{levels}]>'
    content = built(sheet_xml({1: [text_cell("A1", "&e9;")]}, doctype=doctype))
    try:
        table = read_tables(content, limits=SMALL)["单位"]
    except TableErrors:
        return
    assert sum(map(len, table.header)) < 100


def test_time_is_limited():
    answer = refusal(built(sheet_xml(ROWS)), replace(SMALL, seconds=0.001))
    assert "within 0.001 seconds" in answer


def test_a_reader_that_dies_takes_nobody_along(monkeypatch):
    monkeypatch.setattr(sandbox.sys, "executable", "/bin/false")
    assert refusal(built(sheet_xml(ROWS))).endswith("too large when unpacked, or broken")


def test_the_child_knows_none_of_our_secrets(monkeypatch):
    monkeypatch.setenv("PINGYI_SECRET", "x")
    seen = {}
    true_run = subprocess.run

    def run(*args, **options):
        seen.update(options["env"])
        return true_run(*args, **options)

    monkeypatch.setattr(sandbox.subprocess, "run", run)
    read_tables(built(sheet_xml(ROWS)))
    assert list(seen) == ["PYTHONPATH"]


def test_a_packed_folder_is_as_good_as_its_files():
    packed = archive({"目录/": "", "目录/units.csv": "code\n1", "目录/points.csv": "unit\n1"})
    assert list(read_tables(packed)) == ["units", "points"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"PK\x03\x04 not really", "broken"),
        (built(sheet_xml(ROWS))[:-200], "broken"),
        (built("no xml at all <"), "broken"),
        (archive({"[Content_Types].xml": "<Types/>"}), "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as .xlsx"),
        (archive({}), "without files"),
        (archive({"a/b.csv": "x", "c.csv": "x"}), "a/b.csv: only .csv files are read, all in one"),
        (archive({"a/b/c.csv": "x"}), "all in one folder"),
        (archive({"a\\b.csv": "x"}), "all in one folder"),
        (archive({"../b.csv": "x"}), "all in one folder"),
        (archive({"a/": ""}), "without files"),
        (archive({"units.exe": "x"}), "only .csv"),
        (archive({f"{n}.csv": "x" for n in range(1001)}), "more than 1000 files"),
        (archive({"a.csv": "x\n1"})[:-30], "broken"),
        (b"\xff\xff\xff", "not text"),
    ],
    # An archive tells the second it was made in: two workers would name their tests apart.
    ids=itertools.count(),
)
def test_a_broken_or_unborne_file_is_refused_in_words(content, complaint):
    assert complaint in refusal(content)


def test_a_damaged_byte_never_escapes_as_another_error():
    content = archive({"units.csv": "code,name\n" + "C1,社保局\n" * 50})
    for place in range(0, len(content), 3):
        damaged = content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]
        with contextlib.suppress(TableErrors):
            read_tables(damaged, filename="units.zip")


def test_a_file_too_large_is_not_even_opened(tmp_path):
    path = tmp_path / "big.csv"
    path.write_bytes(b"x" * 2**21)
    limits = replace(LIMITS, file_bytes=2**20)
    assert refusal(path, limits, filename="") == "big.csv: larger than 1 MB"
    assert refusal(path.read_bytes(), limits, "big.csv") == "big.csv: larger than 1 MB"


def test_an_archive_of_csv_files():
    units = "编码,名称\nC1,社保局\n"
    content = archive({"units.csv": units, "__MACOSX/._units.csv": b"\x00", ".DS_Store": b"\x00"})
    tables = read_tables(content, filename="directory.zip")
    assert list(tables) == ["units"]
    assert tables["units"].rows == [(2, {"编码": "C1", "名称": "社保局"})]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_file_names_as_written_in_china_without_a_mark(encoding):
    name = "单位.csv".encode(encoding)
    placeholder = "x" * len(name)
    content = archive({placeholder: "编码\nC1\n"}).replace(placeholder.encode(), name)
    assert list(read_tables(content)) == ["单位"]


def test_a_file_name_in_no_known_encoding_is_refused_in_words():
    assert "all in one folder" in refusal(archive({"xxxx": "x"}).replace(b"xxxx", b"\xff\xff/x"))


def test_an_unusual_packing_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as file:
        file.writestr("a.csv", "x\n1\n")
    assert "unusual way" in refusal(buffer.getvalue())


def test_an_archive_that_lies_about_a_csv_file():
    content = archive({"units.csv": "a\n" + "1\n" * 100_000})
    assert "broken" in refusal(with_lying_sizes(content, "units.csv", 100))


def test_archives_with_a_password_or_a_name_twice():
    content = bytearray(archive({"a.csv": "x\n1\n"}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert "password" in refusal(bytes(content))
    twice = archive({"a.csv": "x\n1\n", "b.csv": "x\n1\n"}).replace(b"b.csv", b"a.csv")
    assert "same name" in refusal(twice)


def test_limits_are_what_is_still_borne():
    content = archive({"a.csv": "x\n1\n", "b.csv": "x\n1\n"})
    exact = replace(LIMITS, members=2, inflated_bytes=8, file_bytes=len(content))
    assert len(read_tables(content, limits=exact)) == 2
    assert "1 files" in refusal(content, replace(exact, members=1))
    assert "unpacked" in refusal(content, replace(exact, inflated_bytes=7))
    assert "larger than" in refusal(content, replace(exact, file_bytes=len(content) - 1))


def test_what_all_files_of_an_archive_hold_together_is_limited():
    content = archive({f"{n}.csv": "x\n" * 1000 for n in range(3)})
    assert "unpacked" in refusal(content, replace(LIMITS, inflated_bytes=5000))


def test_the_childs_answer(monkeypatch):
    set_limits = {}
    monkeypatch.setattr(workbook.resource, "setrlimit", set_limits.__setitem__)
    content = built(sheet_xml(ROWS))
    assert workbook.main(content, LIMITS)["sheets"][0][0] == "单位"
    assert set_limits[workbook.resource.RLIMIT_AS] == (LIMITS.memory_bytes,) * 2
    assert workbook.main(content, replace(LIMITS, cells=1)) == {
        "refused": "holds_too_much",
        "values": {"sheet": "单位"},
    }
    assert workbook.main(built("<"), LIMITS) == {"refused": "no_workbook", "values": {}}

    def exhausted(content):
        raise MemoryError

    monkeypatch.setattr(workbook, "_with_calamine", exhausted)
    assert workbook.main(content, LIMITS) == {"refused": "too_large_unpacked", "values": {}}


def test_an_enormous_declared_sheet_is_read_row_by_row(monkeypatch):
    monkeypatch.setattr(workbook, "_with_calamine", lambda content: pytest.fail("laid out whole"))
    for dimension in ("A1:XFD10", "A1:J3000000", "AA1:ZZ2"):
        ((_, lines),) = workbook.sheets(built(sheet_xml(ROWS, dimension)), LIMITS)
        assert lines[2][0] == "C1"


def test_a_cell_of_a_csv_file_may_be_long():
    long = "长" * 200_000
    (table,) = read_tables(f"a,b\n1,{long}\n".encode(), filename="t.csv").values()
    assert table.rows[0].values == {"a": "1", "b": long}
