"""A page rendered once and sent many times, with a slot for what is new in each."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

SLOT = "@@key@@"
"""Stands in the rendered text where each view's own key goes."""

_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"


@dataclass(frozen=True)
class RenderedPage:
    """An HTML page but for its key; the same object may be sent any number of times.

    `headers` are those of this page alone (content type, caching, language); the server adds the
    ones every page has. `gzipped` does not compress anew: the parts before and behind the slot
    are kept compressed, and the key goes between them as it is.
    """

    status: int
    before: bytes
    behind: bytes
    headers: tuple[tuple[str, str], ...]
    _packed: tuple[bytes, int, bytes] = field(repr=False)

    @classmethod
    def of(
        cls, html: str, *, status: int, language: str, more: tuple[tuple[str, str], ...] = ()
    ) -> RenderedPage:
        """From rendered text with one SLOT, or none; `more` are headers of its own."""
        before, _, behind = (part.encode() for part in html.partition(SLOT))
        packed = (_deflated(before, last=False), zlib.crc32(before), _deflated(behind, last=True))
        headers = (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Language", language),
            ("Cache-Control", "no-store"),
            ("Vary", "Cookie, Accept-Language, Accept-Encoding"),
            *more,
        )
        return cls(status, before, behind, headers, packed)

    def body(self, key: str = "") -> bytes:
        """The page with `key` in its slot, if it has one."""
        return b"".join((self.before, self._slot(key), self.behind))

    def gzipped(self, key: str = "") -> bytes:
        """The same, as a gzip stream (RFC 1952)."""
        before, checksum, behind = self._packed
        slot = self._slot(key)
        checksum = zlib.crc32(self.behind, zlib.crc32(slot, checksum))
        size = len(self.before) + len(slot) + len(self.behind)
        stored = struct.pack("<BHH", 0, len(slot), len(slot) ^ 0xFFFF) + slot
        end = struct.pack("<II", checksum, size & 0xFFFFFFFF)
        return b"".join((_GZIP_HEADER, before, stored, behind, end))

    def _slot(self, key: str) -> bytes:
        return key.encode() if self.behind else b""


def _deflated(part: bytes, *, last: bool) -> bytes:
    # A full flush ends on a byte's edge and forgets what went before, so parts can be joined.
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return packer.compress(part) + packer.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)
