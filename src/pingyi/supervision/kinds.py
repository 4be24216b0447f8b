"""Words of findings and their rulings. Pure."""

from __future__ import annotations

from pingyi.kernel.terms import Term


class FindingKind(Term):
    """What was found, or granted; most are the engine's kinds of event."""

    MONITORING = "monitoring.violation", "电子监察违规", "Violation found by monitoring"
    COVERT_CHECK = "covert_check.violation", "明察暗访违规", "Violation found by a check"
    FAULT = "administrative_fault", "行政过错", "Administrative fault"
    QUALITY = "quality.error", "质量体系差错", "Quality error"
    BREACH = "discipline.breach", "违反评议纪律", "Breach of rating discipline"
    CRITICISM = "criticism", "上级批评", "Criticised by superiors"
    EXPOSURE = "exposure", "媒体曝光", "Exposed in the media"
    BONUS = "bonus", "加分", "Bonus"
    VETO = "veto", "一票否决", "Veto"


TAKES_APPROVAL = frozenset({FindingKind.BONUS, FindingKind.VETO})
"""These count only once a second person has approved them."""

UNSCORED = frozenset({FindingKind.CRITICISM, FindingKind.EXPOSURE})
"""The engine knows no such events: what follows from them is an apology, not points."""


class Ruling(Term):
    APPROVED = "approved", "批准", "Approved"
    REFUSED = "refused", "不批准", "Not approved"
    ANNULLED = "annulled", "撤销", "Annulled"


class Standing(Term):
    """Where a finding stands; asked of its rulings, never stored."""

    WAITING = "waiting", "待批准", "Waiting for approval"
    COUNTS = "counts", "有效", "Counts"
    REFUSED = "refused", "未批准", "Not approved"
    ANNULLED = "annulled", "已撤销", "Annulled"


class ReturnStanding(Term):
    """Where a channel's return stands."""

    COUNTS = "counts", "现行", "In force"
    REPLACED = "replaced", "已更正", "Corrected since"
    TAKEN_BACK = "taken_back", "撤回", "Taken back"


class Channel(Term):
    """The channels of ratings that schemes name. A city's own scheme may name others."""

    QR = "qr", "扫码评价", "QR code"
    SMS = "sms", "短信", "SMS"
    PROVINCIAL = "provincial", "省好差评", "Provincial platform"
    MESSAGE_BOARD = "message_board", "留言板", "Message board"
    MAYOR_HOTLINE = "mayor_hotline", "市长热线", "Mayor's hotline"
    HOTLINE_12345 = "hotline_12345", "12345 热线", "12345 hotline"
    LIVELIHOOD_HOTLINE = "livelihood_hotline", "民生热线", "Livelihood hotline"
    PETITION_OFFICE = "petition_office", "信访办", "Petition office"
    COMPLAINT_CENTRE = "complaint_centre", "投诉中心", "Complaint centre"
    SERVICE_CENTRE = "service_centre", "行政服务中心", "Service centre"
    MEDIA = "media", "媒体", "Media"
    CLIENTS = "clients", "服务对象", "People served"


COUNTED_HERE = frozenset({Channel.QR.value})
"""Channels whose ratings the program takes, and counts, itself."""
