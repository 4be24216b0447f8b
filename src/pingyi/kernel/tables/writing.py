"""Writing tables that spreadsheets show as they are: nothing is calculated, nothing followed."""

import csv
import io
import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, count, islice
from typing import IO, TYPE_CHECKING, TypeGuard

from pingyi.kernel.tables.cells import Cell, as_text, escape_cell, is_formula_like

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_CHUNK = 64 * 1024
_LONGEST_CELL = 32_767
"""Characters a spreadsheet takes in one cell."""
_EXACT = 10**15
"""A spreadsheet keeps 15 digits of a number; longer ones are written as text."""
_LOOKED_AT = 200
"""Rows by which columns are measured."""
_NARROWEST, _WIDEST = 6, 60
"""Letters."""
_LONGEST_NAME = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_RESERVED = {"history"}
_A4 = 9
"""As spreadsheets number papers."""


def write_csv(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Rows as UTF-8 with a mark, for Excel and WPS; streamed in chunks, never held whole."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
        if buffer.tell() > _CHUNK:
            yield _taken(buffer)
    yield _taken(buffer)


def write_xlsx(
    target: str | os.PathLike[str] | IO[bytes], sheets: Mapping[str, Iterable[Sequence[Cell]]]
) -> None:
    """Sheets by name, each with its header as first row; in constant memory.

    Text stays text, whatever it looks like. Numbers are numbers up to 15 digits, with as many
    decimals as they have. A text longer than a cell takes is cut, with … at its end; a sheet is
    called as nearly as a spreadsheet lets it. Columns are as wide as they need; on paper a sheet is
    as wide as the page, its header on each. Raises ValueError for a sheet with more rows than a
    spreadsheet takes.
    """
    import xlsxwriter

    options = {"constant_memory": True, "in_memory": False}
    with xlsxwriter.Workbook(target, options) as workbook:
        styles = _Styles(workbook)
        names: list[str] = []
        for name, rows in sheets.items():
            names.append(_sheet_name(name, names))
            sheet = workbook.add_worksheet(names[-1])
            _lay_out(sheet)
            _fill(sheet, rows, styles)


class _Styles:
    """The few ways a cell looks."""

    def __init__(self, workbook: "Workbook") -> None:
        self._workbook = workbook
        self._numbers: dict[int, Format] = {}
        self.heading = workbook.add_format({"bold": True})
        self.quoted = workbook.add_format({"quote_prefix": True})

    def number(self, cell: "int | float | Decimal") -> "Format | None":
        """As many decimals as an exact number has: 84.00, not 84."""
        places = -int(cell.as_tuple().exponent) if isinstance(cell, Decimal) else 0
        if places <= 0:
            return None
        if places not in self._numbers:
            self._numbers[places] = self._workbook.add_format({"num_format": f"0.{'0' * places}"})
        return self._numbers[places]


def _fill(sheet: "Worksheet", rows: Iterable[Sequence[Cell]], styles: _Styles) -> None:
    waiting = iter(rows)
    first = list(islice(waiting, _LOOKED_AT))
    for place, width in enumerate(_widths(first)):
        sheet.set_column(place, place, width)
    for number, row in enumerate(chain(first, waiting)):
        for place, cell in enumerate(row):
            if _put(sheet, number, place, cell, styles) == -1:
                raise ValueError(f"sheet {sheet.get_name()}: more rows or columns than it can hold")


def _lay_out(sheet: "Worksheet") -> None:
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)


def _widths(rows: Sequence[Sequence[Cell]]) -> list[int]:
    """What each column needs, in Latin letters; a Chinese one is two wide."""
    needed: dict[int, int] = {}
    for row in rows:
        for place, cell in enumerate(row):
            needed[place] = max(needed.get(place, 0), _width(as_text(cell)))
    return [min(max(width + 2, _NARROWEST), _WIDEST) for width in needed.values()]


def _width(text: str) -> int:
    seen = text[:_WIDEST]
    return len(seen) + sum(unicodedata.east_asian_width(letter) in "WF" for letter in seen)


def _sheet_name(wanted: str, taken: Collection[str]) -> str:
    """The name as a spreadsheet takes it: 31 characters, none that stands in formulas, no two alike
    whatever their case."""
    plain = _NOT_IN_NAMES.sub("-", wanted).strip("' ") or "-"
    known = {name.casefold() for name in taken} | _RESERVED
    for number in count(1):
        mark = f" ({number})" if number > 1 else ""
        name = plain[: _LONGEST_NAME - len(mark)].strip("' ") + mark
        if name.casefold() not in known:
            return name
    raise AssertionError  # one number is free


def _put(sheet: "Worksheet", row: int, column: int, cell: Cell, styles: _Styles) -> int:
    """XlsxWriter's answer: 0, or −1 outside a sheet's bounds."""
    heading = styles.heading if row == 0 else None
    if _is_number(cell) and -_EXACT < cell < _EXACT:
        return int(sheet.write_number(row, column, cell, heading or styles.number(cell)))
    text = _cut(as_text(cell))
    style = styles.quoted if is_formula_like(text) else heading
    return int(sheet.write_string(row, column, text, style))


def _is_number(cell: Cell) -> TypeGuard[int | float | Decimal]:
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)


def _csv_cell(cell: Cell) -> str:
    # Only text can be meant as a formula: −6 is a number.
    return escape_cell(as_text(cell)) if isinstance(cell, str) else as_text(cell)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"


def _taken(buffer: io.StringIO) -> bytes:
    chunk = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return chunk
