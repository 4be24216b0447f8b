"""Reading a table file of any of the borne kinds, told by its content and not by its name."""

import os
from pathlib import Path

from pingyi.kernel.tables.csvs import read_csv
from pingyi.kernel.tables.limits import LIMITS, Limits
from pingyi.kernel.tables.mistakes import Mistake
from pingyi.kernel.tables.sandbox import read_workbook
from pingyi.kernel.tables.table import Table, TableError, TableErrors
from pingyi.kernel.tables.zips import checked_archive, opened_archive, read_csv_archive

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OLE = b"\xd0\xcf\x11\xe0"


def read_tables(
    source: bytes | str | os.PathLike[str], *, filename: str = "", limits: Limits = LIMITS
) -> dict[str, Table]:
    """Every table of an .xlsx, a .csv, or a .zip of .csv files, by its name.

    A sheet's name is its own, a CSV file's its file name without the suffix. All cells are cleaned
    and stripped text; a formula is its last stored value; macros are never looked at. Raises
    TableErrors for a file that is none of these, is broken, or exceeds the limits, and OSError for
    a path that cannot be read.
    """
    name = filename or ("" if isinstance(source, bytes) else os.fspath(source))
    content = source if isinstance(source, bytes) else _content(Path(source), limits)
    tables = _read(content, Path(name).name, limits)
    return {table.name: table for table in tables}


def _content(path: Path, limits: Limits) -> bytes:
    with path.open("rb") as file:
        return file.read(limits.file_bytes + 1)


def _read(content: bytes, name: str, limits: Limits) -> list[Table]:
    if len(content) > limits.file_bytes:
        raise _refused(name, Mistake.TOO_LARGE, limit=limits.file_bytes // 2**20)
    if content.startswith(_OLE):
        raise _refused(name, Mistake.OLD_OR_PROTECTED)
    if not content.startswith((_ZIP, _EMPTY_ZIP)):
        return [read_csv(content, Path(name).stem, limits)]
    try:
        with opened_archive(content) as archive:
            members = checked_archive(archive, limits)
            if any(member.filename == "[Content_Types].xml" for member in members):
                return read_workbook(content, limits)
            return read_csv_archive(archive, members, limits)
    except TableErrors as refused:
        raise TableErrors(_placed(error, name) for error in refused.errors) from None


def _placed(error: TableError, name: str) -> TableError:
    return error if error.sheet else error._replace(sheet=name)


def _refused(name: str, mistake: Mistake, **values: object) -> TableErrors:
    return TableErrors([TableError(name, None, "", mistake, values)])
