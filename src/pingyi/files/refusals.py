"""Why a file was not taken: a typed reason, told in the reader's language."""

from __future__ import annotations

from django.utils.translation import get_language

from pingyi.kernel.terms import Term


class Why(Term):
    EMPTY = "empty", "文件是空的", "The file is empty"
    TOO_LARGE = "too_large", "文件超过 {limit} MB", "The file is larger than {limit} MB"
    HEIC = (
        "heic",
        "不收 HEIC 图片：请在手机相机设置中选“兼容性最佳”，或转为 JPEG 再传",
        "HEIC pictures are not taken: set the camera to “most compatible”, or send a JPEG",
    )
    VIDEO = (
        "video",
        "不收视频：请传截图或录音",
        "Videos are not taken: send pictures taken from it, or the sound",
    )
    UNKNOWN = (
        "unknown",
        "只收图片（JPEG、PNG、WebP）、PDF、办公文档（Word、Excel、PPT、WPS、OFD）和录音"
        "（MP3、M4A、WAV、AMR、OGG）",
        "Only pictures (JPEG, PNG, WebP), PDF, office documents (Word, Excel, PowerPoint, WPS, "
        "OFD) and recordings (MP3, M4A, WAV, AMR, OGG) are taken",
    )
    MISMATCH = (
        "mismatch",
        "内容是{found}，与文件名的后缀 .{suffix} 不符",
        "The content is of the kind “{found}”, which is not what .{suffix} in its name says",
    )
    BROKEN = "broken", "文件已损坏或不完整", "The file is damaged or incomplete"
    UNREADABLE = "unreadable", "图片打不开或已损坏", "The picture cannot be read"
    TOO_MANY_PIXELS = (
        "too_many_pixels",
        "图片超过 {limit} 百万像素",
        "The picture has more than {limit} million pixels",
    )
    MACROS = (
        "macros",
        "不收带宏或内嵌程序的文档：请去掉后再传",
        "Documents with macros or embedded programs are not taken: remove them first",
    )
    CALLS_OUT = (
        "calls_out",
        "不收打开时会从别处取模板或程序的文档：请去掉外部模板和链接的对象后再传",
        "Documents that fetch a template or object from elsewhere when opened are not taken: "
        "remove the links first",
    )
    SCRIPT = "script", "不收带脚本的 PDF", "PDF files with scripts are not taken"
    PROTECTED = (
        "protected",
        "文件加了密码：请去掉密码再传",
        "The file is protected by a password: remove it first",
    )
    UNPACKS_HUGE = (
        "unpacks_huge",
        "文档解开后过大或构造异常",
        "The document unpacks to too much, or is built unusually",
    )


class Refused(Exception):
    """The file was not taken; nothing was stored."""

    def __init__(self, why: Why, **values: object) -> None:
        super().__init__(why.value)
        self.why = why
        self.values = values

    def __str__(self) -> str:
        english = (get_language() or "").startswith("en")
        said = {name: _said(value, english) for name, value in self.values.items()}
        return (self.why.en if english else self.why.zh).format(**said)


def _said(value: object, english: bool) -> object:
    if isinstance(value, Term):
        return value.en if english else value.zh
    return value
