"""A unit's card: its place line by line, its rate with its interval, its course."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext

from pingyi.directory.models import Season
from pingyi.publication import queries, wording
from pingyi.publication.models import ReleasedResult
from pingyi.rulebook import Scheme
from pingyi.rulebook.model import Clause
from pingyi.supervision.models.improvements import ImprovementKind
from pingyi.web.components.charts import Bar, LineChart, Value, bars, rate_chart
from pingyi.web.components.words import say
from pingyi.web.results.following import following
from pingyi.web.results.open import page, results_page
from pingyi.web.results.pages import about, group_url, tone_of
from pingyi.web.results.shown import Rate, rate_of, unit_url


@dataclass(frozen=True)
class Line:
    """Points under one clause, and in the season before where there was one."""

    words: str
    source: str
    assumed: bool
    points: str
    count: int | None
    before: str


@results_page
def unit(request: HttpRequest, season: str, code: str) -> HttpResponseBase:
    """What the season's last release says of a unit."""
    release = queries.latest(get_object_or_404(Season, code=season))
    row = release.results.filter(code=code).first() if release else None
    if release is None or row is None:
        raise Http404
    scheme = release.scheme.scheme()
    months = queries.course(code, release.season)
    years = queries.over_seasons(code)
    before = _season_before(years, row)
    return page(
        request,
        "results/unit.html",
        {
            **about(release),
            "row": row,
            "rate": rate_of(row),
            "group": wording.group_text(scheme, row.group),
            "group_url": group_url(release, row.group),
            "honour": wording.honour_text(row),
            "honour_tone": tone_of(row),
            "lines": _lines(row, before, scheme),
            "before": before,
            "months": [(one, _when(one), rate_of(one)) for one in months],
            "chart": _chart([(_when(one, "%m"), rate_of(one)) for one in months]),
            "years": [_year(one) for one in years],
            "reasons": _reasons(row, scheme),
            "follows": following(release, code),
            "improvements": [
                (f"{one.on:%Y-%m-%d}", say(ImprovementKind(one.kind)), one.title)
                for one in queries.improvements(release, code)
            ],
        },
    )


def _when(row: ReleasedResult, month: str = "%Y-%m") -> str:
    """What a released result is of: a bulletin's month, or the whole season."""
    release = row.release
    if release.is_bulletin:
        return release.ends_on.strftime(month)
    return gettext("%(season)s 年度") % {"season": release.season.code}


def _season_before(years: Sequence[ReleasedResult], row: ReleasedResult) -> ReleasedResult | None:
    earlier = [one for one in years if one.release.season.starts_on < row.release.season.starts_on]
    return earlier[-1] if earlier else None


def _year(row: ReleasedResult) -> tuple[ReleasedResult, str, str, str]:
    season = row.release.season.code
    return row, season, unit_url(row, season), wording.honour_text(row)


def _lines(row: ReleasedResult, before: ReleasedResult | None, scheme: Scheme) -> list[Line]:
    """This season's lines beside those of the season before: what the change is made of."""
    now = {line.clause: line for line in row.result.lines}
    then = {line.clause: line for line in before.result.lines} if before else {}
    old = before.release.scheme.scheme() if before else scheme
    found = []
    for name in [*now, *(name for name in then if name not in now)]:
        clause = clause_of(scheme, name) or clause_of(old, name)
        line = now.get(name)
        found.append(
            Line(
                words=clause.zh if clause else name,
                source=clause.source if clause else "",
                assumed=bool(clause and clause.assumed),
                points=signed(line.points) if line else "—",
                # A count of ratings would move by single ones.
                count=line.count if line and name not in scheme.components else None,
                before=signed(then[name].points) if name in then else "—",
            )
        )
    return found


def signed(points: Decimal) -> str:
    """`+100`, `−6`."""
    return f"+{points}" if points >= 0 else f"\N{MINUS SIGN}{-points}"


def clause_of(scheme: Scheme, name: str) -> Clause | None:
    """The clause a line cites."""
    for known in (scheme.base, scheme.floor, scheme.ceiling):
        if known is not None and known.id == name:
            return known
    return scheme.points.get(name) or scheme.components.get(name)


def _reasons(row: ReleasedResult, scheme: Scheme) -> list[Bar]:
    """The reasons given with bad ratings, those given most first; in full tens."""
    english = wording.in_english()
    found = []
    for code, number in sorted(row.reasons.items(), key=lambda item: (-item[1], item[0])):
        known = scheme.reasons_by_code.get(code)
        words = (known.en if english else known.zh) if known else code
        found.append((words, number, ""))
    return bars(found)


def _chart(rates: Iterable[tuple[str, Rate]]) -> LineChart | None:
    return rate_chart(
        [
            Value(
                label,
                rate.share,
                gettext("%(when)s：%(said)s") % {"when": label, "said": rate.said},
                *rate.bounds,
            )
            for label, rate in rates
            if rate.known
        ]
    )


@results_page
def city(request: HttpRequest) -> HttpResponseBase:
    """The whole city's satisfaction, season by season."""
    years = [
        (year, Rate(year.good, year.counted), wording.title(year.release))
        for year in queries.city_course()
    ]
    values = [
        Value(
            year.release.season.code,
            rate.share,
            gettext("%(when)s：%(said)s") % {"when": year.release.season.code, "said": rate.said},
        )
        for year, rate, _ in years
        if rate.known
    ]
    return page(request, "results/city.html", {"years": years, "chart": rate_chart(values)})
