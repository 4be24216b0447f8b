"""`/city/`: the leader's page. Few figures, each a link to its records, with its denominator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from pingyi.casework.models import Case, CaseClock
from pingyi.casework.states import State
from pingyi.directory.models import Area, Season, Unit
from pingyi.directory.schemes import in_force
from pingyi.people.models import User
from pingyi.people.permissions import scope_of
from pingyi.ratings.models import UnitTally
from pingyi.rulebook import Level, Scheme
from pingyi.scoring import queries
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.charts import Bar, bars
from pingyi.web.components.words import say
from pingyi.web.observatory import handling, months
from pingyi.web.observatory.boards import chosen_season
from pingyi.web.observatory.months import Month
from pingyi.web.observatory.outcomes import outcomes
from pingyi.web.observatory.places import Places, places_of
from pingyi.web.observatory.rows import per_cent

MONTHS_KEPT = 300
"""Seconds for which the trend is kept: it sums a year of daily tallies."""


@dataclass
class Figures:
    """Ratings and cases of one district, or of all."""

    good: int = 0
    bad: int = 0
    given: int = 0
    open: int = 0
    late: int = 0

    @property
    def rate(self) -> Fraction | None:
        return Fraction(self.good, self.given) if self.given else None

    @property
    def rate_text(self) -> str:
        return per_cent(self.rate)

    @property
    def tone(self) -> str:
        """late, busy or calm: told by a word and a shape too."""
        return "late" if self.late else "busy" if self.open else "calm"


@dataclass(frozen=True)
class Tile:
    """A district with its figures and where its cases are."""

    area: Area
    figures: Figures
    url: str


@requires("scoreboard.read")
@require_safe
def city(request: SignedIn) -> HttpResponse:
    """The season at a glance, within the user's reach."""
    at = timezone.now()
    seasons = list(Season.objects.order_by("-starts_on"))
    season = chosen_season(request.GET.get("season"), seasons, at)
    if season is None:
        return render(request, "observatory/no_season.html")
    scheme = in_force(season)
    places = places_of(request.user, "scoreboard.read")
    by_district = _ratings(season, scheme, places)
    _add_cases(by_district, request.user, at)
    whole = _sum(by_district.values())
    by_month = _months(season, scheme, places)
    cases = Case.objects.visible_to(request.user)
    key = f"{season.pk}/{hash(frozenset(places.district_of))}/{_sees(request.user)}"
    handled = outcomes(handling.cases_of(request.user, season), key, at)
    settled_share = Fraction(handled.settled, handled.closed) if handled.closed else None
    rising, falling = handling.movers(season, places, timezone.localdate(at), key)
    return render(
        request,
        "observatory/city.html",
        {
            "season": season,
            "seasons": seasons,
            "place": _title(places),
            "whole": whole,
            "bad_share": per_cent(Fraction(whole.bad, whole.given) if whole.given else None),
            "handled": handled,
            "settled_share": per_cent(settled_share),
            "rates": handling.three_rates(handled),
            "stages": handling.stages(handled),
            "kinds": handling.verified_by_kind(handled),
            "longest": handling.waiting_longest(request.user, at),
            "rising": rising,
            "falling": falling,
            "months": by_month,
            "chart": months.chart(by_month),
            "states": _states(cases),
            "tiles": [
                Tile(area, by_district.get(area.pk, Figures()), _cases_url(area=area.code))
                for area in places.districts
            ],
            "urls": {
                "scoreboard": f"{reverse('observatory:scoreboard')}?season={season.code}",
                "cases": _cases_url(),
                "late": _cases_url(late="yes"),
            },
            "at": at,
        },
    )


def _ratings(season: Season, scheme: Scheme, places: Places) -> dict[int, Figures]:
    """The season's ratings by district; from the tallies, in two queries."""
    good = {Level(level).rank for level in scheme.rate.satisfied}
    areas = dict(Unit.objects.order_by().values_list("pk", "area__code"))
    found: dict[int, Figures] = {}
    rows = (
        UnitTally.objects.filter(season=season, by_default=False)
        .order_by()
        .values_list("unit_id", "level")
        .annotate(Sum("count"))
    )
    for unit, level, count in rows:
        if areas[unit] not in places:
            continue
        figures = found.setdefault(places.district_of[areas[unit]].pk, Figures())
        figures.given += count
        figures.good += count if level in good else 0
        figures.bad += count if level <= Level.DISSATISFIED.rank else 0
    return found


def _add_cases(found: dict[int, Figures], user: User, at: datetime) -> None:
    late = CaseClock.objects.late(at).filter(case=OuterRef("pk"))
    rows = (
        Case.objects.visible_to(user)
        .exclude(state=State.CLOSED.value)
        .order_by()
        .annotate(is_late=Exists(late))
        .values_list("area_id")
        .annotate(Count("pk"), late=Count("pk", filter=Q(is_late=True)))
    )
    for area, count, overdue in rows:
        figures = found.setdefault(area, Figures())
        figures.open, figures.late = count, overdue


def _sum(found: Any) -> Figures:
    whole = Figures()
    for one in found:
        for name in ("good", "bad", "given", "open", "late"):
            setattr(whole, name, getattr(whole, name) + getattr(one, name))
    return whole


def _states(cases: QuerySet[Case]) -> list[Bar]:
    counts = dict(
        cases.exclude(state=State.CLOSED.value)
        .order_by()
        .values_list("state")
        .annotate(Count("pk"))
    )
    return bars(
        [
            (say(state), counts.get(state.value, 0), _cases_url(state=state.value))
            for state in State
            if state is not State.CLOSED
        ]
    )


def _months(season: Season, scheme: Scheme, places: Places) -> list[Month]:
    """The trend within reach, kept a while."""
    key = f"months/{season.pk}/{scheme.digest}/{hash(frozenset(places.district_of))}"
    found: list[Month] | None = cache.get(key)
    if found is None:
        satisfied = [Level(level).rank for level in scheme.rate.satisfied]
        counted = queries.by_month(season, satisfied, areas=list(places.district_of))
        found = months.from_counts(counted)
        cache.set(key, found, MONTHS_KEPT)
    return found


def _sees(user: User) -> str:
    """What of cases the reader may see beyond the places: two readers alike share what is kept."""
    own, sealed = scope_of(user, "case.answer"), scope_of(user, "case.investigate")
    return f"{hash(own.units)}/{hash(sealed.areas)}"


def _title(places: Places) -> str:
    """The widest area within reach."""
    top = [area for area in places.districts if area.level == Area.Level.CITY]
    return (top or places.districts)[0].name if places.districts else ""


def _cases_url(**query: str) -> str:
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    return reverse("office:cases") + (f"?{asked}" if asked else "")
