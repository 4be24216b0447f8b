"""What may happen to a rating after it was given: being voided, as a later fact; and its contact,
which is no fact of the rating, may be corrected or erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from pingyi.audit.actions import Actor, action, record, record_each
from pingyi.audit.keys import keyring
from pingyi.kernel.text import normalise_phone, phone_is_valid
from pingyi.ratings import tallies
from pingyi.ratings.contacts import PHONE
from pingyi.ratings.entry import local_day
from pingyi.ratings.models import Contact, Rating, RatingVoid


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
