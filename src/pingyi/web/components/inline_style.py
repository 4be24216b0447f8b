"""The citizens' stylesheet as it stands inside a page, and the hash that lets it in.

Their pages carry it so that a page is a single request on a slow network. The text is constant:
the content policy names its SHA-256, so no other inline style gets in.
"""

import base64
import hashlib
import re
from pathlib import Path

from django.utils.safestring import SafeString, mark_safe

_SOURCE = Path(__file__).parent / "inline" / "citizen.css"


def _without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|\n\s*", "", text, flags=re.DOTALL)


TEXT = _without_comments(_SOURCE.read_text(encoding="utf-8"))
HASH = "sha256-" + base64.b64encode(hashlib.sha256(TEXT.encode()).digest()).decode()
ELEMENT: SafeString = mark_safe(f"<style>{TEXT}</style>")  # noqa: S308  our own file
