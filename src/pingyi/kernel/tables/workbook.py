"""The child that reads one .xlsx: the file comes in, its sheets or a refusal go out as JSON.

calamine reads; openpyxl takes over where calamine is not installed or cannot read the file, and
for a sheet that declares itself enormous: WPS does so for nearly empty ones, and openpyxl goes
through rows one by one.
"""

import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from pingyi.kernel.tables.cells import as_text
from pingyi.kernel.tables.limits import Limits
from pingyi.kernel.tables.mistakes import Mistake
from pingyi.kernel.tables.table import column_letters

Sheets = Iterator[tuple[str, Iterable[Sequence[Any]]]]
"""Each worksheet's name and its rows, from the first row on."""

_DIMENSION = re.compile(
    rb"<(?:\w+:)?dimension [^>]*?ref=[\"'][A-Z]+[0-9]+:([A-Z]{1,9})([0-9]{1,9})[\"']"
)
_HEAD = 4096
"""Bytes of a sheet within which it declares its dimension."""


class Refused(Exception):
    """The file exceeds a limit, or nobody can read it."""

    def __init__(self, mistake: Mistake, **values: object) -> None:
        super().__init__(mistake)
        self.mistake = mistake
        self.values = values


def sheets(content: bytes, limits: Limits) -> list[tuple[str, list[list[str]]]]:
    """Each worksheet's name and its cells as text. Raises Refused."""
    readers: list[Callable[[bytes], Sheets]] = [_with_calamine, _with_openpyxl]
    if _declares_too_much(content, limits):
        readers = [_with_openpyxl]
    for reader in readers:
        try:
            return _within(limits, reader(content))
        except (Refused, MemoryError):
            raise
        except Exception:  # noqa: S112  broken files break readers in every possible way
            continue
    raise Refused(Mistake.NO_WORKBOOK)


def _with_calamine(content: bytes) -> Sheets:
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        for sheet in workbook.sheets_metadata:
            if sheet.typ == SheetTypeEnum.WorkSheet:
                found = workbook.get_sheet_by_name(sheet.name)
                yield sheet.name, found.to_python(skip_empty_area=False)


def _with_openpyxl(content: bytes) -> Sheets:
    from openpyxl import load_workbook

    workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    for sheet in workbook.worksheets:
        sheet.reset_dimensions()
        yield sheet.title, sheet.iter_rows(values_only=True)


def _within(limits: Limits, found: Sheets) -> list[tuple[str, list[list[str]]]]:
    taken = []
    cells = characters = 0
    for name, rows in found:
        lines = []
        for row in rows:
            if len(row) > limits.columns:
                last = column_letters(len(row) - 1)
                raise Refused(Mistake.REACHES_OUT, sheet=name, column=last)
            line = [as_text(cell) for cell in row]
            cells += len(line)
            characters += sum(map(len, line))
            if cells > limits.cells or characters > limits.characters:
                raise Refused(Mistake.HOLDS_TOO_MUCH, sheet=name)
            lines.append(line)
        taken.append((name, lines))
    return taken


def _declares_too_much(content: bytes, limits: Limits) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        sizes = [_declared_size(archive.open(part).read(_HEAD)) for part in parts]
    return any(columns > limits.columns or columns * rows > limits.cells for columns, rows in sizes)


def _declared_size(head: bytes) -> tuple[int, int]:
    """Columns and rows a sheet claims to have; (0, 0) when it does not say."""
    declared = _DIMENSION.search(head)
    if declared is None:
        return 0, 0
    columns = 0
    for letter in declared[1]:
        columns = columns * 26 + letter - ord("A") + 1
    return columns, int(declared[2])


def main(content: bytes, limits: Limits) -> dict[str, Any]:
    """The answer for the parent process."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    try:
        return {"sheets": sheets(content, limits)}
    except Refused as refused:
        return {"refused": refused.mistake.value, "values": refused.values}
    except MemoryError:
        return {"refused": Mistake.TOO_LARGE_UNPACKED.value, "values": {}}


if __name__ == "__main__":
    answer = main(sys.stdin.buffer.read(), Limits(**json.loads(sys.argv[1])))
    json.dump(answer, sys.stdout)
