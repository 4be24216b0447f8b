"""What a unit's page tells beside its score: how sure it is, what would change it, its course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.publication.wording import grade_name, honour_name, honour_tone
from pingyi.rulebook import Scheme
from pingyi.scoring import course, kept_fairness, what_if
from pingyi.scoring.board import Board, Row
from pingyi.scoring.fairness import SURE, beside, last_places
from pingyi.scoring.intervals import FEW
from pingyi.scoring.what_if import MORE_RATINGS, Change, Edge
from pingyi.web.components.charts import LineChart, Value, level_chart
from pingyi.web.observatory.rows import (
    award,
    bad_cell,
    between_shares,
    chance_text,
    per_thousand,
)

SMALL = 300
"""Units of a group up to which its past months are computed unasked."""

CHANGES = {
    Change.ONE_VERIFIED_LESS: _("少一件查实差评"),
    Change.ONE_VERIFIED_MORE: _("多一件查实差评"),
    Change.ONE_EVENT_LESS: _("少一件"),
    Change.ONE_EVENT_MORE: _("多一件"),
    Change.MORE_SATISFIED: _("多 %(n)s 条满意评价"),
    Change.VETO_LIFTED: _("撤销一票否决"),
}


@dataclass(frozen=True)
class Then:
    """What a change would come to."""

    change: str
    clause: str  # its words, where the change is an event of a clause
    total: Decimal
    points: str
    rank: int
    moved: str
    honour: Any


@dataclass(frozen=True)
class Month:
    """How the unit stood at a month's end, or stands now."""

    label: str
    total: Decimal | None
    rank: int | None
    of: int


def how_sure(row: Row, board: Board, *, at: datetime) -> dict[str, Any]:
    """The interval, the shrunken rate and the probability, ready to show."""
    among = kept_fairness.of(board, row.unit.group, at=at)
    few_below = max(FEW, board.scheme.missing.min_ratings)
    fair = beside(row.unit.code, row.ratings, row.verified, among, few_below=few_below)
    last = last_places(row.result.of or len(board.rows))
    return {
        "fair": fair,
        "interval": between_shares(fair.rate),
        "bad": bad_cell(fair.bad),
        "bad_value": "—" if fair.bad is None else per_thousand(fair.bad.value),
        "chance": chance_text(fair.last),
        "sure": fair.last is not None and fair.last >= SURE,
        "last": last,
        "few_below": few_below,
    }


def what_would_change(row: Row, board: Board) -> tuple[list[Then], list[str]]:
    """What some changes would come to, and how far it is to other places."""
    one = row.result
    if one.total is None or one.rank is None:
        return [], []
    asked = (board.facts, board.scheme, board.result, row.unit.code)
    total, rank = one.total, one.rank
    found = [
        Then(
            change=str(CHANGES[then.change]) % {"n": MORE_RATINGS},
            clause=board.scheme.points[then.clause].zh if then.clause else "",
            total=then.total,
            points=_signed(then.total - total),
            rank=then.rank,
            moved=_moved(rank - then.rank),
            honour=award(board.scheme, then),
        )
        for then in what_if.outcomes(*asked)
    ]
    return found, [_edge(edge, board.scheme) for edge in what_if.edges(*asked)]


def season_so_far(row: Row, board: Board, *, at: datetime, asked: bool) -> tuple[list[Month], bool]:
    """Each ended month and the present; whether the months are still to be computed."""
    group = row.unit.group
    small = len(board.rows) <= SMALL
    if not (asked or small or course.is_known(board.season, group, now=at)):
        return [], True
    months = [
        Month(f"{stood.day:%Y-%m}", stood.total, stood.rank, stood.of)
        for stood in course.of_unit(board.season, group, row.unit.code, now=at)
    ]
    if localdate(at) <= board.season.ends_on:
        months.append(Month(gettext("现在"), row.result.total, row.result.rank, row.result.of))
    return months, False


def course_charts(months: list[Month]) -> tuple[LineChart | None, LineChart | None]:
    """Totals, and ranks with the first on top."""
    totals = [
        Value(_short(one.label), float(one.total), f"{one.label}: {one.total}")
        for one in months
        if one.total is not None
    ]
    ranks = [
        Value(_short(one.label), float(one.rank), f"{one.label}: {one.rank} / {one.of}")
        for one in months
        if one.rank is not None
    ]
    return level_chart(totals), level_chart(ranks, down=True)


def _short(label: str) -> str:
    return label[5:] if label[:4].isdigit() else label


def _signed(points: Decimal) -> str:
    return f"+{points}" if points > 0 else f"\N{MINUS SIGN}{-points}" if points else "0"


def _moved(places: int) -> str:
    if not places:
        return gettext("不变")
    words = gettext("升 %(n)s 位") if places > 0 else gettext("降 %(n)s 位")
    return words % {"n": f"{abs(places):,}"}


_EDGES = {
    "above": _("与前一名相差 %(points)s 分"),
    "below": _("与后一名相差 %(points)s 分"),
    "vetoed": _("一票否决先于得分：未撤销前排在未被否决的单位之后，加多少分也不能越过"),
    "above_vetoed": _("后面的单位都被一票否决，扣多少分也不会落到其后"),
    "inside good": _("在%(honour)s之列，比界外第一个单位高 %(points)s 分"),
    "outside good": _("不在%(honour)s之列，比界内最后一个单位低 %(points)s 分"),
    "inside bad": _("在%(honour)s之列，比界外最后一个单位低 %(points)s 分"),
    "outside bad": _("不在%(honour)s之列，比界内第一个单位高 %(points)s 分"),
    "inside good grade": _("在%(honour)s之列，比“%(grade)s”的分数线高 %(points)s 分"),
    "outside good grade": _("不在%(honour)s之列，离“%(grade)s”的分数线还差 %(points)s 分"),
    "inside bad grade": _("在%(honour)s之列，比“%(grade)s”的分数线低 %(points)s 分"),
    "outside bad grade": _("不在%(honour)s之列，比“%(grade)s”的分数线高 %(points)s 分"),
}


def _edge(edge: Edge, scheme: Scheme) -> str:
    tone = honour_tone(scheme, edge.honour)
    kind = edge.kind if edge.honour is None else f"{edge.kind} {tone}"
    if edge.grade is not None:
        kind = f"{kind} grade"
    said = {
        "points": abs(edge.points),
        "honour": honour_name(scheme, edge.honour),
        "grade": grade_name(scheme, edge.grade),
    }
    return str(_EDGES[kind]) % said
