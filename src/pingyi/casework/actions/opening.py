"""Opening cases: every bad rating has one, and each has but one."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F
from django.utils.timezone import localtime

from pingyi.audit.actions import Actor, action
from pingyi.casework import rules
from pingyi.casework.actions.steps import record_step, start_clock
from pingyi.casework.models import Case, CaseCounter
from pingyi.casework.policies import HAS_CASE, NOT_BAD, NotNow
from pingyi.casework.states import TRANSITIONS, State
from pingyi.ratings.models import Rating


def ratings_without_case() -> models.QuerySet[Rating]:
    """Bad ratings, given and not void, that have no case yet; oldest first."""
    return Rating.objects.filter(
        level__lte=2, by_default=False, case__isnull=True, void__isnull=True
    ).order_by("pk")


def open_missing_cases(*, by: Actor, at: datetime, limit: int = 500) -> list[Case]:
    """Open a case for each bad rating without one, at most `limit`; those that were opened.

    Safe to run as often and in as many places at once as one likes: each rating in a transaction
    of its own, and a rating that got its case meanwhile is passed over.
    """
    missing = ratings_without_case().select_related("point", "unit__area__parent", "season")
    opened = []
    for rating in missing[:limit]:
        try:
            opened.append(open_case(rating=rating, by=by, at=at))
        except NotNow:
            continue
    return opened


@action("case.open")
def open_case(*, rating: Rating, by: Actor, at: datetime) -> Case:
    """Open the case of a bad rating; its clocks count from the moment she rated."""
    number = _next_number(at)
    # Asked under the counter's lock: whoever else is opening has finished or waits.
    if not ratings_without_case().filter(pk=rating.pk).exists():
        raise NotNow(HAS_CASE if Case.objects.filter(rating=rating).exists() else NOT_BAD)
    case = Case.objects.create(
        number=number,
        rating=rating,
        unit=rating.unit,
        point=rating.point,
        area=rules.office_of(rating.unit),
        state=State.UNSORTED.value,
        opened_at=at,
    )
    step = TRANSITIONS["open"]
    for rule in step.starts:
        start_clock(case, rule, at=rating.recorded_at)
    record_step(case, step, rating=rating.pk)
    return case


def _next_number(at: datetime) -> str:
    """The year's next number, as 2026-000123. The counter stays locked until the commit."""
    year = localtime(at).year
    counter = CaseCounter.objects.filter(year=year)
    if not counter.update(last=F("last") + 1):
        CaseCounter.objects.get_or_create(year=year)
        counter.update(last=F("last") + 1)
    return f"{year}-{counter.get().last:06d}"
