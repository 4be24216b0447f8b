"""A case's files on its page, and the download of one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pingyi.casework.file_models import Audience, CaseFile, CaseFileQuerySet
from pingyi.casework.models import Case
from pingyi.people.models import User
from pingyi.web.components import file_downloads
from pingyi.web.components.file_fields import FileRow
from pingyi.web.components.markup import tag
from pingyi.web.components.words import say

ADDRESSES = {
    "office": "office:case-file",
    "inspectors": "inspectors:file",
    "unit": "unit:file",
}
ABOUT: dict[str, str | Promise] = {
    "checknote": _("核查证据"),
    "dispatch": _("转办附件"),
    "unitanswer": _("单位报送"),
    "investigationnote": _("纪检核查"),
}


def shown(case: Case, user: User) -> list[CaseFile]:
    """The case's files that office or inspectors may see."""
    return list(CaseFile.objects.visible_to(user).filter(case=case).for_page())


def shown_to_unit(case: Case, user: User) -> list[CaseFile]:
    """The case's files that the user's units may see."""
    return list(CaseFile.objects.open_to_units_of(user).filter(case=case).for_page())


def rows(files: Iterable[CaseFile], case: Case, *, where: str) -> list[FileRow]:
    """The case's files as the desk `where` lists them; a unit is not told who else sees what."""
    return [
        FileRow(
            each.file,
            reverse(ADDRESSES[where], args=[case.number, each.pk]),
            about=str(ABOUT.get(each.fact, "")),
            seen_by="" if where == "unit" else _seen_by(each),
        )
        for each in files
    ]


def _seen_by(each: CaseFile) -> str:
    if each.audience == Audience.OFFICE:
        return ""
    return tag(say(Audience(each.audience)), "warn" if each.unit is None else "open")


def download(
    found: CaseFileQuerySet, number: str, pk: int, *, by: User, at: datetime
) -> HttpResponse:
    """The file with that key on that case, if it is among `found`. Evidence may name people: that
    it was had is noted with the file, not as a look at the rater's contact."""
    each = get_object_or_404(
        found.filter(case__number=number).select_related("file", "case"), pk=pk
    )
    return file_downloads.download(each.file, about=each, by=by, at=at)
