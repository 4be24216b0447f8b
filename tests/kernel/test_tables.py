"""CSV of every usual making, headers by any name, and what is written comes back as it was."""

import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pingyi.kernel.tables import (
    Limits,
    Mistake,
    Row,
    Table,
    TableError,
    TableErrors,
    as_text,
    escape_cell,
    read_tables,
    write_csv,
    write_xlsx,
)

ALIASES = {"编码": "code", "名称": "name"}
UNITS = "编码,名称\r\nC1,社保局\r\nC2,医保局\r\n"


def table(text, **options):
    content = text if isinstance(text, bytes) else text.encode()
    return read_tables(content, filename="units.csv", **options)["units"]


def errors(call, *args, **options):
    with pytest.raises(TableErrors) as caught:
        call(*args, **options)
    return [str(error) for error in caught.value.errors]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_csv_of_every_usual_making(encoding, delimiter, end):
    text = UNITS.replace(",", delimiter).replace("\r\n", end)
    found = table(text.encode(encoding))
    assert found.header == ["编码", "名称"]
    assert found.rows == [
        (2, {"编码": "C1", "名称": "社保局"}),
        (3, {"编码": "C2", "名称": "医保局"}),
    ]


def test_quotation_marks_commas_and_line_breaks_within_a_cell():
    found = table('a;,"b"\n"一,二","三\r\n四 ""五"""\n')
    assert found.header == ["a;", "b"]
    assert found.rows == [(2, {"a;": "一,二", "b": '三\n四 "五"'})]


def test_rows_are_numbered_as_the_spreadsheet_does():
    found = table("\n\n编码,名称\n\nC1,x\n , \nC2\n")
    assert found.rows == [(5, {"编码": "C1", "名称": "x"}), (7, {"编码": "C2", "名称": ""})]


def test_the_first_line_alone_tells_the_delimiter():
    assert table("\r\n\ta;b\n1;2,3,4\n,,,,\n").header == ["a", "b"]
    assert table("\tb\tc,d\n\t1\t2\n").header == ["b", "c,d"]


def test_line_separators_within_a_text_do_not_cut_it():
    assert table("a\nx\u2028y\x0bz\n").rows[0].values["a"] == "x\u2028yz"


@pytest.mark.parametrize("text", ["", "\n\n", " , \n"])
def test_an_empty_file_is_an_empty_table(text):
    assert table(text) == Table("units", [], [])


@pytest.mark.parametrize("text", ['a,b\n"never closed', 'a,b\n"x"y,z\n'])
def test_a_broken_line_is_named(text):
    (error,) = errors(table, text)
    assert error == "units: line 2: broken line or quotation marks"


def test_too_many_columns_or_cells():
    wide = ",".join("x" * 201)
    assert errors(table, f"a\n{wide}\n") == [
        "units: line 2: more columns or cells than can be read"
    ]
    assert errors(table, "a,b\nc,d\n", limits=Limits(cells=3)) == [
        "units: line 2: more columns or cells than can be read"
    ]
    assert table("a,b\nc,d\n", limits=Limits(cells=4, columns=2)).rows


def test_headings_are_known_by_any_name_and_case():
    found = table("Name,编码,备注\nx,C1,\n").renamed(ALIASES)
    assert found.header == ["name", "code", "备注"]
    assert found.rows == [Row(2, {"name": "x", "code": "C1", "备注": ""})]
    assert found.name == "units"


def test_headings_in_full_width_letters_or_set_out_with_spaces_are_known():
    found = table("Ｎａｍｅ,编　码,ｘ 码\nx,C1,\n").renamed(ALIASES)
    assert found.header == ["name", "code", "ｘ 码"]
    assert errors(table("编码,ＣＯＤＥ\n1,2\n").renamed, ALIASES) == [
        "units, code: two columns have this name"
    ]


def test_two_headings_that_mean_the_same():
    assert errors(table("编码,CODE\n1,2\n").renamed, ALIASES) == [
        "units, code: two columns have this name"
    ]
    assert errors(table("a,a\n1,2\n").renamed, {}) == ["units, a: two columns have this name"]


def test_values_without_a_heading_are_told_one_by_one():
    found = table("a,,c,\n1,,3,,\n1,2,3\n1,,3,,5\n")
    assert found.header == ["a", "c"]
    assert errors(found.renamed, {}) == [
        "units, row 3, B: a value in a column without a name",
        "units, row 4, E: a value in a column without a name",
    ]
    assert table("a,b\n" + "1,2" + "," * 25 + "x\n").problems[0].column == "AA"


def test_an_error_reads_well_whatever_it_knows():
    many = TableErrors(
        [
            TableError("units", 3, "code", Mistake.COLUMN_TWICE),
            TableError("", None, "", Mistake.TOO_LARGE, {"limit": 64}),
        ]
    )
    assert str(many) == "units, row 3, code: two columns have this name\n: larger than 64 MB"
    assert [error.zh for error in many.errors] == ["有两列同名", "文件超过 64 MB"]


@pytest.mark.parametrize("mistake", Mistake)
def test_every_mistake_is_said_in_both_languages_with_the_same_values(mistake):
    assert re.findall(r"{\w+}", mistake.zh) == re.findall(r"{\w+}", mistake.en)
    assert re.search("[\u4e00-\u9fff]", mistake.zh)
    assert mistake.en.isascii()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (420100.0, "420100"),
        (1e22, "10000000000000000000000"),
        (1e-7, "0.0000001"),
        (-2.5, "-2.5"),
        (Decimal("1.50"), "1.50"),
        (True, "TRUE"),
        (date(2026, 11, 21), "2026-11-21"),
        (datetime(2026, 11, 21), "2026-11-21"),  # noqa: DTZ001
        (datetime(2026, 11, 20, 16, tzinfo=UTC), "2026-11-21 00:00:00"),
        (datetime(2026, 11, 21, 10, 40, 1, 999, tzinfo=UTC), "2026-11-21 18:40:01"),
        ("\u200b 武\x00汉\u3000", "武汉"),
    ],
)
def test_a_value_as_text(value, text):
    assert as_text(value) == text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_what_a_spreadsheet_would_calculate_is_escaped(start):
    assert escape_cell(f"{start}1+1") == f"'{start}1+1"


@given(st.text())
def test_nothing_escaped_starts_a_formula_and_nothing_is_lost(text):
    escaped = escape_cell(text)
    assert not escaped.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert escaped.removeprefix("'") == text or escaped == text


def test_csv_is_marked_as_utf8_and_escapes_text_but_not_numbers():
    content = b"".join(write_csv([["编码", "a,b"], ["=1+1", -6], [None, Decimal("-0.5")]]))
    assert content == '\ufeff编码,"a,b"\r\n\'=1+1,-6\r\n,-0.5\r\n'.encode()
    assert b"".join(write_csv([])) == b"\xef\xbb\xbf"


def test_csv_is_streamed():
    taken = []

    def rows():
        for number in range(100_000):
            taken.append(number)
            yield [number, "社保" * 10]

    chunks = write_csv(rows())
    first = next(chunks)
    assert 60_000 < len(first) < 300_000
    assert len(taken) < 5000
    rest = b"".join(chunks)
    assert (first + rest).count(b"\r\n") == 100_000
    assert (first + rest).count("\ufeff".encode()) == 1


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).map(as_text)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2).filter(any), max_size=8))
def test_csv_comes_back_as_it_was(lines):
    found = table(b"".join(write_csv([["a", "b"], *lines])))
    expected = [[escape_cell(cell) for cell in line] for line in lines]
    assert [[row.values["a"], row.values["b"]] for row in found.rows] == expected


@settings(max_examples=10, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=2).filter(any), max_size=20))
def test_a_workbook_comes_back_as_it_was(lines):
    buffer = io.BytesIO()
    write_xlsx(buffer, {"单位": [["a", "b"], *lines]})
    found = read_tables(buffer.getvalue())["单位"]
    assert [[row.values["a"], row.values["b"]] for row in found.rows] == lines


def test_a_workbook_calculates_and_links_nothing(tmp_path):
    hostile = ["=1+1", "{=A1}", "http://example.test", "mailto:a@example.test", "-6", "0123", "@x"]
    path = tmp_path / "out.xlsx"
    write_xlsx(path, {"一": [["标题"], *([text] for text in hostile)], "二": [["x"]]})
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["一", "二"]
    sheet = book["一"]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == hostile
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    assert [cell.quotePrefix for cell in cells] == [text[0] in "=-@" for text in hostile]
    assert sheet["A1"].font.b
    assert sheet.freeze_panes == "A2"


def test_numbers_in_a_workbook_are_numbers_while_exact():
    buffer = io.BytesIO()
    numbers = [7, 2.5, Decimal("84.00"), 10**15, 420106198001011234, True, None]
    write_xlsx(buffer, {"x": [["n"] * 7, numbers]})
    sheet = openpyxl.load_workbook(io.BytesIO(buffer.getvalue()))["x"]
    values = [cell.value for cell in sheet[2]]
    assert values == [7, 2.5, 84, "1000000000000000", "420106198001011234", "TRUE", ""]


def test_a_workbook_can_be_read_and_printed_as_it_is():
    """Names are not cut off, points keep their decimals, and paper takes the whole width."""
    buffer = io.BytesIO()
    rows = [
        ["名次", "单位", "得分"],
        [1, "江城市人力资源和社会保障局", Decimal("97.50")],
        [2, "", 3],
    ]
    write_xlsx(buffer, {"机关": [*rows, [3, "长" * 500, Decimal("100.00")]]})
    sheet = openpyxl.load_workbook(io.BytesIO(buffer.getvalue()))["机关"]
    assert [cell.number_format for cell in sheet["C"]] == ["General", "0.00", "General", "0.00"]
    widths = [sheet.column_dimensions[letter].width for letter in "ABC"]
    assert widths[0] < 10
    assert 13 * 2 <= widths[1] <= 65, (
        "thirteen characters, two wide each; five hundred are too many"
    )
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToHeight, sheet.print_title_rows) == (0, "$1:$1")


@pytest.mark.parametrize(
    ("wanted", "called"),
    [
        (["街道/乡镇", "街道:乡镇"], ["街道-乡镇", "街道-乡镇 (2)"]),
        (["A" * 40, "a" * 40], ["A" * 31, "a" * 27 + " (2)"]),
        (["'所'", "", "History"], ["所", "-", "History (2)"]),
    ],
)
def test_a_sheet_is_called_as_nearly_as_can_be(wanted: list[str], called: list[str]):
    buffer = io.BytesIO()
    write_xlsx(buffer, {name: [["x"]] for name in wanted})
    assert openpyxl.load_workbook(io.BytesIO(buffer.getvalue())).sheetnames == called


def test_a_text_too_long_for_a_cell_is_cut_visibly():
    buffer = io.BytesIO()
    write_xlsx(buffer, {"x": [["长" * 40_000, "长" * 32_767]]})
    first, second = openpyxl.load_workbook(io.BytesIO(buffer.getvalue()))["x"][1]
    assert first.value == "长" * 32_766 + "…"
    assert second.value == "长" * 32_767


def test_more_rows_than_a_sheet_holds(monkeypatch):
    import xlsxwriter.worksheet

    true_init = xlsxwriter.worksheet.Worksheet.__init__

    def init(sheet):
        true_init(sheet)
        sheet.xls_rowmax = 3

    monkeypatch.setattr(xlsxwriter.worksheet.Worksheet, "__init__", init)
    write_xlsx(io.BytesIO(), {"x": [[1]] * 3})
    with pytest.raises(ValueError, match="more rows"):
        write_xlsx(io.BytesIO(), {"x": [["a"]] * 4})
