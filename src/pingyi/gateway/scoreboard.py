"""`GET /api/v1/scoreboard`: live for the office; for the public, what was last released."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from pingyi.directory.models import Season, Unit
from pingyi.directory.seasons import season_on
from pingyi.gateway.looking import looked_at
from pingyi.people.permissions import may, scope_of
from pingyi.scoring import board
from pingyi.scoring.engine import Result

PERMISSION = "scoreboard.read"


@looked_at
def scoreboard(request: HttpRequest) -> HttpResponse:
    """A season's results as `pingyi scoreboard --format json` prints them.

    Staff see the units within their reach, ranked among all of their group. Nothing has been
    released to the public yet.
    """
    if not request.user.is_authenticated or not may(request.user, PERMISSION):
        return _error(404, "no_release", "nothing of this season has been released yet")
    at = timezone.now()
    code = request.GET.get("season", "")
    season = _season(code)
    if season is None:
        return _error(422, "invalid", errors={"season": f"no season {code!r}"})
    group = request.GET.get("group") or None
    groups = board.scheme_of(season).groups
    if group is not None and group not in groups:
        known = ", ".join(groups)
        return _error(422, "invalid", errors={"group": f"no group {group!r}; there are {known}"})
    result = board.live(season, at=at, group=group).result
    reach = scope_of(request.user, PERMISSION).over(area="area")
    seen = set(Unit.objects.filter(reach).order_by().values_list("code", flat=True))
    within = msgspec.structs.replace(
        result, results=tuple(one for one in result.results if one.unit in seen)
    )
    return HttpResponse(within.to_json(), content_type="application/json")


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
            "summary": "A season's results, live for the office",
            "parameters": [
                {
                    "name": name,
                    "in": "query",
                    "required": False,
                    "schema": {"type": "string"},
                    "description": description,
                }
                for name, description in (
                    ("season", "its code; the running one unless given"),
                    ("group", "this group alone"),
                )
            ],
            "responses": {
                "200": _answer("results; numbers that count are decimal strings", result),
                "404": _answer("the public: nothing has been released yet", error),
                "422": _answer("the wrong parameter is named", error),
            },
        }
    }
    return {"/api/v1/scoreboard": path}, schemas


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}
