"""The quarter of an hour in which an opened receipt shows what became of it.

A signed cookie of that receipt's address alone; it is the only thing kept, and says nothing but
the receipt itself.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "opened"
LASTS = timedelta(minutes=15)
_SALT = "pingyi.citizen.opened"


def remember(response: HttpResponse, receipt: str) -> None:
    """Let this browser look at the receipt's story for a while."""
    text = signing.dumps(receipt, salt=_SALT)
    _set(response, receipt, text, int(LASTS.total_seconds()))


def forget(response: HttpResponse, receipt: str) -> None:
    """Close the story: the cookie says so for a minute, and is gone.

    Browsers drop a page that they keep behind the next one when an HttpOnly cookie of it changes;
    Chromium does not always when one is merely taken away.
    """
    _set(response, receipt, "closed", 60)


def _set(response: HttpResponse, receipt: str, text: str, seconds: int) -> None:
    response.set_cookie(
        COOKIE,
        text,
        max_age=seconds,
        path=f"/t/{receipt}",
        httponly=True,
        samesite="Strict",
        secure=not settings.PINGYI.trial,
    )


def token(request: HttpRequest, receipt: str) -> str:
    """The cookie's text if it opens this receipt now, else ""; its forms carry it as proof."""
    text = request.COOKIES.get(COOKIE, "")
    try:
        opens = signing.loads(text, salt=_SALT, max_age=LASTS)
    except signing.BadSignature:
        return ""
    return text if opens == receipt else ""
