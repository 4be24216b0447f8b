"""The API's description, OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

from pingyi import __version__
from pingyi.gateway import scoreboard
from pingyi.ratings import submission
from pingyi.rulebook import Level

_RECEIVED = {
    "type": "object",
    "required": ["receipt", "track"],
    "properties": {
        "receipt": {"type": "string", "examples": ["k7m2-pq9d-3xwe-r4"]},
        "track": {"type": "string", "examples": ["/t/k7m2-pq9d-3xwe-r4"]},
    },
}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"type": "string"},
        "message": {"type": "string"},
        "page": {"type": "string", "description": "410: the page of the code that serves now"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "422: a sentence for each field",
        },
        "codes": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "422: a stable code for each field",
        },
    },
}


def _text(limit: int, description: str) -> dict[str, Any]:
    return {"type": "string", "maxLength": limit, "description": description}


SUBMISSION: dict[str, Any] = {
    "type": "object",
    "required": ["point", "level", "key"],
    "additionalProperties": False,
    "properties": {
        "point": {"type": "string", "description": "the code on the poster"},
        "level": {
            "enum": [level.value for level in Level],
            "description": "of those, the levels on the season's scale",
        },
        "reasons": {
            "type": "array",
            "items": {"type": "string"},
            "description": "codes offered for this level; a bad rating has one, or a comment",
        },
        "comment": _text(
            submission.COMMENT_LIMIT,
            "counted in code points after NFC; no control characters but newline and tab",
        ),
        "contact": {
            "type": "object",
            "required": ["phone"],
            "additionalProperties": False,
            "properties": {
                "phone": {"type": "string", "pattern": "^1[3-9][0-9]{9}$"},
                "call_back": {"type": "boolean", "default": False},
            },
        },
        "private_word": _text(submission.WORD_LIMITS[1], "opens what became of the rating"),
        "matter": _text(submission.MATTER_LIMIT, "the matter's number; kept encrypted"),
        "staff": _text(submission.BADGE_LIMIT, "the badge shown at the window"),
        "key": {
            "type": "string",
            "format": "uuid",
            "description": "made by the client; a retry with it counts once",
        },
    },
}


def _answers() -> dict[str, Any]:
    received = {"201": "stored", "200": "the same key and content again: the same receipt"}
    refused = {
        "400": "not JSON",
        "404": "unknown point",
        "408": "the body did not arrive in time",
        "409": "the same key with other content",
        "410": "the point's code was replaced, or the point retired",
        "413": "body over 16 KB",
        "422": "each wrong field is named",
        "503": "nothing is known to be stored: send it again after Retry-After",
    }
    return {
        status: {
            "description": description,
            "content": {"application/json": {"schema": schema}},
        }
        for schema, statuses in ((_RECEIVED, received), (_ERROR, refused))
        for status, description in statuses.items()
    }


_scoreboard, _schemas = scoreboard.described(_ERROR)

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "pingyi 评议", "version": __version__, "license": {"name": "Apache-2.0"}},
    "paths": {
        "/api/v1/ratings": {
            "post": {
                "operationId": "rate",
                "summary": "Rate a service point",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": SUBMISSION}},
                },
                "responses": _answers(),
            }
        },
        **_scoreboard,
    },
    "components": {"schemas": _schemas},
}
