"""Opening cases: every bad rating has one, and each has but one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from django.db import models
from django.db.models import F
from django.utils.timezone import localtime

from pingyi.audit.actions import Actor, action, record_each
from pingyi.audit.giving_way import make_way
from pingyi.casework import rules, search
from pingyi.casework.actions.steps import step_data
from pingyi.casework.models import Case, CaseClock, CaseCounter
from pingyi.casework.reasons import HAS_CASE, NOT_BAD, NotNow
from pingyi.casework.states import TRANSITIONS, State
from pingyi.clocks import actions as clocks
from pingyi.clocks.calendar import city_calendar
from pingyi.kernel.workdays import Calendar
from pingyi.ratings.models import Rating

OPEN = TRANSITIONS["open"]
AT_ONCE = 5
"""Cases opened in one transaction."""


class Opening(NamedTuple):
    """A case that is about to be stored, with its first clocks and words."""

    case: Case
    clocks: list[CaseClock]
    words: str


def ratings_without_case() -> models.QuerySet[Rating]:
    """Bad ratings, given and not void, that have no case yet; oldest first."""
    return Rating.objects.filter(
        level__lte=2, by_default=False, case__isnull=True, void__isnull=True
    ).order_by("pk")


def open_missing_cases(*, by: Actor, at: datetime, limit: int = 500) -> list[Case]:
    """Open a case for each bad rating without one, at most `limit`; those that were opened.

    Safe to run as often and in as many places at once as one likes: a rating that got its case
    meanwhile is passed over. A few at a time, so that no writer waits long for this one.
    """
    missing = ratings_without_case().select_related("point", "unit__area__parent", "season")
    ratings = list(missing[:limit])
    opened: list[Case] = []
    for first in range(0, len(ratings), AT_ONCE):
        if first:
            make_way()
        with suppress(NotNow):
            opened += open_cases(ratings=ratings[first : first + AT_ONCE], by=by, at=at)
    return opened


def open_case(*, rating: Rating, by: Actor, at: datetime) -> Case:
    """Open the case of one bad rating. Raises NotNow if it has one, or is not bad."""
    (case,) = open_cases(ratings=[rating], by=by, at=at)
    return case


def open_cases(*, ratings: Sequence[Rating], by: Actor, at: datetime) -> list[Case]:
    """Open cases of bad ratings; their clocks count from the moment she rated.

    Passes over those that may have none; NotNow if that is all of them.
    """
    # Made before the transaction: an embedded database's writers wait while one is open.
    cases = [_unsorted(rating, at=at) for rating in ratings]
    calendar = city_calendar()
    opening = [
        Opening(case, list(_first_clocks(case, calendar)), search.first_words(case))
        for case in cases
    ]
    return _store(opening=opening, by=by, at=at)


@action("case.open")
def _store(*, opening: Sequence[Opening], by: Actor, at: datetime) -> list[Case]:
    counter = locked_counter(at)
    # Asked under the counter's lock: whoever else is opening has finished or waits.
    ratings = [one.case.rating_id for one in opening if one.case.rating_id is not None]
    free = set(ratings_without_case().filter(pk__in=ratings).values_list("pk", flat=True))
    if not free:
        raise NotNow(HAS_CASE if Case.objects.filter(rating__in=ratings).exists() else NOT_BAD)
    opening = [one for one in opening if one.case.rating_id in free]
    opened = [one.case for one in opening]
    for case, number in zip(opened, take_numbers(counter, len(opened)), strict=True):
        case.number = number
    Case.objects.bulk_create(opened)
    search.start((one.case, one.words) for one in opening)
    CaseClock.objects.bulk_create(clock for one in opening for clock in one.clocks)
    record_each((case, step_data(case, OPEN, rating=case.rating_id)) for case in opened)
    return opened


def _unsorted(rating: Rating, *, at: datetime) -> Case:
    return Case(
        rating=rating,
        unit=rating.unit,
        point=rating.point,
        area=rules.office_of(rating.unit),
        state=State.UNSORTED.value,
        opened_at=at,
    )


def _first_clocks(case: Case, calendar: Calendar) -> Iterator[CaseClock]:
    lengths = rules.scheme_of(case).clocks
    for rule in OPEN.starts:
        if rule in lengths and case.rating is not None:
            clock = CaseClock(case=case)
            yield clocks.begin(clock, rule, lengths[rule], calendar, at=case.rating.recorded_at)


def locked_counter(at: datetime) -> models.QuerySet[CaseCounter]:
    """The year's counter, locked until the commit."""
    year = localtime(at).year
    counter = CaseCounter.objects.filter(year=year)
    if not counter.update(last=F("last")):
        CaseCounter.objects.get_or_create(year=year)
        counter.update(last=F("last"))
    return counter


def take_numbers(counter: models.QuerySet[CaseCounter], count: int) -> list[str]:
    """The year's next numbers, as 2026-000123."""
    counter.update(last=F("last") + count)
    year, last = counter.values_list("year", "last").get()
    return [f"{year}-{number:06d}" for number in range(last - count + 1, last + 1)]
