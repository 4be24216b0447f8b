"""Downloads of any size, sent as they are made."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import StreamingHttpResponse


def streamed(
    chunks: Iterable[bytes], *, content_type: str, filename: str = ""
) -> StreamingHttpResponse:
    """A response that holds one chunk at a time; with a file name it is offered for saving.

    Pages run in threads behind the gateway, so an ordinary iterator is sent chunk by chunk, at
    the reader's pace. Let it keep no database cursor open meanwhile: on SQLite that would stop
    every writer.
    """
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'} if filename else {}
    return StreamingHttpResponse(chunks, content_type=content_type, headers=headers)
