"""Writing tables that spreadsheets show as they are: nothing is calculated, nothing followed."""

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import IO, TYPE_CHECKING, TypeGuard

from pingyi.kernel.tables.cells import Cell, as_text, escape_cell, is_formula_like

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_CHUNK = 64 * 1024
_LONGEST_CELL = 32_767
"""Characters a spreadsheet takes in one cell."""
_EXACT = 10**15
"""A spreadsheet keeps 15 digits of a number; longer ones are written as text."""


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

    Text stays text, whatever it looks like. Numbers are numbers up to 15 digits. A text longer
    than a cell takes is cut, with … at its end. Raises ValueError for a sheet with more rows than
    a spreadsheet takes, and XlsxWriter's own errors for an impossible sheet name.
    """
    import xlsxwriter

    options = {"constant_memory": True, "in_memory": False}
    with xlsxwriter.Workbook(target, options) as workbook:
        heading = workbook.add_format({"bold": True})
        quoted = workbook.add_format({"quote_prefix": True})
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(rows):
                style = heading if number == 0 else None
                for place, cell in enumerate(row):
                    if _put(sheet, number, place, cell, style, quoted) == -1:
                        raise ValueError(f"sheet {name}: more rows or columns than it can hold")


def _put(
    sheet: "Worksheet", row: int, column: int, cell: Cell, style: "Format | None", quoted: "Format"
) -> int:
    """XlsxWriter's answer: 0, or −1 outside a sheet's bounds."""
    if _is_number(cell) and -_EXACT < cell < _EXACT:
        return int(sheet.write_number(row, column, cell, style))
    text = _cut(as_text(cell))
    return int(sheet.write_string(row, column, text, quoted if is_formula_like(text) else style))


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
