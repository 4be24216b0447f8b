"""Two texts of a scheme beside each other: which clauses came, went or say something else.

Compared is what the texts say, not how they are laid out: remarks, spacing and the split into
included files make no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from pingyi.rulebook.model import Scheme

What = Literal["new", "gone", "changed"]
HEAD = "head"
"""The place of what stands before all clauses: name, title, date, full marks."""
_HEAD = ("name", "dated", "title", "full_marks")
_SAYS_NOTHING = ("digest", "include")


class Change(NamedTuple):
    """What a key of a clause said and says, as texts; "" where it says nothing."""

    key: str
    old: str
    new: str


class Difference(NamedTuple):
    """A clause that differs: its `place` as in the file, its rule's text in Chinese, its source."""

    place: str
    what: What
    zh: str
    source: str
    changes: tuple[Change, ...]


def differences(old: Scheme, new: Scheme) -> list[Difference]:
    """Every clause that differs, in the order of the file format."""
    before, after = _clauses(old), _clauses(new)
    places = [*before, *(place for place in after if place not in before)]
    found = [_difference(place, before.get(place), after.get(place)) for place in places]
    return [*(one for one in found if one is not None), *_moved(list(before), list(after))]


def lost(old: Scheme, new: Scheme, sections: tuple[str, ...]) -> list[str]:
    """The clauses of these sections, as `clocks.reply`, that the new text has no more."""
    before, after = _clauses(old), _clauses(new)
    return [place for place in before if place.partition(".")[0] in sections and place not in after]


def _difference(place: str, old: Any, new: Any) -> Difference | None:
    keys = [*(old or {}), *(key for key in new or {} if key not in (old or {}))]
    changes = tuple(
        change
        for key in keys
        if (change := Change(key, _text((old or {}).get(key)), _text((new or {}).get(key)))).old
        != change.new
    )
    if not changes:
        return None
    what: What = "new" if old is None else "gone" if new is None else "changed"
    says = new or old
    return Difference(place, what, _text(says.get("zh")), _text(says.get("source")), changes)


def _moved(before: list[str], after: list[str]) -> Iterator[Difference]:
    """Sections whose clauses stand in another order: lines and honours go by it."""
    for section in dict.fromkeys(place.partition(".")[0] for place in before if "." in place):
        old, new = (
            [place.partition(".")[2] for place in one if place.startswith(f"{section}.")]
            for one in (before, after)
        )
        order = [name for name in old if name in new], [name for name in new if name in old]
        if order[0] != order[1]:
            change = Change("order", *map(_text, order))
            yield Difference(section, "changed", "", "", (change,))


def _clauses(scheme: Scheme) -> dict[str, Mapping[str, Any]]:
    """Every clause by its place in the file."""
    whole: dict[str, Any] = msgspec.to_builtins(scheme, enc_hook=dict)
    found: dict[str, Mapping[str, Any]] = {HEAD: {key: whole[key] for key in _HEAD}}
    for section, value in whole.items():
        if section in (*_HEAD, *_SAYS_NOTHING) or value is None:
            continue
        found.update(_of_section(section, value))
    return found


def _of_section(section: str, value: dict[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not all(isinstance(clause, dict) for clause in value.values()):
        yield section, _said(value)
        return
    for name, clause in value.items():
        yield f"{section}.{name}", _said(clause)


def _said(clause: dict[str, Any]) -> Mapping[str, Any]:
    return {
        key: value
        for key, value in clause.items()
        if key not in ("id", "code") and value not in (None, (), {}, False)
    }


def _text(value: Any) -> str:
    """A value as an official reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return ", ".join(f"{key} = {_text(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        inner = [f"({_text(one)})" if isinstance(one, dict) else _text(one) for one in value]
        return ", ".join(inner)
    return str(value)
