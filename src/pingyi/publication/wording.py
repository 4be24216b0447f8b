"""Releases in the reader's language: their titles, periods and honours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from math import ceil, floor

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from pingyi.directory import schemes
from pingyi.kernel.decimals import percentage
from pingyi.publication.models import Release, ReleasedResult
from pingyi.publication.terms import Kind
from pingyi.rulebook import Scheme
from pingyi.rulebook.model import Grade, Honour, Title
from pingyi.scoring.intervals import wilson

STATES = {"prepared": _("待发布"), "published": _("已发布"), "given_up": _("已作废")}
_UNTITLED = {
    "top_ten": Title(zh="十优", en="Top ten"),
    "bottom_ten": Title(zh="十差", en="Bottom ten"),
    "excellent": Title(zh="优秀", en="Excellent"),
    "satisfied": Title(zh="满意等次", en="Grade “satisfied”"),
    "basically_satisfied": Title(zh="基本满意等次", en="Grade “basically satisfied”"),
    "dissatisfied": Title(zh="不满意等次", en="Grade “dissatisfied”"),
}
"""What honours and grades are called in texts of shipped schemes kept before clauses had titles."""
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def in_english() -> bool:
    return (get_language() or "").startswith("en")


def kind_text(kind: Kind) -> str:
    return kind.en if in_english() else kind.zh


def title(release: Release) -> str:
    """`2026 年 6 月月通报`, `2026 年度结果`; a correction says so."""
    said = _title_en(release) if in_english() else _title_zh(release)
    return said + gettext("（更正）") if release.supersedes_id else said


def _title_zh(release: Release) -> str:
    if not release.is_bulletin:
        return f"{release.season.code} 年度结果"
    day = release.through
    if release.of_kind is Kind.MONTHLY:
        return f"{day.year} 年 {day.month} 月通报"
    if release.of_kind is Kind.HALF_MONTHLY:
        half = "上半月" if release.starts_on.day < 16 else "下半月"
        return f"{day.year} 年 {day.month} 月{half}通报"
    return f"{_day_zh(release.starts_on)}至 {day.month} 月 {day.day} 日周通报"


def _title_en(release: Release) -> str:
    if not release.is_bulletin:
        return f"Results of {release.season.code}"
    day = release.through
    month = f"{_MONTHS[day.month - 1]} {day.year}"
    if release.of_kind is Kind.MONTHLY:
        return f"Bulletin of {month}"
    if release.of_kind is Kind.HALF_MONTHLY:
        half = "first" if release.starts_on.day < 16 else "second"
        return f"Bulletin of the {half} half of {month}"
    return f"Bulletin of the week to {day.day} {month}"


def _day_zh(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def day_text(day: date) -> str:
    """A day as people write it."""
    if in_english():
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return _day_zh(day)


def group_text(scheme: Scheme, group: str) -> str:
    found = scheme.groups.get(group)
    if found is None:
        return group
    return found.en if in_english() else found.zh


def scheme_text(scheme: Scheme) -> str:
    return scheme.title_en if in_english() else scheme.title


def honour_name(scheme: Scheme, honour: str | None) -> str:
    """What the scheme calls an honour; its id where it gives no title, "" for none."""
    return _title(scheme.honours, honour)


def grade_name(scheme: Scheme, grade: str | None) -> str:
    """What the scheme calls a grade; its id where it gives no title, "" for none."""
    return _title(scheme.grades, grade)


def honour_tone(scheme: Scheme, honour: str | None) -> str:
    """How an honour is coloured: by the end of the ranking it is for."""
    known = scheme.honours.get(honour or "")
    return "" if known is None else "good" if known.end == "top" else "bad"


def _title(clauses: Mapping[str, Honour] | Mapping[str, Grade], key: str | None) -> str:
    known = clauses.get(key or "")
    title = known.title or _UNTITLED.get(known.id) if known is not None else None
    if title is None:
        return key or ""
    return title.en if in_english() else title.zh


def honour_text(row: ReleasedResult) -> str:
    """The honour, or the veto, and the grade; "" without any. A bulletin honours and grades
    nobody: the season does."""
    if row.release.is_bulletin:
        return gettext("一票否决") if row.vetoed else ""
    scheme = rules_of(row)
    award = gettext("一票否决") if row.vetoed else honour_name(scheme, row.honour)
    told = filter(None, (award, grade_name(scheme, row.grade)))
    return (", " if in_english() else "、").join(told)


def rules_of(row: ReleasedResult) -> Scheme:
    """The text the row was computed by, kept in memory (see `queries.with_rules`)."""
    kept = row.release.scheme
    return schemes.text(kept.digest, kept.name)


def rate_text(good: int, counted: int) -> str:
    """`98.51%`; an em dash without ratings."""
    found = percentage(good, counted)
    return "—" if found is None else f"{found}%"


def interval_text(good: int, counted: int) -> str:
    """The rate's 95 % interval (Wilson), `96.13–99.40%`, never narrower than it is; an em dash
    without ratings."""
    if not counted:
        return "—"
    low, high = wilson(good, counted)
    return f"{floor(low * 10_000) / 100:.2f}–{ceil(high * 10_000) / 100:.2f}%"


def rate_of(good: int, counted: int) -> Fraction | None:
    return Fraction(good, counted) if counted else None
