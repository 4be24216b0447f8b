"""What must hold of a directory's rows: among themselves, and with what is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from django.utils.translation import gettext as _

from pingyi.directory import areas as tree
from pingyi.directory import seasons
from pingyi.directory.content import SHEETS, AreaRow, Content, Key, Row, UnitRow
from pingyi.directory.models import Area, ServicePoint, Unit
from pingyi.directory.problems import Problem, in_english, listed


def problems(content: Content, *, day: date) -> list[Problem]:
    """Every problem, in the order of the sheets and their rows; empty if it can be loaded."""
    found = [
        *_repeated(content),
        *_areas(content),
        *_units(content, day),
        *_belongings(content),
    ]
    order = {sheet: place for place, sheet in enumerate(("areas", "units", "points", "items"))}
    return sorted(found, key=lambda problem: (order[problem.sheet], problem.line))


def _repeated(content: Content) -> Iterator[Problem]:
    for sheet in SHEETS:
        first: dict[Key, Row] = {}
        for row in content.rows(sheet):
            if row.key in first:
                text = _("%(key)s 与第 %(line)d 行重复") % {
                    "key": " · ".join(row.key),
                    "line": first[row.key].line,
                }
                yield Problem(sheet, row.line, row.key_fields[-1], text)
            else:
                first[row.key] = row


def _areas(content: Content) -> Iterator[Problem]:
    if not content.areas:
        return
    parents = _parents(Area, content.areas)
    for row in content.areas:
        if row.parent and row.parent not in parents:
            yield _unknown("areas", row.line, "parent", _("区划"), row.parent)
        elif row.parent and _on_a_cycle(row.code, parents):
            yield Problem("areas", row.line, "parent", _cycle(row.code, parents))
        elif tree.level(row.code, parents) is None:
            yield Problem("areas", row.line, "parent", _("区划最多三级：市、区、街道"))


def _units(content: Content, day: date) -> Iterator[Problem]:
    if not content.units:
        return
    areas = _codes(Area, content.areas)
    parents = _parents(Unit, content.units)
    groups = seasons.groups_in_use(day)
    for row in content.units:
        if row.area not in areas:
            yield _unknown("units", row.line, "area", _("区划"), row.area)
        if row.parent and row.parent not in parents:
            yield _unknown("units", row.line, "parent", _("单位"), row.parent)
        elif row.parent and _on_a_cycle(row.code, parents):
            yield Problem("units", row.line, "parent", _cycle(row.code, parents))
        if row.group not in groups:
            text = _("方案中没有分组 %(group)s；可用：%(known)s") % {
                "group": row.group,
                "known": listed(sorted(groups)),
            }
            yield Problem("units", row.line, "group", text)


def _belongings(content: Content) -> Iterator[Problem]:
    """Points and items: their unit is known, and a point's kind is one of ours."""
    if not content.points and not content.items:
        return
    units = _codes(Unit, content.units)
    for sheet in ("points", "items"):
        for row in content.rows(sheet):
            if row.unit not in units:
                yield _unknown(sheet, row.line, "unit", _("单位"), row.unit)
    for row in content.points:
        if row.kind not in ServicePoint.Kind.values:
            yield Problem("points", row.line, "kind", unknown_kind(row.kind))


def unknown_kind(text: str) -> str:
    """The complaint about a point's kind that is none, naming all there are."""
    known = listed(
        value if in_english() else f"{value} {name}" for value, name in ServicePoint.Kind.choices
    )
    return _("没有类型 %(kind)s；可用：%(known)s") % {"kind": text, "known": known}


def unknown_code(what: str, code: str) -> str:
    """The complaint about a code nobody has; `what` is the thing's name."""
    return _("没有编码为 %(code)s 的%(what)s") % {"code": code, "what": what}


def _unknown(sheet: str, line: int, column: str, what: str, code: str) -> Problem:
    return Problem(sheet, line, column, unknown_code(what, code))


def _codes(model: type[Area] | type[Unit], rows: list[AreaRow] | list[UnitRow]) -> set[str]:
    return {row.code for row in rows} | set(model.objects.values_list("code", flat=True))


def _parents(model: type[Area] | type[Unit], rows: list[AreaRow] | list[UnitRow]) -> dict[str, str]:
    """Each code's parent as it will be; the empty string at the top."""
    merged = {code: up or "" for code, up in model.objects.values_list("code", "parent__code")}
    for row in rows:
        merged[row.code] = merged.get(row.code, "") if row.parent is None else row.parent
    return merged


def _on_a_cycle(code: str, parents: Mapping[str, str]) -> bool:
    seen, up = set(), parents.get(code, "")
    while up and up not in seen:
        if up == code:
            return True
        seen.add(up)
        up = parents.get(up, "")
    return False


def _cycle(code: str, parents: Mapping[str, str]) -> str:
    round_trip, up = [code], parents[code]
    while up != code and len(round_trip) < 5:
        round_trip.append(up)
        up = parents[up]
    round_trip.append(code if up == code else "…")
    return _("上级成环：%(codes)s") % {"codes": " → ".join(round_trip)}
