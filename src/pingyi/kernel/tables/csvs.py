"""CSV as Excel, WPS and others write it."""

import codecs
import csv
import re

from pingyi.kernel.tables.cells import as_text
from pingyi.kernel.tables.limits import LIMITS, Limits
from pingyi.kernel.tables.mistakes import Mistake
from pingyi.kernel.tables.table import Table, TableError, TableErrors

_DELIMITERS = ",;\t"
# A cell may be as long as a file: how much is too much for a column, who reads the column says.
csv.field_size_limit(LIMITS.file_bytes)


def read_csv(content: bytes, name: str, limits: Limits) -> Table:
    """UTF-8 with or without a mark, else GB 18030 (or UTF-16 with its mark); `,` `;` or tab.

    Raises TableErrors.
    """
    text = _decoded(content, name)
    lines = csv.reader(_lines(text), delimiter=_delimiter(text), strict=True)
    cells: list[list[str]] = []
    count = 0
    try:
        for line in lines:
            count += len(line)
            if len(line) > limits.columns or count > limits.cells:
                raise _refused(name, Mistake.TOO_WIDE, line=lines.line_num)
            cells.append([as_text(cell) for cell in line])
    except csv.Error:
        raise _refused(name, Mistake.BROKEN_LINE, line=lines.line_num) from None
    return Table.from_cells(name, cells)


def _decoded(content: bytes, name: str) -> str:
    encodings = ["utf-8-sig", "gb18030"]
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused(name, Mistake.NOT_TEXT)


def _lines(text: str) -> list[str]:
    # Not splitlines(): it also breaks at characters that belong to a cell's text.
    return [line + "\n" for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]


def _delimiter(text: str) -> str:
    """The one that cuts the first line that holds anything into most cells."""
    first = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    return max(_DELIMITERS, key=lambda delimiter: first.count(delimiter))


def _refused(name: str, mistake: Mistake, **values: object) -> TableErrors:
    return TableErrors([TableError(name, None, "", mistake, values)])
