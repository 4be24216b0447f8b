"""PDF files: from the header to the end mark, and nothing before, behind or active within, also
where objects are packed into streams."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from pingyi.files.formats import PDF, Format
from pingyi.files.refusals import Refused, Why

INFLATED = 64 * 1024 * 1024
"""All packed objects of a file together; long documents hold a few MB."""

_HEADER = re.compile(rb"%PDF-[12]\.\d")
_SPACE = b"\r\n\t \0"
# A name may be written with #xx for any of its letters.
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb">>\s{0,8}stream\r?\n")
_NAME = re.compile(rb"/[A-Za-z#0-9]+")
_ACTIVE = frozenset({b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/RichMedia"})
_DEFLATED = re.compile(rb"/Filter\s*(/FlateDecode|\[\s*/FlateDecode\s*\])")


class _Stream(NamedTuple):
    """A stream: what its object says of it, and what it holds."""

    about: bytes
    content: bytes


def checked(content: bytes) -> tuple[Format, bytes] | None:
    """None if it is no PDF. Raises Refused."""
    if not content.startswith(b"%PDF-"):
        return None
    if not _HEADER.match(content) or not content.rstrip(_SPACE).endswith(b"%%EOF"):
        raise Refused(Why.BROKEN)
    # Checked outside streams, and in those that hold objects: compressed bytes may spell anything.
    plain, streams = _apart(content)
    packed = [stream for stream in streams if _holds_objects(stream)]
    if packed and b"/Encrypt" in _names(plain):
        raise Refused(Why.PROTECTED)
    if _names(plain) & _ACTIVE or any(_names(objects) & _ACTIVE for objects in _unpacked(packed)):
        raise Refused(Why.SCRIPT)
    return PDF, content


def _apart(content: bytes) -> tuple[bytes, list[_Stream]]:
    """What stands outside streams, and the streams."""
    parts, streams = [], []
    at = 0
    while begun := _STREAM.search(content, at):
        parts.append(content[at : begun.start()])
        end = content.find(b"endstream", begun.end())
        if end < 0:
            raise Refused(Why.BROKEN)
        about = parts[-1][parts[-1].rfind(b"obj") + 1 :]
        streams.append(_Stream(_spelt_out(about), content[begun.end() : end]))
        at = end
    parts.append(content[at:])
    return b"".join(parts), streams


def _holds_objects(stream: _Stream) -> bool:
    names = _names(stream.about)
    return b"/ObjStm" in names or {b"/N", b"/First"} <= names


def _unpacked(streams: list[_Stream]) -> Iterator[bytes]:
    """The objects within. Packed otherwise than every writer does, they are not looked for."""
    room = INFLATED
    for stream in streams:
        names = _names(stream.about)
        if b"/Filter" not in names:
            yield stream.content
            continue
        if not _DEFLATED.search(stream.about) or b"/DecodeParms" in names:
            raise Refused(Why.UNPACKS_HUGE)
        unpacker = zlib.decompressobj()
        try:
            objects = unpacker.decompress(stream.content, room)
        except zlib.error:
            raise Refused(Why.BROKEN) from None
        room -= len(objects)
        if room <= 0:
            raise Refused(Why.UNPACKS_HUGE)
        yield objects


def _names(text: bytes) -> set[bytes]:
    return {_spelt_out(name) for name in _NAME.findall(text)}


def _spelt_out(text: bytes) -> bytes:
    return _ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), text)
