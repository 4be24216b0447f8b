"""A directory as plain rows: what a file, a form or the demo says, before it touches the database.

Areas, units and points name each other by code. In an optional field `None` says nothing (the
column is not there: what is stored stays), the empty string says "none".
"""

from __future__ import annotations

import json
import zlib
from dataclasses import MISSING, asdict, dataclass, field, fields
from functools import cache
from typing import Any, ClassVar

Key = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row; `line` is its number in the file, 0 where there is no file."""

    line: int = field(default=0, compare=False)
    key_fields: ClassVar[tuple[str, ...]] = ("code",)

    @property
    def key(self) -> Key:
        return tuple(getattr(self, name) for name in self.key_fields)

    def said(self) -> dict[str, str]:
        """The fields the row says something about, its key included."""
        values = {name: getattr(self, name) for name in columns(type(self))}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class AreaRow(Row):
    code: str
    name: str
    parent: str | None = None


@dataclass(frozen=True, kw_only=True)
class UnitRow(Row):
    code: str
    name: str
    group: str
    area: str
    parent: str | None = None
    kind: str | None = None


@dataclass(frozen=True, kw_only=True)
class PointRow(Row):
    unit: str
    name: str
    kind: str
    address: str | None = None
    hours: str | None = None
    key_fields: ClassVar[tuple[str, ...]] = ("unit", "name")


@dataclass(frozen=True, kw_only=True)
class ItemRow(Row):
    unit: str
    code: str
    name: str
    key_fields: ClassVar[tuple[str, ...]] = ("unit", "code")


SHEETS: dict[str, type[Row]] = {
    "areas": AreaRow,
    "units": UnitRow,
    "items": ItemRow,
    "points": PointRow,
}
"""In the order they are loaded: each refers to those before it."""


@dataclass(kw_only=True)
class Content:
    """Rows by sheet; any sheet may be empty."""

    areas: list[AreaRow] = field(default_factory=list)
    units: list[UnitRow] = field(default_factory=list)
    items: list[ItemRow] = field(default_factory=list)
    points: list[PointRow] = field(default_factory=list)

    def rows(self, sheet: str) -> list[Any]:
        found: list[Any] = getattr(self, sheet)
        return found

    def __len__(self) -> int:
        return sum(len(self.rows(sheet)) for sheet in SHEETS)


def columns(row: type[Row]) -> tuple[str, ...]:
    """The row's columns, as declared."""
    return _columns(row.__name__)[0]


def required(row: type[Row]) -> tuple[str, ...]:
    """The columns that must be there and filled."""
    return _columns(row.__name__)[1]


@cache
def _columns(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    row = next(kind for kind in SHEETS.values() if kind.__name__ == name)
    declared = [f for f in fields(row) if f.name != "line"]
    needed = [f.name for f in declared if f.default is MISSING]
    return tuple(f.name for f in declared), tuple(needed)


def pack(content: Content) -> bytes:
    """The rows as stored with a proposal."""
    plain = {sheet: [asdict(row) for row in content.rows(sheet)] for sheet in SHEETS}
    return zlib.compress(json.dumps(plain, ensure_ascii=False).encode())


def unpack(blob: bytes) -> Content:
    """What `pack` stored."""
    plain = json.loads(zlib.decompress(blob))
    content = Content()
    for sheet, kind in SHEETS.items():
        content.rows(sheet).extend(kind(**values) for values in plain[sheet])
    return content
