"""What a citizen chose for her pages: the language and large type. Kept in two plain cookies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = ("zh-hans", "en")
_SHORT = {"zh": "zh-hans", "en": "en"}
COOKIE_AGE = 365 * 24 * 3600  # seconds


@dataclass(frozen=True)
class Preferences:
    """How to show a page; `to_keep` are the cookies (name, value) that this request chose anew."""

    language: str = "zh-hans"
    large: bool = False
    to_keep: tuple[tuple[str, str], ...] = ()


def preferences(
    query: Mapping[str, str], cookies: Mapping[str, str], accept_language: str = ""
) -> Preferences:
    """Reads `?lang=zh|en` and `?large=0|1`, else the cookies, else what the browser asks for."""
    to_keep = []
    language = _SHORT.get(query.get("lang", ""))
    if language:
        to_keep.append(("language", language))
    elif cookies.get("language") in LANGUAGES:
        language = cookies["language"]
    else:
        language = _preferred(accept_language)
    large = query.get("large")
    if large in ("0", "1"):
        to_keep.append(("large", large))
    else:
        large = cookies.get("large")
    return Preferences(language, large == "1", tuple(to_keep))


def _preferred(accept_language: str) -> str:
    """The first of the browser's languages that we have; Chinese for any other."""
    for part in accept_language[:200].split(","):
        short = part.split(";")[0].strip().lower().split("-")[0]
        if short in _SHORT:
            return _SHORT[short]
    return "zh-hans"


def cookie_header(name: str, value: str, *, secure: bool) -> str:
    """A Set-Cookie line for a choice to keep."""
    return f"{name}={value}; Max-Age={COOKIE_AGE}; Path=/; SameSite=Lax" + (
        "; Secure" if secure else ""
    )
