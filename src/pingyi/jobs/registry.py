"""Every job: a query for what is due and one idempotent action. Safe to run twice, or at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from pingyi.accountability import escalation as duties
from pingyi.accountability.ladders import propose_from_facts
from pingyi.audit.actions import SYSTEM
from pingyi.audit.sealing import seal
from pingyi.casework import escalation as cases
from pingyi.casework import receipts
from pingyi.casework.actions import (
    close_unjudged_cases,
    open_missing_cases,
    stop_calling_the_unknown,
)
from pingyi.casework.digests import send_digests
from pingyi.casework.search import index_missing
from pingyi.clocks.actions import recompute
from pingyi.files.actions import sweep_orphans
from pingyi.integrity.actions import raise_burst_signals
from pingyi.letters import escalation as letters
from pingyi.notices.sending import send_due_messages
from pingyi.privacy import requests
from pingyi.privacy.prying import raise_prying_marks
from pingyi.privacy.retention import apply_rules
from pingyi.publication.duties import propose_from_releases
from pingyi.ratings.opening import send_wanted_codes
from pingyi.supervision import escalation as items


@dataclass(frozen=True)
class Job:
    """`run` does what is due at the time it is given; called every so many seconds."""

    name: str
    every: float
    run: Callable[[datetime], object]


JOBS: tuple[Job, ...] = (
    Job("send-codes", 2, lambda at: send_wanted_codes(by=SYSTEM, at=at)),
    Job("send-source-codes", 2, lambda at: receipts.send_wanted_codes(by=SYSTEM, at=at)),
    Job("send-request-codes", 2, lambda at: requests.send_wanted_codes(by=SYSTEM, at=at)),
    Job("send-messages", 2, lambda at: send_due_messages(by=SYSTEM, at=at)),
    Job("open-cases", 30, lambda at: open_missing_cases(by=SYSTEM, at=at)),
    Job("index-cases", 300, lambda at: index_missing()),
    Job("close-unjudged-cases", 600, lambda at: close_unjudged_cases(by=SYSTEM, at=at)),
    Job("propose-duties", 300, lambda at: propose_from_facts(by=SYSTEM, at=at)),
    Job("propose-from-releases", 300, lambda at: propose_from_releases(by=SYSTEM, at=at)),
    Job("recompute-clocks", 24 * 3600, lambda at: recompute(by=SYSTEM, at=at)),
    Job("escalate", 300, lambda at: cases.raise_due_steps(by=SYSTEM, at=at)),
    Job("escalate-letters", 300, lambda at: letters.raise_due_steps(by=SYSTEM, at=at)),
    Job("escalate-items", 300, lambda at: items.raise_due_steps(by=SYSTEM, at=at)),
    Job("escalate-duties", 300, lambda at: duties.raise_due_steps(by=SYSTEM, at=at)),
    Job("burst-signals", 60, lambda at: raise_burst_signals(by=SYSTEM, at=at)),
    Job("sweep-files", 24 * 3600, lambda at: sweep_orphans(by=SYSTEM, at=at)),
    Job("stop-calling", 600, lambda at: stop_calling_the_unknown(by=SYSTEM, at=at)),
    Job("prying-marks", 600, lambda at: raise_prying_marks(by=SYSTEM, at=at)),
    Job("retention", 24 * 3600, lambda at: _retain(at)),
    Job("send-digests", 600, lambda at: send_digests(by=SYSTEM, at=at)),
    Job("seal-events", 60, lambda at: seal(at=at)),
)


def _retain(at: datetime) -> object:
    """Erases nothing unless the city switched it on."""
    return apply_rules(by=SYSTEM, at=at) if settings.PINGYI.retention == "apply" else None


def job(name: str) -> Job:
    """Raises KeyError for a name not on the list."""
    return {each.name: each for each in JOBS}[name]
