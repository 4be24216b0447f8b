"""Where cases come from, and the channels citizens' messages come through. Pure."""

from __future__ import annotations

from pingyi.kernel.terms import Term


class Origin(Term):
    """What a case began with. Only `RATING` is opened by the program itself."""

    RATING = "rating", "评价", "Rating"
    MESSAGE = "message", "留言", "Message"
    PETITION = "petition", "信访", "Petition"
    CHECK = "check", "检查", "Check"
    EXPOSURE = "exposure", "曝光", "Exposure"
    HOTLINE = "hotline", "热线", "Hotline"


BY_HAND = tuple(origin for origin in Origin if origin is not Origin.RATING)


class Channel(Term):
    """A channel messages are imported from: the names the schemes' channels have; and the lists of
    what the office's own checks found."""

    MESSAGE_BOARD = "message_board", "留言板", "Message board"
    MAYOR_HOTLINE = "mayor_hotline", "市长热线", "Mayor's hotline"
    HOTLINE_12345 = "hotline_12345", "12345 热线", "12345 hotline"
    LIVELIHOOD_HOTLINE = "livelihood_hotline", "民生热线", "Livelihood hotline"
    PETITION_OFFICE = "petition_office", "信访办", "Petition office"
    COMPLAINT_CENTRE = "complaint_centre", "投诉中心", "Complaint centre"
    MEDIA = "media", "媒体", "Media"
    CHECKS = "checks", "明察暗访", "Open and covert checks"


ORIGINS = {
    Channel.MESSAGE_BOARD: Origin.MESSAGE,
    Channel.MAYOR_HOTLINE: Origin.HOTLINE,
    Channel.HOTLINE_12345: Origin.HOTLINE,
    Channel.LIVELIHOOD_HOTLINE: Origin.HOTLINE,
    Channel.PETITION_OFFICE: Origin.PETITION,
    Channel.COMPLAINT_CENTRE: Origin.PETITION,
    Channel.MEDIA: Origin.EXPOSURE,
    Channel.CHECKS: Origin.CHECK,
}
"""The origin of a case opened from a message of each channel."""

UNSENT = frozenset({Channel.MEDIA, Channel.CHECKS})
"""Channels on which often nobody wrote to anybody: without a sender nobody awaits an answer."""
