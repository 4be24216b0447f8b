"""The formats an upload may have. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from pingyi.kernel.terms import Term


class Kind(Term):
    PICTURE = "picture", "图片", "Picture"
    PDF = "pdf", "PDF", "PDF"
    OFFICE = "office", "办公文档", "Office document"
    AUDIO = "audio", "录音", "Recording"


@dataclass(frozen=True)
class Format:
    """A format that is taken: `suffix` is what its files are called, `also` what else they are."""

    kind: Kind
    suffix: str
    media_type: str
    also: tuple[str, ...] = ()


_OOXML = "application/vnd.openxmlformats-officedocument"

JPEG = Format(Kind.PICTURE, "jpg", "image/jpeg", ("jpeg", "jfif"))
PNG = Format(Kind.PICTURE, "png", "image/png")
WEBP = Format(Kind.PICTURE, "webp", "image/webp")
PDF = Format(Kind.PDF, "pdf", "application/pdf")
DOCX = Format(Kind.OFFICE, "docx", f"{_OOXML}.wordprocessingml.document")
XLSX = Format(Kind.OFFICE, "xlsx", f"{_OOXML}.spreadsheetml.sheet")
PPTX = Format(Kind.OFFICE, "pptx", f"{_OOXML}.presentationml.presentation")
OFD = Format(Kind.OFFICE, "ofd", "application/ofd")
DOC = Format(Kind.OFFICE, "doc", "application/msword", ("wps",))
XLS = Format(Kind.OFFICE, "xls", "application/vnd.ms-excel", ("et",))
PPT = Format(Kind.OFFICE, "ppt", "application/vnd.ms-powerpoint", ("dps",))
MP3 = Format(Kind.AUDIO, "mp3", "audio/mpeg")
M4A = Format(Kind.AUDIO, "m4a", "audio/mp4", ("mp4", "3gp", "3ga", "aac"))
WAV = Format(Kind.AUDIO, "wav", "audio/wav")
AMR = Format(Kind.AUDIO, "amr", "audio/amr", ("awb",))
OGG = Format(Kind.AUDIO, "ogg", "audio/ogg", ("opus", "oga"))

FORMATS = (
    JPEG, PNG, WEBP, PDF, DOCX, XLSX, PPTX, OFD, DOC, XLS, PPT, MP3, M4A, WAV, AMR, OGG,
)  # fmt: skip
BY_SUFFIX = {suffix: each for each in FORMATS for suffix in (each.suffix, *each.also)}
"""The format a name promises, by its suffix in lower case."""
