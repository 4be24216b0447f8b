"""Pictures are decoded and written anew: what is kept shows the same and carries nothing else.

Place and time, the camera's make, hidden thumbnails and whatever was hung on behind go.
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from pingyi.files.formats import JPEG, PNG, WEBP, Format
from pingyi.files.refusals import Refused, Why

MAX_MEGAPIXELS = 50
"""Decoded, such a picture takes 150 to 200 MB."""
QUALITY = 90

_FORMATS: dict[str, tuple[Format, dict[str, object]]] = {
    "JPEG": (JPEG, {"quality": QUALITY}),
    "PNG": (PNG, {}),
    "WEBP": (WEBP, {"quality": QUALITY}),
}
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,  # Pillow says so of broken PNG chunks
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    MemoryError,
    Image.DecompressionBombError,
    UnidentifiedImageError,
)


def checked(content: bytes) -> tuple[Format, bytes] | None:
    """The picture written anew, upright; None if it is no picture. Raises Refused."""
    name = _named(content)
    if name is None:
        return None
    format_, options = _FORMATS[name]
    try:
        with warnings.catch_warnings():
            # The size is ours to judge, below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return format_, _anew(content, name, options)
    except _BROKEN:
        raise Refused(Why.UNREADABLE) from None


def _named(content: bytes) -> str | None:
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    return None


def _anew(content: bytes, name: str, options: dict[str, object]) -> bytes:
    with Image.open(io.BytesIO(content), formats=[name]) as picture:
        # Known from the head, before anything is decoded.
        if picture.width * picture.height > MAX_MEGAPIXELS * 1_000_000:
            raise Refused(Why.TOO_MANY_PIXELS, limit=MAX_MEGAPIXELS)
        picture.load()
        ImageOps.exif_transpose(picture, in_place=True)
        bare = _bare(picture, name)
    kept = io.BytesIO()
    bare.save(kept, name, **options)
    return kept.getvalue()


def _bare(picture: Image.Image, name: str) -> Image.Image:
    """The pixels alone, in a mode the format can write."""
    if name == "JPEG":
        mode = "L" if picture.mode == "L" else "RGB"
    elif picture.mode in ("1", "L"):
        mode = picture.mode
    else:
        clear = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
        mode = "RGBA" if clear else "RGB"
    if name == "WEBP" and mode in ("1", "L"):
        mode = "RGB"
    bare = picture.convert(mode) if picture.mode != mode else picture
    bare.info = {}
    bare.getexif().clear()
    return bare
