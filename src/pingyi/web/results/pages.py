"""`/results/`: the best and the last of each group in a release, and everybody in between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db.models import ExpressionWrapper, F, FloatField, QuerySet, Value
from django.db.models.functions import NullIf
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.directory.models import Season
from pingyi.publication import papers, queries, wording
from pingyi.publication.models import Release, ReleasedResult
from pingyi.web.components.markup import tag
from pingyi.web.components.release_files import as_file
from pingyi.web.components.tables import Column, DataTable, Filter, in_files
from pingyi.web.results.following import following
from pingyi.web.results.open import page, results_page
from pingyi.web.results.shown import rate_of, unit_url


@results_page
def home(request: HttpRequest) -> HttpResponseBase:
    """The last word of the season released last."""
    release = queries.latest()
    if release is None:
        return page(request, "results/nothing.html", {"season": None})
    return _overview(request, release)


@results_page
def season(request: HttpRequest, season: str) -> HttpResponseBase:
    """The season's last release, or the one asked for."""
    found = get_object_or_404(Season, code=season)
    release = _asked(request, found)
    if release is None:
        return page(request, "results/nothing.html", {"season": found.code})
    return _overview(request, release)


def _asked(request: HttpRequest, season: Season) -> Release | None:
    """The public release asked for by its number; the season's last one unless asked."""
    number = request.GET.get("release", "")
    if not number:
        return queries.latest(season)
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        raise Http404
    return get_object_or_404(queries.of_season(season), pk=int(number))


def _overview(request: HttpRequest, release: Release) -> HttpResponseBase:
    scheme = release.scheme.scheme()
    code = release.season.code
    follows = following(release)
    groups = [
        {
            "follows": [one for one in follows if one.group == group],
            "name": wording.group_text(scheme, group),
            "url": group_url(release, group),
            "of": release.results.filter(group=group).count(),
            "lists": [
                (words, [_place(row, code, of_period=of_period) for row in rows])
                for words, rows, of_period in papers.lists(release, group)[:-1]
            ],
        }
        for group in papers.groups(release)
    ]
    releases = list(queries.of_season(release.season))
    return page(
        request,
        "results/season.html",
        {
            **about(release),
            "groups": groups,
            "seasons": [(one, one == code) for one in seasons()],
            "releases": [(one, wording.title(one), one.pk == release.pk) for one in releases],
        },
    )


def _place(row: ReleasedResult, season: str, *, of_period: bool) -> dict[str, object]:
    """A line of a short list: the place and points it was listed for."""
    return {
        "rank": row.period_rank if of_period else row.rank,
        "total": papers.period_total(row) if of_period else row.total_text,
        "name": row.name,
        "url": unit_url(row, season),
        "honour": wording.honour_text(row),
    }


def seasons() -> list[str]:
    """The seasons of which something was released, the latest first."""
    found = Season.objects.filter(releases__published_at__isnull=False).distinct()
    return list(found.order_by("-starts_on").values_list("code", flat=True))


def about(release: Release) -> dict[str, object]:
    """What every page says of the release it shows."""
    correction = queries.correction_of(release)
    return {
        "release": release,
        "title": wording.title(release),
        "season": release.season.code,
        "scheme": wording.scheme_text(release.scheme.scheme()),
        "published": wording.day_text(timezone.localtime(release.published_at).date()),
        "span": format_html(
            '<span class="nowrap">{} –</span> <span class="nowrap">{}</span>',
            release.starts_on.isoformat(),
            release.ends_on.isoformat(),
        ),
        "correction": correction,
        "correction_url": _url(correction) if correction else "",
        "corrected_url": _url(release.supersedes) if release.supersedes else "",
    }


def _url(release: Release) -> str:
    return reverse("results:season", args=[release.season.code]) + f"?release={release.pk}"


def group_url(release: Release, group: str) -> str:
    """The list of a group; of an older release by its number."""
    url = reverse("results:group", args=[release.season.code, group])
    last = queries.latest(release.season)
    return url if last == release else f"{url}?release={release.pk}"


# Everybody of a group


def _unit(row: ReleasedResult, at: datetime) -> SafeString:
    return format_html('<a href="{}">{}</a>', unit_url(row, row.release.season.code), row.name)


def _rate(row: ReleasedResult, at: datetime) -> SafeString:
    rate = rate_of(row)
    if not rate.known:
        return format_html('<span class="soft">{}</span>', gettext("不足 10 条"))
    style = "soft" if rate.few else ""
    return format_html(
        '<span class="{}">{} <span class="soft of">{}</span></span>',
        style,
        rate.text,
        rate.interval,
    )


def _honour(row: ReleasedResult, at: datetime) -> SafeString:
    words = wording.honour_text(row)
    if not words:
        return SafeString("")
    return tag(words, tone_of(row))


def tone_of(row: ReleasedResult) -> str:
    """The colour of what the season's result says of a unit."""
    return "bad" if row.vetoed else wording.honour_tone(wording.rules_of(row), row.honour)


def _rank(row: ReleasedResult, at: datetime) -> SafeString:
    if row.rank is None:
        return SafeString("—")
    return format_html('<strong>{}</strong><span class="soft"> / {}</span>', row.rank, row.of)


def _districts(request: HttpRequest) -> Iterable[tuple[str, str]]:
    release = request.release  # type: ignore[attr-defined]
    rows = release.results.order_by("district_code").values_list("district_code", "district")
    return list(rows.distinct())


def _period(row: ReleasedResult, at: datetime) -> str:
    return f"{row.period_rank} / {row.period_of}" if row.period_rank else "—"


_COLUMNS = (
    Column("rank", _("名次"), _rank, lambda row: row.rank, ("rank", "code"), "nowrap"),
    Column("unit", _("单位"), _unit, lambda row: row.name, ("name",), "name"),
    Column(
        "district", _("区"), lambda row, at: row.district, sort=("district_code",), style="nowrap"
    ),
    Column(
        "total",
        _("得分"),
        lambda row, at: row.total_text,
        value=lambda row: row.result.total,
        sort=("total",),
        style="number",
    ),
    Column(
        "rate",
        _("满意率与 95% 区间"),
        _rate,
        value=lambda row: rate_of(row).text,
        sort=("shown_rate",),
        style="number",
    ),
    in_files("interval", _("95% 区间"), lambda row: rate_of(row).interval),
    in_files("counted", _("评价数"), lambda row: row.shown_counted),
)
FINAL = DataTable(
    name="results",
    title=_("评议结果"),
    columns=(
        *_COLUMNS,
        Column("honour", _("评定结果"), _honour, wording.honour_text, (), "nowrap"),
    ),
    order="rank",
    carried=("release",),
    filters=(
        Filter("q", _("单位名称"), lambda rows, text, at: rows.filter(name__icontains=text)),
        Filter(
            "district",
            _("区"),
            lambda rows, code, at: rows.filter(district_code=code),
            _districts,
        ),
    ),
    empty=_("本组没有单位。"),
)
INTERIM = replace(
    FINAL,
    columns=(
        *_COLUMNS,
        Column(
            "period",
            _("本期名次"),
            _period,
            lambda row: row.period_rank,
            ("period_rank",),
            "number",
        ),
    ),
)


@results_page
def group(request: HttpRequest, season: str, group: str) -> HttpResponseBase:
    """Every unit of a group, to sort, filter and take away."""
    release = _asked(request, get_object_or_404(Season, code=season))
    if release is None or group not in papers.groups(release):
        raise Http404
    request.release = release  # type: ignore[attr-defined]
    rows: QuerySet[ReleasedResult] = release.results.filter(group=group)
    rows = queries.with_rules(rows).annotate(
        shown_rate=ExpressionWrapper(
            F("shown_good") * 1.0 / NullIf(F("shown_counted"), Value(0)), FloatField()
        )
    )
    listing = (INTERIM if release.is_bulletin else FINAL).read(request, rows, at=timezone.now())
    if listing.wants_file:
        return listing.file()
    scheme = release.scheme.scheme()
    return page(
        request,
        "results/group.html",
        {
            **about(release),
            "group": wording.group_text(scheme, group),
            "files": [
                (words, reverse("results:file", args=[release.pk, suffix]) + f"?group={group}")
                for words, suffix in (
                    (gettext("Word 名单"), "docx"),
                    (gettext("Excel 名单"), "xlsx"),
                )
            ],
            "tabs": [
                (wording.group_text(scheme, key), group_url(release, key), key == group)
                for key in papers.groups(release)
            ],
            "listing": listing,
        },
    )


@results_page
def file(request: HttpRequest, pk: int, suffix: str) -> HttpResponseBase:
    """A release's lists as .xlsx or .docx."""
    release = get_object_or_404(queries.published(), pk=pk)
    return as_file(release, suffix, public=True, group=request.GET.get("group", ""))
