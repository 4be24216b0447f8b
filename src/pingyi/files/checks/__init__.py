"""What a file is, by its content: the first bytes say, its structure confirms."""

from __future__ import annotations

import puremagic

from pingyi.files.checks import audio, office, pdf, pictures
from pingyi.files.formats import Format
from pingyi.files.refusals import Refused, Why

HEAD = 4096

_VIDEO = {".mp4", ".mov", ".avi", ".mkv", ".webm", ".flv", ".wmv", ".mpg", ".m4v", ".3gp", ".ogv"}
_HEIC = {".heic", ".heif", ".heics", ".avif"}


def recognised(content: bytes) -> tuple[Format, bytes]:
    """The content's format, and the content as it is to be kept: pictures are written anew.

    Raises Refused.
    """
    for check in (pictures.checked, pdf.checked, office.checked, audio.checked):
        found = check(content)
        if found is not None:
            return found
    raise Refused(_why_not(content))


def _why_not(content: bytes) -> Why:
    """The plainest word for content that is none of ours."""
    try:
        looks = {match.extension for match in puremagic.magic_string(content[:HEAD])}
    except (puremagic.PureError, ValueError):
        return Why.UNKNOWN
    if looks & _HEIC:
        return Why.HEIC
    return Why.VIDEO if looks & _VIDEO else Why.UNKNOWN
