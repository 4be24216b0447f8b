"""From the sheets of a file to a directory's rows. English or Chinese headings, in any order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from pingyi.directory import checks, seasons
from pingyi.directory.content import SHEETS, Content, Row, columns, required
from pingyi.directory.models import ServicePoint
from pingyi.directory.plan import MODELS, REFERENCES
from pingyi.directory.problems import DirectoryErrors, Problem, in_english, listed
from pingyi.kernel.tables import Row as Line
from pingyi.kernel.tables import Table, TableErrors, heading_key

SHEET_NAMES = {
    "区划": "areas",
    "单位": "units",
    "服务点": "points",
    "事项": "items",
    "账号": "accounts",
    "账户": "accounts",
    "用户": "accounts",
}
_NAMED = {"编码": "code", "代码": "code", "名称": "name"}
HEADINGS: dict[str, dict[str, str]] = {
    "areas": {**_NAMED, "上级": "parent"},
    "units": {**_NAMED, "分组": "group", "上级": "parent", "区划": "area", "类型": "kind"},
    "points": {
        "单位": "unit",
        "名称": "name",
        "类型": "kind",
        "地址": "address",
        "办公时间": "hours",
    },
    "items": {**_NAMED, "单位": "unit"},
}
KINDS = {name: value for value, name in ServicePoint.Kind.choices}

HEADER = 1

# They become part of addresses (`/office/directory/units/<code>/`), so no slash and no space.
_CODE = re.compile(r"\w[\w.\-]*")
_CODES = {("areas", "code"), ("units", "code")}
_ONE_WORD = {"code", "parent", "area", "unit", "group"}


@dataclass(frozen=True)
class Sheets:
    """A file's sheets by the names used here, and what of the file is not read."""

    tables: Mapping[str, Table]
    notes: tuple[str, ...]

    def named_as_in_file(
        self, problems: Iterable[Problem], headings: Mapping[str, Mapping[str, str]] = HEADINGS
    ) -> list[Problem]:
        """The problems in the file's order, with its own names of sheets and columns."""
        order = {name: place for place, name in enumerate(self.tables)}
        own = {
            (sheet, name): heading
            for sheet, table in self.tables.items()
            for name, heading in own_names(table, headings.get(sheet, {})).items()
        }
        return [
            p._replace(
                sheet=self.tables[p.sheet].name if p.sheet in self.tables else p.sheet,
                column=own.get((p.sheet, p.column), p.column),
            )
            for p in sorted(problems, key=lambda p: (order.get(p.sheet, -1), p.line))
        ]


def sort_out(tables: Mapping[str, Table], *, accounts: bool = False) -> Sheets:
    """Tell which sheet is which. DirectoryErrors if none is, or two are the same.

    An unknown sheet is noted, unless it is empty. `accounts`: whether that sheet is read too.
    """
    wanted = [*SHEETS, *(["accounts"] if accounts else [])]
    found: dict[str, Table] = {}
    notes = []
    for table in tables.values():
        own = heading_key(table.name)
        name = SHEET_NAMES.get(own, own)
        if name in found:
            text = _("与工作表 %(other)s 同义") % {"other": found[name].name}
            raise DirectoryErrors([Problem(table.name, 0, "", text)])
        if name in wanted:
            found[name] = table
        elif name == "accounts":
            notes.append(_("账号表未读入：用户由系统管理员建立，由安全管理员授权。"))
        elif table.header:
            notes.append(_("工作表 %(sheet)s 未读入。") % {"sheet": table.name})
    if not found:
        text = _("没有可读的工作表；应有 %(names)s") % {"names": listed(wanted)}
        raise DirectoryErrors([Problem("", 0, "", text)])
    return Sheets(found, tuple(notes))


def read(sheets: Sheets, *, day: date) -> tuple[Content, list[str], list[Problem]]:
    """The rows, notes on what is not read, and every problem (sheets named as here).

    With problems the rows are for looking at only.
    """
    content, notes, problems, whole = Content(), [], [], True
    for name in SHEETS:
        if name not in sheets.tables or not sheets.tables[name].header:
            continue
        try:
            table = headed(sheets.tables[name], HEADINGS[name], required(SHEETS[name]))
        except DirectoryErrors as wrong:
            problems += [p._replace(sheet=name) for p in wrong.problems]
            whole = False
            continue
        notes += unread(table, columns(SHEETS[name]))
        reader = _Reader(name, day)
        content.rows(name).extend(map(reader.row, table.rows))
        problems += reader.problems
    if whole:
        # What a row lacks in form would only be said twice.
        known = {(problem.sheet, problem.line) for problem in problems}
        belonging = checks.problems(content, day=day)
        problems += [p for p in belonging if (p.sheet, p.line) not in known]
    return content, notes, problems


def headed(table: Table, headings: Mapping[str, str], needed: Iterable[str]) -> Table:
    """The table with its columns named as here; DirectoryErrors for a missing or double one."""
    names = {**headings, **{name: name for name in headings.values()}}
    try:
        renamed = table.renamed(names)
    except TableErrors as wrong:
        raise from_tables(wrong) from None
    missing = [name for name in needed if name not in renamed.header]
    if missing:
        raise DirectoryErrors(
            Problem(table.name, HEADER, name, _("缺少这一列")) for name in missing
        )
    return renamed


def own_names(table: Table, headings: Mapping[str, str]) -> dict[str, str]:
    """The names in use and how the file calls them, where it does not use them itself."""
    known = {heading_key(heading): name for heading, name in headings.items()}
    found = {heading: known.get(heading_key(heading)) for heading in table.header}
    return {name: heading for heading, name in found.items() if name is not None}


def unread(table: Table, known: Iterable[str]) -> list[str]:
    """A note for each column nobody reads: likely a misspelt heading."""
    return [
        _("工作表 %(sheet)s 的列 %(column)s 未读入。") % {"sheet": table.name, "column": heading}
        for heading in table.header
        if heading not in set(known)
    ]


def from_tables(wrong: TableErrors) -> DirectoryErrors:
    """The complaints of whoever read the file, in the language in use."""
    english = in_english()
    return DirectoryErrors(
        Problem(e.sheet, e.row or 0, e.column, e.en if english else e.zh) for e in wrong.errors
    )


class _Reader:
    """Reads one sheet's lines into rows, gathering what is wrong with them."""

    def __init__(self, sheet: str, day: date) -> None:
        self.sheet = sheet
        self.kind = SHEETS[sheet]
        self.problems: list[Problem] = []
        self._limits = {name: _longest(sheet, name) for name in columns(self.kind)}
        self._groups = {zh: code for code, zh in seasons.groups_in_use(day).items()}

    def row(self, line: Line) -> Row:
        said = [name for name in columns(self.kind) if name in line.values]
        return self.kind(line=line.number, **{name: self._value(line, name) for name in said})

    def _value(self, line: Line, name: str) -> str:
        text = one_line(line.values[name])
        wrong = unfit(text, self._limits[name], needed=name in required(self.kind))
        if name in _ONE_WORD:
            text = unicodedata.normalize("NFKC", text)
        if not wrong and text and (self.sheet, name) in _CODES and not _CODE.fullmatch(text):
            wrong = _("编码只能由文字、数字和 . - _ 组成")
        if name == "group":
            text = self._groups.get(text, text)
        if (self.sheet, name) == ("points", "kind"):
            text = KINDS.get(text, text.casefold())
            if not wrong and text not in ServicePoint.Kind.values:
                wrong = checks.unknown_kind(text)
        if wrong:
            self.problems.append(Problem(self.sheet, line.number, name, wrong))
        return text


def one_line(text: str) -> str:
    """A cell's text without line breaks, tabs and repeated spaces."""
    return " ".join(text.split())


def unfit(text: str, longest: int, *, needed: bool) -> str:
    """What is wrong with a text as such; empty if nothing."""
    if needed and not text:
        return _("不能为空")
    if len(text) > longest:
        return _("超过 %(longest)d 个字") % {"longest": longest}
    if any(unicodedata.category(character) in ("Cf", "Cn", "Cs") for character in text):
        return _("含有不可见字符")
    return ""


def _longest(sheet: str, name: str) -> int:
    field: Any = MODELS[sheet]._meta.get_field(name)
    if name in REFERENCES:
        field = field.related_model._meta.get_field("code")
    longest: int = field.max_length
    return longest
