"""What every citizen's page shares: open to all, in her language and size, kept nowhere."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from pingyi.web.citizen.preferences import COOKIE_AGE, preferences
from pingyi.web.citizen.rendered import RenderedPage

View = Callable[..., HttpResponse]


def citizen_page(view: View) -> View:
    """Open the view to everybody; it is called with `shown=`, the visitor's Preferences.

    No CSRF token: these pages act for nobody signed in, and a token would be one more thing that
    stays in her browser. What a receipt opens is guarded by a cookie of its own (`opening`).
    """

    @csrf_exempt
    @login_not_required
    @functools.wraps(view)
    def run(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        shown = preferences(
            request.GET, request.COOKIES, request.headers.get("Accept-Language", "")
        )
        request.LANGUAGE_CODE = shown.language  # type: ignore[attr-defined]
        with translation.override(shown.language):
            response = view(request, *args, shown=shown, **kwargs)
        for name, value in shown.to_keep:
            response.set_cookie(
                name, value, max_age=COOKIE_AGE, samesite="Lax", secure=not settings.PINGYI.trial
            )
        return response

    return run


def send(request: HttpRequest, page: RenderedPage, *, key: str = "") -> HttpResponse:
    """The page with `key`, or a fresh one, in its slot; compressed if the browser takes it."""
    key = key or str(uuid.uuid4())
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(page.gzipped(key), status=page.status)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(page.body(key), status=page.status)
    for name, value in page.headers:
        response.headers[name] = value
    return response
