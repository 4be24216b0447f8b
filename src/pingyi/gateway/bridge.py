"""Django behind the thin callable: a WSGI call in a thread, its response handed back."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from pingyi.gateway.doors import TooLarge

UPLOAD_LIMIT = 64 * 1024 * 1024
"""Bytes; Django's own limits are lower where they matter."""
_IN_MEMORY = 1024 * 1024
_FORWARDED = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded")


class Bridge:
    """Calls a WSGI application in a pool of threads."""

    def __init__(self, application: Callable[..., Iterable[bytes]], threads: Executor):
        self._application = application
        self._threads = threads

    async def __call__(
        self, scope: Any, protocol: Any, *, address: str, trusted: bool, body: bytes | None = None
    ) -> int:
        """The status of the response sent. `trusted`: X-Forwarded headers are passed on.

        Raises TooLarge, before anything was sent.
        """
        loop = asyncio.get_running_loop()
        with await _spooled(scope, protocol, body) as (file, length):
            environ = _environ(scope, address, trusted) | {
                "wsgi.input": file,
                "CONTENT_LENGTH": str(length),
            }
            return await loop.run_in_executor(self._threads, self._respond, environ, protocol, loop)

    def _respond(
        self, environ: dict[str, Any], protocol: Any, loop: asyncio.AbstractEventLoop
    ) -> int:
        started: list[Any] = []
        response = self._application(
            environ,
            lambda status, headers, _=None: started.extend((int(status.split(" ", 1)[0]), headers)),
        )
        status, headers = started
        try:
            if getattr(response, "streaming", True) and environ["REQUEST_METHOD"] != "HEAD":
                stream = protocol.response_stream(status, headers)
                for part in response:
                    # Waiting for each part lets a slow reader slow the writer down.
                    asyncio.run_coroutine_threadsafe(_sent(stream, part), loop).result()
            else:
                protocol.response_bytes(status, headers, b"".join(response))
        finally:
            close = getattr(response, "close", None)
            if close:
                close()
        return status


async def _sent(stream: Any, part: bytes) -> None:
    await stream.send_bytes(part)


class _Spool:
    def __init__(self, file: IO[bytes], length: int):
        self._file, self._length = file, length

    def __enter__(self) -> tuple[IO[bytes], int]:
        return self._file, self._length

    def __exit__(self, *_: object) -> None:
        self._file.close()


async def _spooled(scope: Any, protocol: Any, body: bytes | None) -> _Spool:
    """The whole body, on disk when it is big. Raises TooLarge."""
    file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
    size = 0
    if body is not None:
        size = file.write(body)
    elif scope.method not in ("GET", "HEAD"):
        async for part in protocol:
            size += len(part)
            if size > UPLOAD_LIMIT:
                file.close()
                raise TooLarge
            file.write(part)
    file.seek(0)
    return _Spool(file, size)


def _environ(scope: Any, address: str, trusted: bool) -> dict[str, Any]:
    """As PEP 3333 wants it."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope.path).decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host or scope.server,
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": address,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if scope.authority:
        environ["HTTP_HOST"] = scope.authority
    for name, value in scope.headers.items():
        if (not trusted and name in _FORWARDED) or "_" in name:
            continue  # an underscore would pass for a dash
        key = "CONTENT_TYPE" if name == "content-type" else "HTTP_" + name.upper().replace("-", "_")
        if key in environ and name != "host":
            value = environ[key] + ("; " if name == "cookie" else ",") + value
        environ[key] = value
    return environ
