"""How long what is kept: the rules, what is due under each, and whether a job erases it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pingyi.privacy.retention import due_now
from pingyi.web.components.access import requires


@requires("audit.read")
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The table of rules, with today's counts."""
    at = timezone.now()
    context = {
        "rules": list(due_now(at=at)),
        "applied": settings.PINGYI.retention == "apply",
        "at": at,
    }
    return render(request, "account/retention.html", context)
