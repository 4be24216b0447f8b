"""What may happen to a rating after it was given: nothing but being voided, as a later fact."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from pingyi.audit.actions import Actor, action, record
from pingyi.ratings import tallies
from pingyi.ratings.entry import local_day
from pingyi.ratings.models import Rating, RatingVoid


class AlreadyVoid(RuntimeError):
    """The rating was voided before."""


@action("rating.void")
def void_rating(*, rating: Rating, reason: str, by: Actor, at: datetime) -> RatingVoid:
    """Take a rating out of every rate from the day of `at` on; it stays visible as void.

    Raises AlreadyVoid. The rating itself is not touched: its tallies get a −1 on the void's day.
    """
    day = local_day(at)
    void, created = RatingVoid.objects.get_or_create(
        rating=rating,
        defaults={"at": at, "day": day, "by": by.audit_name, "reason": reason},
    )
    if not created:
        raise AlreadyVoid
    change = tallies.Change(
        rating.season_id,
        rating.unit_id,
        rating.point_id,
        rating.channel,
        rating.level,
        rating.by_default,
        day,
        count=-1,
    )
    with connection.cursor() as cursor:
        tallies.add(cursor, [change])
    record(rating, day=day.isoformat())
    return void
