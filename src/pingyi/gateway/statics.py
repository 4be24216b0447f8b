"""The few static files, kept in memory as they go over the wire: compressed once, with an ETag."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from typing import NamedTuple

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

_KEPT_BY_BROWSERS = "public, max-age=3600"
_COMPRESSED = ("text/", "application/javascript", "application/json", "image/svg+xml")


class StaticFile(NamedTuple):
    """A file ready to be sent."""

    kind: str
    etag: str
    plain: bytes
    packed: bytes | None

    def answer(self, accepts: str, known: str) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        """Status, headers and body for Accept-Encoding and If-None-Match."""
        headers: tuple[tuple[str, str], ...] = (
            ("Content-Type", self.kind),
            ("Cache-Control", _KEPT_BY_BROWSERS),
            ("ETag", self.etag),
            ("Vary", "Accept-Encoding"),
        )
        if self.etag in known:
            return 304, headers[1:], b""
        if self.packed is not None and "gzip" in accepts:
            return 200, (*headers, ("Content-Encoding", "gzip")), self.packed
        return 200, headers, self.plain


def all_files() -> dict[str, StaticFile]:
    """Every static file of the installed applications, by its path in an address."""
    found: dict[str, StaticFile] = {}
    for finder in get_finders():
        for path, storage in finder.list([]):
            address = settings.STATIC_URL + path.replace("\\", "/")
            if address not in found:
                with storage.open(path) as file:
                    found[address] = _packed(path, file.read())
    return found


def _packed(path: str, content: bytes) -> StaticFile:
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    compress = kind.startswith(_COMPRESSED) or kind == "text/javascript"
    if kind.startswith("text/") or kind == "application/javascript":
        kind += "; charset=utf-8"
    packed = gzip.compress(content, 9, mtime=0) if compress else None
    etag = '"' + hashlib.sha256(content).hexdigest()[:20] + '"'
    return StaticFile(kind, etag, content, packed)
