"""Recordings: MP3, M4A, WAV, AMR, Ogg. The container is walked far enough to know it is one."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from pingyi.files.formats import AMR, M4A, MP3, OGG, WAV, Format
from pingyi.files.refusals import Refused, Why


def checked(content: bytes) -> tuple[Format, bytes] | None:
    """None if it is no recording. Raises Refused."""
    if content.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return AMR, content
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return _wav(content), content
    if content.startswith(b"OggS"):
        return _ogg(content), content
    if content[4:8] == b"ftyp":
        return (M4A, content) if _has_sound_alone(content) else None
    if content.startswith(b"ID3") or content[:1] == b"\xff":
        return (MP3, content) if _is_mp3(content) else None
    return None


def _wav(content: bytes) -> Format:
    size = int.from_bytes(content[4:8], "little")
    # Recorders that were cut off leave the size at nothing or all.
    if b"fmt " not in content[12:4096] or (size not in (0, 0xFFFFFFFF) and size + 8 < 44):
        raise Refused(Why.BROKEN)
    return WAV


def _ogg(content: bytes) -> Format:
    first = content[28:64]
    if content[4:5] != b"\0" or not first.startswith((b"OpusHead", b"\x01vorbis", b"Speex   ")):
        raise Refused(Why.UNKNOWN)
    return OGG


# MPEG-4: a tree of boxes; a handler box names what each track is.

_INTO = {b"moov", b"trak", b"mdia"}


def _has_sound_alone(content: bytes) -> bool:
    handlers = set(_handlers(content, 0, len(content)))
    return b"soun" in handlers and not handlers & {b"vide", b"pict"}


def _handlers(content: bytes, at: int, end: int) -> Iterator[bytes]:
    while at + 8 <= end:
        size, name = struct.unpack_from(">I4s", content, at)
        body = at + 8
        if size == 1:
            if at + 16 > end:
                raise Refused(Why.BROKEN)
            size = struct.unpack_from(">Q", content, body)[0]
            body += 8
        elif size == 0:
            size = end - at
        if size < body - at or at + size > end:
            raise Refused(Why.BROKEN)
        if name in _INTO:
            yield from _handlers(content, body, at + size)
        elif name == b"hdlr":
            yield content[body + 8 : body + 12]
        at += size


# MP3: frames follow one another, each as long as its head says (ISO/IEC 11172-3, 13818-3).

_RATES = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SAMPLES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_FRAMES = 3
_PADDING = 64 * 1024
"""Bytes that may stand between the tags and the first frame."""


def _is_mp3(content: bytes) -> bool:
    start = _after_tags(content)
    for at in range(start, min(start + (_PADDING if start else 1), len(content) - 4)):
        if content[at] == 0xFF and _frames_from(content, at):
            return True
    return False


def _after_tags(content: bytes) -> int:
    if not content.startswith(b"ID3") or len(content) < 10:
        return 0
    size = 0
    for byte in content[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size


def _frames_from(content: bytes, at: int) -> bool:
    """Whether frames follow one another from here on, or to the end."""
    for _ in range(_FRAMES):
        length = _frame_length(content[at : at + 4])
        if not length:
            return False
        at += length
        if at >= len(content):
            return True
    return True


def _frame_length(head: bytes) -> int:
    """Bytes of the layer III frame with this head; 0 if it is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate, sampling, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer != 1 or rate in (0, 15) or sampling == 3:
        return 0
    kilobits = _RATES[3 if version == 3 else 2][rate]
    factor = 144 if version == 3 else 72
    return factor * kilobits * 1000 // _SAMPLES[version][sampling] + padding
