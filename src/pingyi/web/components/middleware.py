"""Headers every page carries, and what no page is asked with."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound

from pingyi.web.components import inline_style

POLICY = (
    f"default-src 'none'; style-src 'self' '{inline_style.HASH}'; script-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class SecurityHeaders:
    """Content policy without inline script, nor any inline style but the citizens' own; nothing
    personal stays in caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=()"
        )
        response.headers.setdefault("Cache-Control", "no-store")
        return response


_UNREADABLE = "%EF%BF%BD"
"""U+FFFD, as for bytes that are no UTF-8."""


class OnlyUtf8:
    """A form may name another encoding for its text, some of which spell halves of characters that
    nothing can store or send on: our pages ask for UTF-8, and take nothing else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        named = (request.content_params or {}).get("charset", "utf-8")
        if named.lower().replace("_", "-") not in ("utf-8", "utf8"):
            return HttpResponse(status=415)
        return self.get_response(request)


class NoNul:
    """PostgreSQL takes no NUL in a text: in a query it counts as an unreadable character, and an
    address with one is none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path:
            return HttpResponseNotFound()
        query = request.META.get("QUERY_STRING", "")
        if "%00" in query:
            request.META["QUERY_STRING"] = query.replace("%00", _UNREADABLE)
        return self.get_response(request)
