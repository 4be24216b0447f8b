"""The front in this process: requests as the server hands them over, without a socket."""

from __future__ import annotations

import asyncio
import io
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db import connections

from pingyi.conf.serving import build_front


@dataclass
class Answered:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass
class Scope:
    method: str
    path: str
    headers: dict[str, str]
    query_string: str = ""
    client: str = "127.0.0.1:50000"
    server: str = "127.0.0.1:8000"
    scheme: str = "http"
    http_version: str = "1.1"
    authority: str | None = None


@dataclass
class Protocol:
    """The body comes in `parts`, each after `pause` seconds; what is sent is kept.

    With `left` the client goes away before the last of it.
    """

    parts: Iterable[bytes] = ()
    pause: float = 0
    sent: Answered | None = None
    left: bool = False
    streamed: list[bytes] = field(default_factory=list)

    async def __call__(self) -> bytes:
        if self.left:
            raise RuntimeError("transport is closed")  # as Granian has it
        return b"".join([part async for part in self])

    async def __aiter__(self):
        for part in self.parts:
            if self.pause:
                await asyncio.sleep(self.pause)
            yield part

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        assert self.sent is None, "answered twice"
        self.sent = Answered(status, headers, body)

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Protocol:
        self.sent = Answered(status, headers, b"")
        return self

    async def send_bytes(self, part: bytes) -> None:
        self.streamed.append(part)


class Driver:
    """A running front; use as a context. Needs a database whose commits are real."""

    def __init__(self) -> None:
        self.woken = 0

    def __enter__(self) -> Driver:
        self.loop = asyncio.new_event_loop()
        self.front, _ = build_front()
        self.front._journal._out = self.log = io.StringIO()
        self.front._bad_rating = self._wake
        self.loop.run_until_complete(self._start())
        return self

    async def _start(self) -> None:
        self.front.start(self.loop)

    def _wake(self) -> None:
        self.woken += 1

    def __exit__(self, *_: object) -> None:
        self._close_connections()
        self.loop.run_until_complete(self.front.stop())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        connections.close_all()

    def _close_connections(self) -> None:
        """Each thread its own: they outlive it here, where a server's end with the process."""
        pool = self.front._threads
        together = threading.Barrier(pool._max_workers)  # so that none closes for another

        def close() -> None:
            together.wait(timeout=20)
            connections.close_all()

        for closed in [pool.submit(close) for _ in range(pool._max_workers)]:
            closed.result()

    def run(self, *requests: Any) -> list[Answered]:
        """Several requests at once, made by `request`."""

        async def together() -> list[Any]:
            return await asyncio.gather(*(self.front(*each) for each in requests))

        self.loop.run_until_complete(together())
        return [protocol.sent for _, protocol in requests]

    def send(self, method: str, path: str, body: bytes = b"", **options: Any) -> Answered:
        return self.run(request(method, path, body, **options))[0]

    def rate(self, content: Any, **options: Any) -> Answered:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self.send("POST", "/api/v1/ratings", body, **options)

    def form(self, code: str, fields: Any, **options: Any) -> Answered:
        body = fields if isinstance(fields, bytes) else urlencode(fields, doseq=True).encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        headers |= options.pop("headers", {})
        return self.send("POST", f"/r/{code}", body, headers=headers, **options)


def request(
    method: str,
    path: str,
    body: bytes = b"",
    *,
    headers: dict[str, str] | None = None,
    parts: Iterable[bytes] | None = None,
    pause: float = 0,
    client: str = "127.0.0.1:50000",
    query: str = "",
) -> tuple[Scope, Protocol]:
    """`parts` sends the body chunked, without a content length."""
    given = {"host": "127.0.0.1:8000", "user-agent": "a phone", "accept-language": "zh-CN"}
    if parts is None:
        given["content-length"] = str(len(body))
    given |= headers or {}
    scope = Scope(method, path, given, query_string=query, client=client)
    return scope, Protocol([body] if parts is None else parts, pause)
