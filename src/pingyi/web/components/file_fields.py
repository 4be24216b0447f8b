"""Several files in a form, and a list of them on a page.

    uploads = FilesField()                    # in a DeskForm, called as the action's argument
    store_file(upload=each, by=…, at=…)       # for each of cleaned_data["uploads"]
    {% file_list rows %}                      # rows of FileRow, on a page

The form is made with `request.POST, request.FILES`. Each upload is checked when the form is, before
any transaction; a browser never sends a file twice by itself, so a form that comes back says which
must be chosen again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.files.actions import MEGABYTE, Checked, checked
from pingyi.files.formats import BY_SUFFIX, Kind
from pingyi.files.models import StoredFile
from pingyi.files.refusals import Refused
from pingyi.web.components.words import say

MOST = 10
"""Files of one form."""
ALL_MEGABYTES = 60
"""MB of all files of one form; the server takes no larger one (`gateway.bridge`)."""


class FileInput(forms.FileInput):
    """A browser's file chooser; whatever was sent comes as a list."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class FilesInput(FileInput):
    """A file chooser for several files."""

    allow_multiple_selected = True


class FilesBound(forms.BoundField):
    """Knows which files were sent with a form that comes back."""

    @property
    def again(self) -> str:
        """Names of files that must be chosen again."""
        sent = self.data or [] if self.form.is_bound else []
        return gettext("、").join(str(upload.name) for upload in sent)


class FilesField(forms.FileField):
    """Any number of files up to `most`; the clean value is a list of `files.actions.Checked`."""

    def __init__(self, *, most: int = MOST, **options: Any) -> None:
        self.most = most
        options.setdefault("label", _("附件"))
        options.setdefault("required", False)
        options.setdefault("help_text", lazy(allowed_text, str)(most))
        accept = ",".join(f".{suffix}" for suffix in BY_SUFFIX)
        options.setdefault("widget", (FilesInput if most > 1 else FileInput)({"accept": accept}))
        super().__init__(**options)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> FilesBound:
        return FilesBound(form, self, field_name)

    def clean(self, data: Any, initial: Any = None) -> list[Checked]:  # type: ignore[override]
        uploads: Sequence[Any] = data or []
        if not uploads:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return []
        if len(uploads) > self.most:
            raise ValidationError(gettext("一次最多传 %(most)d 个文件") % {"most": self.most})
        if sum(upload.size for upload in uploads) > ALL_MEGABYTES * MEGABYTE:
            raise ValidationError(gettext("一次最多传 %(most)d MB") % {"most": ALL_MEGABYTES})
        found, wrong = [], []
        for upload in uploads:
            try:
                found.append(checked(upload))
            except Refused as refused:
                wrong.append(
                    gettext("%(name)s：%(why)s") % {"name": upload.name, "why": str(refused)}
                )
        if wrong:
            raise ValidationError(wrong)
        return found


def allowed_text(most: int) -> str:
    """What may be sent, in a sentence."""
    if most == 1:
        return gettext("一个文件：图片、PDF、办公文档或录音，不超过 %(each)d MB。") % {
            "each": settings.PINGYI.upload_mb
        }
    return gettext(
        "图片、PDF、办公文档、录音；每个不超过 %(each)d MB，一次最多 %(most)d 个。"
        "图片会去除拍摄地点等信息。"
    ) % {"each": settings.PINGYI.upload_mb, "most": most}


@dataclass(frozen=True)
class FileRow:
    """One file on a page: what it is, where it is had, and, if said, what it belongs to."""

    file: StoredFile
    url: str
    by: str = ""
    about: str = ""
    at: datetime | None = None
    seen_by: str = ""
    dated: bool = True
    """Whether the list says when and by whom; not where it stands beside that already."""

    @property
    def what(self) -> str:
        """`图片 · 1.2 MB`"""
        return f"{say(Kind(self.file.kind))} · {size_text(self.file.size)}"

    @property
    def when(self) -> datetime:
        return self.at or self.file.at


def size_text(size: int) -> str:
    """`812 KB`, `1.2 MB`: rounded up, never 0."""
    if size < MEGABYTE:
        return f"{max(-(-size // 1024), 1)} KB"
    return f"{size / MEGABYTE:.1f} MB"
