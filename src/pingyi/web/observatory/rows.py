"""The scoreboard as a table: computed rows instead of a query's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from operator import itemgetter
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.directory.models import Area
from pingyi.publication.wording import grade_name, honour_name, honour_tone
from pingyi.rulebook import Scheme
from pingyi.scoring.board import Board, Row
from pingyi.scoring.fairness import SURE, Fair, Group, beside, counted
from pingyi.scoring.forms import UnitResult
from pingyi.scoring.intervals import FEW, Interval
from pingyi.scoring.shrinkage import Estimate, known, mean
from pingyi.scoring.what_if import Outcome
from pingyi.web.components.markup import tag
from pingyi.web.components.tables import Column, DataTable, Filter, Listing, in_files
from pingyi.web.components.templatetags.components import grouped
from pingyi.web.components.words import in_english
from pingyi.web.observatory.places import Places


@dataclass(frozen=True)
class Line:
    """A unit on the scoreboard; what it sorts by are plain attributes.

    There are thousands, of which fifty are shown: little is worked out before it is asked for.
    """

    row: Row
    board: Board
    district: Area
    among: Group

    @property
    def pk(self) -> str:
        return self.row.result.unit

    @property
    def name(self) -> str:
        return self.row.unit.name or self.pk

    @property
    def district_code(self) -> str:
        return self.district.code

    @property
    def rank(self) -> int | None:
        return self.row.result.rank

    @property
    def of(self) -> int:
        return self.row.result.of

    @property
    def total(self) -> Decimal | None:
        return self.row.result.total

    @property
    def events(self) -> int:
        """How many things it gained or lost points for."""
        return sum(len(line.refs) for line in self.row.result.lines if line.refs is not None)

    @property
    def rate_order(self) -> int | None:
        return self.row.ratings.rate_order if self.row.ratings.counted else None

    @property
    def honour(self) -> str:
        return self.row.result.honour or ""

    @property
    def last(self) -> float | None:
        """The probability of being among the last, to sort by."""
        return self.among.last.get(self.pk)

    @property
    def bad(self) -> float | None:
        """Verified bad per 1,000 visits, to sort by."""
        if self.among.spread is None:
            return None
        return mean(known(counted(self.row.ratings, self.row.verified), self.among.spread))

    @cached_property
    def fair(self) -> Fair:
        """What stands beside the score."""
        few_below = max(FEW, self.board.scheme.missing.min_ratings)
        return beside(self.pk, self.row.ratings, self.row.verified, self.among, few_below=few_below)

    @property
    def url(self) -> str:
        return reverse("observatory:unit", args=[self.board.season.code, self.pk])

    @property
    def rate_text(self) -> str:
        return per_cent(self.row.ratings.rate if self.row.ratings.counted else None)

    @property
    def interval(self) -> str:
        """The rate's, for files."""
        return between_shares(self.fair.rate) if self.row.ratings.counted else ""

    @property
    def bad_interval(self) -> str:
        """That of verified bad per 1,000 visits, for files."""
        bad = self.fair.bad
        return "" if bad is None else f"{bad.low:.3f}–{bad.high:.3f}"


class Rows(list[Line]):
    """Rows in hand, as far as a listing treats them like a query's."""

    def none(self) -> Rows:
        return Rows()

    def iterator(self, chunk_size: int = 0) -> Iterator[Line]:
        return iter(self)


class Computed(Listing):
    """A listing of rows in hand: `Column.sort` names attributes; what has no value comes last."""

    def _sorted(self, rows: Any) -> Any:
        key, down = self.order.removeprefix("-"), self.order.startswith("-")
        names = next(column.sort for column in self.table.columns if column.key == key)
        ordered = sorted(rows, key=lambda row: row.pk)
        for name in reversed(names):
            values = [(getattr(row, name), row) for row in ordered]
            known = [pair for pair in values if pair[0] is not None]
            known.sort(key=itemgetter(0), reverse=down)
            ordered = [row for _value, row in known]
            ordered += [row for value, row in values if value is None]
        return Rows(ordered)


def lines_of(board: Board, places: Places, among: Group) -> Rows:
    """The board's units within `places`; ranks stay those among all of their group, `among`."""
    return Rows(
        Line(row, board, places.district_of[row.unit.area or ""], among)
        for row in board.rows
        if row.unit.area in places
    )


def per_cent(rate: Fraction | None) -> str:
    """`98.51%`, half up; an em dash without any rating."""
    if rate is None:
        return "—"
    shown = (Decimal(rate.numerator * 100) / rate.denominator).quantize(
        Decimal("0.01"), ROUND_HALF_UP
    )
    return f"{shown}%"


def honour_tag(scheme: Scheme, honour: str | None, vetoed: bool = False) -> SafeString:
    """The honour, or that it is vetoed, as a pill."""
    if vetoed:
        return tag(gettext("一票否决"), "bad")
    if not honour:
        return SafeString("")
    return tag(honour_name(scheme, honour), honour_tone(scheme, honour))


def award(scheme: Scheme, one: UnitResult | Outcome) -> SafeString:
    """What a unit is awarded: the honour or the veto as a pill, and the grade beside it."""
    pill = honour_tag(scheme, one.honour, one.vetoed)
    if one.grade is None:
        return pill
    return format_html('{} <span class="soft">{}</span>', pill, grade_name(scheme, one.grade))


def award_text(scheme: Scheme, one: UnitResult) -> str:
    """The same in words, for a file."""
    told = [gettext("一票否决") if one.vetoed else honour_name(scheme, one.honour)]
    told.append(grade_name(scheme, one.grade))
    return (", " if in_english() else "、").join(filter(None, told))


def _rank(row: Line, at: datetime) -> SafeString:
    if row.rank is None:
        return SafeString("—")
    return format_html('<strong>{}</strong><span class="soft"> / {}</span>', row.rank, row.of)


def _unit(row: Line, at: datetime) -> SafeString:
    return format_html('<a href="{}">{}</a>', row.url, row.name)


def _rate(row: Line, at: datetime) -> SafeString:
    return rate_cell(row.row, row.fair)


def rate_cell(row: Row, fair: Fair) -> SafeString:
    """A rate, its denominator and its interval; greyed where there are too few ratings."""
    if not row.ratings.counted:
        return format_html('<span class="soft">{}</span>', gettext("没有评价"))
    few = format_html(" {}", tag(gettext("评价少"))) if fair.few else ""
    return format_html(
        '<span class="{}">{}</span> <span class="soft of">{} / {}</span>'
        '<span class="soft between">{}{}</span>',
        "few" if fair.few else "",
        per_cent(row.ratings.rate),
        grouped(row.ratings.good),
        grouped(row.ratings.counted),
        between_shares(fair.rate),
        few,
    )


def between_shares(rate: Interval) -> str:
    """`95.2%–99.6%`: an interval never narrower than it is, so rounded outwards."""
    low, high = floor(rate.low * 1000) / 10, ceil(rate.high * 1000) / 10
    return f"{low:.1f}%–{high:.1f}%"


def bad_cell(bad: Estimate | None) -> SafeString:
    """Verified bad per 1,000 visits, with its interval."""
    if bad is None:
        return SafeString("—")
    return format_html(
        '{} <span class="soft between">{}–{}</span>',
        per_thousand(bad.value),
        per_thousand(bad.low),
        per_thousand(bad.high),
    )


def per_thousand(value: float) -> str:
    """Two digits that say something: 0.04, 2.1, 57."""
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:.0f}"


def chance_text(chance: float | None) -> str:
    """A probability as people say it; what is next to nothing or next to sure is not rounded."""
    if chance is None:
        return "—"
    if chance < 0.005:
        return "<1%"
    return f"{chance:.0%}" if chance <= 0.99 else ">99%"


def chance_cell(chance: float | None) -> SafeString:
    """The probability, marked with a word from where it is called sure."""
    if chance is not None and chance >= SURE:
        return format_html("{} {}", chance_text(chance), tag(gettext("基本确定"), "bad"))
    return format_html("{}", chance_text(chance))


def _events(row: Line, at: datetime) -> object:
    return row.events or "—"


def _kept(rows: Any, asked: Callable[[Line], bool]) -> Any:
    return Rows(filter(asked, rows))


def _districts(request: HttpRequest) -> Iterable[tuple[str, str]]:
    return [(area.code, area.name) for area in request.places.districts]  # type: ignore[attr-defined]


SCOREBOARD = DataTable(
    name="scoreboard",
    title=_("积分榜"),
    columns=(
        Column(
            "rank", _("名次"), _rank, value=lambda row: row.rank, sort=("rank",), style="nowrap"
        ),
        Column("unit", _("单位"), _unit, value=lambda row: row.name, sort=("name",), style="name"),
        Column(
            "district",
            _("区"),
            lambda row, at: row.district.name,
            sort=("district_code",),
            style="nowrap",
        ),
        Column(
            "total",
            _("得分"),
            lambda row, at: "—" if row.total is None else row.total,
            value=lambda row: row.total,
            sort=("total",),
            style="number",
        ),
        Column(
            "events",
            _("扣加分事项"),
            _events,
            value=lambda row: row.events,
            sort=("events",),
            style="number",
        ),
        Column(
            "rate",
            _("满意率"),
            _rate,
            value=lambda row: row.rate_text,
            sort=("rate_order",),
            style="number",
        ),
        in_files("interval", _("95% 区间"), lambda row: row.interval),
        in_files("counted", _("评价数"), lambda row: row.row.ratings.counted),
        Column(
            "bad",
            _("每千次办事查实差评"),
            lambda row, at: bad_cell(row.fair.bad),
            value=lambda row: "" if row.fair.bad is None else f"{row.fair.bad.value:.3f}",
            sort=("bad",),
            style="number wide",
        ),
        in_files("bad_interval", _("每千次办事查实差评的 95% 区间"), lambda row: row.bad_interval),
        Column(
            "last",
            _("确属末位概率"),
            lambda row, at: chance_cell(row.last),
            value=lambda row: "" if row.last is None else f"{row.last:.4f}",
            sort=("last",),
            style="number wide",
        ),
        Column(
            "honour",
            _("评定结果"),
            lambda row, at: award(row.board.scheme, row.row.result),
            value=lambda row: award_text(row.board.scheme, row.row.result),
            style="nowrap",
        ),
    ),
    order="rank",
    carried=("season", "group"),
    filters=(
        Filter(
            "q",
            _("单位名称"),
            lambda rows, text, at: _kept(rows, lambda row: text in row.name),
        ),
        Filter(
            "area",
            _("区"),
            lambda rows, code, at: _kept(rows, lambda row: row.district_code == code),
            _districts,
        ),
        Filter(
            "parent",
            _("主管"),
            lambda rows, code, at: _kept(rows, lambda row: row.row.unit.parent == code),
            lambda request: request.parents,
        ),
        Filter(
            "honour",
            _("评定结果"),
            lambda rows, honour, at: _kept(rows, lambda row: row.honour == honour),
            lambda request: request.honours,
        ),
    ),
    empty=_("本组还没有参评单位。"),
)
