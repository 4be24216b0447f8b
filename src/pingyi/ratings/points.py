"""From the code on a poster to what is rated there and under which rules, mostly from memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Max

from pingyi.directory.models import PointCode, Season, ServicePoint, Unit
from pingyi.directory.schemes import in_force_on
from pingyi.kernel.codes import normalise_code, point_code_is_valid
from pingyi.ratings.submission import Offer
from pingyi.rulebook import Scheme, scheme

FALLBACK_SCHEME = "wuhan-2023"
"""The scale shown before a city has laid down its first season (A)."""
FRESH_FOR = 1.0
"""Seconds for which memory is believed without a look at the directory."""


class UnknownPoint(LookupError):
    """No poster carries this code."""


class PointGone(LookupError):
    """The code was replaced (`successor` is the poster's new one) or its point retired (None)."""

    def __init__(self, successor: str | None):
        super().__init__(successor)
        self.successor = successor


class Point(NamedTuple):
    """A service point that can be rated; `code` in its own form, ids of the database."""

    code: str
    id: int
    unit_id: int


class Rules(NamedTuple):
    """What holds on a day: the season's id (None between seasons), its scheme, what is offered."""

    season_id: int | None
    scheme: Scheme
    offer: Offer


def load(text: str) -> Point:
    """The point whose poster carries this code, from the database.

    Raises UnknownPoint, PointGone.
    """
    code = normalise_code(text)
    if not point_code_is_valid(code):
        raise UnknownPoint
    found = PointCode.objects.filter(code=code).select_related("point__unit").first()
    if found is None:
        raise UnknownPoint
    point = found.point
    if point.retired_at or point.unit.retired_at:
        raise PointGone(None)
    if found.replaced_at:
        current = point.codes.filter(replaced_at__isnull=True).first()
        raise PointGone(current.code if current else None)
    return Point(code, point.pk, point.unit_id)


def rules_on(day: date) -> Rules:
    """The rules of the season `day` lies in; between seasons, of the last one begun."""
    return rules_among(Season.objects.filter(starts_on__lte=day).order_by(*LATEST_FIRST), day)


LATEST_FIRST = ("-starts_on", "-pk")


def rules_among(seasons: Iterable[Season], day: date) -> Rules:
    """The same, of seasons at hand in the order `LATEST_FIRST`."""
    begun = [season for season in seasons if season.starts_on <= day]
    current = next((season for season in begun if season.ends_on >= day), None)
    last = current or next(iter(begun), None)
    rules = in_force_on(last, day) if last else scheme(FALLBACK_SCHEME)
    return Rules(current.pk if current else None, rules, offer_of(rules))


def offer_of(rules: Scheme) -> Offer:
    """What a rater may choose under a scheme."""
    return Offer(
        {level.value: level.rank for level in rules.levels},
        {
            level.value: frozenset(reason.code for reason in rules.reasons(level))
            for level in rules.levels
        },
    )


def revision() -> tuple[object, ...]:
    """Changes whenever a code, a retirement or a season does: what memory is compared with."""
    codes = PointCode.objects.aggregate(Max("pk"), Count("replaced_at"), Max("replaced_at"))
    points = ServicePoint.objects.aggregate(Count("retired_at"), Max("retired_at"))
    units = Unit.objects.aggregate(Count("retired_at"), Max("retired_at"))
    seasons = Season.objects.values_list("pk", "scheme", "versions", "starts_on", "ends_on")
    return (*codes.values(), *points.values(), *units.values(), *seasons)


class Memory:
    """The points and rules in use, kept in memory while the directory's revision stays the same.

    `point` and `rules` answer from memory or raise Miss; `learn` and `refresh` ask the database
    and so belong in a thread. Readers take no lock: the directory's change replaces all that is
    remembered at once.
    """

    class Miss(LookupError):
        """Not in memory: ask `learn`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = 200_000):
        self._clock = clock
        self._most = most
        self._revision: tuple[object, ...] | None = None
        self._looked_at = float("-inf")
        self._points: dict[str, Point | PointGone] = {}
        self._rules: dict[date, Rules] = {}
        self._refreshing = threading.Lock()

    @property
    def age(self) -> float:
        """Seconds since the last look at the directory."""
        return self._clock() - self._looked_at

    def point(self, text: str) -> Point:
        """Raises Miss, PointGone."""
        found = self._points.get(text)
        if found is None:
            raise self.Miss
        if isinstance(found, PointGone):
            raise PointGone(found.successor)
        return found

    def rules(self, day: date) -> Rules:
        """Raises Miss."""
        try:
            return self._rules[day]
        except KeyError:
            raise self.Miss from None

    def learn(self, text: str, day: date) -> tuple[Point, Rules]:
        """What a Miss lacked, now remembered. Raises UnknownPoint (not remembered), PointGone."""
        self.refresh()
        points, rules = self._points, self._rules
        if day not in rules:
            rules[day] = rules_on(day)
        if text not in points:
            try:
                found: Point | PointGone = load(text)
            except PointGone as gone:
                found = gone
            if len(points) < self._most:
                points[text] = found
            if isinstance(found, PointGone):
                raise found
            return found, rules[day]
        return self.point(text), rules[day]

    def refresh(self) -> None:
        """Forget everything if the directory has changed, unless it was looked at just now."""
        with self._refreshing:
            if self.age < FRESH_FOR:
                return
            looked_at, now = self._clock(), revision()
            if now != self._revision:
                self._points, self._rules = {}, {}
                self._revision = now
            self._looked_at = looked_at
