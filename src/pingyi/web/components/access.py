"""Pages are closed by default: sign-in by middleware, and each page names its permission."""

from __future__ import annotations

import functools
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from pingyi.people.models import User
from pingyi.people.permissions import may

View = Callable[..., HttpResponseBase]


class SignedIn(HttpRequest):
    """What a page behind `requires` is given: its user is no stranger. For annotations."""

    user: User  # type: ignore[assignment]


def requires(*permissions: str) -> Callable[[View], View]:
    """Open the page to users holding one of `permissions`; others get 403."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def run(request: SignedIn, *args, **kwargs) -> HttpResponseBase:
            if not any(may(request.user, permission) for permission in permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        run.permissions = permissions  # type: ignore[attr-defined]
        return run

    return decorate
