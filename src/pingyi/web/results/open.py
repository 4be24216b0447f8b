"""What every page of results shares: open to all, in the reader's language, kept by caches.

They show releases alone, and what was decided to follow from them; the same to everybody: who is
signed in, and how anybody was rated since the last release, changes nothing on them.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from pingyi import __version__
from pingyi.publication import queries
from pingyi.web.citizen.preferences import COOKIE_AGE, preferences
from pingyi.web.components.context import invented

View = Callable[..., HttpResponseBase]
KEPT = 60
"""Seconds for which a cache need not ask whether there is a new release."""


def results_page(view: View) -> View:
    """Open the view to everybody, and to caches until the next release."""

    @login_not_required
    @require_safe
    @functools.wraps(view)
    def run(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        accepted = request.headers.get("Accept-Language", "")
        shown = preferences(request.GET, request.COOKIES, accepted)
        request.LANGUAGE_CODE = shown.language  # type: ignore[attr-defined]
        etag = _etag(request, shown.language)
        if etag in request.headers.get("If-None-Match", "") and not shown.to_keep:
            response: HttpResponseBase = HttpResponseNotModified()
        else:
            with translation.override(shown.language):
                response = view(request, *args, **kwargs)
        if response.status_code in (200, 304):
            response.headers["ETag"] = etag
            response.headers["Cache-Control"] = f"public, max-age={KEPT}"
            patch_vary_headers(response, ("Cookie", "Accept-Language"))
        if shown.to_keep:
            response.headers["Cache-Control"] = "no-store"
            for name, value in shown.to_keep:
                response.set_cookie(
                    name,
                    value,
                    max_age=COOKIE_AGE,
                    samesite="Lax",
                    secure=not settings.PINGYI.trial,
                )
        return response

    return run


def _etag(request: HttpRequest, language: str) -> str:
    """Another one as soon as something was published, or decided to follow from it."""
    released = queries.published().order_by("-published_at", "-pk").values_list("pk").first()
    last = (released, *queries.decided())
    said = f"{__version__} {language} {last} {request.get_full_path()}"
    return f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page, without anything that is the reader's own."""
    english = (translation.get_language() or "").startswith("en")
    asked = request.GET.copy()
    asked["lang"] = "zh" if english else "en"
    frame = {
        "invented": invented(),
        "messages": [],
        "english": english,
        "other_language": f"?{asked.urlencode()}",
        "path": request.path,
    }
    return HttpResponse(render_to_string(template, frame | context))
