"""What supervision keeps: one module per kind of thing."""

from pingyi.supervision.models.findings import Finding, FindingRuling
from pingyi.supervision.models.improvements import Improvement
from pingyi.supervision.models.marks import BallotSheet, Mark, PanelSession
from pingyi.supervision.models.rectification import (
    Acceptance,
    ItemClock,
    ItemEscalation,
    ItemPause,
    ItemTimeRequest,
    MeetingNote,
    RectificationItem,
    RectificationList,
    Submission,
    SubmissionFile,
)
from pingyi.supervision.models.returns import ChannelReturn, ReturnBatch

__all__ = [
    "Acceptance",
    "BallotSheet",
    "ChannelReturn",
    "Finding",
    "FindingRuling",
    "Improvement",
    "ItemClock",
    "ItemEscalation",
    "ItemPause",
    "ItemTimeRequest",
    "Mark",
    "MeetingNote",
    "PanelSession",
    "RectificationItem",
    "RectificationList",
    "ReturnBatch",
    "Submission",
    "SubmissionFile",
]
