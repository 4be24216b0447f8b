"""Findings, marks, ballots and channel returns out of a table file: every bad row is named, or all
are taken."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from pingyi.audit.actions import Actor
from pingyi.casework.message_files import parsed_moment
from pingyi.casework.reasons import Reason
from pingyi.directory.models import Season, Unit
from pingyi.directory.problems import DirectoryErrors, Problem, listed
from pingyi.directory.reading import HEADER, from_tables, headed, one_line, own_names, unread
from pingyi.directory.schemes import in_force
from pingyi.kernel.tables import Row, Table, TableErrors, read_tables
from pingyi.kernel.terms import Term
from pingyi.rulebook import Level
from pingyi.supervision.actions import marks
from pingyi.supervision.actions.findings import Found, why_not_record
from pingyi.supervision.actions.marks import Sheet
from pingyi.supervision.actions.returns import Return, planned
from pingyi.supervision.kinds import Channel, FindingKind
from pingyi.supervision.models import PanelSession
from pingyi.supervision.models.returns import COUNTS

T = TypeVar("T")

_UNIT = {"单位": "unit", "单位编码": "unit", "编码": "unit"}
FINDINGS = {
    **_UNIT,
    "类别": "kind",
    "日期": "on",
    "情况": "what",
    "证据说明": "evidence",
    "来文编号": "reference",
    "事由": "matter",
    "加分": "points",
}
MARKS = {**_UNIT, "项目": "component", "分值": "value", "得分": "value"}
BALLOTS = {
    **_UNIT,
    "界别": "panel",
    "测评内容": "dimension",
    "内容": "dimension",
    "很满意": "very_satisfied",
    "满意": "satisfied",
    "基本满意": "basically_satisfied",
    "不满意": "dissatisfied",
    "很不满意": "very_dissatisfied",
}
RETURNS = {
    **_UNIT,
    "渠道": "channel",
    "月份": "month",
    "起始日期": "from",
    "截止日期": "to",
    "很满意": "very_satisfied",
    "非常满意": "very_satisfied",
    "满意": "satisfied",
    "基本满意": "basically_satisfied",
    "不满意": "dissatisfied",
    "很不满意": "very_dissatisfied",
    "非常不满意": "very_dissatisfied",
    "默认评价": "default",
    "查实差评": "verified_bad",
    "来文": "document",
    "来文编号": "document",
    "来源文件": "document",
}
DOCUMENT = 200
"""Characters of a return's document."""
_MOST_SHOWN = 40
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?(?:[-/.]0?1(?: 00:00:00)?)?")
"""2026-05, 2026年5月; or its first day, which spreadsheets make of it."""


class _Wrong(Exception):
    """A row that cannot be taken; its problem is noted."""


class _Reader:
    def __init__(self, table: Table) -> None:
        self.table = table
        self.problems: list[Problem] = []
        wanted = {row.values["unit"].strip() for row in table.rows}
        rows = Unit.objects.filter(code__in=wanted).select_related("area__parent", "parent")
        self._units = {unit.code: unit for unit in rows}

    def rows(self, read: Callable[[Row], T]) -> list[T]:
        """What `read` makes of every row; DirectoryErrors if any was wrong, or there is none."""
        found = self.readable(read)
        self.refuse_problems()
        return found

    def readable(self, read: Callable[[Row], T]) -> list[T]:
        """What `read` makes of the rows that are not wrong."""
        found = []
        for row in self.table.rows:
            try:
                found.append(read(row))
            except _Wrong:
                continue
        if not self.table.rows:
            self.problems.append(Problem(self.table.name, 0, "", _("文件里没有数据行")))
        return found

    def refuse_problems(self) -> None:
        if self.problems:
            raise DirectoryErrors(sorted(self.problems, key=lambda one: one.line))

    def wrong(self, row: Row, column: str, text: str) -> _Wrong:
        self.problems.append(Problem(self.table.name, row.number, column, text))
        return _Wrong()

    def needs_any(self, names: Iterable[str]) -> None:
        """One of these columns at least, or DirectoryErrors."""
        wanted = list(names)
        if not any(name in self.table.header for name in wanted):
            text = _("至少须有其中一列：%(names)s") % {"names": listed(wanted)}
            raise DirectoryErrors([Problem(self.table.name, HEADER, "", text)])

    def unit(self, row: Row) -> Unit:
        code = row.values["unit"].strip()
        if code not in self._units:
            raise self.wrong(row, "unit", _("没有编码为 %(code)s 的单位") % {"code": code})
        return self._units[code]

    def day(self, row: Row, column: str) -> date:
        found = parsed_moment(row.values.get(column, ""))
        if found is None:
            raise self.wrong(row, column, _("日期须写作 2026-06-01"))
        return localdate(found)

    def number(self, row: Row, column: str) -> Decimal | None:
        text = row.values.get(column, "").strip()
        try:
            return Decimal(text) if text else None
        except InvalidOperation:
            raise self.wrong(row, column, _("须是数字")) from None

    def count(self, row: Row, column: str) -> int:
        text = row.values.get(column, "").strip() or "0"
        if not (text.isascii() and text.isdigit() and len(text) < 8):
            raise self.wrong(row, column, _("须是不小于 0 的整数"))
        return int(text)

    def one_of(self, row: Row, column: str, names: Mapping[str, str]) -> str:
        """A code, or one of the names people call it by."""
        text = row.values.get(column, "").strip()
        if text in names.values():
            return text
        if text not in names:
            known = "、".join(list(names)[:_MOST_SHOWN])
            raise self.wrong(row, column, _("须是以下之一：%(known)s") % {"known": known})
        return names[text]


def findings_from(content: bytes, name: str, *, by: Actor, at: datetime) -> list[Found]:
    """The findings of a file. Columns as in `FINDINGS`; evidence, reference, matter and points
    may be absent. Raises DirectoryErrors."""
    reader = _reader(content, name, FINDINGS, ("unit", "kind", "on", "what"))
    kinds = _called(FindingKind)
    seen: dict[Found, int] = {}

    def read(row: Row) -> Found:
        found = Found(
            unit=reader.unit(row),
            kind=reader.one_of(row, "kind", kinds),
            on=reader.day(row, "on"),
            what=row.values["what"],
            evidence=row.values.get("evidence", ""),
            reference=row.values.get("reference", ""),
            matter=row.values.get("matter", ""),
            points=reader.number(row, "points"),
        )
        _agree(reader, row, why_not_record(found, by=by, at=at))
        first = seen.setdefault(replace(found, evidence=""), row.number)
        if first != row.number:
            raise reader.wrong(row, "what", _("与第 %(line)d 行重复") % {"line": first})
        return found

    return reader.rows(read)


def marks_from(
    content: bytes, name: str, *, season: Season, by: Actor
) -> dict[str, dict[Unit, Decimal | None]]:
    """A file's marks by component; an empty value takes a mark back. Raises DirectoryErrors."""
    reader = _reader(content, name, MARKS, ("unit", "component", "value"))
    scheme = in_force(season)
    measured = marks.measured_components(season)
    names = {scheme.components[one].zh: one for one in measured} | {one: one for one in measured}
    groups = {one: marks.groups_with(season, one) for one in measured}
    found: dict[str, dict[Unit, Decimal | None]] = {}

    def read(row: Row) -> None:
        unit = reader.unit(row)
        component = reader.one_of(row, "component", names)
        value = reader.number(row, "value")
        _agree(reader, row, marks.why_not_mark(unit, value, groups[component], by=by))
        if unit in found.setdefault(component, {}):
            raise reader.wrong(row, "unit", _("该单位这一项已在前面出现"))
        found[component][unit] = value

    reader.rows(read)
    return found


def ballots_from(content: bytes, name: str, *, session: PanelSession) -> list[Sheet]:
    """A file's counted ballots, one sheet per unit and panel. Raises DirectoryErrors."""
    reader = _reader(content, name, BALLOTS, ("unit", "panel", "dimension"))
    scheme = in_force(session.season)
    panels = {part.zh: part.id for part in scheme.panels.values()}
    dimensions = {part.zh: part.id for part in scheme.dimensions.values()}
    taking_part = marks.groups_with(session.season, session.component)
    sheets: dict[tuple[Unit, str], dict[str, dict[str, int]]] = {}

    def read(row: Row) -> None:
        unit = reader.unit(row)
        if unit.pk not in taking_part:
            raise reader.wrong(row, "unit", _("单位未参加该年度评议，或其分组没有这一项"))
        panel = reader.one_of(row, "panel", panels)
        dimension = reader.one_of(row, "dimension", dimensions)
        counts = {level.value: reader.count(row, level.value) for level in Level}
        sheet = sheets.setdefault((unit, panel), {})
        if dimension in sheet:
            raise reader.wrong(row, "dimension", _("同一界别的这一项已在前面出现"))
        sheet[dimension] = counts

    reader.rows(read)
    return [Sheet(unit, panel, counts) for (unit, panel), counts in sheets.items()]


def returns_from(
    content: bytes, name: str, *, by: Actor, at: datetime
) -> tuple[list[Return], list[str]]:
    """A file's channel returns, each fit to be entered, and notes on what is not read; a row
    without any count takes its period back. Raises DirectoryErrors."""
    table = _table(content, name)
    reader = _Reader(headed(table, RETURNS, ("unit", "channel")))
    reader.needs_any(("month", "from"))
    reader.needs_any([level.value for level in Level])
    channels = {one.zh: one.value for one in Channel} | {one.en: one.value for one in Channel}

    def read(row: Row) -> Return:
        starts_on, ends_on = _period(reader, row)
        said = row.values.get("channel", "").strip()
        document = one_line(row.values.get("document", "")) or one_line(name)
        return Return(
            sheet=reader.table.name,
            line=row.number,
            unit=reader.unit(row).code,
            channel=channels.get(said, said),
            starts_on=starts_on,
            ends_on=ends_on,
            document=document[:DOCUMENT],
            counts=_counts(reader, row),
        )

    found = reader.readable(read)
    try:
        planned(found, by=by, at=at)
    except DirectoryErrors as wrong:
        reader.problems += wrong.problems
    reader.problems = _named_as_in_file(reader.problems, table)
    reader.refuse_problems()
    return found, unread(reader.table, RETURNS.values())


def _period(reader: _Reader, row: Row) -> tuple[date, date]:
    """The month's days, or the days from and to."""
    month = row.values.get("month", "").strip()
    bounds = [row.values.get(name, "").strip() for name in ("from", "to")]
    if not month:
        return reader.day(row, "from"), reader.day(row, "to")
    if any(bounds):
        raise reader.wrong(row, "month", _("月份与起止日期只填一样"))
    found = _MONTH.fullmatch(month)
    year, number = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (1 <= number <= 12 and 1990 <= year <= 2999):
        raise reader.wrong(row, "month", _("月份须写作 2026-05"))
    return date(year, number, 1), date(year, number, monthrange(year, number)[1])


def _counts(reader: _Reader, row: Row) -> tuple[int, ...] | None:
    if not any(row.values.get(name, "").strip() for name in COUNTS):
        return None
    return tuple(reader.count(row, name) for name in COUNTS)


def _named_as_in_file(problems: Iterable[Problem], table: Table) -> list[Problem]:
    """With the file's own headings; a period is told at whichever column says it."""
    own = own_names(table, {**RETURNS, **{name: name for name in RETURNS.values()}})
    own["period"] = own.get("month", own.get("from", ""))
    return [one._replace(column=own.get(one.column, one.column)) for one in problems]


def _table(content: bytes, name: str) -> Table:
    """The file's only table, or its first with rows."""
    try:
        tables = list(read_tables(content, filename=name).values())
    except TableErrors as wrong:
        raise from_tables(wrong) from None
    table = next((one for one in tables if one.header), None)
    if table is None:
        raise DirectoryErrors([Problem(name, 0, "", _("文件里没有数据行"))])
    return table


def _reader(
    content: bytes, name: str, headings: Mapping[str, str], needed: Iterable[str]
) -> _Reader:
    return _Reader(headed(_table(content, name), headings, needed))


def _agree(reader: _Reader, row: Row, refused: Reason | None) -> None:
    if refused is not None:
        raise reader.wrong(row, refused.field, str(refused))


def _called(terms: type[Term]) -> dict[str, str]:
    return {term.zh: term.value for term in terms} | {term.en: term.value for term in terms}
