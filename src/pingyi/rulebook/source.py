"""A TOML text as it lies on disk: its values with exact decimals, and the line each stands on."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from pingyi.rulebook.mistakes import FILE, Mistake, Said, SchemeErrors, said
from pingyi.rulebook.toml_words import in_plain_words

_HEADER = re.compile(r"\s*\[\[?([^\]]+)\]")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[\w-]+)*)\s*=""")
_TOML_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")


class Source:
    """One file of a scheme."""

    def __init__(self, path: Path, data: bytes | None = None) -> None:
        """Read `path`, or the bytes given under its name; SchemeErrors for what cannot be read or
        is not TOML."""
        self.name = str(path)
        try:
            self.bytes = path.read_bytes() if data is None else data
            text = self.bytes.decode("utf-8-sig")
            self.values: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)
        except OSError as error:
            raise self._unreadable(1, _unread(error)) from None
        except UnicodeDecodeError as error:
            line = self.bytes[: error.start].count(b"\n") + 1
            raise self._unreadable(line, _NO_UTF8) from None
        except tomllib.TOMLDecodeError as error:
            found = _TOML_PLACE.search(str(error))
            line = int(found[1]) if found and found[1] else text.count("\n") + 1
            why = _no_toml(_TOML_PLACE.sub("", str(error)))
            raise self._unreadable(line, why, _table_at(text, line)) from None
        except RecursionError:
            raise self._unreadable(1, said("is nested too deeply", "嵌套太深")) from None
        except ValueError as error:  # a number of thousands of digits
            raise self._unreadable(1, _no_toml(str(error))) from None
        self._lines = _lines_by_place(text)

    def line(self, *place: str) -> int:
        """The line of the value at `place`, or of the nearest table round it; else 1."""
        for length in range(len(place), 0, -1):
            if place[:length] in self._lines:
                return self._lines[place[:length]]
        return 1

    def mistake(self, place: tuple[str, ...], what: Said, at: str | None = None) -> Mistake:
        """A mistake in the clause at `place`, on the line of its key `at`."""
        where = (*place, at) if at else place
        return Mistake(self.name, self.line(*where), ".".join(place) or FILE, *what)

    def _unreadable(self, line: int, what: Said, clause: str = FILE) -> SchemeErrors:
        return SchemeErrors([Mistake(self.name, line, clause, *what)])


_NO_UTF8 = Said("is not UTF-8 text; save it as UTF-8", "不是 UTF-8 文本，请另存为 UTF-8")


def _unread(error: OSError) -> Said:
    """Why a file could not be opened."""
    zh = "没有这个文件" if isinstance(error, FileNotFoundError) else f"{error.strerror}"
    return said("cannot be read: {0}", "无法读取：{0}", Said(f"{error.strerror}", zh))


def _no_toml(complaint: str) -> Said:
    return said("is not TOML: {0}", "不是 TOML：{0}", in_plain_words(complaint))


def _table_at(text: str, line: int) -> str:
    """The table that a line stands in."""
    for above in reversed(text.splitlines()[:line]):
        if found := _HEADER.match(above):
            return ".".join(_parts(found[1]))
    return FILE


def _lines_by_place(text: str) -> dict[tuple[str, ...], int]:
    """Where each table and key begins. Keys within inline tables share their table's line."""
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if found := _HEADER.match(line):
            table = _parts(found[1])
            lines.setdefault(table, number)
            for length in range(1, len(table)):
                lines.setdefault(table[:length], number)
        elif found := _KEY.match(line):
            lines.setdefault((*table, *_parts(found[1])), number)
    return lines


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
