"""`/`: what this is, where to type a receipt, and how ratings are handled."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from pingyi.directory.models import PointCode
from pingyi.ratings.points import rules_on
from pingyi.web.citizen.clocks import clocks
from pingyi.web.citizen.preferences import Preferences
from pingyi.web.citizen.visit import citizen_page


@citizen_page
@require_safe
def home(request: HttpRequest, *, shown: Preferences) -> HttpResponse:
    """The public's first page; in trial mode it leads to one rating page."""
    context = {
        "language": shown.language,
        "large": shown.large,
        "clocks": clocks(rules_on(timezone.localdate()).scheme),
        "example": _example() if settings.PINGYI.trial else "",
    }
    response = HttpResponse(render_to_string("citizen/home.html", context))
    response.headers["Content-Language"] = shown.language
    return response


def _example() -> str:
    """The code of a point that can be rated, "" before there is one."""
    found = PointCode.objects.filter(
        replaced_at__isnull=True,
        point__retired_at__isnull=True,
        point__unit__retired_at__isnull=True,
    ).order_by("id")
    return found.values_list("code", flat=True).first() or ""
