"""A request's body, bounded in size and time before anything looks at it."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from pingyi.gateway.doors import TooLarge, TooSlow
from pingyi.ratings.submission import BODY_LIMIT

PATIENCE = 10.0
"""Seconds for a submission's body to arrive."""
_SWALLOWED = 64 * 1024 * 1024


class Left(ConnectionError):
    """The client went away before all of its body had arrived."""


class Headers(Protocol):
    """Request headers; names in lower case."""

    def get(self, name: str, default: str | None = None) -> str | None: ...


class Reader:
    """Reads bodies, and gives up on those that take too long.

    One timer looks after all of them: a timer each would cost as much as checking the submission.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, patience: float = PATIENCE):
        self._loop = loop
        self._patience = patience
        self._reading: dict[asyncio.Task[Any], float] = {}
        self._given_up: set[asyncio.Task[Any]] = set()
        self._timer = loop.call_later(patience / 10, self._look)

    async def body(self, protocol: Any, headers: Headers) -> bytes:
        """A submission's body. Raises TooLarge, TooSlow, Left."""
        task = asyncio.current_task()
        assert task is not None
        self._reading[task] = self._loop.time() + self._patience
        try:
            return await self._body(protocol, headers)
        except asyncio.CancelledError:
            if task not in self._given_up:
                raise
            self._given_up.discard(task)
            task.uncancel()
            raise TooSlow from None
        finally:
            del self._reading[task]

    async def _body(self, protocol: Any, headers: Headers) -> bytes:
        length = headers.get("content-length")
        if length is not None and length.isdecimal() and int(length) <= BODY_LIMIT:
            try:
                body: bytes = await protocol()
            except RuntimeError as closed:  # RSGI's word for it is one
                raise Left from closed
            return body
        if length is not None and headers.get("expect"):
            raise TooLarge  # the client waits for a word before it sends
        return await _bounded(protocol)

    def _look(self) -> None:
        now = self._loop.time()
        for task, until in self._reading.items():
            if until < now and task not in self._given_up:
                self._given_up.add(task)
                task.cancel()
        self._timer = self._loop.call_later(self._patience / 10, self._look)

    def stop(self) -> None:
        self._timer.cancel()


async def _bounded(protocol: Any) -> bytes:
    """A body of unknown length. What is too much is read and forgotten: a client that is still
    sending would not hear the answer."""
    parts: list[bytes] = []
    size = 0
    async for part in protocol:
        size += len(part)
        if size <= BODY_LIMIT:
            parts.append(bytes(part))
        elif size > _SWALLOWED:
            break
    if size > BODY_LIMIT:
        raise TooLarge
    return b"".join(parts)
