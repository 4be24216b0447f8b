"""Office documents: zips of XML (Word, Excel, PowerPoint, OFD), and the compound files before them
(also of WPS). Nothing is unpacked further than its list of contents and one small part."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

from pingyi.files.formats import DOC, DOCX, OFD, PPT, PPTX, XLS, XLSX, Format
from pingyi.files.refusals import Refused, Why
from pingyi.kernel.archives import BROKEN, ENCRYPTED, USUAL

MEMBERS = 5000
INFLATED = 300 * 1024 * 1024
RATIO = 200
"""How many times larger a part of 1 MB and more may be than it is packed; XML packs 10 to 50."""
SMALL = 1024 * 1024

_END = b"PK\x05\x06"
_END_LENGTH = 22
# Programs, by what Office calls the parts that hold them.
_PROGRAM = re.compile(
    r"(vbaproject|vbadata|macrosheets/|activex|oleobject|embeddings/.*\.bin)|"
    r"\.(exe|dll|js|vbs|bat|cmd|ps1|scr|hta|jar|sh|html?)$",
    re.IGNORECASE,
)
_CLICKED_OR_SEEN = frozenset({"hyperlink", "image"})
_ELSEWHERE = re.compile(r"\s*(?!file:/{3})([a-z][a-z0-9+.-]+:|[/\\]{2})", re.IGNORECASE)
"""An address on another machine: a scheme, or a share. `file:///C:/…` is the writer's own."""
_MAIN = (
    (b"wordprocessingml.document.main+xml", DOCX),
    (b"spreadsheetml.sheet.main+xml", XLSX),
    (b"presentationml.presentation.main+xml", PPTX),
)


def checked(content: bytes) -> tuple[Format, bytes] | None:
    """None if it is no office document, nor any other zip or compound file. Raises Refused."""
    if content.startswith(b"PK\x03\x04"):
        return _zip(content), content
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(content), content
    return None


def _zip(content: bytes) -> Format:
    # The archive ends where the file ends: nothing is hung on behind, no second one within.
    if content[-_END_LENGTH:][:4] != _END or content[-2:] != b"\0\0":
        raise Refused(Why.BROKEN)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _office(archive, _members(archive))
    except BROKEN:
        raise Refused(Why.BROKEN) from None


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The archive's parts by name, once what they declare is credible."""
    members = archive.infolist()
    names = {info.filename for info in members}
    odd = (
        len(members) > MEMBERS
        or len(names) < len(members)
        or sum(info.file_size for info in members) > INFLATED
        or any(info.compress_type not in USUAL for info in members)
        or any(_swells(info) or _strays(info.filename) for info in members)
    )
    if odd:
        raise Refused(Why.UNPACKS_HUGE)
    if any(info.flag_bits & ENCRYPTED for info in members):
        raise Refused(Why.PROTECTED)
    return {info.filename: info for info in members}


def _swells(info: zipfile.ZipInfo) -> bool:
    return info.file_size > SMALL and info.file_size > RATIO * max(info.compress_size, 1)


def _strays(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or ":" in name


def _office(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> Format:
    types = members.get("[Content_Types].xml")
    if types is None and "OFD.xml" not in members:
        raise Refused(Why.UNKNOWN)
    if any(_PROGRAM.search(name) for name in members):
        raise Refused(Why.MACROS)
    if types is None:
        return OFD
    if types.file_size > SMALL:
        raise Refused(Why.UNPACKS_HUGE)
    said = archive.read(types)
    if b"macroEnabled" in said or b"vbaProject" in said:
        raise Refused(Why.MACROS)
    if any(_calls_out(archive, info) for info in members.values()):
        raise Refused(Why.CALLS_OUT)
    for main, format_ in _MAIN:
        if main in said:
            return format_
    raise Refused(Why.UNKNOWN)


def _calls_out(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    """Whether a part's relations name a template, frame or object on another machine, which the
    program would fetch on opening, macros and all. What a reader must click is no such."""
    if not info.filename.endswith(".rels"):
        return False
    if info.file_size > SMALL:
        raise Refused(Why.UNPACKS_HUGE)
    content = archive.read(info)
    if b"<!" in content.replace(b"\0", b"").replace(b"<!--", b""):
        raise Refused(Why.UNPACKS_HUGE)  # no program writes a document type here
    try:
        relations = ElementTree.fromstring(content)  # noqa: S314  neither types nor entities
    except ElementTree.ParseError:
        raise Refused(Why.BROKEN) from None
    return any(
        each.get("TargetMode") == "External"
        and each.get("Type", "").rpartition("/")[2] not in _CLICKED_OR_SEEN
        and _ELSEWHERE.match(each.get("Target", "")) is not None
        for each in relations
    )


# Compound files (MS-CFB): the names of their streams stand in the directory as UTF-16.

_STREAMS = (("WordDocument", DOC), ("Workbook", XLS), ("Book", XLS), ("PowerPoint Document", PPT))
_PROGRAMS = ("_VBA_PROJECT", "_VBA_PROJECT_CUR", "Macros", "\x01Ole10Native", "Package")
_ENTRY = 128
"""Bytes of a directory entry; its name comes first, 64 bytes with the end, its length after."""


def _compound(content: bytes) -> Format:
    if len(content) < 1536:
        raise Refused(Why.BROKEN)
    if _has_stream(content, "EncryptedPackage"):
        raise Refused(Why.PROTECTED)
    if any(_has_stream(content, name) for name in _PROGRAMS):
        raise Refused(Why.MACROS)
    for name, format_ in _STREAMS:
        if _has_stream(content, name):
            return format_
    raise Refused(Why.UNKNOWN)


def _has_stream(content: bytes, name: str) -> bool:
    written = name.encode("utf-16-le") + b"\0\0"
    entry = written.ljust(64, b"\0") + len(written).to_bytes(2, "little")
    at = content.find(entry)
    while at >= 0:
        if at % _ENTRY == 0:
            return True
        at = content.find(entry, at + 1)
    return False
