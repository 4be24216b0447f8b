"""A request's body, bounded in size and time before anything looks at it."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from pingyi.gateway.doors import TooLarge, TooSlow
from pingyi.ratings.submission import BODY_LIMIT

PATIENCE = 10.0
"""Seconds for a submission's body to arrive."""
_SWALLOWED = 64 * 1024 * 1024


class Headers(Protocol):
    """Request headers; names in lower case."""

    def get(self, name: str, default: str | None = None) -> str | None: ...


async def body_of(protocol: Any, headers: Headers) -> bytes:
    """A submission's body. Raises TooLarge, TooSlow."""
    length = headers.get("content-length")
    try:
        if length is None:
            return await asyncio.wait_for(_bounded(protocol), PATIENCE)
        if int(length) > BODY_LIMIT:
            if not headers.get("expect"):
                await asyncio.wait_for(_swallowed(protocol), PATIENCE)
            raise TooLarge
        async with asyncio.timeout(PATIENCE):
            return await protocol()
    except TimeoutError:
        raise TooSlow from None


async def _bounded(protocol: Any) -> bytes:
    parts, size = [], 0
    async for part in protocol:
        size += len(part)
        if size <= BODY_LIMIT:
            parts.append(part)
        elif size > _SWALLOWED:
            break
    if size > BODY_LIMIT:
        raise TooLarge
    return b"".join(parts)


async def _swallowed(protocol: Any) -> None:
    """Read and forget: a client that is still sending would not hear the answer."""
    size = 0
    async for part in protocol:
        size += len(part)
        if size > _SWALLOWED:
            break
