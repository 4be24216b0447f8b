"""`/scoreboard/`: a season's units by group."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pingyi.directory.models import Season, Unit
from pingyi.directory.schemes import in_force, unadopted
from pingyi.directory.seasons import season_on
from pingyi.people.models import User
from pingyi.people.permissions import may
from pingyi.publication.wording import honour_name
from pingyi.rulebook import Group
from pingyi.rulebook.model import Title
from pingyi.scoring import board as boards
from pingyi.scoring import kept_fairness
from pingyi.scoring.fairness import last_places
from pingyi.scoring.intervals import FEW
from pingyi.web.components.access import requires
from pingyi.web.components.words import in_english
from pingyi.web.observatory.places import places_of
from pingyi.web.observatory.rows import SCOREBOARD, Computed, Rows, lines_of

TIE_KEYS = {"satisfaction_rate": _("满意率"), "ratings": _("评价数")}


@requires("scoreboard.read")
@require_safe
def scoreboard(request: HttpRequest) -> HttpResponseBase:
    """A season's units by group, ranked; filtered, sorted, exported."""
    at = timezone.now()
    seasons = list(Season.objects.order_by("-starts_on"))
    season = chosen_season(request.GET.get("season"), seasons, at)
    if season is None:
        return render(request, "observatory/no_season.html")
    groups = groups_of(season)
    group = request.GET.get("group", "")
    if group not in groups:
        group = next(iter(groups))
    board = boards.live(season, at=at, group=group)
    asked: Any = request
    asked.places = places_of(asked.user, "scoreboard.read")  # for the filter by district
    among = kept_fairness.of(board, group, at=at)
    lines = lines_of(board, asked.places, among)
    asked.parents = _parents(lines)  # for the filter by parent
    asked.honours = [(key, honour_name(board.scheme, key)) for key in board.scheme.honours]
    listing = Computed(SCOREBOARD, asked, cast(Any, lines), at=at)
    if listing.wants_file:
        return listing.file()
    return render(
        request,
        "observatory/scoreboard.html",
        {
            "listing": listing,
            "season": season,
            "seasons": seasons,
            "scheme": board.scheme,
            "differs": unadopted(season, at) is not None,
            "scheme_name": name_of(board.scheme.titles),
            "tabs": [
                (name_of(known), f"?season={season.code}&group={key}", key == group)
                for key, known in groups.items()
            ],
            "group": group,
            "may_simulate": may(cast(User, request.user), "scheme.simulate"),
            "ties": (", " if in_english() else "、").join(
                str(TIE_KEYS[key]) for key in board.scheme.ties.keys
            ),
            "last": last_places(len(board.rows)),
            "few": max(FEW, board.scheme.missing.min_ratings),
            "defaults": sum(counted.default for counted in board.facts.satisfaction),
            "at": at,
        },
    )


def _parents(lines: Rows) -> list[tuple[str, str]]:
    """The units that units on the board answer to, by code, with their names; one query."""
    codes = {line.row.unit.parent for line in lines}
    known = Unit.objects.order_by("code").values_list("code", "name")
    return [
        (code, name)
        for code, name in known.filter(children__isnull=False).distinct()
        if code in codes
    ]


def groups_of(season: Season) -> dict[str, Group]:
    """The scheme's groups that have units in the season, in the scheme's order; all if none has."""
    groups = in_force(season).groups
    used = set(season.enrolments.order_by().values_list("group", flat=True).distinct())
    return {key: group for key, group in groups.items() if key in used or not used}


def chosen_season(code: str | None, seasons: list[Season], at: datetime) -> Season | None:
    """The season asked for, else the running one, else the latest; 404 for one that is none."""
    if code:
        found = next((season for season in seasons if season.code == code), None)
        if found is None:
            raise Http404
        return found
    return season_on(timezone.localdate(at)) or (seasons[0] if seasons else None)


def name_of(known: Title | Group) -> str:
    """A title or group in the reader's language."""
    return known.en if in_english() else known.zh
