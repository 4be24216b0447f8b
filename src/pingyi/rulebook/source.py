"""A TOML text as it lies on disk: its values with exact decimals, and the line each stands on."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from pingyi.rulebook.mistakes import Mistake, SchemeErrors

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
            raise self._unreadable(1, f"cannot be read: {error.strerror}") from None
        except UnicodeDecodeError as error:
            line = self.bytes[: error.start].count(b"\n") + 1
            raise self._unreadable(line, "is not UTF-8 text") from None
        except tomllib.TOMLDecodeError as error:
            found = _TOML_PLACE.search(str(error))
            line = int(found[1]) if found and found[1] else text.count("\n") + 1
            message = _TOML_PLACE.sub("", str(error))
            raise self._unreadable(line, f"is not TOML: {message}") from None
        except RecursionError:
            raise self._unreadable(1, "is nested too deeply") from None
        except ValueError as error:  # a number of thousands of digits
            raise self._unreadable(1, f"is not TOML: {error}") from None
        self._lines = _lines_by_place(text)

    def line(self, *place: str) -> int:
        """The line of the value at `place`, or of the nearest table round it; else 1."""
        for length in range(len(place), 0, -1):
            if place[:length] in self._lines:
                return self._lines[place[:length]]
        return 1

    def mistake(self, place: tuple[str, ...], text: str, at: str | None = None) -> Mistake:
        """A mistake in the clause at `place`, on the line of its key `at`."""
        where = (*place, at) if at else place
        return Mistake(self.name, self.line(*where), ".".join(place) or "file", text)

    def _unreadable(self, line: int, text: str) -> SchemeErrors:
        return SchemeErrors([Mistake(self.name, line, "file", text)])


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
