"""What a directory's rows would change: new and changed rows against what is stored."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pingyi.directory.content import SHEETS, Content, Key, columns
from pingyi.directory.models import Area, Item, ServicePoint, Unit

MODELS: dict[str, Any] = {
    "areas": Area,
    "units": Unit,
    "items": Item,
    "points": ServicePoint,
}
REFERENCES = {"parent": "parent__code", "area": "area__code", "unit": "unit__code"}


@dataclass(frozen=True)
class Stored:
    """A stored row as text, as a file would say it."""

    pk: int
    values: Mapping[str, str]
    retired: bool = False


@dataclass(frozen=True)
class Change:
    """A row to add (`pk` None, `old` empty), or to change in each field of `old` and `new`."""

    sheet: str
    key: Key
    pk: int | None
    old: Mapping[str, str]
    new: Mapping[str, str]
    line: int = field(default=0, compare=False)

    @property
    def is_new(self) -> bool:
        return self.pk is None

    @property
    def fields(self) -> list[tuple[str, str, str]]:
        """(field, old, new), for showing."""
        return [(name, self.old.get(name, ""), value) for name, value in self.new.items()]


@dataclass(frozen=True)
class Plan:
    """Every change in loading order; rows that stay as they are, and retired ones, are counted."""

    changes: tuple[Change, ...]
    unchanged: Counter[str]
    retired: Counter[str]

    def __bool__(self) -> bool:
        return bool(self.changes)

    def of(self, sheet: str, *, new: bool) -> list[Change]:
        return [c for c in self.changes if c.sheet == sheet and c.is_new == new]

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """`{"units": {"new": 3, "changed": 1, "unchanged": 9}}` for each sheet with rows."""
        found = {
            sheet: {
                "new": len(self.of(sheet, new=True)),
                "changed": len(self.of(sheet, new=False)),
                "unchanged": self.unchanged[sheet],
            }
            for sheet in SHEETS
        }
        return {sheet: counts for sheet, counts in found.items() if any(counts.values())}

    @property
    def digest(self) -> str:
        """The same for the same changes to the same old values: what was shown is what is done."""
        plain = [
            [c.sheet, c.key, c.pk, sorted(c.old.items()), sorted(c.new.items())]
            for c in self.changes
        ]
        return hashlib.sha256(json.dumps(plain).encode()).hexdigest()


def plan(content: Content) -> Plan:
    """Compare the rows with the database. They must have passed `checks.problems`."""
    changes: list[Change] = []
    unchanged: Counter[str] = Counter()
    retired: Counter[str] = Counter()
    for sheet in SHEETS:
        there = stored(sheet) if content.rows(sheet) else {}
        for row in content.rows(sheet):
            known = there.get(row.key)
            change = _change(sheet, row.key, row.said(), known, row.line)
            if change is None:
                unchanged[sheet] += 1
            else:
                changes.append(change)
            retired[sheet] += known is not None and known.retired
    return Plan(tuple(changes), unchanged, +retired)


def stored(sheet: str) -> dict[Key, Stored]:
    """Everything stored of a sheet's kind, by its key."""
    row = SHEETS[sheet]
    names = columns(row)
    can_retire = sheet in ("units", "points")
    lookups = ["pk", *(REFERENCES.get(name, name) for name in names)]
    if can_retire:
        lookups.append("retired_at")
    found = {}
    for pk, *values in MODELS[sheet].objects.order_by("pk").values_list(*lookups):
        retired = can_retire and values.pop() is not None
        said = dict(zip(names, (value or "" for value in values), strict=True))
        found[tuple(said[name] for name in row.key_fields)] = Stored(pk, said, retired)
    return found


def _change(
    sheet: str, key: Key, said: Mapping[str, str], known: Stored | None, line: int
) -> Change | None:
    if known is None:
        return Change(sheet, key, None, {}, said, line)
    new = {name: value for name, value in said.items() if known.values[name] != value}
    old = {name: known.values[name] for name in new}
    return Change(sheet, key, known.pk, old, new, line) if new else None
