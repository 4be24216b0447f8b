"""The demo city's past ratings, day by day, as the bulk door takes them. Pure but for the ids.

Each day has a generator of its own, so that a city stopped at noon is the one stopped at night,
cut off at noon.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from pingyi.demo import rhythm, words
from pingyi.kernel.codes import new_receipt
from pingyi.kernel.workdays import SHANGHAI
from pingyi.ratings.bulk import PastContact, PastRating
from pingyi.rulebook import Level

SATISFIED, MIDDLING, BAD = (
    Level.SATISFIED.rank,
    Level.BASICALLY_SATISFIED.rank,
    Level.DISSATISFIED.rank,
)
_TYPICAL_BAD = 0.015
_MIDDLING = 0.025
_QUEUES = {20: 1.3, 21: 1.4, 22: 1.6, 23: 2.0, 24: 1.8, 25: 1.6, 34: 1.5}
"""How much likelier a bad rating is in the crowded half hours of the day."""
_WITH_PHONE = 0.6
_BY_SMS = 0.08


@dataclass(frozen=True)
class Place:
    """A point as its raters know it."""

    point: int
    unit: int
    badges: tuple[str, ...]
    matters: tuple[str, ...]
    manner: str
    weight: float
    bad_share: float


@dataclass(frozen=True)
class History:
    """What to draw: where, from the first day up to the moment `until`, how many in all."""

    places: Sequence[Place]
    first: date
    until: datetime
    total: int
    seed: int
    season_of: Callable[[date], int | None]
    is_working: Callable[[date], bool]
    gloom: float = 1.0
    """How many times likelier than usual a rating is bad."""


def ratings(history: History, contacts: dict[UUID, PastContact]) -> Iterator[PastRating]:
    """Every rating in the order given; fills `contacts` on the way."""
    span = rhythm.days(history.first, history.until.astimezone(SHANGHAI).date())
    volumes = rhythm.volumes(span, history.total, history.is_working, history.seed)
    worked = _Open(history.places)
    free = _Open([place for place in history.places if place.manner != "office"])
    for day, volume in zip(span, volumes, strict=True):
        doors = worked if history.is_working(day) else free
        # People grow a little happier as the year goes on: what was wrong is put right.
        mood = 1.25 - 0.5 * (day - history.first).days / max(1, len(span) - 1)
        mood *= history.gloom
        rng = random.Random(f"{history.seed}/day/{day}")  # noqa: S311
        draw = _Draw(rng, day, history.season_of(day), mood, contacts)
        for place, second in doors.visits(rng, volume):
            rating = draw.rating(place, second)
            if rating.recorded_at > history.until:
                contacts.pop(rating.key, None)
                break
            yield rating


class _Open:
    """The points that are open on a kind of day."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = places
        self.cumulated = list(itertools.accumulate(place.weight for place in places))

    def visits(self, rng: random.Random, count: int) -> list[tuple[Place, int]]:
        """Who is visited when, by the second of the day, in order."""
        places = rng.choices(self.places, cum_weights=self.cumulated, k=count)
        seconds = {
            manner: rhythm.seconds_of_day(manner, number, rng)
            for manner, number in Counter(place.manner for place in places).items()
        }
        return sorted(
            ((place, seconds[place.manner].pop()) for place in places),
            key=lambda visit: (visit[1], visit[0].point),
        )


@dataclass
class _Draw:
    """One day's draw."""

    rng: random.Random
    day: date
    season: int | None
    mood: float
    contacts: dict[UUID, PastContact]

    def __post_init__(self) -> None:
        self.midnight = datetime.combine(self.day, time(), SHANGHAI)
        self.milliseconds = int(self.midnight.timestamp()) * 1000

    def rating(self, place: Place, second: int) -> PastRating:
        rng = self.rng
        level, (reasons, comment) = self._judgement(place, second)
        key = self._key(second)
        if level == BAD and rng.random() < _WITH_PHONE:
            phone = f"1900000{rng.randrange(10_000):04}"
            self.contacts[key] = PastContact(phone, call_back=rng.random() < 0.9)
        badge = rng.choice(place.badges) if place.badges and rng.random() < 0.3 else ""
        return PastRating(
            key,
            rng.randbytes(16),
            new_receipt(rng.randbytes),
            place.point,
            place.unit,
            self.season,
            "sms" if rng.random() < _BY_SMS else "qr",
            level,
            False,
            reasons,
            comment,
            badge,
            self.midnight + timedelta(seconds=second),
            self.day,
            rng.randbytes(8),
            rng.randbytes(8),
        )

    def _judgement(self, place: Place, second: int) -> tuple[int, tuple[str, str]]:
        rng = self.rng
        bad = place.bad_share * self.mood * _QUEUES.get(second // 1800, 0.85)
        middling = _MIDDLING * min(3, 0.5 + 0.5 * place.bad_share / _TYPICAL_BAD)
        luck = rng.random()
        if luck < bad:
            return BAD, words.bad(rng, rng.choice(place.matters))
        if luck < bad + middling:
            return MIDDLING, words.middling(rng, rng.choice(place.matters))
        if rng.random() < 0.7:
            return SATISFIED, ("", "")
        return SATISFIED, words.good(rng, rng.choice(place.matters))

    def _key(self, second: int) -> UUID:
        """A UUID of version 7 (RFC 9562): in order of time, so that its index grows at its end."""
        moment = self.milliseconds + second * 1000 + self.rng.randrange(1000)
        chance = self.rng.getrandbits(74)
        return UUID(
            int=moment << 80 | 7 << 76 | (chance >> 62) << 64 | 2 << 62 | chance & (1 << 62) - 1
        )
