"""What supervision keeps: one module per kind of thing."""

from pingyi.supervision.models.findings import Finding, FindingRuling
from pingyi.supervision.models.marks import BallotSheet, Mark, PanelSession

__all__ = [
    "BallotSheet",
    "Finding",
    "FindingRuling",
    "Mark",
    "PanelSession",
]
