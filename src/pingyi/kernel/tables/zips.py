"""Archives: looked at before anything is unpacked."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import PurePosixPath

from pingyi.kernel.archives import BROKEN, ENCRYPTED, USUAL
from pingyi.kernel.tables.csvs import read_csv
from pingyi.kernel.tables.limits import Limits
from pingyi.kernel.tables.mistakes import Mistake
from pingyi.kernel.tables.table import Table, TableError, TableErrors

_UTF8_NAME = 0x800
# What the Finder of macOS adds by itself.
_LITTER = ("__MACOSX/", ".DS_Store")


def opened_archive(content: bytes) -> zipfile.ZipFile:
    """Raises TableErrors."""
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except BROKEN:
        raise _refused("", Mistake.NO_ARCHIVE) from None


def checked_archive(archive: zipfile.ZipFile, limits: Limits) -> list[zipfile.ZipInfo]:
    """The archive's files, once their number and declared sizes are within the limits.

    The declared size may be a lie: whoever unpacks must hold it to that. Raises TableErrors.
    """
    members = [info for info in archive.infolist() if not info.filename.startswith(_LITTER)]
    if len(members) > limits.members:
        raise _refused("", Mistake.TOO_MANY_FILES, limit=limits.members)
    if sum(info.file_size for info in members) > limits.inflated_bytes:
        raise _refused("", Mistake.OVER_LIMIT_UNPACKED, limit=limits.inflated_bytes // 2**20)
    if any(info.compress_type not in USUAL for info in members):
        raise _refused("", Mistake.UNUSUALLY_PACKED)
    names = [info.filename for info in members]
    if len(set(names)) < len(names):
        raise _refused("", Mistake.SAME_NAME)
    return members


def read_csv_archive(
    archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo], limits: Limits
) -> list[Table]:
    """One table for each .csv file; anything else inside is refused. Raises TableErrors."""
    named = [(_file_name(info), info) for info in members if not info.is_dir()]
    if not named:
        raise _refused("", Mistake.EMPTY_ARCHIVE)
    folder = _only_folder([name for name, _ in named])
    tables = []
    for path, info in named:
        name = path.removeprefix(folder)
        if "/" in name or "\\" in name or not name.lower().endswith(".csv"):
            raise _refused(path, Mistake.NOT_CSV)
        content = _unpacked(archive, info, path)
        tables.append(read_csv(content, PurePosixPath(name).stem, limits))
    return tables


def _only_folder(names: Sequence[str]) -> str:
    """`x/` where all files lie in one folder x, as they do when a folder was packed; else ""."""
    top, slash, _ = names[0].partition("/")
    folder = top + slash
    alike = slash and top != ".." and all(name.startswith(folder) for name in names)
    return folder if alike else ""


def _file_name(info: zipfile.ZipInfo) -> str:
    """Its name, also as Windows (GB 18030) and macOS (unmarked UTF-8) write it in China."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return info.filename.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
    return info.filename


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
    if info.flag_bits & ENCRYPTED:
        raise _refused(name, Mistake.PROTECTED)
    try:
        with archive.open(info) as file:
            # zipfile gives no more than the size declared, which was checked.
            return file.read()
    except BROKEN:
        raise _refused(name, Mistake.DAMAGED) from None


def _refused(name: str, mistake: Mistake, **values: object) -> TableErrors:
    return TableErrors([TableError(name, None, "", mistake, values)])
