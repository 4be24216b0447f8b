"""A simulation as a table: who moves, how far, and which clause does it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.publication.wording import grade_name, honour_name
from pingyi.rulebook import Scheme
from pingyi.scoring.board import Board
from pingyi.scoring.causes import Cause
from pingyi.scoring.forms import UnitResult
from pingyi.scoring.simulation import Comparison, Move, per_cent
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.observatory.boards import name_of
from pingyi.web.observatory.clauses import clause_of
from pingyi.web.observatory.places import Places
from pingyi.web.observatory.rows import Rows, honour_tag


@dataclass(frozen=True)
class Line:
    """A unit under both schemes; what it sorts by are plain attributes."""

    pk: str
    season: str
    scheme: Scheme
    draft: Scheme
    name: str
    group: str
    group_name: str
    district_code: str
    district: str
    rank: int | None
    then_rank: int | None
    climbed: int | None
    difference: Fraction | None
    cause: str
    move: Move

    @property
    def url(self) -> str:
        return reverse("observatory:unit", args=[self.season, self.pk])

    @property
    def far(self) -> int | None:
        """How far it moves, either way: what moves most comes first."""
        return None if self.climbed is None else -abs(self.climbed)


def lines_of(found: Comparison, board: Board, draft: Scheme, places: Places) -> Rows:
    """The units within `places`."""
    units = {row.unit.code: row.unit for row in board.rows}
    lines: list[Any] = [
        _line(move, units[move.unit], board, draft, places)
        for move in found.moves
        if units[move.unit].area in places
    ]
    return Rows(lines)


def _line(move: Move, unit: Any, board: Board, draft: Scheme, places: Places) -> Line:
    district = places.district_of[unit.area or ""]
    return Line(
        pk=move.unit,
        season=board.season.code,
        scheme=board.scheme,
        draft=draft,
        name=unit.name or move.unit,
        group=move.now.group,
        group_name=name_of(board.scheme.groups[move.now.group]),
        district_code=district.code,
        district=district.name,
        rank=move.now.rank,
        then_rank=move.then.rank,
        climbed=move.climbed,
        difference=move.difference,
        cause=move.cause.clause if move.cause else "",
        move=move,
    )


def signed(difference: Fraction | None) -> str:
    """`+1.20`, `−3.00`, `0.00`; an em dash for none."""
    if difference is None:
        return "—"
    shown: Decimal = per_cent(difference)
    if not shown:
        return "0.00"
    return f"+{shown}" if shown > 0 else f"\N{MINUS SIGN}{-shown}"


def honours_told(found: Comparison, scheme: Scheme, draft: Scheme) -> list[tuple[str, int, int]]:
    """(honour, units that gain it, units that lose it)."""
    keys = sorted({*found.gained, *found.lost})
    return [
        (
            honour_name(draft if key in draft.honours else scheme, key),
            len(found.gained.get(key, ())),
            len(found.lost.get(key, ())),
        )
        for key in keys
    ]


def clauses_told(
    found: Comparison, scheme: Scheme, draft: Scheme
) -> list[tuple[str, str, int, str]]:
    """(clause, its words, units it does something to, mean difference of their points)."""
    told = []
    for clause, units, whole in found.clauses:
        known = clause_of(draft, clause) or clause_of(scheme, clause)
        mean = "—" if whole is None else signed(whole / units)
        told.append((clause, known.zh if known else "", units, mean))
    return told


def _place(rank: int | None, of: int) -> SafeString:
    if rank is None:
        return SafeString("—")
    return format_html('{}<span class="soft"> / {}</span>', rank, of)


def _climbed(row: Line, at: datetime) -> object:
    if row.climbed is None:
        return "—"
    if not row.climbed:
        return format_html('<span class="soft">{}</span>', gettext("不变"))
    words = gettext("升 %(n)s 位") if row.climbed > 0 else gettext("降 %(n)s 位")
    arrow = "▲" if row.climbed > 0 else "▼"
    return format_html(
        '{} <span aria-hidden="true">{}</span>', words % {"n": abs(row.climbed)}, arrow
    )


def _total(row: Line, at: datetime) -> object:
    def shown(total: Decimal | None) -> object:
        return "—" if total is None else total

    return format_html(
        '{} <span class="soft">→</span> {}', shown(row.move.now.total), shown(row.move.then.total)
    )


def _honour(row: Line, at: datetime) -> SafeString:
    now, then = row.move.now, row.move.then
    found = honour_tag(row.scheme, now.honour, now.vetoed)
    if (now.honour, now.vetoed) != (then.honour, then.vetoed):
        after = honour_tag(row.draft, then.honour, then.vetoed)
        found = format_html('{} <span class="soft">→</span> {}', found or "—", after or "—")
    if now.grade == then.grade:
        return found
    return format_html(
        '{}{}{} <span class="soft">→</span> {}',
        found,
        SafeString("<br>" if found else ""),
        grade_name(row.scheme, now.grade) or "—",
        grade_name(row.draft, then.grade) or "—",
    )


def _awards(row: Line) -> str:
    """Honours, and grades where they change, as a file has them."""
    now, then = row.move.now, row.move.then
    said = [f"{now.honour or ''} → {then.honour or ''}"]
    if now.grade != then.grade:
        before, after = grade_name(row.scheme, now.grade), grade_name(row.draft, then.grade)
        said.append(f"{before or '—'} → {after or '—'}")
    return "; ".join(said)


def _cause(row: Line, at: datetime) -> SafeString:
    if row.move.cause is None:
        return SafeString("—")
    first, *others = row.move.causes
    more = gettext("等 %(n)d 条") % {"n": len(others) + 1} if others else ""
    return format_html(
        '<span><code>{}</code> {} <span class="soft">{}</span></span>',
        first.clause,
        _does(first),
        more,
    )


def _does(cause: Cause) -> str:
    """What a clause does to a unit: to its points, or to its order with others."""
    if cause.difference is not None:
        return signed(cause.difference)
    if cause.others:
        return gettext("（与 %(n)s 个单位先后改变）") % {"n": f"{cause.others:,}"}
    return ""


def _in_file(cause: Cause) -> str:
    said = _does(cause) if cause.difference is None else str(per_cent(cause.difference))
    return f"{cause.clause} {said}".rstrip()


def _kept(rows: Any, asked: Any) -> Any:
    return Rows(filter(asked, rows))


def _groups(request: Any) -> Iterable[tuple[str, str]]:
    return request.groups


MOVES = {
    "up": _("上升"),
    "down": _("下降"),
    "honour": _("评定结果改变"),
    "same": _("名次与评定结果不变"),
}


def _awarded(one: UnitResult) -> tuple[object, ...]:
    return one.honour, one.vetoed, one.grade


def _moves(rows: Any, kind: str, at: datetime) -> Any:
    asked = {
        "up": lambda row: (row.climbed or 0) > 0,
        "down": lambda row: (row.climbed or 0) < 0,
        "honour": lambda row: _awarded(row.move.now) != _awarded(row.move.then),
        "same": lambda row: not row.move.moved,
    }
    return _kept(rows, asked[kind])


SIMULATION = DataTable(
    name="simulation",
    title=_("逐单位比较"),
    columns=(
        Column(
            "unit",
            _("单位"),
            lambda row, at: format_html(
                '<a href="{}">{}</a>',
                reverse("observatory:unit", args=[row.season, row.pk]),
                row.name,
            ),
            value=lambda row: row.name,
            sort=("name",),
            style="name",
        ),
        Column("group", _("分组"), lambda row, at: row.group_name, sort=("group",), style="nowrap"),
        Column(
            "rank",
            _("现名次"),
            lambda row, at: _place(row.rank, row.move.now.of),
            value=lambda row: row.rank,
            sort=("rank",),
            style="number",
        ),
        Column(
            "then",
            _("草案名次"),
            lambda row, at: _place(row.then_rank, row.move.then.of),
            value=lambda row: row.then_rank,
            sort=("then_rank",),
            style="number",
        ),
        Column(
            "moved",
            _("变动"),
            _climbed,
            value=lambda row: row.climbed,
            sort=("far", "climbed"),
            style="nowrap",
        ),
        Column(
            "total",
            _("得分"),
            _total,
            value=lambda row: f"{row.move.now.total} → {row.move.then.total}",
            style="number",
        ),
        Column(
            "difference",
            _("差额 %"),
            lambda row, at: signed(row.difference),
            value=lambda row: "" if row.difference is None else str(per_cent(row.difference)),
            sort=("difference",),
            style="number",
        ),
        Column(
            "honour",
            _("评定结果"),
            _honour,
            value=_awards,
            style="nowrap",
        ),
        Column(
            "clause",
            _("起主要作用的条款"),
            _cause,
            value=lambda row: "; ".join(map(_in_file, row.move.causes)),
            sort=("cause",),
        ),
    ),
    order="moved",
    carried=("season", "draft"),
    filters=(
        Filter(
            "q", _("单位名称"), lambda rows, text, at: _kept(rows, lambda row: text in row.name)
        ),
        Filter(
            "group",
            _("分组"),
            lambda rows, group, at: _kept(rows, lambda row: row.group == group),
            _groups,
        ),
        Filter("move", _("变动"), _moves, lambda request: list(MOVES.items())),
    ),
    empty=_("还没有参评单位。"),
)
