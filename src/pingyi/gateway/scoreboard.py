"""`GET /api/v1/scoreboard`: live for the office; for the public, what was last released."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.http import http_date

from pingyi.directory.models import Season, Unit
from pingyi.directory.seasons import season_on
from pingyi.gateway.looking import looked_at
from pingyi.people.models import User
from pingyi.people.permissions import may, scope_of
from pingyi.publication import queries
from pingyi.rulebook import Scheme
from pingyi.scoring import board
from pingyi.scoring.engine import Result

PERMISSION = "scoreboard.read"
KEPT = 60
"""Seconds for which what was released may be kept without asking again."""


@looked_at
def scoreboard(request: HttpRequest) -> HttpResponse:
    """A season's results as `pingyi scoreboard --format json` prints them.

    Staff see them live: the units within their reach, ranked among all of their group. Everybody
    else gets what was last released of the season.
    """
    live = request.user.is_authenticated and may(request.user, PERMISSION)
    at = timezone.now()
    code = request.GET.get("season", "")
    season = _season(code) if live else _released_season(code)
    if season is None and not live and not code:
        return _nothing_released()
    if season is None:
        return _error(422, "invalid", errors={"season": f"no season {code!r}"})
    return _live(request, season, at=at) if live else _released(request, season)


def _live(request: HttpRequest, season: Season, *, at: datetime) -> HttpResponse:
    group = request.GET.get("group") or None
    if refused := _no_such_group(group, board.scheme_of(season)):
        return refused
    result = board.live(season, at=at, group=group).result
    reach = scope_of(cast(User, request.user), PERMISSION).over(area="area")
    seen = set(Unit.objects.filter(reach).order_by().values_list("code", flat=True))
    within = msgspec.structs.replace(
        result, results=tuple(one for one in result.results if one.unit in seen)
    )
    return HttpResponse(within.to_json(), content_type="application/json")


def _released(request: HttpRequest, season: Season) -> HttpResponse:
    """The season's last release; it may be kept by whoever fetched it, and asked for again."""
    release = queries.latest(season)
    if release is None:
        return _nothing_released()
    group = request.GET.get("group") or None
    if refused := _no_such_group(group, release.scheme.scheme()):
        return refused
    result = queries.public_result(release, group)
    return HttpResponse(
        result.to_json(),
        content_type="application/json",
        headers={
            "Cache-Control": f"public, max-age={KEPT}",
            "ETag": f'"{release.pk}-{release.result_digest[:16]}-{group or ""}"',
            "Last-Modified": http_date(cast(datetime, release.published_at).timestamp()),
        },
    )


def _no_such_group(group: str | None, scheme: Scheme) -> JsonResponse | None:
    if group is None or group in scheme.groups:
        return None
    known = ", ".join(scheme.groups)
    return _error(422, "invalid", errors={"group": f"no group {group!r}; there are {known}"})


def _nothing_released() -> JsonResponse:
    return _error(404, "no_release", "nothing of this season has been released yet")


def _released_season(code: str) -> Season | None:
    """The season asked for; without a code the one released last."""
    if code:
        return Season.objects.filter(code=code).first()
    found = queries.latest()
    return found.season if found else None


def _season(code: str) -> Season | None:
    """The season asked for; without a code the running one, else the latest."""
    if code:
        return Season.objects.filter(code=code).first()
    return season_on(timezone.localdate()) or Season.objects.order_by("-starts_on").first()


def _error(status: int, error: str, message: str = "", **more: Any) -> JsonResponse:
    said = {"message": message} if message else {}
    return JsonResponse({"error": error, **said, **more}, status=status)


def described(error: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """This door for the API's description: its path, and the schemas it refers to."""
    (result,), schemas = msgspec.json.schema_components(
        [Result], ref_template="#/components/schemas/{name}"
    )
    path = {
        "get": {
            "operationId": "scoreboard",
            "summary": "A season's results: live for the office, the latest release for the public",
            "parameters": [
                {
                    "name": name,
                    "in": "query",
                    "required": False,
                    "schema": {"type": "string"},
                    "description": description,
                }
                for name, description in (
                    (
                        "season",
                        "its code; unless given the running one, for the public the last released",
                    ),
                    ("group", "this group alone"),
                )
            ],
            "responses": {
                "200": _answer(
                    "results; numbers that count are decimal strings. Lines for the public cite no "
                    "cases, and count no ratings",
                    result,
                ),
                "404": _answer("the public: nothing has been released yet", error),
                "422": _answer("the wrong parameter is named", error),
            },
        }
    }
    return {"/api/v1/scoreboard": path}, schemas


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}
