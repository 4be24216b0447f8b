"""The API as plain Django views, for any server; the thin callable answers the same, faster."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from pingyi.gateway import doors
from pingyi.gateway.doors import Answer
from pingyi.gateway.looking import looked_at
from pingyi.gateway.openapi import DOCUMENT
from pingyi.ratings import points, store, submission
from pingyi.ratings.batching import Unavailable
from pingyi.ratings.entry import Client, local_day

_PLAIN = "text/plain; charset=utf-8"


@csrf_exempt  # no cookie gives this door any power
@login_not_required
@require_POST
def ratings(request: HttpRequest) -> HttpResponse:
    """`POST /api/v1/ratings`."""
    try:
        return _response(doors.json_answer(_stored(request)))
    except doors.REFUSALS as refusal:
        return _response(doors.json_refusal(refusal))


def _stored(request: HttpRequest) -> store.Outcome:
    at = timezone.now()
    day = local_day(at)
    fields = submission.from_json(_body(request))
    point = points.load(submission.point_of(fields))
    entry = doors.entry_of(
        fields, point=point, rules=points.rules_on(day), client=client_of(request), at=at, day=day
    )
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            return store.write(cursor, connection.vendor, [entry])[0]
    except DatabaseError as error:
        raise Unavailable from error


def _body(request: HttpRequest) -> bytes:
    length: Any = request.META.get("CONTENT_LENGTH") or "0"
    if int(length) > submission.BODY_LIMIT:
        raise doors.TooLarge
    return request.body


def client_of(request: HttpRequest) -> Client:
    """What is seen of who sends."""
    headers = request.headers
    return Client(
        request.META.get("REMOTE_ADDR", ""),
        headers.get("User-Agent", ""),
        headers.get("Accept-Language", ""),
    )


def _response(answer: Answer) -> HttpResponse:
    return HttpResponse(answer.body, status=answer.status, headers=dict(answer.headers))


@looked_at
def openapi(request: HttpRequest) -> JsonResponse:
    """`GET /api/v1/openapi.json`."""
    return JsonResponse(DOCUMENT, json_dumps_params={"ensure_ascii": False})


@looked_at
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is alive."""
    return HttpResponse("ok\n", content_type=_PLAIN)


@looked_at
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and knows the tables: send requests here."""
    try:
        points.revision()
    except DatabaseError:
        return HttpResponse("the database does not answer\n", status=503, content_type=_PLAIN)
    return HttpResponse("ready\n", content_type=_PLAIN)
