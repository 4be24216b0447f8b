"""What a season's cases came to, as far as one reader sees: counted over the year's cases for all
that the leader's page tells of them, and kept a while.

The three rates are of cases of every origin; all else is of bad ratings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Exists, F, OuterRef, Q

from pingyi.casework.models import CallAttempt, CaseClock, Rejudgement, Verdict
from pingyi.casework.querysets import CaseQuerySet
from pingyi.casework.states import State

KEPT = 300
"""Seconds for which the counts are kept: an office's year is read several times for them."""
VERIFIED = ("verified", "partly")
STAGES = (
    ("sort",),
    ("call_back",),
    ("handle_simple", "handle_complex"),
    ("referral",),
    ("reply",),
)
"""The clocks by which each stage is timed."""


@dataclass(frozen=True)
class Outcomes:
    """Counts of cases; a case decided more than once is one case."""

    at: datetime
    due: int
    """Call-backs made or overdue, and how many were made in time."""
    in_time: int
    closed: int
    settled: int
    """Of those closed: ended without a verdict."""
    verified: int
    ended: int
    """Closed, of every origin."""
    solved: int
    """Of those ended: settled on the phone, or she was content when asked again."""
    judged: int
    content: int
    kinds: dict[str, int]
    """Verified or partly, by what it was about; open ones too."""
    times: tuple[tuple[float | None, int], ...]
    """For each of STAGES the median in seconds, and over how many clocks."""


def outcomes(cases: CaseQuerySet, key: str, at: datetime) -> Outcomes:
    """Those of `cases`, counted within the last five minutes; `key` names whose cases they are."""
    found: Outcomes | None = cache.get(f"outcomes/{key}")
    if found is None:
        found = counted(cases, at)
        cache.set(f"outcomes/{key}", found, KEPT)
    return found


def counted(cases: CaseQuerySet, at: datetime) -> Outcomes:
    """Those of `cases`, counted now."""
    rated = cases.filter(rating__isnull=False)
    return Outcomes(
        at=at,
        **_called(cases, at),
        **_closed(rated),
        **_solved(cases),
        **_judged(cases),
        kinds=_kinds(rated),
        times=_times(rated),
    )


def _called(cases: CaseQuerySet, at: datetime) -> dict[str, int]:
    calls = CaseClock.objects.filter(case__in=cases, rule="call_back", stopped_at__isnull=True)
    return calls.aggregate(
        due=Count("pk", filter=Q(met_at__isnull=False) | Q(due_at__lt=at)),
        in_time=Count("pk", filter=Q(met_at__lte=F("due_at"))),
    )


def _closed(cases: CaseQuerySet) -> dict[str, int]:
    hers: dict[str, Any] = {"case": OuterRef("pk")}
    counts = Verdict.objects.counting().filter(finding__in=VERIFIED, **hers)
    told = cases.filter(state=State.CLOSED.value).order_by().annotate(
        decided_=Exists(Verdict.objects.filter(**hers)),
        verified_=Exists(counts),
    )  # fmt: skip
    return told.aggregate(
        closed=Count("pk"),
        settled=Count("pk", filter=Q(decided_=False)),
        verified=Count("pk", filter=Q(verified_=True)),
    )


def _solved(cases: CaseQuerySet) -> dict[str, int]:
    on_the_phone = CallAttempt.objects.filter(outcome="answered_settled", case=OuterRef("pk"))
    content = Rejudgement.objects.filter(satisfied=True, case=OuterRef("pk"))
    closed = cases.filter(state=State.CLOSED.value).order_by()
    told = closed.annotate(solved_=Exists(on_the_phone) | Exists(content))
    return told.aggregate(ended=Count("pk"), solved=Count("pk", filter=Q(solved_=True)))


def _judged(cases: CaseQuerySet) -> dict[str, int]:
    given = Rejudgement.objects.filter(case__in=cases)
    return given.aggregate(judged=Count("pk"), content=Count("pk", filter=Q(satisfied=True)))


def _kinds(cases: CaseQuerySet) -> dict[str, int]:
    found = Verdict.objects.counting().filter(case__in=cases, finding__in=VERIFIED)
    return dict(found.order_by().values_list("kind").annotate(Count("case", distinct=True)))


def _times(cases: CaseQuerySet) -> tuple[tuple[float | None, int], ...]:
    spans: dict[str, list[float]] = {}
    met = CaseClock.objects.filter(case__in=cases, met_at__isnull=False)
    for rule, started, ended in met.order_by().values_list("rule", "started_at", "met_at"):
        if ended is not None:
            spans.setdefault(rule, []).append((ended - started).total_seconds())
    of_stages = [[span for rule in rules for span in spans.get(rule, ())] for rules in STAGES]
    return tuple((median(times) if times else None, len(times)) for times in of_stages)
