"""`POST /api/v1/ratings` and the form of `/r/<point>`: what the thin callable and Django share.

Each front reads the body and stores the entry in its own way; everything that decides an answer
is here, so that the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
from django.conf import settings

from pingyi.audit.keys import keyring
from pingyi.ratings import entry as entries
from pingyi.ratings import submission, traces
from pingyi.ratings.batching import Unavailable
from pingyi.ratings.entry import Client, Entry
from pingyi.ratings.points import Point, PointGone, Rules, UnknownPoint
from pingyi.ratings.store import Fate, Outcome
from pingyi.ratings.submission import Invalid, NotJson

RETRY_AFTER = "2"  # seconds

JSON = ("Content-Type", "application/json")
HTML = ("Content-Type", "text/html; charset=utf-8")
NO_STORE = ("Cache-Control", "no-store")


class TooLarge(ValueError):
    """The body is longer than `submission.BODY_LIMIT`."""


class TooSlow(TimeoutError):
    """The body did not arrive in time."""


REFUSALS = (TooLarge, TooSlow, NotJson, Invalid, UnknownPoint, PointGone, Unavailable)
"""Every way a submission ends without being stored."""


class Answer(NamedTuple):
    """A response but for the headers that every response carries."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def entry_of(
    fields: Mapping[str, Any],
    *,
    point: Point,
    rules: Rules,
    client: Client,
    at: datetime,
    day: date,
) -> Entry:
    """The entry to be stored. Raises Invalid."""
    given = submission.checked(fields, offer=rules.offer, code=point.code)
    return entries.make(
        given, point=point, rules=rules, client=client, at=at, day=day, keyring=keyring()
    )


def json_answer(outcome: Outcome) -> Answer:
    """201, the same receipt again with 200, or 409."""
    if outcome.fate is Fate.CONFLICT:
        return _json(409, {"error": "key_used", "message": "this key came with other content"})
    receipt = outcome.receipt
    status = 201 if outcome.fate is Fate.WRITTEN else 200
    return _json(status, {"receipt": receipt, "track": f"/t/{receipt}"})


def form_answer(outcome: Outcome) -> Answer:
    """On to the receipt, which looks the same for every level; the form leaves no trace."""
    forgotten = traces.sent(secure=not settings.PINGYI.trial)
    return Answer(303, (HTML, ("Location", f"/t/{outcome.receipt}"), NO_STORE, forgotten), b"")


def json_refusal(refusal: Exception) -> Answer:
    """The answer to one of REFUSALS."""
    match refusal:
        case Invalid(problems=problems):
            return _json(
                422,
                {
                    "error": "invalid",
                    "errors": {name: found.en for name, found in problems.items()},
                    "codes": {name: found.code for name, found in problems.items()},
                },
            )
        case NotJson():
            return _json(400, {"error": "not_json", "message": "the body is not JSON"})
        case UnknownPoint():
            return _json(404, {"error": "unknown_point", "message": "no point has this code"})
        case PointGone(successor=None):
            return _json(410, {"error": "point_retired", "message": "this point is closed"})
        case PointGone(successor=code):
            return _json(
                410,
                {
                    "error": "point_replaced",
                    "message": "this code was replaced",
                    "page": f"/r/{code}",
                },
            )
        case TooLarge():
            return _json(413, {"error": "too_large", "message": "at most 16 KB"})
        case TooSlow():
            return _json(408, {"error": "too_slow", "message": "the body did not arrive in time"})
        case _:
            busy = _json(503, {"error": "busy", "message": "nothing was stored; send it again"})
            return busy._replace(headers=(*busy.headers, ("Retry-After", RETRY_AFTER)))


def _json(status: int, content: Mapping[str, Any]) -> Answer:
    return Answer(status, (JSON, NO_STORE), msgspec.json.encode(content))
