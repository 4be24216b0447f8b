"""What may happen to a rating after it was given: being moved to the unit it belongs to, or voided,
as later facts; and its contact, which is no fact of the rating, may be corrected or erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection

from pingyi.audit.actions import Actor, action, record, record_each
from pingyi.audit.keys import keyring
from pingyi.directory.actions import unknown_point
from pingyi.directory.models import ServicePoint, Unit
from pingyi.kernel.text import normalise_phone, phone_is_valid
from pingyi.ratings import tallies
from pingyi.ratings.contacts import PHONE
from pingyi.ratings.entry import local_day
from pingyi.ratings.models import Contact, Rating, RatingMove, RatingVoid


class AlreadyVoid(RuntimeError):
    """The rating was voided before."""


@action("rating.void")
def void_rating(*, rating: Rating, reason: str, by: Actor, at: datetime) -> RatingVoid:
    """Take a rating out of every rate from the day of `at` on; it stays visible as void.

    Raises AlreadyVoid. The rating itself is not touched: the tallies of where it stands get a −1
    on the void's day.
    """
    _hold(rating)
    day = local_day(at)
    void, created = RatingVoid.objects.get_or_create(
        rating=rating,
        defaults={"at": at, "day": day, "by": by.audit_name, "reason": reason},
    )
    if not created:
        raise AlreadyVoid
    _count(rating, [(*place_of(rating), -1)], day=day)
    record(rating, day=day.isoformat())
    return void


@action("rating.move")
def move_rating(
    *,
    rating: Rating,
    unit: Unit,
    point: ServicePoint | None = None,
    reason: str,
    by: Actor,
    at: datetime,
) -> RatingMove:
    """Count a rating at `unit` from the day of `at` on, at `point` or at the unit's unknown one.

    Raises AlreadyVoid: what counts nowhere is not moved. The rating itself is not touched: the
    tallies get a −1 where it stood and a +1 where it belongs, on the move's day.
    """
    _hold(rating)
    if RatingVoid.objects.filter(rating=rating).exists():
        raise AlreadyVoid
    day = local_day(at)
    from_unit, from_point = place_of(rating)
    to = point or unknown_point(unit=unit, by=by, at=at)
    move = RatingMove.objects.create(
        rating=rating,
        from_unit_id=from_unit,
        from_point_id=from_point,
        to_unit=unit,
        to_point=to,
        at=at,
        day=day,
        by=by.audit_name,
        reason=reason,
    )
    _count(rating, [(from_unit, from_point, -1), (unit.pk, to.pk, 1)], day=day)
    record(rating, day=day.isoformat(), unit=unit.code)
    return move


def place_of(rating: Rating) -> tuple[int, int]:
    """The keys of the unit and the point the rating counts at now."""
    move = rating.moves.last()
    if move is not None:
        return move.to_unit_id, move.to_point_id
    return rating.unit_id, rating.point_id


def _hold(rating: Rating) -> None:
    """Whoever else moves or voids it waits until the commit."""
    Rating.objects.select_for_update().get(pk=rating.pk)


def _count(rating: Rating, changes: Sequence[tuple[int, int, int]], *, day: date) -> None:
    kind = (rating.channel, rating.level, rating.by_default, day)
    with connection.cursor() as cursor:
        tallies.add(
            cursor,
            (
                tallies.Change(rating.season_id, unit, point, *kind, count=count)
                for unit, point, count in changes
            ),
        )


class UnfitPhone(ValueError):
    """Not a mainland mobile number."""


@action("contact.correct")
def correct_phone(*, contact: Contact, phone: str, by: Actor, at: datetime) -> Contact:
    """Put another phone in the place of the one left, at the rater's request. Raises UnfitPhone."""
    number = normalise_phone(phone)
    if not phone_is_valid(number):
        raise UnfitPhone
    contact.phone_cipher = keyring().encrypt(number, context=PHONE)
    contact.phone_print = keyring().fingerprint(number, context=PHONE)
    contact.save(update_fields=["phone_cipher", "phone_print"])
    record(contact.rating)
    return contact


ERASED = {
    "phone_cipher": None,
    "phone_print": None,
    "call_back": False,
    "matter_cipher": None,
    "matter_print": None,
    "word_digest": None,
}
"""What a contact's columns hold once erased; that there was one stays."""


@action("contact.erase")
def erase_contacts(*, contacts: Sequence[Contact], why: str, by: Actor, at: datetime) -> None:
    """Erase phone, matter number and private word. `why`: retention or request.

    The rating, its tallies and its case stay; nothing leads from them to a person any more, nor
    can she open what became of it.
    """
    Contact.objects.filter(pk__in=[contact.pk for contact in contacts]).update(**ERASED)
    for contact in contacts:
        for field, value in ERASED.items():
            setattr(contact, field, value)
    ratings = Rating.objects.in_bulk([contact.pk for contact in contacts])
    record_each((ratings[contact.pk], {"why": why}) for contact in contacts)
