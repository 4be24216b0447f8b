"""A session ends when nobody uses it (等保 2.0: session time-out)."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

IDLE = 60 * 60
NOTED_EVERY = 5 * 60


class IdleTimeout:
    """Signs a user out after an hour without a request.

    The last use is noted every five minutes at most, so that reading a page rarely writes.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            seen = request.session.get("seen")
            if seen is not None and now - seen > IDLE:
                logout(request)
            elif seen is None or now - seen > NOTED_EVERY:
                request.session["seen"] = now
        return self.get_response(request)
