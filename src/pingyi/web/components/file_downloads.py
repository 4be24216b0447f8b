"""The download of a file that the asker was found to be allowed."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import models
from django.http import Http404, HttpResponse

from pingyi.audit.actions import log_read
from pingyi.files.models import StoredFile
from pingyi.files.serving import FileLost, attachment
from pingyi.people.models import User

log = logging.getLogger(__name__)


def download(stored: StoredFile, *, about: models.Model, by: User, at: datetime) -> HttpResponse:
    """The file; that it was had is noted with `about`, since evidence may name people."""
    try:
        answer = attachment(stored)
    except FileLost:
        log.exception("file %s of the vault is lost", stored.pk)
        raise Http404 from None
    log_read(about, what="file", reason=f"#{stored.pk}", by=by, at=at)
    return answer
