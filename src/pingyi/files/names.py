"""What a file is called where people see it: safe on every system, and true to its content."""

from __future__ import annotations

import re
import unicodedata

from pingyi.files.formats import BY_SUFFIX, Format
from pingyi.files.refusals import Refused, Why

LONGEST = 100
"""Characters of a name with its suffix."""
_SLASH = re.compile(r"[/\\]")
_UNSAFE = re.compile(r'[<>:"|?*\s]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def shown_name(given: str, format_: Format) -> str:
    """`given` without its folders and whatever misleads, with the suffix of its true format.

    Raises Refused if its suffix promises another kind of file.
    """
    stem, suffix = _split(_clean(given))
    if suffix:
        promised = BY_SUFFIX.get(suffix)
        if promised is None or promised.kind is not format_.kind:
            raise Refused(Why.MISMATCH, found=format_.kind, suffix=suffix)
        if suffix not in (format_.suffix, *format_.also):
            suffix = format_.suffix
    suffix = suffix or format_.suffix
    return f"{stem[: LONGEST - len(suffix) - 1]}.{suffix}"


def _clean(given: str) -> str:
    """The last part, in one form, without control, format (as right-to-left marks) or odd ones."""
    last = _SLASH.split(unicodedata.normalize("NFC", given))[-1]
    visible = "".join(
        " " if character.isspace() else character
        for character in last
        if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
        or character.isspace()
    )
    return _UNSAFE.sub(" ", visible).strip(" .")


def _split(name: str) -> tuple[str, str]:
    """Stem and suffix in lower case; a suffix is short and plain."""
    stem, dot, suffix = name.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,8}", suffix):
        stem, suffix = name, ""
    stem = stem.strip(" .")
    if not stem or _RESERVED.fullmatch(stem):
        stem = f"file {stem}".strip()
    return stem, suffix.lower()
