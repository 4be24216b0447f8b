"""PDF files: from the header to the end mark, and nothing before, behind or active within."""

from __future__ import annotations

import re

from pingyi.files.formats import PDF, Format
from pingyi.files.refusals import Refused, Why

_HEADER = re.compile(rb"%PDF-[12]\.\d")
_SPACE = b"\r\n\t \0"
# A name may be written with #xx for any of its letters; what is packed in streams stays unread.
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb">>\s{0,8}stream\r?\n")
_NAME = re.compile(rb"/[A-Za-z#0-9]+")
_ACTIVE = frozenset({b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/RichMedia"})


def checked(content: bytes) -> tuple[Format, bytes] | None:
    """None if it is no PDF. Raises Refused."""
    if not content.startswith(b"%PDF-"):
        return None
    if not _HEADER.match(content) or not content.rstrip(_SPACE).endswith(b"%%EOF"):
        raise Refused(Why.BROKEN)
    # Checked outside streams alone: compressed bytes may spell anything.
    names = {
        _ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), name)
        for name in _NAME.findall(_without_streams(content))
    }
    if names & _ACTIVE:
        raise Refused(Why.SCRIPT)
    return PDF, content


def _without_streams(content: bytes) -> bytes:
    parts = []
    at = 0
    while begun := _STREAM.search(content, at):
        parts.append(content[at : begun.start()])
        end = content.find(b"endstream", begun.end())
        if end < 0:
            raise Refused(Why.BROKEN)
        at = end
    parts.append(content[at:])
    return b"".join(parts)
