"""A release's lists as files, for the office and for the public."""

from __future__ import annotations

import io

from django.http import FileResponse, Http404

from pingyi.publication import papers, wording
from pingyi.publication.models import Release
from pingyi.web.components.tables import TYPES

WRITERS = {"xlsx": papers.write_workbook, "docx": papers.write_document}
_TYPES = {
    "xlsx": TYPES["xlsx"],
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def as_file(release: Release, suffix: str, *, public: bool, group: str = "") -> FileResponse:
    """The lists as a file to keep, of one group or of all; `suffix` is xlsx or docx. 404 for any
    other, and for a group that the release lacks."""
    if suffix not in WRITERS or (group and group not in papers.groups(release)):
        raise Http404
    name = wording.title(release)
    if group:
        name += f" {wording.group_text(release.scheme.scheme(), group)}"
    target = io.BytesIO()
    WRITERS[suffix](release, target, public=public, group=group or None)
    target.seek(0)
    return FileResponse(
        target,
        as_attachment=True,
        filename=f"{name}.{suffix}",
        content_type=_TYPES[suffix],
    )
