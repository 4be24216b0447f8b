"""The front for any ASGI server: ASGI's messages as the scope and protocol of RSGI."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any

from pingyi.gateway.front import Front
from pingyi.gateway.incoming import Left

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class AsgiFront:
    """An ASGI application around a Front."""

    def __init__(self, front: Front):
        self._front = front

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            protocol = _Protocol(receive, send)
            await self._front(_Scope(scope), protocol)
            await protocol.sent()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._front.start(asyncio.get_running_loop())
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._front.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


class _Headers(dict[str, str]):
    """Names in lower case; repeated ones joined."""

    def __init__(self, pairs: Iterable[tuple[bytes, bytes]]):
        for raw_name, raw_value in pairs:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            joint = "; " if name == "cookie" else ","
            self[name] = f"{self[name]}{joint}{value}" if name in self else value


class _Scope:
    def __init__(self, scope: Message):
        self.method: str = scope["method"]
        self.path: str = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
        self.path = self.path.partition("?")[0]
        self.query_string: str = scope["query_string"].decode("latin-1")
        self.http_version: str = scope["http_version"]
        self.scheme: str = scope.get("scheme", "http")
        self.client = "{}:{}".format(*tuple(scope.get("client") or ("", 0))[:2])
        self.server = "{}:{}".format(*tuple(scope.get("server") or ("localhost", 80)))
        self.authority: str | None = None
        self.headers = _Headers(scope["headers"])


class _Protocol:
    def __init__(self, receive: Receive, send: Send):
        self._receive, self._send = receive, send
        self._response: tuple[int, list[tuple[str, str]], bytes] | None = None
        self._streamed = False

    async def __call__(self) -> bytes:
        return b"".join([part async for part in self])

    async def __aiter__(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Left
            more = message.get("more_body", False)
            if message.get("body"):
                yield message["body"]

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self._response = (status, headers, body)

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> _Stream:
        self._streamed = True
        return _Stream(self._send, _start(status, headers))

    async def sent(self) -> None:
        """Send what RSGI's calls, which do not wait, have left to be sent."""
        if self._streamed:
            await self._send({"type": "http.response.body", "body": b""})
        if self._response is None:
            return
        status, headers, body = self._response
        length = ("content-length", str(len(body)))
        if not any(name.lower() == "content-length" for name, _ in headers):
            headers = [*headers, length]
        await self._send(_start(status, headers))
        await self._send({"type": "http.response.body", "body": body})


class _Stream:
    def __init__(self, send: Send, start: Message):
        self._send, self._start = send, start

    async def send_bytes(self, part: bytes) -> None:
        if self._start:
            start, self._start = self._start, {}
            await self._send(start)
        await self._send({"type": "http.response.body", "body": part, "more_body": True})


def _start(status: int, headers: list[tuple[str, str]]) -> Message:
    return {
        "type": "http.response.start",
        "status": status,
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
    }
