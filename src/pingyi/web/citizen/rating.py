"""`/r/<code>` as a plain Django view; the thin callable answers the usual ones before it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pingyi.audit.keys import keyring
from pingyi.ratings import entry, points, store, submission, traces
from pingyi.ratings.models import Rating
from pingyi.ratings.points import PointGone, UnknownPoint
from pingyi.ratings.submission import Invalid
from pingyi.web.citizen import pages
from pingyi.web.citizen.preferences import Preferences
from pingyi.web.citizen.rendered import RenderedPage
from pingyi.web.citizen.visit import citizen_page, send


@citizen_page
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, code: str, *, shown: Preferences) -> HttpResponse:
    """The rating page, and its form: 303 to the receipt; 404, 409, 410, 413, 422, 503 as pages."""
    look: dict[str, Any] = {"language": shown.language, "large": shown.large}
    at = timezone.now()
    if request.method != "POST":
        return send(request, pages.rating_page(code, at=at, **look))
    if int(request.META.get("CONTENT_LENGTH") or 0) > submission.BODY_LIMIT:
        return send(request, pages.too_large_page(**look))
    fields: dict[str, object] = {}
    try:
        fields = submission.from_form(_body(request))
        outcome = _stored(fields, code, request)
    except UnknownPoint:
        return send(request, pages.unknown_code_page(**look))
    except PointGone as gone:
        return send(request, pages.retired_page(gone.successor, **look))
    except Invalid as invalid:
        key = "" if "key" in invalid.problems else str(fields.get("key", ""))
        if key and Rating.objects.filter(key=key).exists():
            # An older attempt, sent again from the history: what it held is not shown.
            return send(request, pages.taken_page(**look))
        page = pages.rating_form_with_errors(code, fields, invalid.problems, at=at, **look)
        return send(request, page, key=key)
    except DatabaseError:
        return _busy(request, pages.busy_page(**look))
    if outcome.fate is store.Fate.CONFLICT:
        return send(request, pages.taken_page(**look))
    name, forgotten = traces.sent(secure=not settings.PINGYI.trial)
    headers = {"Location": f"/t/{outcome.receipt}", name: forgotten}
    return HttpResponse(status=303, headers=headers)


def _body(request: HttpRequest) -> bytes:
    """The form as the page sends it; one sent in parts is brought to that shape."""
    if request.content_type == "multipart/form-data":
        return request.POST.urlencode().encode()
    return request.body


def _stored(fields: dict[str, object], code: str, request: HttpRequest) -> store.Outcome:
    """The form's rating, committed. Raises Invalid, UnknownPoint, PointGone, DatabaseError."""
    at = timezone.now()
    day = entry.local_day(at)
    point, rules = points.load(code), points.rules_on(day)
    given = submission.checked(fields, offer=rules.offer, code=point.code)
    client = entry.Client(
        request.META.get("REMOTE_ADDR", ""),
        request.headers.get("User-Agent", ""),
        request.headers.get("Accept-Language", ""),
    )
    made = entry.make(
        given, point=point, rules=rules, client=client, at=at, day=day, keyring=keyring()
    )
    with transaction.atomic(), connection.cursor() as cursor:
        return store.write(cursor, connection.vendor, [made])[0]


def _busy(request: HttpRequest, page: RenderedPage) -> HttpResponse:
    response = send(request, page)
    response.headers["Retry-After"] = "2"
    return response
