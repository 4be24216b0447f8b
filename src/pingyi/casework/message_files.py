"""From a file of citizens' messages to rows: English or Chinese headings, in any order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import msgspec
from django.utils.translation import gettext as _

from pingyi.casework.origins import UNSENT, Channel
from pingyi.directory.models import Area, Unit
from pingyi.directory.problems import DirectoryErrors, Problem
from pingyi.directory.reading import headed, one_line, own_names, unread
from pingyi.kernel.tables import Row as Line
from pingyi.kernel.tables import Table
from pingyi.kernel.text import clean_text
from pingyi.kernel.workdays import SHANGHAI
from pingyi.rulebook import Level

HEADINGS = {
    "留言编号": "message_no",
    "留言人": "sender",
    "留言用户": "sender",
    "主题": "subject",
    "留言主题": "subject",
    "留言时间": "sent_at",
    "留言内容": "text",
    "留言详情": "text",
    "答复": "reply",
    "答复意见": "reply",
    "答复时间": "replied_at",
    "单位": "unit",
    "满意程度": "satisfaction",
    "满意度": "satisfaction",
    "检查编号": "message_no",
    "检查时间": "sent_at",
    "检查情况": "text",
}
NEEDED = ("message_no", "sender", "subject", "sent_at", "text", "reply", "replied_at")
NEEDED_UNSENT = ("message_no", "subject", "sent_at", "text")
"""What an exposure or a check's result has in any case."""
COLUMNS = (*NEEDED, "unit", "satisfaction")
LONGEST = {"message_no": 64, "sender": 100, "subject": 200, "text": 20_000, "reply": 20_000}
EARLIEST = 1990
"""No board or hotline is older; the first years there are cannot be told in every zone."""
FILLED = ("message_no", "sent_at", "text")

_WORDS = {
    "非常满意": 5,
    "很满意": 5,
    "满意": 4,
    "基本满意": 3,
    "一般": 3,
    "不满意": 2,
    "非常不满意": 1,
    "很不满意": 1,
} | {level.value: level.rank for level in Level}
_MOMENT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?)?"
)
# Days since then, as spreadsheets count them: five digits are 1927 to 2173.
_SERIAL = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?", re.ASCII)
_DAY_NOUGHT = datetime(1899, 12, 30, tzinfo=SHANGHAI)


class MessageRow(msgspec.Struct, frozen=True):
    """One message as read; `unit` is a unit's code or empty, `satisfaction` a rank 5 to 1."""

    line: int
    number: str
    sender: str
    subject: str
    sent_at: datetime
    text: str
    reply: str = ""
    replied_at: datetime | None = None
    unit: str = ""
    satisfaction: int | None = None


def read(
    tables: Mapping[str, Table], *, channel: Channel, area: Area, at: datetime
) -> tuple[list[MessageRow], list[str]]:
    """The rows of the file's one table, and notes on what is not read.

    Units must lie within `area`. Raises DirectoryErrors with every bad row.
    """
    filled = [table for table in tables.values() if table.header]
    if len(filled) != 1:
        text = _("应恰有一张表") if filled else _("文件里没有表头")
        raise DirectoryErrors([Problem("", 0, "", text)])
    table = headed(filled[0], HEADINGS, NEEDED_UNSENT if channel in UNSENT else NEEDED)
    if not table.rows:
        raise DirectoryErrors([Problem(table.name, 0, "", _("文件里没有数据行"))])
    reader = _Reader(table, area, at)
    rows = [row for line in table.rows if (row := reader.row(line)) is not None]
    if reader.problems:
        raise DirectoryErrors(_named_as_in_file(reader.problems, filled[0]))
    notes = unread(table, COLUMNS)
    if len(rows) < len(table.rows):
        notes.append(
            _("%(number)d 行与前面的行完全相同，只计一次。")
            % {"number": len(table.rows) - len(rows)}
        )
    return rows, notes


def _named_as_in_file(problems: Iterable[Problem], table: Table) -> list[Problem]:
    own = own_names(table, HEADINGS)
    return [
        problem._replace(column=own.get(problem.column, problem.column)) for problem in problems
    ]


class _Reader:
    """Reads lines into rows, gathering what is wrong with them."""

    def __init__(self, table: Table, area: Area, at: datetime) -> None:
        self.problems: list[Problem] = []
        self._sheet = table.name
        self._at = at
        self._seen: dict[str, Line] = {}
        self._units = _units_within(area) if "unit" in table.header else {}

    def row(self, line: Line) -> MessageRow | None:
        """The line's message; None where it says again what a line before said, or is wrong."""
        before = len(self.problems)
        said = {name: clean_text(line.values.get(name, "")).strip() for name in COLUMNS}
        for name, value in said.items():
            self._check_text(line, name, value)
        number, subject = one_line(said["message_no"]), one_line(said["subject"])
        if number and self._seen.setdefault(number, line) is not line:
            if self._seen[number].values == line.values:
                return None
            first = self._seen[number].number
            self._wrong(line, "message_no", _("与第 %(line)d 行重复") % {"line": first})
        row = MessageRow(
            line=line.number,
            number=number,
            sender=one_line(said["sender"]),
            subject=subject or one_line(said["text"])[:30],
            sent_at=self._moment(line, "sent_at", said["sent_at"]) or self._at,
            text=said["text"],
            reply=said["reply"],
            replied_at=self._moment(line, "replied_at", said["replied_at"]),
            unit=self._unit(line, said["unit"]),
            satisfaction=self._rank(line, said["satisfaction"]),
        )
        return row if len(self.problems) == before else None

    def _wrong(self, line: Line, column: str, text: str) -> None:
        self.problems.append(Problem(self._sheet, line.number, column, text))

    def _check_text(self, line: Line, name: str, value: str) -> None:
        if name in FILLED and not value:
            self._wrong(line, name, _("不能为空"))
        elif len(value) > LONGEST.get(name, len(value)):
            self._wrong(line, name, _("超过 %(longest)d 个字") % {"longest": LONGEST[name]})

    def _moment(self, line: Line, name: str, value: str) -> datetime | None:
        if not value:
            return None
        moment = parsed_moment(_narrow(value))
        if moment is None:
            self._wrong(line, name, _("不是时间，应如 2026/11/21 18:40:00"))
        elif moment > self._at:
            self._wrong(line, name, _("时间在将来"))
        elif moment.year < EARLIEST:
            self._wrong(line, name, _("请核对年份。"))
        return moment

    def _unit(self, line: Line, value: str) -> str:
        code = self._units.get(value) or self._units.get(_narrow(value), "")
        if value and not code:
            self._wrong(line, "unit", _("没有这个编码或名称的单位，或不归本办"))
        return code

    def _rank(self, line: Line, value: str) -> int | None:
        if value in ("", "未评价"):
            return None
        value = _narrow(value)
        rank = int(value) if value in "12345" and len(value) == 1 else _WORDS.get(value.casefold())
        if rank is None:
            self._wrong(line, "satisfaction", _("应为五级满意程度之一，或 5（非常满意）至 1"))
        return rank


def _narrow(text: str) -> str:
    """Digits, letters and colons as typed in full width, in the usual one."""
    return unicodedata.normalize("NFKC", text)


def parsed_moment(text: str) -> datetime | None:
    """`2019/4/24 15:40:04`, in Wuhan's time; without a time of day midnight; None if it is none.

    A number is a spreadsheet's day, where a cell lost its format: 43579.5 is noon of 2019-04-24.
    """
    if _SERIAL.fullmatch(text.strip()):
        seconds = round(float(text) * 86_400)
        return _DAY_NOUGHT + timedelta(seconds=seconds)
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)
        moment.astimezone(UTC)  # the first hours of the year 1 have no place in it
    except (ValueError, OverflowError):
        return None
    return moment


def _units_within(area: Area) -> dict[str, str]:
    """Code by code, and by name where only one unit has it."""
    rows = Unit.objects.filter(retired_at__isnull=True).select_related("area__parent")
    inside = [unit for unit in rows if _within(unit.area, area)]
    names: dict[str, list[str]] = {}
    for unit in inside:
        names.setdefault(unit.name, []).append(unit.code)
    only = {name: codes[0] for name, codes in names.items() if len(codes) == 1}
    return only | {unit.code: unit.code for unit in inside}


def _within(place: Area, area: Area) -> bool:
    above: Area | None = place
    while above is not None:
        if above.pk == area.pk:
            return True
        above = above.parent
    return False
