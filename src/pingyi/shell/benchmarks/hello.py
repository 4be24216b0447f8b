"""The least an ASGI application can do: the limit of what the server itself carries."""

from __future__ import annotations

from typing import Any

_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/plain"), (b"content-length", b"6")],
}
_BODY = {"type": "http.response.body", "body": b"hello\n"}


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answers anything with "hello"."""
    if scope["type"] == "http":
        await send(_START)
        await send(_BODY)
