"""Uploads for tests: one good file of every kind, and hostile ones."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

GPS = 0x8825
ORIENTATION = 0x0112


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def picture(form: str = "JPEG", *, size: tuple[int, int] = (40, 20), exif: bool = False) -> bytes:
    """A picture, red on the left and blue on the right; with `exif`, turned, and of a place."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    made = io.BytesIO()
    options: dict[str, object] = {}
    if exif:
        tags = Image.Exif()
        tags[ORIENTATION] = 6
        tags[0x010F] = "SECRETPHONE"
        tags.get_ifd(GPS).update({1: "N", 2: (30.0, 33.0, 0.0), 3: "E", 4: (114.0, 18.0, 0.0)})
        options = {"exif": tags, "comment": b"at home"} if form == "JPEG" else {"exif": tags}
    image.save(made, form, **options)
    return made.getvalue()


def pdf(body: bytes = b"<< /Type /Catalog >>") -> bytes:
    return b"%PDF-1.7\n1 0 obj\n" + body + b"\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def packed(
    objects: bytes,
    *,
    kind: bytes = b"/Type /ObjStm",
    filters: bytes = b"/Filter /FlateDecode",
    content: bytes = b"",
) -> bytes:
    """A stream that holds objects, as most writers of PDF pack them."""
    held = content or zlib.compress(b"5 0 " + objects)
    return (
        b"<< %b /N 1 /First 4 %b /Length %d >>\nstream\n" % (kind, filters, len(held))
        + held
        + b"\nendstream\n"
    )


def zipped(parts: Mapping[str, bytes], **options: object) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def types(main: str) -> bytes:
    return f'<Types><Override ContentType="application/x.{main}.main+xml"/></Types>'.encode()


def docx(**more: bytes) -> bytes:
    return zipped(
        {
            "[Content_Types].xml": types("wordprocessingml.document"),
            "word/document.xml": b"<document/>",
            **{name.replace("__", "/"): content for name, content in more.items()},
        }
    )


def compound(*streams: str) -> bytes:
    """A file as Word wrote it before 2007, as far as its directory goes."""
    directory = b""
    for name in ("Root Entry", *streams):
        written = name.encode("utf-16-le") + b"\0\0"
        directory += (written.ljust(64, b"\0") + struct.pack("<H", len(written))).ljust(128, b"\0")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + directory.ljust(2048, b"\0")


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + name + body


def mpeg4(*handlers: bytes, brand: bytes = b"M4A ") -> bytes:
    tracks = b"".join(
        box(b"trak", box(b"mdia", box(b"hdlr", b"\0" * 8 + handler + b"\0" * 12)))
        for handler in handlers
    )
    return box(b"ftyp", brand + b"\0" * 8) + box(b"moov", tracks) + box(b"mdat", b"sound")


def mp3(frames: int = 5) -> bytes:
    """MPEG 1 layer III, 128 kbit/s at 44.1 kHz: 417 bytes a frame."""
    return (b"\xff\xfb\x90\x00" + b"\0" * 413) * frames


def wav() -> bytes:
    body = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    body += b"data" + struct.pack("<I", 8) + b"\0" * 8
    return b"RIFF" + struct.pack("<I", len(body)) + body


def ogg(first: bytes = b"OpusHead") -> bytes:
    return (b"OggS\0\x02" + b"\0" * 22 + first).ljust(80, b"\0")


def huge_png(width: int, height: int) -> bytes:
    """A PNG of a few hundred kilobytes that decodes to `width` × `height` pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = b"\0" * (width + 1)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


GOOD = {
    "picture.jpg": picture("JPEG"),
    "picture.png": picture("PNG"),
    "picture.webp": picture("WEBP"),
    "paper.pdf": pdf(),
    "paper.docx": docx(),
    "table.xlsx": zipped({"[Content_Types].xml": types("spreadsheetml.sheet")}),
    "talk.pptx": zipped({"[Content_Types].xml": types("presentationml.presentation")}),
    "paper.ofd": zipped({"OFD.xml": b"<ofd/>"}),
    "paper.doc": compound("WordDocument"),
    "paper.wps": compound("WordDocument"),
    "table.xls": compound("Workbook"),
    "talk.ppt": compound("PowerPoint Document"),
    "call.mp3": mp3(),
    "tagged.mp3": b"ID3\x04\0\0\0\0\0\x0a" + b"\0" * 10 + mp3(),
    "call.m4a": mpeg4(b"soun"),
    "call.wav": wav(),
    "call.amr": b"#!AMR\n" + b"\x3c" * 32,
    "call.ogg": ogg(),
}
