"""Handing a file out: always to be saved, never to be shown or run by the browser here.

Who may have it is asked before, in the query that finds it.
"""

from __future__ import annotations

import hashlib

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from pingyi.files import vault
from pingyi.files.models import StoredFile
from pingyi.files.vault import FileLost
from pingyi.kernel.secrets import CannotDecrypt


def content_of(stored: StoredFile) -> bytes:
    """The content, as it was taken in; raises FileLost."""
    try:
        content = vault.get(stored.key)
    except CannotDecrypt as unreadable:
        raise FileLost(stored.key) from unreadable
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        raise FileLost(stored.key)
    return content


def attachment(stored: StoredFile) -> HttpResponse:
    """The file as an attachment under its own name (RFC 6266). Raises FileLost."""
    return HttpResponse(
        content_of(stored),
        content_type=stored.media_type,
        headers={
            "Content-Disposition": content_disposition_header(True, stored.name) or "attachment",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )
