"""A release as files: every unit in an .xlsx, and a list to print and send as .docx.

Neither needs more than its release: what they say is what was frozen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import IO, NamedTuple

from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext

from pingyi.directory.models import Area
from pingyi.kernel.tables import Cell, write_xlsx
from pingyi.publication import queries, wording
from pingyi.publication.listing import Landscape
from pingyi.publication.models import Release, ReleasedResult


class Column(NamedTuple):
    """A column of a list: its head, what stands in it, its share of the page's width."""

    head: str
    value: Callable[[ReleasedResult], Cell]
    width: int


def columns(release: Release, *, public: bool) -> list[Column]:
    """What a list says of each unit. The public's rates are those that move in tens."""
    counts = _shown if public else _counts
    found = [
        Column(gettext("名次"), lambda row: row.rank, 6),
        Column(gettext("单位"), lambda row: row.name, 27),
        Column(gettext("编码"), lambda row: row.code, 10),
        Column(gettext("区"), lambda row: row.district, 10),
        Column(gettext("得分"), lambda row: row.result.total, 9),
        Column(gettext("满意率"), lambda row: wording.rate_text(*counts(row)), 8),
        Column(gettext("95% 区间"), lambda row: wording.interval_text(*counts(row)), 15),
        Column(gettext("评价数"), lambda row: counts(row)[1], 7),
    ]
    if release.is_bulletin:
        found.append(Column(gettext("本期得分"), period_total, 9))
        found.append(Column(gettext("本期名次"), lambda row: row.period_rank, 9))
    else:
        found.append(Column(gettext("评定结果"), wording.honour_text, 13))
    return found


def _shown(row: ReleasedResult) -> tuple[int, int]:
    return row.shown_parts


def _counts(row: ReleasedResult) -> tuple[int, int]:
    return row.good, row.counted


def period_total(row: ReleasedResult) -> Cell:
    """The points of the bulletin's own period, rounded as the season's are."""
    total = row.period_total
    return None if total is None else total.quantize(row.result.total or total)


def write_workbook(
    release: Release, target: IO[bytes], *, public: bool, group: str | None = None
) -> None:
    """A sheet for each group, or for `group` alone, with all its units; and one that says what
    this is."""
    scheme = release.scheme.scheme()
    about = gettext("说明")
    write_xlsx(
        target,
        {
            **{
                wording.group_text(scheme, one): _sheet(release, one, public=public)
                for one in _asked(release, group)
            },
            about: [[gettext("项目"), gettext("内容")], *head(release)],
        },
    )


def _asked(release: Release, group: str | None) -> list[str]:
    return groups(release) if group is None else [group]


def _sheet(release: Release, group: str, *, public: bool) -> Iterator[Sequence[Cell]]:
    shown = columns(release, public=public)
    yield [column.head for column in shown]
    for row in queries.with_rules(release.results.filter(group=group)).order_by("pk"):
        yield [column.value(row) for column in shown]


def groups(release: Release) -> list[str]:
    """The groups that have units in the release, in the scheme's order."""
    used = set(release.results.order_by().values_list("group", flat=True).distinct())
    return [group for group in release.scheme.scheme().groups if group in used]


def head(release: Release) -> list[tuple[str, str]]:
    """What a list must say of itself."""
    scheme = release.scheme.scheme()
    said = [
        (gettext("名称"), wording.title(release)),
        (gettext("统计时段"), _span(release)),
        (gettext("评议方案"), wording.scheme_text(scheme)),
        (gettext("方案版本"), f"{scheme.name} · {scheme.digest[:16]}"),
        (gettext("事实截至"), _moment(release.as_of)),
        (gettext("发布时间"), _moment(release.published_at)),
        (gettext("结果摘要"), release.result_digest),
    ]
    if release.reason:
        said.append((gettext("更正原因"), release.reason))
    if release.note:
        said.append((gettext("附注"), release.note))
    return said


def _span(release: Release) -> str:
    return f"{release.starts_on:%Y-%m-%d} – {release.ends_on:%Y-%m-%d}"


def _moment(at) -> str:
    return "—" if at is None else f"{localtime(at):%Y-%m-%d %H:%M}"


def write_document(
    release: Release, target: IO[bytes], *, public: bool, group: str | None = None
) -> None:
    """A landscape list: for each group, or for `group` alone, its best, its last, every unit."""
    city = Area.objects.filter(parent=None).first()
    scheme = release.scheme.scheme()
    paper = Landscape(
        title=f"{city.name if city else ''}{wording.title(release)}",
        subtitle=_subtitle(release),
    )
    if release.reason:
        paper.paragraph(gettext("更正原因：%(reason)s") % {"reason": release.reason})
    if release.note:
        paper.paragraph(release.note)
    shown = columns(release, public=public)
    for one in _asked(release, group):
        paper.heading(wording.group_text(scheme, one))
        for words, rows, _of_period in lists(release, one):
            paper.caption(words)
            paper.table(
                [(column.head, column.width) for column in shown],
                ([_text(column.value(row)) for column in shown] for row in rows),
            )
    paper.paragraph(
        gettext("依据方案 %(name)s（版本 %(digest)s）计算，结果摘要 %(result)s。")
        % {
            "name": wording.scheme_text(scheme),
            "digest": scheme.digest[:16],
            "result": release.result_digest[:16],
        }
    )
    paper.save(target)


def lists(release: Release, group: str) -> list[tuple[str, QuerySet[ReleasedResult], bool]]:
    """The lists of a group, each with its caption, and whether it goes by the places of the
    bulletin's own period. Empty ones are left out; that of all units is the last."""
    interim = release.is_bulletin
    found = [
        (
            gettext("年度以来前列单位") if interim else gettext("前列单位"),
            queries.top(release, group),
            False,
        ),
        (
            gettext("年度以来末位单位") if interim else gettext("末位单位"),
            queries.bottom(release, group),
            False,
        ),
        (
            gettext("全部单位"),
            queries.with_rules(release.results.filter(group=group)).order_by("pk"),
            False,
        ),
    ]
    if interim:
        found.insert(0, (gettext("本期末位单位"), queries.worst_of_period(release, group), True))
    return [one for one in found if one[1].exists()]


def _subtitle(release: Release) -> str:
    said = _span(release)
    if release.published_at is None:
        return said + gettext("（稿，未发布）")
    return said + gettext(" · %(day)s发布") % {
        "day": wording.day_text(localtime(release.published_at).date())
    }


def _text(value: Cell) -> str:
    return "—" if value is None else str(value)
